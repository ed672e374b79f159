// Predicate https://proofhouse.dev/erasure/v1: which entries of decision logs were emptied, and how it went in each store. It
// names no person and no pseudonym. Page: spec/predicates/erasure.md.

import {
  anyText,
  type Check,
  count,
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
import { type EntryRange, isInRanges, someEntryRanges } from './entry-ranges.ts'

/** How erasing went in one store. */
export type ErasedStore = {
  readonly store: string
  readonly outcome: 'erased' | 'nothing-held' | 'failed'
  readonly detail?: string
}

/** An erasure. */
export type Erasure = {
  /** Chosen at random: pending and final statement of one erasure have the same. */
  readonly erasureId: string
  /** Final once no key is left that could open what lingers in backups and freed space. */
  readonly state: 'pending' | 'final'
  readonly reason: 'request' | 'retention' | 'order'
  readonly requestedAt: string
  readonly statedAt: string
  /** Epoch of keys at whose end it becomes final. */
  readonly epoch: number
  readonly entries: readonly { readonly log: string; readonly ranges: readonly EntryRange[] }[]
  readonly stores: readonly ErasedStore[]
  /** Ledger index of the pending statement; null in that one itself. */
  readonly pendingIndex: number | null
}

const fields: Shape<Erasure> = shapeOf(
  record({
    erasureId: idText,
    state: oneOf(['pending', 'final']),
    reason: oneOf(['request', 'retention', 'order']),
    requestedAt: timestamp,
    statedAt: timestamp,
    epoch: count,
    entries: listOf(record({ log: someText, ranges: someEntryRanges })),
    stores: listOf(
      record(
        { store: idText, outcome: oneOf(['erased', 'nothing-held', 'failed']) },
        { detail: anyText },
      ),
      1,
    ),
    pendingIndex: nullable(count),
  }),
)

const check: Check = (value, at, direction) => {
  const erasure = fields(value, at, direction)
  if ((erasure.state === 'final') !== (erasure.pendingIndex !== null))
    refuseShape(`${at}.pendingIndex`, 'given exactly when the erasure is final')
}

/** The predicate type of erasures. */
export const erasure: PredicateType<Erasure> = {
  uri: 'https://proofhouse.dev/erasure/v1',
  shape: shapeOf(check),
}

/** Whether an erasure emptied an entry of a log. */
export function isErasedBy({ entries }: Erasure, log: string, index: number): boolean {
  return entries.some((one) => one.log === log && isInRanges(one.ranges, index))
}
