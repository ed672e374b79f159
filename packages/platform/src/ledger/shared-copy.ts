// What one of several writers knows of the log they share: the head it saw last, the tree up to it, and the full files that the entries
// since its own start have completed. It catches up from the batches of the others, or from the published tiles where those batches are
// forgotten, and believes neither: both must lead to the signed root, and the log it knew must be the beginning of the one it finds.
// INVARIANT: the head never goes back and never leaves its past, so that no writer can be led to sign a fork.

import {
  type Bytes,
  type Checkpoint,
  emptyRoot,
  equalBytes,
  frontierRoot,
  nodeFromTiles,
  type NoteVerifier,
  OperatingError,
  peakNodes,
} from '@proofhouse/evidence'
import { openCommitted, readPublished, storedEdge } from './open-ledger.ts'
import type { SharedState, TileStore } from './ports.ts'
import type { Head } from './publisher.ts'
import { type LogFile, type PartialFile, RightEdge } from './right-edge.ts'
import { readTile } from './tile-reader.ts'
import { fastSha256 } from './tree-hash.ts'

/** A full tile or bundle, and the size of the log when the batch that completed it was committed. */
export interface FullFile extends LogFile {
  readonly atSize: number
}

/** All that is needed to publish a head. */
export interface Publication {
  readonly head: Head
  readonly partials: readonly PartialFile[]
  /** Full files, of which the others may have published some. */
  readonly files: readonly FullFile[]
}

const nothing = { size: 0, hashes: [], tail: new Uint8Array() }

const corrupt = (message: string) =>
  new OperatingError('ledger-corrupt', `${message}; run \`proofhouse ledger fsck\``)

/** One writer's copy of the shared log's right edge. */
export class SharedCopy {
  readonly #tiles: TileStore
  readonly #verifier: NoteVerifier
  #edge = new RightEdge(nothing)
  #head: Head
  #files: FullFile[] = []
  #pendingBytes = 0

  constructor(tiles: TileStore, verifier: NoteVerifier) {
    this.#tiles = tiles
    this.#verifier = verifier
    const checkpoint = { origin: verifier.name, size: 0, root: emptyRoot() }
    this.#head = { note: '', checkpoint }
  }

  /** The newest head that this writer knows. */
  get head(): Head {
    return this.#head
  }

  /** Size of the full files that wait to be published. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Follows the log to its committed head. @throws ledger-corrupt when that does not extend what is known */
  async catchUp(note: string, batches: SharedState['batches']): Promise<void> {
    if (note === this.#head.note) return
    const checkpoint = await openCommitted(note, this.#verifier)
    if (checkpoint.size < this.#head.checkpoint.size)
      throw corrupt('the committed checkpoint is behind one that was committed before')
    for await (const batch of batches) {
      if (batch.firstIndex > this.#edge.size) await this.#readPublished()
      // The published tiles may reach beyond some of the batches.
      if (batch.firstIndex < this.#edge.size) continue
      if (batch.firstIndex > this.#edge.size)
        throw corrupt(`the entries before ${batch.firstIndex} are neither staged nor published`)
      this.grow(batch.bundle)
    }
    if (this.#edge.size < checkpoint.size) await this.#readPublished()
    const { size, root } = this.follow()
    if (size !== checkpoint.size || !equalBytes(root, checkpoint.root))
      throw corrupt(
        'the committed checkpoint does not follow from the tiles and the staged batches',
      )
    this.#head = { note, checkpoint }
  }

  /** Takes the records of the next entries. */
  grow(records: Bytes): void {
    const completed = this.#edge.grow(records)
    for (const file of completed) {
      this.#files.push({ ...file, atSize: this.#edge.size })
      this.#pendingBytes += file.content.length
    }
  }

  /** The checkpoint of everything taken so far; it is no head before it is signed and committed. */
  follow(): Checkpoint {
    const { origin } = this.#head.checkpoint
    return { origin, size: this.#edge.size, root: this.#edge.root() }
  }

  /** What was taken is committed under this head. */
  committed(head: Head): void {
    this.#head = head
  }

  /** Hands out what publishing the head needs; only while nothing is taken that is not committed. */
  publication(): Publication {
    const files = this.#files
    this.#files = []
    this.#pendingBytes = 0
    return { head: this.#head, partials: this.#edge.partialFiles(), files }
  }

  /** Goes on from the published log, whose batches are forgotten. */
  async #readPublished(): Promise<void> {
    const published = await readPublished(this.#tiles, this.#verifier)
    const { size, root } = published?.checkpoint ?? { size: 0, root: emptyRoot() }
    if (size <= this.#edge.size) return
    const known = this.follow()
    if (!equalBytes(await this.#rootWithin(known.size, size), known.root))
      throw corrupt(`the published log does not extend the one of ${known.size} entries`)
    const edge = new RightEdge(await storedEdge(this.#tiles, size))
    if (!equalBytes(edge.root(), root)) throw corrupt('the tiles do not lead to the published root')
    this.#edge = edge
    // Whoever published it has made its full files durable.
    this.#files = []
    this.#pendingBytes = 0
  }

  /** Root of the first entries of the published log, from its tiles. */
  async #rootWithin(size: number, publishedSize: number): Promise<Bytes> {
    if (size === 0) return emptyRoot()
    const peaks: Uint8Array[] = []
    for (const node of peakNodes(size))
      peaks.push(
        await nodeFromTiles(node, publishedSize, (tile) => readTile(this.#tiles, tile), fastSha256),
      )
    return new Uint8Array(frontierRoot({ size, peaks }, fastSha256))
  }
}
