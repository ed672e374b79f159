// A receipt inside the page that verifies it: one file that a person can open, and that any verifier can still read as a receipt.

import { type Bytes, OperatingError, textOf, utf8 } from '@proofhouse/evidence'

/** A receipt holds one decision; the page around it is small. In bytes. */
export const receiptSizeMaxBytes = 16 * 1_048_576

/** Id of the element that holds the receipt. */
export const receiptElementId = 'receipt'

// The line feed is part of it: the page's own program holds this text with an escape in its place.
const opening = `<script type="application/json" id="${receiptElementId}">\n`
const closing = '\n</script>'

/** The element for a page. No character of a receipt, which is JSON, can end it. */
export function receiptElement(receipt: string): string {
  return `${opening}${receipt.trim().replaceAll('<', '\\u003c')}${closing}`
}

/**
 * The receipt in a file: the file itself, or what a page holds.
 * @throws receipt-malformed when it is a page without one
 */
export function receiptBytes(file: Bytes): Bytes {
  if (file[0] !== '<'.charCodeAt(0)) return file
  const text = textOf(file)
  const start = text.indexOf(opening)
  const end = text.indexOf(closing, start)
  if (start < 0 || end < 0)
    throw new OperatingError('receipt-malformed', 'the page holds no receipt')
  return utf8(text.slice(start + opening.length, end))
}
