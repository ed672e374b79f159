// Checks every bundle and tile of the published tree, in order and in flat memory: reading runs a
// few bundles ahead of comparing. What remains is the right edge, from which a log that was not
// closed in good order is followed on to its committed head.

import { type Bytes, digestSizeBytes, entriesPath, tilePath, tileWidth } from '@proofhouse/evidence'
import { checkExtras } from './extras.ts'
import type { Findings } from './findings.ts'
import type { BundleHashes } from '../../bundle-hash.ts'
import { type LeafHasher, rootOfEdges } from './hash.ts'
import { bundleCount, type Inventory } from './inventory.ts'
import type { StagedLeaves } from './staging.ts'
import { settleEdges, settleFullTile, type TileSides } from './tile-sides.ts'
import type { TileStore } from '../ports.ts'

/** Bundles that are read and hashed ahead; the largest are 16 MB each. */
const bundlesAhead = 16

/** A tile level while the tree is walked: the tile at its right end, stored and computed so far. */
interface Level {
  index: number
  stored: Bytes | null
  readonly computed: Bytes
  count: number
}

interface ReadBundle {
  readonly index: number
  readonly width: number
  readonly hashes: BundleHashes | null
  readonly stored: Bytes | null
}

/** What a check of a tree is about. */
export interface TreeTask {
  readonly tiles: TileStore
  readonly hasher: LeafHasher
  readonly size: number
  readonly root: Bytes
  readonly extras: Inventory['extras']
  readonly staged: StagedLeaves
  /** A smaller size whose root is wanted; null for none. */
  readonly olderSize: number | null
  readonly findings: Findings
}

/** What the files of the tree led to. */
export interface CheckedTree {
  /**
   * Hashes right of the full tiles, level by level; null when the files do not lead to the signed
   * root.
   */
  readonly edges: readonly Uint8Array[] | null
  /** Root at `olderSize`, when that is smaller than the tree. */
  readonly olderRoot: Uint8Array | null
}

/** Walks a tree once. */
export class TreeCheck {
  readonly #task: TreeTask
  readonly #levels: Level[] = []
  #olderRoot: Uint8Array | null = null

  constructor(task: TreeTask) {
    this.#task = task
  }

  /** Checks every file of the tree. @throws what the store throws */
  async run(): Promise<CheckedTree> {
    const { size, root, findings } = this.#task
    const before = findings.list.length
    let edge: TileSides | null = null
    for await (const bundle of this.#bundles()) {
      if (findings.full) return { edges: null, olderRoot: null }
      const { index, width, hashes, stored } = bundle
      const sides = { level: 0, index, width, stored, computed: hashes?.leaves ?? null }
      if (width < tileWidth) {
        this.#takeOlderRoot(index, hashes?.leaves ?? stored)
        edge = sides
      } else await this.#full(sides, hashes?.root ?? null)
    }
    const sides = await this.#edges(edge)
    const edges = settleEdges(sides, root, findings)
    if (edges === null && findings.list.length === before)
      findings.add('checkpoint', `signs another root than the files of its ${size} entries have`)
    if (edges !== null) this.#compareStaged(edges[0] ?? new Uint8Array())
    return { edges, olderRoot: this.#olderRoot }
  }

  /** Every bundle with its tile, in order, a few of them being read ahead. */
  async *#bundles(): AsyncGenerator<ReadBundle> {
    const { size } = this.#task
    const count = bundleCount(size)
    const ahead: Promise<ReadBundle>[] = []
    try {
      for (let next = 0, index = 0; index < count; index++) {
        for (; next < count && next < index + bundlesAhead; next++) {
          const width = Math.min(tileWidth, size - next * tileWidth)
          const reading = this.#readBundle(next, width)
          // Its failure is told when its turn comes.
          reading.catch(() => {})
          ahead.push(reading)
        }
        const bundle = await ahead.shift()
        if (bundle !== undefined) yield bundle
      }
    } finally {
      await Promise.allSettled(ahead)
    }
  }

  async #readBundle(index: number, width: number): Promise<ReadBundle> {
    const { tiles, hasher, findings } = this.#task
    const path = entriesPath({ index, width })
    const tile = tilePath({ level: 0, index, width })
    const whole = (await hasher.hashFiles?.({ bundle: path, tile }, width)) ?? null
    if (whole !== null) return { index, width, ...whole }
    const [bytes, stored] = await Promise.all([tiles.read(path), this.#readTile(0, index, width)])
    if (bytes === null) {
      findings.add(path, 'missing')
      return { index, width, hashes: null, stored }
    }
    const hashes = await hasher.hash(bytes, width)
    if (hashes === null) findings.add(path, `does not hold exactly ${width} entries`)
    return { index, width, hashes, stored }
  }

  async #readTile(level: number, index: number, width: number): Promise<Bytes | null> {
    const { tiles, findings } = this.#task
    const path = tilePath({ level, index, width })
    const bytes = await tiles.read(path)
    if (bytes?.length === width * digestSizeBytes) return bytes
    findings.add(
      path,
      bytes === null ? 'missing' : `has ${bytes.length} bytes, not ${width * digestSizeBytes}`,
    )
    return null
  }

  /** Settles a full tile and hands its root to the level above. */
  async #full(sides: TileSides, computedRoot: Uint8Array | null): Promise<void> {
    const { findings } = this.#task
    const parent = await this.#level(sides.level + 1, Math.floor(sides.index / tileWidth))
    const at = (sides.index % tileWidth) * digestSizeBytes
    const above = parent.stored?.subarray(at, at + digestSizeBytes) ?? null
    const settled = settleFullTile(sides, { above, computedRoot, findings })
    if (sides.level === 0) {
      this.#takeOlderRoot(sides.index, settled.hashes)
      for (const file of this.#task.staged.differing(sides.index * tileWidth, settled.hashes))
        findings.add(file, 'holds other entries than the signed tree')
    }
    await checkExtras(this.#task, { ...sides, hashes: settled.hashes })
    parent.computed.set(settled.root, at)
    parent.count++
    if (parent.count < tileWidth) return
    const { stored, index } = parent
    const computed = parent.computed.slice()
    parent.count = 0
    await this.#full({ level: sides.level + 1, index, width: tileWidth, stored, computed }, null)
  }

  /**
   * The tile of a level that is being computed; its stored side is read when the first hash of it
   * is.
   */
  async #level(level: number, index: number): Promise<Level> {
    const known = this.#levels[level]
    if (known?.index === index) return known
    const hashes = Math.floor(this.#task.size / tileWidth ** level)
    const width = Math.min(tileWidth, hashes - index * tileWidth)
    const stored = await this.#readTile(level, index, width)
    const computed = known?.computed ?? new Uint8Array(tileWidth * digestSizeBytes)
    const next = { index, stored, computed, count: 0 }
    this.#levels[level] = next
    return next
  }

  /** Both sides of the partial tiles at the right edge. */
  async #edges(first: TileSides | null): Promise<(TileSides | null)[]> {
    const { size } = this.#task
    const edges: (TileSides | null)[] = [first]
    for (let level = 1; Math.floor(size / tileWidth ** level) > 0; level++) {
      const width = Math.floor(size / tileWidth ** level) % tileWidth
      const index = Math.floor(size / tileWidth ** (level + 1))
      if (width === 0) edges.push(null)
      else {
        const { stored, computed } = await this.#level(level, index)
        edges.push({
          level,
          index,
          width,
          stored,
          computed: computed.subarray(0, width * digestSizeBytes),
        })
      }
    }
    return edges
  }

  /** The root at the older size, when it lies in this bundle. */
  #takeOlderRoot(index: number, leaves: Uint8Array | null): void {
    const { olderSize } = this.#task
    if (olderSize === null || leaves === null || Math.floor(olderSize / tileWidth) !== index) return
    const own = leaves.subarray(0, (olderSize % tileWidth) * digestSizeBytes)
    const above = Array.from({ length: this.#levels.length }, (_, level) => {
      const known = this.#levels[level]
      return known?.computed.subarray(0, known.count * digestSizeBytes) ?? new Uint8Array()
    })
    this.#olderRoot = rootOfEdges([own, ...above.slice(1)])
  }

  #compareStaged(leaves: Uint8Array): void {
    const { size, staged, findings } = this.#task
    const from = size - leaves.length / digestSizeBytes
    for (const file of staged.differing(from, leaves))
      findings.add(file, 'holds other entries than the signed tree')
  }
}
