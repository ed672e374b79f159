// The right edge of a growing log: the tree, and the records of the bundle that is not full yet. Records go in; the files that they
// complete come out. Owned by whoever grows it; nothing else may hold it.

import { type Bytes, entriesPath, tilePath, tileWidth } from '@proofhouse/evidence'
import { eachLeaf, GrowingTree } from './tree-hash.ts'

/** A file of the log by its path. */
export interface LogFile {
  readonly path: string
  readonly content: Uint8Array
}

/** A partial tile or bundle. */
export interface PartialFile extends LogFile {
  /** Path of the full file that will stand for it. */
  readonly full: string
  /** Size of the log from which on there is that full file. */
  readonly fullAtSize: number
}

/** A log's files right of its full tiles and bundles. */
export interface EdgeState {
  readonly size: number
  /** Hashes right of the full tiles, level by level. */
  readonly hashes: readonly Uint8Array[]
  /** Records of the entries right of the full bundles. */
  readonly tail: Bytes
}

/** The right edge of one log. */
export class RightEdge {
  readonly #tree: GrowingTree
  #tail: Uint8Array[]
  #tailCount: number
  #completed: LogFile[] = []

  constructor({ size, hashes, tail }: EdgeState) {
    this.#tailCount = size % tileWidth
    this.#tail = this.#tailCount === 0 ? [] : [tail]
    this.#tree = new GrowingTree({ size, edges: hashes }, (level, index, full) => {
      this.#completed.push({ path: tilePath({ level, index, width: tileWidth }), content: full })
    })
  }

  /** Number of entries. */
  get size(): number {
    return this.#tree.size
  }

  /** Root of the tree. */
  root(): Bytes {
    return this.#tree.root()
  }

  /** Takes the records of the next entries; returns the full tiles and bundles that they complete. */
  grow(records: Bytes): readonly LogFile[] {
    this.#completed = []
    let from = 0
    eachLeaf(records, (leaf, _start, end) => {
      this.#tree.append(leaf)
      this.#tailCount++
      if (this.#tailCount < tileWidth) return
      this.#tail.push(records.subarray(from, end))
      from = end
      const path = entriesPath({ index: this.size / tileWidth - 1, width: tileWidth })
      this.#completed.push({ path, content: Buffer.concat(this.#tail) })
      this.#tail = []
      this.#tailCount = 0
    })
    if (from < records.length) this.#tail.push(records.subarray(from))
    return this.#completed
  }

  /** The partial tiles and the partial bundle, as copies. */
  partialFiles(): readonly PartialFile[] {
    const tiles = this.#tree.partialTiles().map(({ hashes, ...tile }) => ({
      path: tilePath(tile),
      content: hashes,
      full: tilePath({ ...tile, width: tileWidth }),
      fullAtSize: (tile.index + 1) * tileWidth ** (tile.level + 1),
    }))
    if (this.#tailCount === 0) return tiles
    const index = Math.floor(this.size / tileWidth)
    const bundle = {
      path: entriesPath({ index, width: this.#tailCount }),
      content: Buffer.concat(this.#tail),
      full: entriesPath({ index, width: tileWidth }),
      fullAtSize: (index + 1) * tileWidth,
    }
    return [...tiles, bundle]
  }
}
