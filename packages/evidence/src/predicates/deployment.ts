// Predicate https://proofhouse.dev/deployment/v1: what a deployment declared of its decisions, as version N, in the log that takes
// them. An entry of that log names the version that it was made under. The statement subject is the declaration, by digest of
// its canonical JSON. Page: spec/predicates/deployment.md.

import type { JsonObject } from '../json.ts'
import {
  anything,
  type Check,
  count,
  idText,
  mapOf,
  nullable,
  record,
  refuseShape,
  type Shape,
  shapeOf,
  sha256Text,
  someText,
  timestamp,
} from '../shape.ts'
import type { PredicateType } from '../statement.ts'

/** A version of a deployment's declaration. */
export type DeploymentDeclared = {
  readonly deployment: string
  /** From 1, without gaps. */
  readonly version: number
  /** Origin of the decision log that takes its decisions. */
  readonly log: string
  /** As it was declared; its `id` is the deployment. */
  readonly declaration: JsonObject
  /** SHA-256 of the canonical JSON of the version before; null for the first. */
  readonly previous: string | null
  /** UTC, RFC 3339. */
  readonly statedAt: string
}

const fields: Shape<DeploymentDeclared> = shapeOf(
  record({
    deployment: idText,
    version: count,
    log: someText,
    declaration: mapOf(anything),
    previous: nullable(sha256Text),
    statedAt: timestamp,
  }),
)

const check: Check = (value, at, direction) => {
  const { declaration, deployment, previous, version } = fields(value, at, direction)
  if (version === 0) refuseShape(`${at}.version`, 'a version, from 1')
  if ((previous === null) !== (version === 1))
    refuseShape(`${at}.previous`, 'given for every version but the first')
  if (declaration['id'] !== deployment) refuseShape(`${at}.declaration.id`, 'the deployment')
}

/** The predicate type of declarations of deployments. */
export const deploymentDeclared: PredicateType<DeploymentDeclared> = {
  uri: 'https://proofhouse.dev/deployment/v1',
  shape: shapeOf(check),
}
