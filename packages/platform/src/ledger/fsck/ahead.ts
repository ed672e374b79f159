// Follows a log from its published head to its committed one. Entries between the two are in the
// staging log, or in full bundles that were made durable before the staging log was shortened.
// Tiles that were written ahead must be tiles of that larger tree.

import {
  type Checkpoint,
  digestSizeBytes,
  entriesPath,
  equalBytes,
  tileWidth,
} from '@proofhouse/evidence'
import { checkExtras } from './extras.ts'
import type { Committed } from './head.ts'
import { rootOver } from '../../bundle-hash.ts'
import { rootOfEdges } from './hash.ts'
import { extraKey } from './inventory.ts'
import type { CheckedTree, TreeTask } from './tree.ts'
import { committedPath } from '../layout.ts'

/**
 * Checks the committed heads against the tree, and what was written beyond the published size.
 * @throws what the store throws
 */
export async function checkAhead(
  task: TreeTask,
  tree: CheckedTree,
  committed: Committed | null,
): Promise<void> {
  const { size, root, findings } = task
  if (tree.edges === null) return
  const current = committed?.current ?? { size, root }
  const older = committed?.older ?? null
  if (current.size < size) {
    findings.add(committedPath, `commits ${current.size} entries; ${size} are published`)
    return
  }
  const compare = (head: Pick<Checkpoint, 'size' | 'root'>, found: Uint8Array) => {
    if (!equalBytes(head.root, found))
      findings.add(committedPath, `commits another root for its ${head.size} entries`)
  }
  const growing = new AheadTree(task, tree.edges)
  if (older !== null && older.size < size && tree.olderRoot !== null) compare(older, tree.olderRoot)
  if (older !== null && older.size >= size && older.size <= current.size) {
    if (await growing.growTo(older.size)) compare(older, growing.root())
  }
  if (await growing.growTo(current.size)) compare(current, growing.root())
  else
    findings.add(committedPath, `commits ${current.size} entries; entry ${growing.size} is nowhere`)
  await growing.checkRest()
}

/** The right edge of a tree, growing. */
class AheadTree {
  readonly #task: TreeTask
  readonly #edges: Uint8Array[]
  size: number

  constructor(task: TreeTask, edges: readonly Uint8Array[]) {
    this.#task = task
    this.#edges = [...edges]
    this.size = task.size
  }

  root(): Uint8Array {
    return rootOfEdges(this.#edges)
  }

  /** Whether the entries up to this size are there; the tree has grown by those that are. */
  async growTo(size: number): Promise<boolean> {
    while (this.size < size) {
      const index = Math.floor(this.size / tileWidth)
      const to = Math.min(size, (index + 1) * tileWidth)
      const leaves = this.#task.staged.slice(this.size, to) ?? (await this.#fromBundle(index, to))
      if (leaves === null) return false
      await this.#push(0, leaves)
      this.size = to
    }
    return true
  }

  /** Checks what was written ahead for the tiles at the edge. */
  async checkRest(): Promise<void> {
    for (const [level, hashes] of this.#edges.entries())
      await checkExtras(this.#task, { level, index: this.#indexAt(level), hashes })
  }

  /** Index of the tile at the edge of a level. */
  #indexAt(level: number): number {
    return Math.floor(this.size / tileWidth ** (level + 1))
  }

  async #fromBundle(index: number, to: number): Promise<Uint8Array | null> {
    const { tiles, hasher, extras } = this.#task
    const from = this.size - index * tileWidth
    const needed = to - index * tileWidth
    for (const { width } of extras.get(extraKey('entries', 0, index)) ?? []) {
      if (width < needed) continue
      const bytes = await tiles.read(entriesPath({ index, width }))
      const hashes = bytes === null ? null : await hasher.hash(bytes, width)
      if (hashes !== null)
        return hashes.leaves.subarray(from * digestSizeBytes, needed * digestSizeBytes)
    }
    return null
  }

  /** Adds hashes at a level, at most to the end of its tile. */
  async #push(level: number, hashes: Uint8Array): Promise<void> {
    const before = this.#edges[level] ?? new Uint8Array()
    const joined = new Uint8Array(before.length + hashes.length)
    joined.set(before)
    joined.set(hashes, before.length)
    if (joined.length < tileWidth * digestSizeBytes) {
      this.#edges[level] = joined
      return
    }
    await checkExtras(this.#task, { level, index: this.#indexAt(level), hashes: joined })
    this.#edges[level] = new Uint8Array()
    await this.#push(level + 1, rootOver(joined))
  }
}
