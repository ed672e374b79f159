// Predicate https://proofhouse.dev/run-closed/v1: how an announced run ended. Every announcement
// gets one, also when the run failed or was abandoned. Page: spec/predicates.

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
import { type Verdict, verdicts } from '../verdict.ts'

/** The end of a run. */
export type RunClosed = {
  readonly runId: string
  readonly outcome: 'completed' | 'failed' | 'abandoned'
  /** The gate's verdict; null unless the run completed. */
  readonly verdict: Verdict | null
  /** Code of the operating error that ended the run; null unless it failed. */
  readonly errorCode: string | null
  /** Ledger index of the run's announcement. */
  readonly announcementIndex: number
  /** UTC, RFC 3339. */
  readonly closedAt: string
}

const fields: Shape<RunClosed> = shapeOf(
  record({
    runId: idText,
    outcome: oneOf(['completed', 'failed', 'abandoned']),
    verdict: nullable(oneOf(verdicts)),
    errorCode: nullable(idText),
    announcementIndex: count,
    closedAt: timestamp,
  }),
)

const check: Check = (value, at, direction) => {
  const run = fields(value, at, direction)
  if ((run.outcome === 'completed') !== (run.verdict !== null))
    refuseShape(`${at}.verdict`, 'given exactly when the outcome is `completed`')
  if ((run.outcome === 'failed') !== (run.errorCode !== null))
    refuseShape(`${at}.errorCode`, 'given exactly when the outcome is `failed`')
}

/** The predicate type of run closures. */
export const runClosed: PredicateType<RunClosed> = {
  uri: 'https://proofhouse.dev/run-closed/v1',
  shape: shapeOf(check),
}
