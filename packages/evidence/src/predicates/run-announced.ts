// Predicate https://proofhouse.dev/run-announced/v1: an assessment is about to run, over these
// inputs, under this policy. Logged before anything is computed, so that a run whose result
// displeased cannot vanish. Page: spec/predicates.

import {
  idText,
  mapOf,
  nullable,
  oneOf,
  record,
  sha256Text,
  shapeOf,
  someText,
  timestamp,
} from '../shape.ts'
import type { PredicateType } from '../statement.ts'

/** What a run says of itself before it computes. */
export type RunAnnounced = {
  readonly runId: string
  /** SHA-256 of the canonical JSON of the policy. */
  readonly policyDigest: string
  /** Role of a data set (`train`, `test`, `reference`, `current`) → SHA-256 of its file. */
  readonly dataDigests: Readonly<Record<string, string>>
  /** OMS root digest of the model; null when a column of predictions is assessed. */
  readonly modelRootDigest: string | null
  readonly toolVersion: string
  /** UTC, RFC 3339. */
  readonly startedAt: string
  /**
   * `witnessed`: the run waits until a witness has signed a checkpoint that covers this entry;
   * `logged`: it does not.
   */
  readonly preregistration: 'logged' | 'witnessed'
}

/** The predicate type of run announcements. */
export const runAnnounced: PredicateType<RunAnnounced> = {
  uri: 'https://proofhouse.dev/run-announced/v1',
  shape: shapeOf(
    record({
      runId: idText,
      policyDigest: sha256Text,
      dataDigests: mapOf(sha256Text, { sizeMin: 1 }),
      modelRootDigest: nullable(sha256Text),
      toolVersion: someText,
      startedAt: timestamp,
      preregistration: oneOf(['logged', 'witnessed']),
    }),
  ),
}
