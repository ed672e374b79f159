// Receipts of decisions that this client recorded, verified where it runs: nothing is asked of the log.

import {
  OperatingError,
  parseReceipt,
  type ReceiptReport,
  type ReceiptTrust,
  verifyReceipt,
} from '@proofhouse/evidence'
import type { Recorded } from './client.ts'

/**
 * Verifies the receipt of a decision that was recorded: that it stands in the log, under the number that it was
 * given, with what it shows.
 * @param trust whose log it must be: without a policy, that what is in the receipt fits together
 * @throws receipt-malformed, also for the receipt of another decision; what `verifyReceipt` throws
 */
export async function verifyRecorded(
  { source, sequence }: Recorded,
  receipt: Uint8Array<ArrayBuffer>,
  trust: ReceiptTrust,
): Promise<ReceiptReport> {
  parseReceipt(receipt)
  const report = await verifyReceipt(receipt, trust)
  if (report.entry.source === source && report.entry.sequence === sequence) return report
  throw new OperatingError(
    'receipt-malformed',
    `this is the receipt of decision ${report.entry.sequence} of \`${report.entry.source}\`, and not of ${sequence} of \`${source}\``,
  )
}
