// The ports of a ledger in memory: for ledgers that live as long as their process, and for trying faults on.

import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { LockStore, StagedBatch, StagingLog, TileStore } from '../ledger/index.ts'

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
