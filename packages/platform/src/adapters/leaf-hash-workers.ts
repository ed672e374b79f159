// Leaf hashing in worker threads: bundles are handed over without copying, to the least busy one.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { join } from 'node:path'
import { assert, type Bytes } from '@proofhouse/evidence'
import type { BundleHashes } from '../bundle-hash.ts'
import type { BundlePaths, HashedFiles, LeafHasher } from '../ledger/index.ts'

const workersMax = 8
const workerFile = import.meta.url.endsWith('.ts') ? 'leaf-hash-worker.ts' : 'leaf-hash-worker.js'

/** What a worker is sent: a bundle, or where one and its tile lie. */
export interface HashRequest {
  readonly id: number
  readonly of: Bytes | BundlePaths
  readonly count: number
}

/** What a worker answers. */
export interface HashAnswer {
  readonly id: number
  readonly hashes: BundleHashes | null
  /** What the tile stores, where it is asked for and not the very leaves. */
  readonly stored: Bytes | null
}

interface Pending {
  readonly resolve: (answer: HashAnswer) => void
  readonly reject: (error: unknown) => void
}

class HashWorker {
  readonly #worker = new Worker(new URL(workerFile, import.meta.url))
  readonly #pending = new Map<number, Pending>()
  #next = 0
  #failure: unknown = null

  constructor() {
    this.#worker.on('message', (answer: HashAnswer) => {
      this.#pending.get(answer.id)?.resolve(answer)
      this.#pending.delete(answer.id)
    })
    this.#worker.on('error', (error) => {
      this.#fail(error)
    })
    this.#worker.on('exit', () => {
      this.#fail(new Error('a hashing thread ended before its work'))
    })
  }

  get waiting(): number {
    return this.#pending.size
  }

  ask(of: Bytes | BundlePaths, count: number): Promise<HashAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure)
        return
      }
      const id = this.#next++
      this.#pending.set(id, { resolve, reject })
      const request: HashRequest = { id, of, count }
      this.#worker.postMessage(request, of instanceof Uint8Array ? [of.buffer] : [])
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}

/**
 * A hasher with one thread per processor, at most eight. Given the folder of the log, the threads read its files
 * themselves: what they read never leaves them.
 */
export function leafHashWorkers({
  count = Math.min(availableParallelism(), workersMax),
  folder = null,
}: {
  readonly count?: number
  readonly folder?: string | null
} = {}): LeafHasher {
  assert(count > 0, 'hashing takes at least one thread')
  const workers = Array.from({ length: count }, () => new HashWorker())
  const ask = (of: Bytes | BundlePaths, entries: number) =>
    workers.reduce((a, b) => (b.waiting < a.waiting ? b : a)).ask(of, entries)
  const inFolder = (path: string) => join(folder ?? '', path)
  const hashFiles = async (
    { bundle, tile }: BundlePaths,
    entries: number,
  ): Promise<HashedFiles | null> => {
    const paths = { bundle: inFolder(bundle), tile: inFolder(tile) }
    const { hashes, stored } = await ask(paths, entries)
    return hashes === null ? null : { hashes, stored: stored ?? hashes.leaves }
  }
  return {
    hash: async (bundle, entries) => (await ask(bundle, entries)).hashes,
    ...(folder === null ? {} : { hashFiles }),
    async close() {
      await Promise.all(workers.map((worker) => worker.close()))
    },
  }
}
