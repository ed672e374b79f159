// Proves that an entry is in a published log, from its tiles.

import { formatTlogProof, OperatingError, proveInclusion } from '@proofhouse/evidence'
import type { Head } from './publisher.ts'
import type { TileNodes } from './tile-nodes.ts'
import { fastSha256 } from './tree-hash.ts'

/** The tlog-proof text of an entry against a published head. @throws usage-invalid for an index beyond it, ledger-corrupt */
export async function proveEntry(
  nodes: TileNodes,
  { note, checkpoint }: Head,
  index: number,
): Promise<string> {
  const { size } = checkpoint
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new OperatingError('usage-invalid', `there is no entry ${index}; the ledger has ${size}`)
  const hashes = await proveInclusion(index, size, (node) => nodes.node(node, size), fastSha256)
  return formatTlogProof({ extra: null, index, hashes, checkpoint: note })
}
