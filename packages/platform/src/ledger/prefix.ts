// Whether an older head is a beginning of a log: by a consistency proof over the log's own tiles, verified against the newer root.

import {
  type Checkpoint,
  emptyRoot,
  equalBytes,
  nodeFromTiles,
  OperatingError,
  proveConsistency,
  verifyConsistency,
} from '@proofhouse/evidence'
import type { TileStore } from './ports.ts'
import { readTile } from './tile-reader.ts'
import { fastSha256 } from './tree-hash.ts'

/** A log as its readers see it. The checkpoint is one that they trust. */
export interface TrustedLog {
  readonly tiles: Pick<TileStore, 'read'>
  readonly checkpoint: Checkpoint
}

/** Nodes of a log's tree, from its tiles. */
export const nodesOf =
  ({ tiles, checkpoint }: TrustedLog) =>
  (node: Parameters<typeof nodeFromTiles>[0]): Promise<Uint8Array> =>
    nodeFromTiles(node, checkpoint.size, (tile) => readTile(tiles, tile), fastSha256)

/**
 * Whether the log had this root at this size, which is at most its own.
 * @throws ledger-corrupt when the log's tiles are missing
 */
export async function hadRoot(
  log: TrustedLog,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
): Promise<boolean> {
  if (size === 0) return equalBytes(root, emptyRoot())
  const { size: newSize, root: newRoot } = log.checkpoint
  const proof = await proveConsistency(size, newSize, nodesOf(log), fastSha256)
  try {
    verifyConsistency({ oldSize: size, oldRoot: root, newSize, newRoot, proof }, fastSha256)
    return true
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'proof-invalid') return false
    throw error
  }
}
