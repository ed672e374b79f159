// Hashes of whole bundles of a log, and roots over hashes that lie one after the other (RFC 6962 §2.1). A file without imports of ours: the
// threads that hash for a check start with nothing else.

import { hash } from 'node:crypto'
import type { Bytes } from '@proofhouse/evidence'

const digestSizeBytes = 32

/** What the entries of a bundle hash to, in one buffer. */
export interface BundleHashes {
  /** The leaf hashes, 32 bytes each, one after the other. */
  readonly leaves: Bytes
  /** Root hash of the tree over these leaves alone. */
  readonly root: Bytes
}

/**
 * Writes the SHA-256 of the bytes at a place. A Latin-1 string is the fastest form in which Node's
 * one-shot function hands a digest over: half the time of a new buffer for every node of a tree.
 */
function hashInto(target: Buffer, at: number, bytes: Uint8Array): void {
  target.write(hash('sha256', bytes, 'binary'), at, digestSizeBytes, 'latin1')
}

/**
 * The hashes of a bundle's entries; null when it does not hold exactly `count` of them, at least
 * one. Hashes in place: the low byte of the length before an entry stands in for the prefix 0x00
 * for a moment, so nothing is copied.
 */
export function hashBundle(bundle: Uint8Array, count: number): BundleHashes | null {
  if (count < 1 || count * 2 > bundle.length) return null
  const both = new Uint8Array((count + 1) * digestSizeBytes)
  const target = Buffer.from(both.buffer)
  let start = 0
  for (let n = 0; n < count; n++) {
    if (start + 2 > bundle.length) return null
    const low = bundle[start + 1] ?? 0
    const end = start + 2 + (((bundle[start] ?? 0) << 8) | low)
    if (end > bundle.length) return null
    bundle[start + 1] = 0
    hashInto(target, n * digestSizeBytes, bundle.subarray(start + 1, end))
    bundle[start + 1] = low
    start = end
  }
  if (start !== bundle.length) return null
  const leaves = both.subarray(0, -digestSizeBytes)
  const root = both.subarray(-digestSizeBytes)
  root.set(rootOver(leaves))
  return { leaves, root }
}

const nodeInput = new Uint8Array(1 + 2 * digestSizeBytes).fill(1, 0, 1)

/**
 * Root over hashes that lie one after the other, at least one. The last may be of a smaller subtree
 * than the others: pairing level by level, with an odd one carried up, is the tree of the
 * specification.
 */
export function rootOver(hashes: Uint8Array): Bytes {
  const work = new Uint8Array(hashes)
  const target = Buffer.from(work.buffer)
  const size = digestSizeBytes
  for (let count = work.length / size; count > 1; count = Math.ceil(count / 2)) {
    const pairs = Math.floor(count / 2)
    for (let n = 0; n < pairs; n++) {
      nodeInput.set(work.subarray(2 * n * size, (2 * n + 2) * size), 1)
      hashInto(target, n * size, nodeInput)
    }
    if (count % 2 === 1) work.copyWithin(pairs * size, (count - 1) * size, count * size)
  }
  return work.slice(0, size)
}
