// Decisions that supersede the one of a receipt: each is an entry of the same log that says so, with its own proof. Page: spec/receipt.md.

import { parseDecisionEntry } from './decision-entry.ts'
import type { Sha256 } from './digest.ts'
import { utf8 } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { type Check, listOf, record, refuseShape, someText } from './shape.ts'
import { verifyTlogProof } from './tlog-proof.ts'
import type { TrustPolicy } from './trust-policy.ts'

/** How many a receipt has at most; each costs a verification. */
export const receiptCorrectionsMax = 16

/** A later decision, with what proves it. */
export type ReceiptCorrection = {
  /** Its entry, as text. */
  readonly entry: string
  /** tlog-proof of the entry in the decision log. */
  readonly proof: string
}

/** A later entry that was proven. */
export interface SupersedingEntry {
  readonly index: number
  /** When it was decided, as its source says. */
  readonly time: string
}

const list = listOf(record({ entry: someText, proof: someText }), 1)

/** Between one and so many. */
export const receiptCorrections: Check = (value, at, direction) => {
  list(value, at, direction)
  if (Array.isArray(value) && value.length > receiptCorrectionsMax)
    refuseShape(at, `a list of at most ${receiptCorrectionsMax}`)
}

/** What a receipt's corrections are to be corrections of, and whom to believe. */
interface Corrected {
  readonly place: { readonly log: string; readonly index: number }
  readonly trust: TrustPolicy
  readonly hash: Sha256
}

/**
 * Verifies each.
 * @throws receipt-malformed for an entry that supersedes another one or stands before it
 * @throws proof-invalid for one that is not in the log
 */
export async function openCorrections(
  corrections: readonly ReceiptCorrection[],
  { place, trust, hash }: Corrected,
): Promise<readonly SupersedingEntry[]> {
  const opened: SupersedingEntry[] = []
  for (const { entry: text, proof } of corrections) {
    const entry = utf8(text)
    const { corrects, time } = parseDecisionEntry(entry)
    const { index } = await verifyTlogProof({ proof, entry, trust }, hash)
    if (corrects?.log !== place.log || corrects.index !== place.index || index <= place.index)
      throw new OperatingError(
        'receipt-malformed',
        `the receipt says that entry ${index} supersedes its own, and that entry does not say so`,
      )
    opened.push({ index, time })
  }
  return opened
}
