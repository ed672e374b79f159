// Predicate https://proofhouse.dev/retention/v1: decisions were put under a legal hold or released from one, or are kept although their
// erasure was asked for. What was destroyed at the end of its time is an erasure. Page: spec/predicates/retention.md.

import {
  type Check,
  idText,
  listOf,
  nullable,
  oneOf,
  record,
  refuseShape,
  type Shape,
  shapeOf,
  someText,
  timestamp,
} from '../shape.ts'
import type { PredicateType } from '../statement.ts'
import { type EntryRange, entryRanges } from './entry-ranges.ts'

/** A decision on keeping. */
export type Retention = {
  readonly event: 'hold-set' | 'hold-lifted' | 'erasure-restricted'
  /** Setting and lifting a hold have the same. */
  readonly id: string
  /** Origin of the decision log. */
  readonly log: string
  /** The entries that it is about; none where it is a whole deployment, or a hold is lifted. */
  readonly ranges: readonly EntryRange[]
  /** Every decision of this deployment, those to come too; for a hold that is set. */
  readonly deployment: string | null
  readonly reason: string
  readonly by: string
  /** What forbids the erasure: laws, and ids of holds; given exactly when it is restricted. */
  readonly grounds: readonly string[]
  /** When it may be erased; null where a hold with no end forbids it, or nothing was to be erased. */
  readonly until: string | null
  readonly at: string
}

const fields: Shape<Retention> = shapeOf(
  record({
    event: oneOf(['hold-set', 'hold-lifted', 'erasure-restricted']),
    id: idText,
    log: someText,
    ranges: entryRanges,
    deployment: nullable(idText),
    reason: someText,
    by: someText,
    grounds: listOf(someText),
    until: nullable(timestamp),
    at: timestamp,
  }),
)

const check: Check = (value, at, direction) => {
  const { event, ranges, deployment, grounds, until } = fields(value, at, direction)
  const isRestricted = event === 'erasure-restricted'
  if ((event === 'hold-lifted') !== (ranges.length === 0 && deployment === null))
    refuseShape(`${at}.ranges`, 'given, or else a deployment, unless a hold is lifted')
  if (deployment !== null && (isRestricted || ranges.length > 0))
    refuseShape(`${at}.deployment`, 'given only for a hold on no entries in particular')
  if (grounds.length > 0 !== isRestricted)
    refuseShape(`${at}.grounds`, 'given exactly when an erasure is restricted')
  if (until !== null && !isRestricted)
    refuseShape(`${at}.until`, 'null unless an erasure is restricted')
}

/** The predicate type of what is said about keeping. */
export const retention: PredicateType<Retention> = {
  uri: 'https://proofhouse.dev/retention/v1',
  shape: shapeOf(check),
}
