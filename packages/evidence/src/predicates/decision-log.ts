// Predicate https://proofhouse.dev/decision-log/v1: a decision log was opened, has this head, goes on from it, or was closed. Recorded in the
// evidence log, so that no decision log can vanish or be shortened unseen. Page: spec/predicates/decision-log.md.

import { count, oneOf, record, shapeOf, someText, timestamp } from '../shape.ts'
import type { PredicateType } from '../statement.ts'

/** A decision log at a moment. */
export type DecisionLog = {
  /** `restored`: it goes on from this head, and what others had beyond it is lost. */
  readonly event: 'opened' | 'head' | 'restored' | 'closed'
  readonly origin: string
  /** The log's key, as notes name it. */
  readonly verifierKey: string
  readonly size: number
  /** Root hash in base64. */
  readonly root: string
  readonly statedAt: string
}

/** The predicate type of the life of decision logs. */
export const decisionLog: PredicateType<DecisionLog> = {
  uri: 'https://proofhouse.dev/decision-log/v1',
  shape: shapeOf(
    record({
      event: oneOf(['opened', 'head', 'restored', 'closed']),
      origin: someText,
      verifierKey: someText,
      size: count,
      root: someText,
      statedAt: timestamp,
    }),
  ),
}
