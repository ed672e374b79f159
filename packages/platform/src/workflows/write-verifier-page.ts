// Writes the page that verifies receipts and packs in a browser, alone or around a receipt.

import { parseReceipt, textOf } from '@proofhouse/evidence'
import { receiptBytes, receiptSizeMaxBytes, renderVerifierPage } from '../reports/index.ts'
import type { Services } from './services.ts'

/** The receipt, or null for the page alone, and where the page is to lie. */
export interface VerifierPageRequest {
  readonly receiptPath: string | null
  readonly outPath: string
}

/**
 * Writes the page; says what it is.
 * @throws receipt-malformed when the file is no receipt; file-missing, file-unwritable, limit-exceeded
 */
export async function writeVerifierPage(
  {
    files,
    verifierProgram,
    toolVersion,
  }: Pick<Services, 'files' | 'verifierProgram' | 'toolVersion'>,
  { receiptPath, outPath }: VerifierPageRequest,
): Promise<{ readonly path: string; readonly sha256: string; readonly sizeBytes: number }> {
  const receipt =
    receiptPath === null ? null : receiptBytes(await files.read(receiptPath, receiptSizeMaxBytes))
  // Whether it holds, the page says; that it is one, is seen to here.
  if (receipt !== null) parseReceipt(receipt)
  const page = renderVerifierPage({
    program: await verifierProgram(),
    receipt: receipt === null ? null : textOf(receipt),
    toolVersion,
  })
  await files.write(outPath, page)
  return { path: outPath, ...(await files.digest(outPath)) }
}
