// The growing tree of a ledger: leaf hashes in, the root and the hashes of every tile out. One node hash per leaf: the roots of full
// tiles are peaks that come up anyway while the tree grows.

import { hash } from 'node:crypto'
import { frontierRoot, tileHeight, tileWidth } from '@proofhouse/evidence'

const digestSizeBytes = 32

/** SHA-256 by the platform's one-shot function. By way of a text of bytes, which takes half as long as asking it for a buffer. */
export function fastSha256(bytes: Uint8Array): Uint8Array {
  return Buffer.from(hash('sha256', bytes, 'latin1'), 'latin1')
}

/** Writes the SHA-256 of the bytes at a place, likewise. */
export function sha256Into(target: Buffer, at: number, bytes: Uint8Array): void {
  target.write(hash('sha256', bytes, 'latin1'), at, digestSizeBytes, 'latin1')
}

const nodeInput = new Uint8Array(1 + 2 * digestSizeBytes).fill(1, 0, 1)

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + digestSizeBytes)
  return fastSha256(nodeInput)
}

/**
 * Calls back with the hash of each entry of a bundle, and where the entry's record begins and ends. Hashes in place: the low byte of
 * the length before an entry stands in for the prefix 0x00 for a moment, so nothing is copied.
 */
export function eachLeaf(
  bundle: Uint8Array,
  take: (leaf: Uint8Array, start: number, end: number) => void,
): void {
  for (let start = 0; start < bundle.length; ) {
    const low = bundle[start + 1] ?? 0
    const end = start + 2 + (((bundle[start] ?? 0) << 8) | low)
    bundle[start + 1] = 0
    const leaf = fastSha256(bundle.subarray(start + 1, end))
    bundle[start + 1] = low
    take(leaf, start, end)
    start = end
  }
}

/** A full tile that has just been completed. */
export type OnFullTile = (level: number, index: number, hashes: Uint8Array) => void

/** The right edge of one level of tiles. */
interface Edge {
  index: number
  count: number
  hashes: Uint8Array<ArrayBuffer>
}

/** A tree that only grows. Owned by one sequencer; nothing else may hold it. */
export class GrowingTree {
  size: number
  readonly #peaks: Uint8Array[]
  readonly #edges: Edge[]
  readonly #onFullTile: OnFullTile

  /** A tree that starts from the hashes right of its full tiles, level by level, as `edges` of a stored log. */
  constructor(
    start: { readonly size: number; readonly edges: readonly Uint8Array[] },
    onFullTile: OnFullTile,
  ) {
    this.size = start.size
    this.#onFullTile = onFullTile
    this.#edges = start.edges.map((stored, level) => {
      const hashes = new Uint8Array(tileWidth * digestSizeBytes)
      hashes.set(stored)
      const perHash = tileWidth ** level
      const count = stored.length / digestSizeBytes
      return { index: (Math.floor(start.size / perHash) - count) / tileWidth, count, hashes }
    })
    this.#peaks = this.#edges.toReversed().flatMap((edge) => peaksOf(edge))
  }

  /** Adds a leaf. */
  append(leaf: Uint8Array): void {
    this.#push(0, leaf)
    let node = leaf
    let level = 0
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) {
      node = nodeHash(this.#peaks.pop() ?? new Uint8Array(), node)
      level++
      if (level % tileHeight === 0) this.#push(level / tileHeight, node)
    }
    this.#peaks.push(node)
    this.size++
  }

  /** The root hash. */
  root(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(frontierRoot({ size: this.size, peaks: this.#peaks }, fastSha256))
  }

  /** The partial tiles at the right edge: their hashes are copies. */
  partialTiles(): { level: number; index: number; width: number; hashes: Uint8Array }[] {
    return this.#edges.flatMap(({ index, count, hashes }, level) =>
      count === 0
        ? []
        : [{ level, index, width: count, hashes: hashes.slice(0, count * digestSizeBytes) }],
    )
  }

  #push(level: number, node: Uint8Array): void {
    const edge = (this.#edges[level] ??= {
      index: 0,
      count: 0,
      hashes: new Uint8Array(tileWidth * digestSizeBytes),
    })
    edge.hashes.set(node, edge.count * digestSizeBytes)
    edge.count++
    if (edge.count < tileWidth) return
    this.#onFullTile(level, edge.index, edge.hashes)
    edge.index++
    edge.count = 0
    edge.hashes = new Uint8Array(tileWidth * digestSizeBytes)
  }
}

/** The complete subtrees of the hashes at an edge, largest first. */
function peaksOf({ count, hashes }: Edge): Uint8Array[] {
  const peaks: Uint8Array[] = []
  let from = 0
  for (let span = tileWidth / 2; span >= 1; span /= 2) {
    if ((count & span) === 0) continue
    let nodes = Array.from({ length: span }, (_, n) =>
      hashes.slice((from + n) * digestSizeBytes, (from + n + 1) * digestSizeBytes),
    )
    while (nodes.length > 1)
      nodes = Array.from(
        { length: nodes.length / 2 },
        (_, n) => new Uint8Array(nodeHash(nodes[2 * n] ?? hashes, nodes[2 * n + 1] ?? hashes)),
      )
    peaks.push(...nodes)
    from += span
  }
  return peaks
}
