// Predicate https://proofhouse.dev/stored-artifact/v1: an artifact was put into the workspace's store, or removed from it. Statement subject:
// the artifact, by digest. Page: spec/predicates/stored-artifact.md.

import {
  type Check,
  count,
  idText,
  nullable,
  oneOf,
  record,
  refuseShape,
  type Shape,
  shapeOf,
  timestamp,
} from '../shape.ts'
import type { PredicateType } from '../statement.ts'

/** What was done to an artifact. */
export type StoredArtifact = {
  readonly event: 'put' | 'removed'
  readonly tenant: string
  /** Given exactly when put. */
  readonly sizeBytes: number | null
  /** UTC, RFC 3339. */
  readonly at: string
}

const fields: Shape<StoredArtifact> = shapeOf(
  record({
    event: oneOf(['put', 'removed']),
    tenant: idText,
    sizeBytes: nullable(count),
    at: timestamp,
  }),
)

const check: Check = (value, at, direction) => {
  const { event, sizeBytes } = fields(value, at, direction)
  if ((sizeBytes !== null) !== (event === 'put'))
    refuseShape(`${at}.sizeBytes`, 'given exactly when the artifact was put')
}

/** The predicate type of stored artifacts. */
export const storedArtifact: PredicateType<StoredArtifact> = {
  uri: 'https://proofhouse.dev/stored-artifact/v1',
  shape: shapeOf(check),
}
