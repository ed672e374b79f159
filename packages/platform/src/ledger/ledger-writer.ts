// What every writer of a log does, alone or beside others: callers' entries wait, whatever waits becomes a batch, and a failure of a store is
// for ever. No timer delays anybody who appends. How a batch is committed and published is each kind's own.
// INVARIANT: an append resolves only after the commit that holds it; nothing acknowledged depends on tiles.
// INVARIANT: after any failure of a store the writer refuses for ever; opening the ledger again shows what was committed.

import { type Bytes, maxEntrySizeBytes, OperatingError } from '@proofhouse/evidence'
import type { Ledger, ReadEntry } from './ledger.ts'
import type { LedgerLimits } from './limits.ts'
import type { TileStore } from './ports.ts'
import { proveEntry } from './prove-entry.ts'
import type { Head } from './publisher.ts'
import { TileNodes } from './tile-nodes.ts'
import { readEntries } from './tile-reader.ts'
import { WaitingEntries, type WaitingEntry } from './waiting-entries.ts'

/** A ledger that takes entries in batches. */
export abstract class LedgerWriter implements Ledger {
  protected readonly limits: LedgerLimits
  readonly #tiles: TileStore
  readonly #nodes: TileNodes
  readonly #waiting: WaitingEntries
  #running: Promise<void> | null = null
  #failure: { readonly cause: unknown } | null = null
  /** Whether any caller has heard of the failure. */
  #told = false
  #closing: Promise<void> | null = null

  constructor(tiles: TileStore, limits: LedgerLimits) {
    this.limits = limits
    this.#tiles = tiles
    this.#nodes = new TileNodes(tiles)
    this.#waiting = new WaitingEntries(limits)
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

  abstract checkpoint(): Promise<Head>

  async proof(index: number): Promise<string> {
    return proveEntry(this.#nodes, await this.checkpoint(), index)
  }

  async *read(from: number, to: number): AsyncIterable<ReadEntry> {
    const { checkpoint } = await this.checkpoint()
    yield* readEntries(this.#tiles, { from, to: Math.min(to, checkpoint.size), checkpoint })
  }

  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  /** Commits a batch, and tells each entry's index. */
  protected abstract commit(batch: readonly WaitingEntry[]): Promise<void>
  /** What is due once a batch is committed; the next one waits for it. */
  protected abstract committed(): Promise<void>
  /** Publishes the committed head, at once or after what is under way. Its failure is the ledger's. */
  protected abstract publishSoon(): void
  /** Publishes once nothing waits any more. */
  protected publishWhenIdle(): void {
    this.publishSoon()
  }

  /** Writes out what publication left, before others are let in. */
  protected abstract finish(): Promise<void>
  /** Waits for what is under way, and lets others in. */
  protected abstract release(): Promise<void>

  protected get hasFailed(): boolean {
    return this.#failure !== null
  }

  /** Whether no batch is under way that would publish afterwards. */
  protected get isIdle(): boolean {
    return this.#running === null
  }

  protected get isClosing(): boolean {
    return this.#closing !== null
  }

  /** @throws what the ledger failed with */
  protected requireSound(): void {
    if (this.#failure !== null) throw this.#refusal()
  }

  /** @throws what the ledger failed with; ledger-closed */
  protected requireOpen(): void {
    if (this.#failure !== null || this.#closing !== null) throw this.#refusal()
  }

  /** Ends the ledger: whoever waits is told. */
  protected fail(cause: unknown, batch: readonly WaitingEntry[] = []): void {
    this.#failure ??= { cause }
    this.#told ||= batch.length + this.#waiting.count > 0
    for (const { reject } of batch) reject(cause)
    if (this.#waiting.count > 0) this.#waiting.rejectAll(this.#refusal())
  }

  async #run(): Promise<void> {
    // Lets everything that is about to be appended in this turn of the event loop join the batch.
    await nextTurn()
    while (this.#waiting.count > 0 && this.#failure === null) {
      let batch = this.#waiting.takeBatch()
      try {
        await this.commit(batch)
        batch = []
        await this.committed()
      } catch (cause) {
        this.fail(cause, batch)
      }
      await nextTurn()
    }
    this.#running = null
    this.publishWhenIdle()
  }

  async #end(): Promise<void> {
    await this.#running
    const told = this.#told
    try {
      await this.checkpoint()
      await this.finish()
    } catch (error) {
      // What made the ledger fail is told once; closing then only lets go.
      if (!told) throw error
    } finally {
      await this.release()
    }
  }

  #refusal(): OperatingError {
    const cause = this.#failure?.cause ?? null
    this.#told ||= this.#failure !== null
    if (cause === null) return new OperatingError('ledger-closed', 'the ledger is closed')
    if (cause instanceof OperatingError) return cause
    return new OperatingError(
      'ledger-closed',
      'the ledger closed itself after a failed write; what it acknowledged is safe, open it again',
      { cause },
    )
  }
}

/** The next turn of the event loop. */
export const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
