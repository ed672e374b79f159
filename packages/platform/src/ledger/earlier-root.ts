// The root that a ledger had when it was smaller, from the proof of what was its last entry then: of the hashes beside that entry's path,
// those to the left were there already, and lead to the root of that time.

import {
  emptyRoot,
  leafHash,
  nodeHash,
  OperatingError,
  parseCheckpoint,
  parseNote,
  parseTlogProof,
  verifyInclusion,
} from '@proofhouse/evidence'
import type { Ledger } from './ledger.ts'
import { fastSha256 } from './tree-hash.ts'

/**
 * Root of a ledger's first `size` entries; it costs one proof and one entry, however long the ledger is.
 * @throws usage-invalid for a size beyond the ledger; ledger-corrupt where its files do not lead to its root
 */
export async function earlierRoot(
  ledger: Pick<Ledger, 'proof' | 'read'>,
  size: number,
): Promise<Uint8Array> {
  if (size === 0) return emptyRoot()
  const index = size - 1
  const { checkpoint: note, hashes } = parseTlogProof(await ledger.proof(index))
  const now = parseCheckpoint(parseNote(note).text)
  for await (const { entry } of ledger.read(index, size)) {
    const leaf = leafHash(entry, fastSha256)
    verifyInclusion(
      { leafHash: leaf, index, size: now.size, proof: hashes, root: now.root },
      fastSha256,
    )
    return foldLeft(leaf, hashes, { index, size: now.size })
  }
  throw new OperatingError('ledger-corrupt', `entry ${index} is not in the ledger`)
}

/** The steps of RFC 9162 §2.1.3.2, without those to the right. */
function foldLeft(
  leaf: Uint8Array,
  hashes: readonly Uint8Array[],
  { index, size }: { readonly index: number; readonly size: number },
): Uint8Array {
  let [node, last, root] = [index, size - 1, leaf]
  for (const sibling of hashes) {
    if (node % 2 === 1 || node === last) {
      root = nodeHash(sibling, root, fastSha256)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return root
}
