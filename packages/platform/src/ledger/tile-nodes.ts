// The nodes of a log's tree, from its tiles. A tile that was read lately is kept with every subtree in it, so that proofs of a ledger in use
// cost neither a file nor a hash each. What is kept is bounded.

import {
  type Bytes,
  digestSizeBytes,
  type NodeId,
  type TileId,
  tileOfNode,
  tilePath,
  tileWidth,
} from '@proofhouse/evidence'
import type { TileStore } from './ports.ts'
import { readTile } from './tile-reader.ts'
import { sha256Into } from './tree-hash.ts'

/** Tiles that are kept, of 16 KB each with their subtrees. */
const keptTilesMax = 2_048

const nodeInput = new Uint8Array(1 + 2 * digestSizeBytes).fill(1, 0, 1)

/** The hashes of a tile, then those of its subtrees of two, of four, and so on, each height at its place in a full tile. */
function withSubtrees(hashes: Uint8Array): Buffer {
  const all = Buffer.alloc(2 * tileWidth * digestSizeBytes)
  all.set(hashes)
  let below = 0
  for (let count = hashes.length / digestSizeBytes, width = tileWidth; count > 1; width /= 2) {
    const start = below + width * digestSizeBytes
    count = Math.floor(count / 2)
    for (let n = 0; n < count; n++) {
      const at = below + 2 * n * digestSizeBytes
      nodeInput.set(all.subarray(at, at + 2 * digestSizeBytes), 1)
      sha256Into(all, start + n * digestSizeBytes, nodeInput)
    }
    below = start
  }
  return all
}

/** Nodes of one log. */
export class TileNodes {
  readonly #tiles: Pick<TileStore, 'read'>
  readonly #keptMax: number
  /** By path; the one that was asked for longest ago goes first. */
  readonly #kept = new Map<string, Promise<Buffer>>()

  constructor(tiles: Pick<TileStore, 'read'>, keptMax: number = keptTilesMax) {
    this.#tiles = tiles
    this.#keptMax = keptMax
  }

  /** The hash of a complete subtree of the log at a size. @throws ledger-corrupt, storage-failed */
  async node(node: NodeId, size: number): Promise<Bytes> {
    const { tile, from, to } = tileOfNode(node, size)
    const all = await this.#tile(tile)
    let [start, index, width] = [0, from, tileWidth]
    for (let span = to - from; span > 1; span /= 2) {
      start += width
      width /= 2
      index /= 2
    }
    const at = (start + index) * digestSizeBytes
    return new Uint8Array(all.subarray(at, at + digestSizeBytes))
  }

  #tile(tile: TileId): Promise<Buffer> {
    const path = tilePath(tile)
    const known = this.#kept.get(path)
    this.#kept.delete(path)
    const found = known ?? readTile(this.#tiles, tile).then(withSubtrees)
    this.#kept.set(path, found)
    if (known !== undefined) return found
    // What could not be read is asked for again.
    found.catch(() => this.#kept.delete(path))
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#keptMax) break
      this.#kept.delete(oldest)
    }
    return found
  }
}
