// The one writer of a log: callers' entries → batches of whatever is waiting → staging log (one sync) → signed checkpoint in the
// lock store: the commit point (one sync) → tiles and publication behind (`publisher.ts`).

import { formatCheckpoint, type NoteSigner, signNote } from '@proofhouse/evidence'
import type { CosignableLedger } from './ledger.ts'
import { LedgerWriter } from './ledger-writer.ts'
import type { LedgerLimits } from './limits.ts'
import type { LockStore, StagingLog, TileStore } from './ports.ts'
import { type Head, Publisher } from './publisher.ts'
import type { RightEdge } from './right-edge.ts'
import { WaitingEntries, type WaitingEntry } from './waiting-entries.ts'

/** The stores and the key of a ledger. */
export interface LedgerStores {
  readonly tiles: TileStore
  readonly lock: LockStore
  readonly staging: StagingLog
  readonly signer: NoteSigner
}

/** A ledger over its stores; `openLedger` makes one. */
export class Sequencer extends LedgerWriter implements CosignableLedger {
  readonly #stores: LedgerStores
  /** The tree of the head; ahead of it only while a commit is under way. */
  readonly #edge: RightEdge
  readonly #publisher: Publisher
  #head: Head
  #committing = false
  #publishing: Promise<void> | null = null
  #publicationWanted = false
  /** Settled at the end of the next publication, or by a failure. */
  #publicationEnd = Promise.withResolvers<void>()
  #publishedAtMs = 0
  /** Until the next publication is due. */
  #later: NodeJS.Timeout | null = null
  #shortening: Promise<void> | null = null
  #stagedBytes = 0

  /** `head` is committed and, as `publishedNote`, published; `edge` is its tree's. */
  constructor(
    stores: LedgerStores,
    limits: LedgerLimits,
    state: { readonly head: Head; readonly publishedNote: string; readonly edge: RightEdge },
  ) {
    super(stores.tiles, limits)
    this.#stores = stores
    this.#head = state.head
    this.#edge = state.edge
    this.#publisher = new Publisher(stores, limits, {
      published: state.head,
      publishedNote: state.publishedNote,
      partials: state.edge.partialFiles(),
    })
  }

  async checkpoint(): Promise<Head> {
    const { size } = this.#head.checkpoint
    while (this.#publisher.published.checkpoint.size < size) {
      this.requireSound()
      this.publishSoon()
      await this.#publicationEnd.promise
    }
    this.requireSound()
    const { published, publishedNote } = this.#publisher
    return { note: publishedNote, checkpoint: published.checkpoint }
  }

  async cosigned(note: string): Promise<boolean> {
    this.requireOpen()
    return this.#publisher.cosigned(note)
  }

  protected async commit(batch: readonly WaitingEntry[]): Promise<void> {
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

  protected async committed(): Promise<void> {
    if (this.#publicationIsDue()) this.publishSoon()
    await this.#publisher.room()
    await this.#boundStaging()
  }

  /** Where entries come one by one, a publication after each would be most of the work. */
  protected override publishWhenIdle(): void {
    if (this.#publicationIsDue()) this.publishSoon()
    else this.#publishLater()
  }

  #publishLater(): void {
    if (this.hasFailed || this.#publisher.published === this.#head) return
    if (this.#later !== null || this.isClosing) return
    const inMs = this.#publishedAtMs + this.limits.publishEveryMs - performance.now()
    this.#later = setTimeout(() => {
      this.#later = null
      this.publishSoon()
    }, inMs)
    // A process that does nothing else any more may end: what is committed is published when the ledger is opened again.
    this.#later.unref()
  }

  #publicationIsDue(): boolean {
    return (
      this.#publicationWanted ||
      performance.now() - this.#publishedAtMs > this.limits.publishEveryMs
    )
  }

  protected publishSoon(): void {
    if (this.hasFailed || this.#publisher.published === this.#head) return
    this.#publicationWanted = true
    if (this.#committing || this.#publishing !== null) return
    this.#publicationWanted = false
    this.#publishedAtMs = performance.now()
    this.#publishing = this.#publisher
      .publish(this.#edge.partialFiles())
      .catch((cause: unknown) => {
        this.fail(cause)
      })
      .finally(() => {
        this.#publishing = null
        this.#endPublication()
        // Without a run under way nobody else would.
        if (this.#publicationWanted) this.publishSoon()
        else if (this.isIdle) this.#publishLater()
      })
  }

  #endPublication(): void {
    this.#publicationEnd.resolve()
    this.#publicationEnd = Promise.withResolvers<void>()
  }

  /** Beside the commits, unless it lags by a whole bound: then they wait. */
  async #boundStaging(): Promise<void> {
    if (this.#stagedBytes < this.limits.stagedMaxBytes) return
    await this.#shortening
    this.#stagedBytes = 0
    this.#shortening = this.#publisher.shortenStaging().catch((cause: unknown) => {
      this.fail(cause)
    })
  }

  protected async finish(): Promise<void> {
    clearTimeout(this.#later ?? undefined)
    await this.#publishing
    await this.#shortening
    await this.#publisher.finish(this.#edge.partialFiles())
  }

  protected async release(): Promise<void> {
    const { staging, lock } = this.#stores
    // Nothing of ours may still be written once others are let in.
    await Promise.all([this.#publishing, this.#shortening])
    await this.#publisher.stop()
    await staging.close()
    await lock.release()
  }

  protected override fail(cause: unknown, batch: readonly WaitingEntry[] = []): void {
    super.fail(cause, batch)
    this.#endPublication()
  }
}
