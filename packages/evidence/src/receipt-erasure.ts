// What the statement of erasure in a receipt says, for whoever has verified the receipt and wants to show it.

import { fromBase64, utf8 } from './encoding.ts'
import { parseLedgerEntry, resolveReference } from './ledger-entry.ts'
import { type Erasure, erasure } from './predicates/erasure.ts'
import type { Receipt } from './receipt.ts'
import { readStatement } from './statement.ts'

/**
 * What a receipt's statement of erasure says; null where it has none. Nothing is verified here: verifyReceipt does that, and tells
 * whether the statement covers the decision.
 * @throws entry and statement errors on what verifyReceipt refuses
 */
export function statedErasure({ erasure: given }: Receipt): Erasure | null {
  if (given === null) return null
  const parsed = parseLedgerEntry(utf8(given.entry))
  const envelope =
    parsed.kind === 'envelope'
      ? parsed.envelope
      : resolveReference(parsed.reference, utf8(given.envelope ?? ''))
  return readStatement(fromBase64(envelope.payload), erasure).predicate
}
