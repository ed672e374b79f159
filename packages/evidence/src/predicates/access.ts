// Predicate https://proofhouse.dev/access/v1: contents of decisions were opened for somebody. It names who asked and which entries, and
// neither a person whom decisions are about nor a pseudonym. Page: spec/predicates/access.md.

import { idText, listOf, nullable, oneOf, record, shapeOf, someText, timestamp } from '../shape.ts'
import type { PredicateType } from '../statement.ts'
import { type EntryRange, someEntryRanges } from './entry-ranges.ts'

/** Contents that were opened for somebody. */
export type Access = {
  readonly accessId: string
  /** Origin of the decision log. */
  readonly log: string
  readonly act: 'show' | 'find' | 'receipt' | 'export'
  readonly ranges: readonly EntryRange[]
  /** Names of the groups that were shown of at least one of them. */
  readonly groups: readonly string[]
  /** Account of the system under which the program ran. */
  readonly user: string
  /** In whose name, as that account says; null where it says nothing. */
  readonly as: string | null
  /** Why, as that account says. */
  readonly reason: string | null
  readonly at: string
}

/** The predicate type of accesses. */
export const access: PredicateType<Access> = {
  uri: 'https://proofhouse.dev/access/v1',
  shape: shapeOf(
    record({
      accessId: idText,
      log: someText,
      act: oneOf(['show', 'find', 'receipt', 'export']),
      ranges: someEntryRanges,
      groups: listOf(someText, 1),
      user: someText,
      as: nullable(someText),
      reason: nullable(someText),
      at: timestamp,
    }),
  ),
}
