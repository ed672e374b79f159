// The ports of a ledger in memory: for ledgers that live as long as their process, and for trying faults on.

import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type {
  LockStore,
  SharedCommit,
  SharedLog,
  SharedState,
  StagedBatch,
  StagingLog,
  TileStore,
} from '../ledger/index.ts'

/** Tiles in a map. */
export class MemoryTileStore implements TileStore {
  readonly #files = new Map<string, Bytes>()

  read(path: string): Promise<Bytes | null> {
    return Promise.resolve(this.#files.get(path)?.slice() ?? null)
  }

  write(path: string, content: Uint8Array): Promise<void> {
    this.#files.set(path, new Uint8Array(content))
    return Promise.resolve()
  }

  sync(): Promise<void> {
    return Promise.resolve()
  }

  remove(path: string): Promise<void> {
    for (const name of this.#files.keys())
      if (name === path || name.startsWith(`${path}/`)) this.#files.delete(name)
    return Promise.resolve()
  }

  async *list(): AsyncIterable<string> {
    yield* this.#files.keys()
  }
}

/** A commit point in a variable. */
export class MemoryLockStore implements LockStore {
  #note: string | null = null

  read(): Promise<string | null> {
    return Promise.resolve(this.#note)
  }

  swap(expected: string | null, next: string): Promise<void> {
    if (expected !== this.#note)
      return Promise.reject(
        new OperatingError('ledger-conflict', 'the committed checkpoint is not the expected one'),
      )
    this.#note = next
    return Promise.resolve()
  }

  release(): Promise<void> {
    return Promise.resolve()
  }
}

/** A staging log in a list. */
export class MemoryStagingLog implements StagingLog {
  #batches: StagedBatch[] = []

  append(batch: StagedBatch): Promise<void> {
    this.#batches.push({ ...batch, bundle: batch.bundle.slice() })
    return Promise.resolve()
  }

  async *batches(): AsyncIterable<StagedBatch> {
    yield* this.#batches
  }

  forget(size: number): Promise<void> {
    this.#batches = this.#batches.filter(({ firstIndex, count }) => firstIndex + count > size)
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** A shared log in memory: writers take turns. */
export class MemorySharedLog implements SharedLog {
  #note: string | null = null
  #batches: StagedBatch[] = []
  readonly #committing = new Turns()
  readonly #publishing = new Turns()

  commit(from: number, step: (state: SharedState) => Promise<SharedCommit | null>): Promise<void> {
    return this.#committing.take(async () => {
      const commit = await step({ note: this.#note, batches: this.#from(from) })
      if (commit === null) return
      const { batch } = commit
      const stored = batch === null ? null : { ...batch, bundle: batch.bundle.slice() }
      this.#note = await commit.note()
      if (stored !== null) this.#batches.push(stored)
    })
  }

  publishing(work: () => Promise<void>): Promise<void> {
    return this.#publishing.take(work)
  }

  forget(size: number): Promise<void> {
    this.#batches = this.#batches.filter(({ firstIndex, count }) => firstIndex + count > size)
    return Promise.resolve()
  }

  release(): Promise<void> {
    return Promise.resolve()
  }

  async *#from(size: number): AsyncIterable<StagedBatch> {
    for (const batch of this.#batches)
      if (batch.firstIndex >= size) yield { ...batch, bundle: batch.bundle.slice() }
  }
}

/** One after the other. */
class Turns {
  #last: Promise<void> = Promise.resolve()

  take(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    // Whoever asked is told of a failure; the next one has its own turn.
    this.#last = done.catch(() => {})
    return done
  }
}
