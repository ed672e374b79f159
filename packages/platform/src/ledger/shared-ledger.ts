// One of several writers of a log: callers' entries → batches of whatever is waiting → batch and signed checkpoint in the shared log, in
// one step: the commit point → tiles and publication behind. Before each commit the writer sees what the others have committed, checks
// that it extends what it knows, and adds its batch after it: nobody's entry is lost, and no entry needs a second try.
// INVARIANT: an append resolves only after the commit that holds it; nothing acknowledged depends on tiles.
// INVARIANT: after any failure of a store the writer refuses for ever; opening the log again shows what was committed.

import {
  type Bytes,
  formatCheckpoint,
  maxEntrySizeBytes,
  type NoteSigner,
  type NoteVerifier,
  OperatingError,
  signNote,
} from '@proofhouse/evidence'
import { checkpointPath } from './layout.ts'
import type { Ledger, ReadEntry } from './ledger.ts'
import { type LedgerLimits, ledgerLimits } from './limits.ts'
import { readPublished } from './open-ledger.ts'
import type { SharedCommit, SharedLog, SharedState, TileStore } from './ports.ts'
import { proveEntry } from './prove-entry.ts'
import type { Head } from './publisher.ts'
import { type Publication, SharedCopy } from './shared-copy.ts'
import { publishShared } from './shared-publication.ts'
import { TileNodes } from './tile-nodes.ts'
import { readEntries } from './tile-reader.ts'
import { WaitingEntries, type WaitingEntry } from './waiting-entries.ts'

/** The stores that the writers share, and the key of their log. */
export interface SharedStores {
  readonly tiles: TileStore
  readonly log: SharedLog
  readonly signer: NoteSigner
}

/**
 * Opens a log beside its other writers. `verifier` is the public half of the stores' signer.
 * @throws ledger-corrupt when the stores contradict each other, ledger-conflict, storage-failed
 */
export async function openSharedLedger(
  stores: SharedStores,
  verifier: NoteVerifier,
  limits: Partial<LedgerLimits> = {},
): Promise<Ledger> {
  const copy = new SharedCopy(stores.tiles, verifier)
  await stores.log.commit(0, async ({ note, batches }) => {
    if (note !== null) {
      await copy.catchUp(note, batches)
      return null
    }
    // Without its commit point, a log that has been published must not start anew: that would be a fork.
    if ((await stores.tiles.read(checkpointPath)) !== null)
      throw new OperatingError(
        'ledger-corrupt',
        'there is a published checkpoint and no committed one; run `proofhouse ledger fsck`',
      )
    const checkpoint = copy.follow()
    const first = await signNote(formatCheckpoint(checkpoint), [stores.signer])
    copy.committed({ note: first, checkpoint })
    return { batch: null, note: () => Promise.resolve(first) }
  })
  const published = await publishShared({ ...stores, verifier }, copy.publication())
  if (published.checkpoint.size > copy.head.checkpoint.size) {
    // The others went on in between, or the commit point is from a backup: what is committed now must reach what is published.
    await stores.log.commit(copy.head.checkpoint.size, async ({ note, batches }) => {
      await copy.catchUp(note ?? '', batches)
      return null
    })
    if (published.checkpoint.size > copy.head.checkpoint.size)
      throw new OperatingError(
        'ledger-corrupt',
        `${published.checkpoint.size} entries are published, but the commit point holds ${copy.head.checkpoint.size}; ` +
          'run `proofhouse ledger fsck`',
      )
  }
  return new SharedLedger(stores, verifier, {
    copy,
    published,
    limits: { ...ledgerLimits, ...limits },
  })
}

class SharedLedger implements Ledger {
  readonly #stores: SharedStores
  readonly #verifier: NoteVerifier
  readonly #limits: LedgerLimits
  readonly #waiting: WaitingEntries
  readonly #nodes: TileNodes
  readonly #copy: SharedCopy
  #published: Head
  #publishedAtMs = 0
  #committing: Promise<void> | null = null
  #publicationWanted = false
  #running: Promise<void> | null = null
  #publishing: Promise<void> | null = null
  #failure: { readonly cause: unknown } | null = null
  /** Whether any caller has heard of the failure. */
  #told = false
  #closing: Promise<void> | null = null

  constructor(
    stores: SharedStores,
    verifier: NoteVerifier,
    given: { readonly copy: SharedCopy; readonly published: Head; readonly limits: LedgerLimits },
  ) {
    this.#stores = stores
    this.#verifier = verifier
    this.#limits = given.limits
    this.#nodes = new TileNodes(stores.tiles)
    this.#waiting = new WaitingEntries(given.limits)
    this.#copy = given.copy
    this.#published = given.published
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
    const { size } = this.#copy.head.checkpoint
    while (this.#failure === null && this.#published.checkpoint.size < size) {
      this.#publishSoon()
      await (this.#publishing ?? this.#committing ?? nextTurn())
    }
    if (this.#failure !== null) throw this.#refusal()
    // The others publish too.
    const found = await readPublished(this.#stores.tiles, this.#verifier)
    this.#published = newer(this.#published, found)
    return this.#published
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
      const batch = this.#waiting.takeBatch()
      try {
        await this.#commit(batch)
      } catch (cause) {
        this.#fail(cause, batch)
      }
      const lagMs = performance.now() - this.#publishedAtMs
      const isLarge = this.#copy.pendingBytes > this.#limits.pendingMaxBytes
      if (isLarge) await this.#publishing
      if (isLarge || this.#publicationWanted || lagMs > this.#limits.publishEveryMs)
        this.#publishSoon()
      await nextTurn()
    }
    this.#running = null
    this.#publishSoon()
  }

  async #commit(batch: readonly WaitingEntry[]): Promise<void> {
    const { log } = this.#stores
    const bundle = WaitingEntries.recordsOf(batch)
    let firstIndex = 0
    let head = this.#copy.head
    const step = async ({ note, batches }: SharedState): Promise<SharedCommit> => {
      if (note === null)
        throw new OperatingError('ledger-corrupt', 'the committed checkpoint is gone')
      await this.#copy.catchUp(note, batches)
      firstIndex = this.#copy.head.checkpoint.size
      return {
        batch: { firstIndex, bundle, count: batch.length },
        note: async () => {
          this.#copy.grow(bundle)
          head = await this.#signed()
          return head.note
        },
      }
    }
    const done = log.commit(this.#copy.head.checkpoint.size, step)
    this.#committing = done.catch(() => {})
    await done
    this.#copy.committed(head)
    this.#committing = null
    batch.forEach(({ resolve }, n) => {
      resolve(firstIndex + n)
    })
  }

  async #signed(): Promise<Head> {
    const checkpoint = this.#copy.follow()
    return { note: await signNote(formatCheckpoint(checkpoint), [this.#stores.signer]), checkpoint }
  }

  /** Publishes the head, at once or after the commit and the publication that are under way. Its failure is the ledger's. */
  #publishSoon(): void {
    if (this.#failure !== null) return
    if (this.#published.checkpoint.size >= this.#copy.head.checkpoint.size) return
    this.#publicationWanted = true
    if (this.#committing !== null || this.#publishing !== null) return
    this.#publicationWanted = false
    this.#publishedAtMs = performance.now()
    this.#publishing = this.#publish(this.#copy.publication())
      .catch((cause: unknown) => {
        this.#fail(cause, [])
      })
      .finally(() => {
        this.#publishing = null
        // Without a run under way nobody else would.
        if (this.#running === null || this.#publicationWanted) this.#publishSoon()
      })
  }

  async #publish(publication: Publication): Promise<void> {
    const place = { ...this.#stores, verifier: this.#verifier }
    this.#published = newer(this.#published, await publishShared(place, publication))
  }

  async #end(): Promise<void> {
    await this.#running
    const told = this.#told
    try {
      await this.checkpoint()
    } catch (error) {
      // What made the ledger fail is told once; closing then only lets go.
      if (!told) throw error
    } finally {
      await this.#publishing
      await this.#stores.log.release()
    }
  }

  #fail(cause: unknown, batch: readonly WaitingEntry[]): void {
    this.#failure ??= { cause }
    this.#told ||= batch.length + this.#waiting.count > 0
    for (const { reject } of batch) reject(cause)
    if (this.#waiting.count > 0) this.#waiting.rejectAll(this.#refusal())
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

const newer = (known: Head, found: Head | null): Head =>
  found !== null && found.checkpoint.size > known.checkpoint.size ? found : known

const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
