// The one writer of a log: callers' entries → batches of whatever is waiting → staging log (one sync) → signed checkpoint in the
// lock store: the commit point (one sync) → tiles behind → publication. No timer delays anybody.
// INVARIANT: an append resolves only after the swap that commits it; nothing acknowledged depends on tiles.
// INVARIANT: after any failure of a store the sequencer refuses for ever; opening the ledger again re-derives what was committed.

import {
  type Bytes,
  type Checkpoint,
  entriesPath,
  formatCheckpoint,
  formatTlogProof,
  maxEntrySizeBytes,
  nodeFromTiles,
  type NoteSigner,
  OperatingError,
  proveInclusion,
  signNote,
  tilePath,
  tileWidth,
} from '@proofhouse/evidence'
import { checkpointPath } from './layout.ts'
import type { Ledger, ReadEntry } from './ledger.ts'
import type { LockStore, StagingLog, TileStore } from './ports.ts'
import { readEntries, readTile } from './tile-reader.ts'
import { TileWriter } from './tile-writer.ts'
import { eachLeaf, fastSha256, GrowingTree } from './tree-hash.ts'

/** Entries of one batch at most: bounds how long the first caller of a batch waits for the last. */
const batchEntriesMax = 4_096
/** Bytes of one batch at most, but for a single large entry. */
const batchMaxBytes = 8 * 1_048_576
/** Entries that may wait. One more is refused: memory stays bounded and callers learn to slow down. */
const waitingEntriesMax = 65_536
/** Staged bytes after which tiles are made durable and the staging log is shortened. */
const stagedMaxBytes = 128 * 1_048_576
/** Under constant load the checkpoint is published at least this often. */
const publishEveryMs = 1_000

/** The stores and the key of a ledger. */
export interface LedgerStores {
  readonly tiles: TileStore
  readonly lock: LockStore
  readonly staging: StagingLog
  readonly signer: NoteSigner
}

/** Where a log stands: its committed head, and what lies right of its full tiles and bundles. */
export interface LogState {
  readonly note: string
  readonly checkpoint: Checkpoint
  /** Hashes right of the full tiles, level by level. */
  readonly edges: readonly Uint8Array[]
  /** Records of the entries right of the full bundles. */
  readonly tail: Bytes
}

interface Waiting {
  readonly entry: Bytes
  readonly resolve: (index: number) => void
  readonly reject: (error: unknown) => void
}

/** A partial tile or bundle at the right edge. */
interface PartialFile {
  readonly path: string
  readonly content: Uint8Array
  /** Path of the full file that will stand for it, and the size of the log from which on it does. */
  readonly full: string
  readonly fullAtSize: number
}

/** The records of one batch, one after the other. */
function bundleOf(batch: readonly Waiting[]): Bytes {
  const bundle = new Uint8Array(batch.reduce((sum, { entry }) => sum + entry.length + 2, 0))
  let offset = 0
  for (const { entry } of batch) {
    bundle[offset] = entry.length >> 8
    bundle[offset + 1] = entry.length & 255
    bundle.set(entry, offset + 2)
    offset += entry.length + 2
  }
  return bundle
}

/** A ledger over its stores; `openLedger` makes one. */
export class Sequencer implements Ledger {
  readonly #stores: LedgerStores
  readonly #writer: TileWriter
  readonly #tree: GrowingTree
  #note: string
  #checkpoint: Checkpoint
  /** Records of the bundle at the right edge, and how many entries they are. */
  #tail: Uint8Array[]
  #tailCount: number
  readonly #waiting: Waiting[] = []
  #running: Promise<void> | null = null
  #failure: { readonly cause: unknown } | null = null
  #closing: Promise<void> | null = null
  #publishing: Promise<void> | null = null
  #publishedNote: string | null = null
  #publishedAtMs = 0
  /** Full tiles and bundles that may have partial versions to remove. */
  readonly #partialOf = new Set<string>()
  readonly #superseded: string[] = []
  #stagedBytes = 0

  constructor(stores: LedgerStores, state: LogState) {
    this.#stores = stores
    this.#writer = new TileWriter(stores.tiles)
    this.#note = state.note
    this.#checkpoint = state.checkpoint
    this.#tailCount = state.checkpoint.size % tileWidth
    this.#tail = this.#tailCount === 0 ? [] : [state.tail]
    this.#tree = new GrowingTree({ size: state.checkpoint.size, edges: state.edges }, (...tile) =>
      this.#fullTile(...tile),
    )
    // Whoever had the log open before may have left partial versions of what is at the edge now.
    for (const { full } of this.#partialFiles()) this.#partialOf.add(full)
  }

  append(entry: Bytes): Promise<number> {
    if (entry.length > maxEntrySizeBytes)
      return Promise.reject(
        new OperatingError(
          'entry-too-large',
          `an entry of ${entry.length} bytes; a ledger takes at most ${maxEntrySizeBytes}`,
        ),
      )
    if (this.#failure !== null || this.#closing !== null) return Promise.reject(this.#refusal())
    if (this.#waiting.length >= waitingEntriesMax)
      return Promise.reject(
        new OperatingError(
          'ledger-overloaded',
          `${waitingEntriesMax} entries wait to be written; slow down and try again`,
        ),
      )
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  async checkpoint() {
    await this.#settle()
    return { note: this.#note, checkpoint: this.#checkpoint }
  }

  async proof(index: number): Promise<string> {
    const { note, checkpoint } = await this.checkpoint()
    const { size } = checkpoint
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw new OperatingError(
        'usage-invalid',
        `there is no entry ${index}; the ledger has ${size}`,
      )
    const getTile = (tile: Parameters<typeof readTile>[1]) => readTile(this.#stores.tiles, tile)
    const hashes = await proveInclusion(
      index,
      size,
      (node) => nodeFromTiles(node, size, getTile, fastSha256),
      fastSha256,
    )
    return formatTlogProof({ extra: null, index, hashes, checkpoint: note })
  }

  async *read(from: number, to: number): AsyncIterable<ReadEntry> {
    const { checkpoint } = await this.checkpoint()
    yield* readEntries(this.#stores.tiles, { from, to: Math.min(to, checkpoint.size), checkpoint })
  }

  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #run(): Promise<void> {
    // Lets everything that is about to be appended in this turn of the event loop join the batch.
    await nextTurn()
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch()
      try {
        await this.#commit(batch)
        await this.#writer.room()
        this.#shortenStaging()
      } catch (cause) {
        this.#fail(cause, batch)
        break
      }
      if (performance.now() - this.#publishedAtMs > publishEveryMs) this.#publishSoon()
      await nextTurn()
    }
    this.#running = null
    if (this.#failure === null) this.#publishSoon()
  }

  #takeBatch(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { entry } of this.#waiting) {
      bytes += entry.length
      if (count > 0 && (bytes > batchMaxBytes || count === batchEntriesMax)) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { lock, staging, signer } = this.#stores
    const firstIndex = this.#checkpoint.size
    const bundle = bundleOf(batch)
    await staging.append({ firstIndex, bundle, count: batch.length })
    this.#stagedBytes += bundle.length
    // What is signed is computed from the bytes that were handed to storage, not from the callers' own.
    this.#grow(bundle)
    const { origin } = this.#checkpoint
    const checkpoint = { origin, size: this.#tree.size, root: this.#tree.root() }
    const note = await signNote(formatCheckpoint(checkpoint), [signer])
    await lock.swap(this.#note, note)
    this.#note = note
    this.#checkpoint = checkpoint
    batch.forEach(({ resolve }, n) => {
      resolve(firstIndex + n)
    })
  }

  #grow(bundle: Bytes): void {
    let from = 0
    eachLeaf(bundle, (leaf, _start, end) => {
      this.#tree.append(leaf)
      this.#tailCount++
      if (this.#tailCount < tileWidth) return
      this.#tail.push(bundle.subarray(from, end))
      from = end
      this.#fullBundle()
    })
    if (from < bundle.length) this.#tail.push(bundle.subarray(from))
  }

  #fullBundle(): void {
    const index = this.#tree.size / tileWidth - 1
    const path = entriesPath({ index, width: tileWidth })
    this.#writer.add(path, new Uint8Array(Buffer.concat(this.#tail)))
    this.#supersede(path)
    this.#tail = []
    this.#tailCount = 0
  }

  #fullTile(level: number, index: number, hashes: Uint8Array): void {
    const path = tilePath({ level, index, width: tileWidth })
    this.#writer.add(path, hashes)
    this.#supersede(path)
  }

  /** The partial versions of a full file are needless once it is durable. */
  #supersede(path: string): void {
    if (this.#partialOf.delete(path)) this.#superseded.push(path)
  }

  /** Starts a publication unless one is under way; its failure is the ledger's. */
  #publishSoon(): void {
    this.#publishing ??= this.#publish()
      .catch((cause: unknown) => {
        this.#fail(cause, [])
      })
      .finally(() => {
        this.#publishing = null
      })
  }

  async #publish(): Promise<void> {
    const { tiles } = this.#stores
    const note = this.#note
    if (note === this.#publishedNote) return
    this.#publishedAtMs = performance.now()
    // The state of this moment: what follows may run beside further commits.
    const files = this.#partialFiles()
    await this.#writer.flush()
    for (const { path, content, full, fullAtSize } of files) {
      await tiles.write(path, content)
      if (this.#checkpoint.size < fullAtSize) this.#partialOf.add(full)
      else this.#superseded.push(full)
    }
    await tiles.write(checkpointPath, Buffer.from(note))
    this.#publishedNote = note
  }

  #partialFiles(): PartialFile[] {
    const files = this.#tree.partialTiles().map(({ hashes, ...tile }) => ({
      path: tilePath(tile),
      full: tilePath({ ...tile, width: tileWidth }),
      fullAtSize: (tile.index + 1) * tileWidth ** (tile.level + 1),
      content: hashes,
    }))
    if (this.#tailCount === 0) return files
    const index = Math.floor(this.#tree.size / tileWidth)
    return [
      ...files,
      {
        path: entriesPath({ index, width: this.#tailCount }),
        full: entriesPath({ index, width: tileWidth }),
        fullAtSize: (index + 1) * tileWidth,
        content: Buffer.concat(this.#tail),
      },
    ]
  }

  /** Beside the commits: makes the tiles so far durable, then forgets the batches they hold. */
  #shortenStaging(): void {
    if (this.#stagedBytes < stagedMaxBytes) return
    this.#stagedBytes = 0
    const size = Math.floor(this.#tree.size / tileWidth) * tileWidth
    const shorten = async () => {
      await this.#writer.flush()
      await this.#writer.sync()
      await this.#stores.staging.forget(size)
      await this.#removeSuperseded()
    }
    shorten().catch((cause: unknown) => {
      this.#fail(cause, [])
    })
  }

  async #removeSuperseded(): Promise<void> {
    for (const path of this.#superseded.splice(0)) await this.#stores.tiles.remove(`${path}.p`)
  }

  /** Waits until everything appended is committed and published. @throws what made the ledger fail */
  async #settle(): Promise<void> {
    if (this.#running !== null) await this.#running
    for (let under = this.#publishing; under !== null; under = this.#publishing) await under
    if (this.#failure === null && this.#note !== this.#publishedNote) {
      this.#publishSoon()
      await this.#publishing
    }
    if (this.#failure !== null) throw this.#refusal()
  }

  async #end(): Promise<void> {
    const { tiles, staging, lock } = this.#stores
    try {
      await this.#settle()
      await this.#writer.flush()
      await this.#writer.sync()
      await tiles.sync([...this.#partialFiles().map(({ path }) => path), checkpointPath])
      await staging.forget(this.#checkpoint.size)
      await this.#removeSuperseded()
    } catch (error) {
      // What made the ledger fail was told to whoever waited for it; closing only lets go.
      if (this.#failure === null) throw error
    } finally {
      await staging.close()
      await lock.release()
    }
  }

  #fail(cause: unknown, batch: readonly Waiting[]): void {
    this.#failure ??= { cause }
    for (const { reject } of batch) reject(cause)
    for (const { reject } of this.#waiting.splice(0)) reject(this.#refusal())
  }

  #refusal(): OperatingError {
    const failure = this.#failure
    if (failure === null) return new OperatingError('ledger-closed', 'the ledger is closed')
    if (failure.cause instanceof OperatingError) return failure.cause
    return new OperatingError(
      'ledger-closed',
      'the ledger closed itself after a failed write; what it acknowledged is safe, run the command again',
      { cause: failure.cause },
    )
  }
}

const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
