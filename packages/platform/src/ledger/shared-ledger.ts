// One of several writers of a log: callers' entries → batches of whatever is waiting → batch and signed checkpoint in the shared log, in
// one step: the commit point → tiles and publication behind. Before each commit the writer sees what the others have committed, checks
// that it extends what it knows, and adds its batch after it: nobody's entry is lost, and no entry needs a second try.

import {
  formatCheckpoint,
  type NoteSigner,
  type NoteVerifier,
  OperatingError,
  signNote,
} from '@proofhouse/evidence'
import { checkpointPath } from './layout.ts'
import type { Ledger } from './ledger.ts'
import { LedgerWriter, nextTurn } from './ledger-writer.ts'
import { type LedgerLimits, ledgerLimits } from './limits.ts'
import { readPublished } from './open-ledger.ts'
import type { SharedCommit, SharedLog, SharedState, TileStore } from './ports.ts'
import type { Head } from './publisher.ts'
import { type Publication, SharedCopy } from './shared-copy.ts'
import { publishShared } from './shared-publication.ts'
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

class SharedLedger extends LedgerWriter {
  readonly #stores: SharedStores
  readonly #verifier: NoteVerifier
  readonly #copy: SharedCopy
  #published: Head
  #publishedAtMs = 0
  #committing: Promise<void> | null = null
  #publicationWanted = false
  #publishing: Promise<void> | null = null

  constructor(
    stores: SharedStores,
    verifier: NoteVerifier,
    given: { readonly copy: SharedCopy; readonly published: Head; readonly limits: LedgerLimits },
  ) {
    super(stores.tiles, given.limits)
    this.#stores = stores
    this.#verifier = verifier
    this.#copy = given.copy
    this.#published = given.published
  }

  async checkpoint(): Promise<Head> {
    const { size } = this.#copy.head.checkpoint
    while (!this.hasFailed && this.#published.checkpoint.size < size) {
      this.publishSoon()
      await (this.#publishing ?? this.#committing ?? nextTurn())
    }
    this.requireSound()
    // The others publish too.
    const found = await readPublished(this.#stores.tiles, this.#verifier)
    this.#published = newer(this.#published, found)
    return this.#published
  }

  protected async commit(batch: readonly WaitingEntry[]): Promise<void> {
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

  protected async committed(): Promise<void> {
    const lagMs = performance.now() - this.#publishedAtMs
    const isLarge = this.#copy.pendingBytes > this.limits.pendingMaxBytes
    if (isLarge) await this.#publishing
    if (isLarge || this.#publicationWanted || lagMs > this.limits.publishEveryMs) this.publishSoon()
  }

  async #signed(): Promise<Head> {
    const checkpoint = this.#copy.follow()
    return { note: await signNote(formatCheckpoint(checkpoint), [this.#stores.signer]), checkpoint }
  }

  protected publishSoon(): void {
    if (this.hasFailed) return
    if (this.#published.checkpoint.size >= this.#copy.head.checkpoint.size) return
    this.#publicationWanted = true
    if (this.#committing !== null || this.#publishing !== null) return
    this.#publicationWanted = false
    this.#publishedAtMs = performance.now()
    this.#publishing = this.#publish(this.#copy.publication())
      .catch((cause: unknown) => {
        this.fail(cause)
      })
      .finally(() => {
        this.#publishing = null
        // Without a run under way nobody else would.
        if (this.isIdle || this.#publicationWanted) this.publishSoon()
      })
  }

  async #publish(publication: Publication): Promise<void> {
    const place = { ...this.#stores, verifier: this.#verifier }
    this.#published = newer(this.#published, await publishShared(place, publication))
  }

  /** Publishing writes all there is. */
  protected finish(): Promise<void> {
    return Promise.resolve()
  }

  protected async release(): Promise<void> {
    await this.#publishing
    await this.#stores.log.release()
  }
}

const newer = (known: Head, found: Head | null): Head =>
  found !== null && found.checkpoint.size > known.checkpoint.size ? found : known
