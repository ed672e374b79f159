// Verifies the receipt of a decision, offline: the receipt alone, or the page that holds one.

import {
  type Erasure,
  OperatingError,
  parseReceipt,
  type ReceiptReport,
  type ReceiptTrust,
  statedErasure,
  verifyReceipt,
} from '@proofhouse/evidence'
import { receiptBytes, receiptSizeMaxBytes } from '../reports/index.ts'
import type { Services } from './services.ts'
import { readPublicKey, readTrust } from './trust-files.ts'

/** Files that say whom to believe. */
export interface TrustPaths {
  /** Policy for the decision log. */
  readonly trustPath: string | null
  /** Policy for the evidence log, in which a statement of erasure stands. */
  readonly evidenceTrustPath: string | null
  /** Public keys, one of which must have signed a statement of erasure. */
  readonly keyPaths: readonly string[]
}

/** Which receipt, and whom to believe. */
export interface VerifyReceiptRequest extends TrustPaths {
  readonly path: string
}

/** Either what the receipt proves, or why it does not hold. */
export type ReceiptAnswer =
  | {
      readonly verified: true
      readonly receipt: ReceiptReport
      /** What the statement of erasure says that covers the decision. */
      readonly erasure: Erasure | null
    }
  | { readonly verified: false; readonly reason: string }

/** Errors that leave it open: with the witnesses that are asked for, or with another program, it might hold. */
const undecided = new Set(['trust-not-met', 'key-unsupported'])

/** @throws file-missing, limit-exceeded, trust-malformed, key-malformed, and trust-not-met or key-unsupported as no answer */
export async function verifyReceiptFile(
  { files }: Pick<Services, 'files'>,
  { path, ...trustPaths }: VerifyReceiptRequest,
): Promise<ReceiptAnswer> {
  const file = await files.read(path, receiptSizeMaxBytes)
  const trust = await receiptTrust(files, trustPaths)
  try {
    const bytes = receiptBytes(file)
    const receipt = await verifyReceipt(bytes, trust)
    const erasure = receipt.erasure === null ? null : statedErasure(parseReceipt(bytes))
    return { verified: true, receipt, erasure }
  } catch (error) {
    // Whatever is wrong with what stands in the file is an answer: it was changed, or is no receipt.
    if (error instanceof OperatingError && !undecided.has(error.code))
      return { verified: false, reason: `${path}: ${error.message}` }
    throw error
  }
}

/** What these files say. @throws file-missing, trust-malformed, key-malformed */
export async function receiptTrust(
  files: Services['files'],
  { trustPath, evidenceTrustPath, keyPaths }: TrustPaths,
): Promise<ReceiptTrust> {
  const decisions = await readTrust(files, trustPath)
  const evidence = await readTrust(files, evidenceTrustPath)
  const keys = await Promise.all(keyPaths.map((keyPath) => readPublicKey(files, keyPath)))
  return {
    ...(decisions === null ? {} : { decisions }),
    ...(evidence === null ? {} : { evidence }),
    ...(keys.length === 0 ? {} : { keys }),
  }
}
