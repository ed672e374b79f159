// The one writer of a log: callers' entries → batches of whatever is waiting → staging log (one sync) → signed checkpoint in the
// lock store: the commit point (one sync) → tiles and publication behind (`publisher.ts`). No timer delays anybody.
// INVARIANT: an append resolves only after the swap that commits it; nothing acknowledged depends on tiles.
// INVARIANT: after any failure of a store the sequencer refuses for ever; opening the ledger again re-derives what was committed.

import {
  type Bytes,
  formatCheckpoint,
  maxEntrySizeBytes,
  type NoteSigner,
  OperatingError,
  signNote,
} from '@proofhouse/evidence'
import type { CosignableLedger, ReadEntry } from './ledger.ts'
import type { LedgerLimits } from './limits.ts'
import type { LockStore, StagingLog, TileStore } from './ports.ts'
import { proveEntry } from './prove-entry.ts'
import { type Head, Publisher } from './publisher.ts'
import type { RightEdge } from './right-edge.ts'
import { TileNodes } from './tile-nodes.ts'
import { readEntries } from './tile-reader.ts'
import { WaitingEntries, type WaitingEntry } from './waiting-entries.ts'

/** The stores and the key of a ledger. */
export interface LedgerStores {
  readonly tiles: TileStore
  readonly lock: LockStore
  readonly staging: StagingLog
  readonly signer: NoteSigner
}

/** A ledger over its stores; `openLedger` makes one. */
export class Sequencer implements CosignableLedger {
  readonly #stores: LedgerStores
  readonly #limits: LedgerLimits
  readonly #waiting: WaitingEntries
  readonly #nodes: TileNodes
  /** The tree of the head; ahead of it only while a commit is under way. */
  readonly #edge: RightEdge
  readonly #publisher: Publisher
  #head: Head
  #committing = false
  #running: Promise<void> | null = null
  #publishing: Promise<void> | null = null
  #publicationWanted = false
  /** Settled at the end of the next publication, or by a failure. */
  #publicationEnd = Promise.withResolvers<void>()
  #publishedAtMs = 0
  /** Until the next publication is due. */
  #later: NodeJS.Timeout | null = null
  #shortening: Promise<void> | null = null
  #stagedBytes = 0
  #failure: { readonly cause: unknown } | null = null
  /** Whether any caller has heard of the failure. */
  #told = false
  #closing: Promise<void> | null = null

  /** `head` is committed and, as `publishedNote`, published; `edge` is its tree's. */
  constructor(
    stores: LedgerStores,
    limits: LedgerLimits,
    state: { readonly head: Head; readonly publishedNote: string; readonly edge: RightEdge },
  ) {
    this.#stores = stores
    this.#limits = limits
    this.#nodes = new TileNodes(stores.tiles)
    this.#waiting = new WaitingEntries(limits)
    this.#head = state.head
    this.#edge = state.edge
    this.#publisher = new Publisher(stores, limits, {
      published: state.head,
      publishedNote: state.publishedNote,
      partials: state.edge.partialFiles(),
    })
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
    const waiting = this.#waiting.add(entry)
    this.#running ??= this.#run()
    return waiting
  }

  async checkpoint(): Promise<Head> {
    const { size } = this.#head.checkpoint
    while (this.#publisher.published.checkpoint.size < size) {
      if (this.#failure !== null) throw this.#refusal()
      this.#publishSoon()
      await this.#publicationEnd.promise
    }
    if (this.#failure !== null) throw this.#refusal()
    const { published, publishedNote } = this.#publisher
    return { note: publishedNote, checkpoint: published.checkpoint }
  }

  async cosigned(note: string): Promise<boolean> {
    if (this.#failure !== null || this.#closing !== null) throw this.#refusal()
    return this.#publisher.cosigned(note)
  }

  async proof(index: number): Promise<string> {
    return proveEntry(this.#nodes, await this.checkpoint(), index)
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
    while (this.#waiting.count > 0 && this.#failure === null) {
      let batch = this.#waiting.takeBatch()
      try {
        await this.#commit(batch)
        batch = []
        if (this.#publicationIsDue()) this.#publishSoon()
        await this.#publisher.room()
        await this.#boundStaging()
      } catch (cause) {
        this.#fail(cause, batch)
      }
      await nextTurn()
    }
    this.#running = null
    if (this.#publicationIsDue()) this.#publishSoon()
    else this.#publishLater()
  }

  /** Once it is due: where entries come one by one, a publication after each would be most of the work. */
  #publishLater(): void {
    if (this.#failure !== null || this.#publisher.published === this.#head) return
    if (this.#later !== null || this.#closing !== null) return
    const inMs = this.#publishedAtMs + this.#limits.publishEveryMs - performance.now()
    this.#later = setTimeout(() => {
      this.#later = null
      this.#publishSoon()
    }, inMs)
    // A process that does nothing else any more may end: what is committed is published when the ledger is opened again.
    this.#later.unref()
  }

  async #commit(batch: readonly WaitingEntry[]): Promise<void> {
    const { lock, staging, signer } = this.#stores
    const firstIndex = this.#head.checkpoint.size
    const records = WaitingEntries.recordsOf(batch)
    await staging.append({ firstIndex, bundle: records, count: batch.length })
    this.#stagedBytes += records.length
    this.#committing = true
    // What is signed is computed from the records that storage has confirmed, not from the callers' own bytes.
    const files = this.#edge.grow(records)
    const { origin } = this.#head.checkpoint
    const checkpoint = { origin, size: this.#edge.size, root: this.#edge.root() }
    const note = await signNote(formatCheckpoint(checkpoint), [signer])
    await lock.swap(this.#head.note, note)
    this.#head = { note, checkpoint }
    this.#publisher.committed(this.#head, files)
    this.#committing = false
    batch.forEach(({ resolve }, n) => {
      resolve(firstIndex + n)
    })
  }

  #publicationIsDue(): boolean {
    return (
      this.#publicationWanted ||
      performance.now() - this.#publishedAtMs > this.#limits.publishEveryMs
    )
  }

  /**
   * Publishes the committed head, at once or after the commit and the publication that are under way. Its failure is the ledger's.
   */
  #publishSoon(): void {
    if (this.#failure !== null || this.#publisher.published === this.#head) return
    this.#publicationWanted = true
    if (this.#committing || this.#publishing !== null) return
    this.#publicationWanted = false
    this.#publishedAtMs = performance.now()
    this.#publishing = this.#publisher
      .publish(this.#edge.partialFiles())
      .catch((cause: unknown) => {
        this.#fail(cause, [])
      })
      .finally(() => {
        this.#publishing = null
        this.#endPublication()
        // Without a run under way nobody else would.
        if (this.#publicationWanted) this.#publishSoon()
        else if (this.#running === null) this.#publishLater()
      })
  }

  #endPublication(): void {
    this.#publicationEnd.resolve()
    this.#publicationEnd = Promise.withResolvers<void>()
  }

  /** Beside the commits, unless it lags by a whole bound: then they wait. */
  async #boundStaging(): Promise<void> {
    if (this.#stagedBytes < this.#limits.stagedMaxBytes) return
    await this.#shortening
    this.#stagedBytes = 0
    this.#shortening = this.#publisher.shortenStaging().catch((cause: unknown) => {
      this.#fail(cause, [])
    })
  }

  async #end(): Promise<void> {
    const { staging, lock } = this.#stores
    await this.#running
    clearTimeout(this.#later ?? undefined)
    const told = this.#told
    try {
      await this.checkpoint()
      await this.#publishing
      await this.#shortening
      await this.#publisher.finish(this.#edge.partialFiles())
    } catch (error) {
      // What made the ledger fail is told once; closing then only lets go.
      if (!told) throw error
    } finally {
      // Nothing of ours may still be written once others are let in.
      await Promise.all([this.#publishing, this.#shortening])
      await this.#publisher.stop()
      await staging.close()
      await lock.release()
    }
  }

  #fail(cause: unknown, batch: readonly WaitingEntry[]): void {
    this.#failure ??= { cause }
    this.#told ||= batch.length + this.#waiting.count > 0
    for (const { reject } of batch) reject(cause)
    if (this.#waiting.count > 0) this.#waiting.rejectAll(this.#refusal())
    this.#endPublication()
  }

  #refusal(): OperatingError {
    const cause = this.#failure?.cause ?? null
    this.#told ||= this.#failure !== null
    if (cause === null) return new OperatingError('ledger-closed', 'the ledger is closed')
    if (cause instanceof OperatingError) return cause
    return new OperatingError(
      'ledger-closed',
      'the ledger closed itself after a failed write; what it acknowledged is safe, run the command again',
      { cause },
    )
  }
}

const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
