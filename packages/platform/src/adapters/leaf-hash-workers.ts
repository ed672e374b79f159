// Leaf hashing in worker threads: bundles are handed over without copying, to the least busy one.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { assert, type Bytes } from '@proofhouse/evidence'
import type { BundleHashes, LeafHasher } from '../ledger/index.ts'

const workersMax = 8
const workerFile = import.meta.url.endsWith('.ts') ? 'leaf-hash-worker.ts' : 'leaf-hash-worker.js'

/** What a worker is sent. */
export interface HashRequest {
  readonly id: number
  readonly bundle: Bytes
  readonly count: number
}

/** What a worker answers. */
export interface HashAnswer {
  readonly id: number
  readonly hashes: BundleHashes | null
}

interface Pending {
  readonly resolve: (hashes: BundleHashes | null) => void
  readonly reject: (error: unknown) => void
}

class HashWorker {
  readonly #worker = new Worker(new URL(workerFile, import.meta.url))
  readonly #pending = new Map<number, Pending>()
  #next = 0
  #failure: unknown = null

  constructor() {
    this.#worker.on('message', ({ id, hashes }: HashAnswer) => {
      this.#pending.get(id)?.resolve(hashes)
      this.#pending.delete(id)
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

  hash(bundle: Bytes, count: number): Promise<BundleHashes | null> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure)
        return
      }
      const id = this.#next++
      this.#pending.set(id, { resolve, reject })
      const request: HashRequest = { id, bundle, count }
      this.#worker.postMessage(request, [bundle.buffer])
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

/** A hasher with one thread per processor, at most eight. */
export function leafHashWorkers(
  count: number = Math.min(availableParallelism(), workersMax),
): LeafHasher {
  assert(count > 0, 'hashing takes at least one thread')
  const workers = Array.from({ length: count }, () => new HashWorker())
  return {
    hash(bundle, entries) {
      const free = workers.reduce((a, b) => (b.waiting < a.waiting ? b : a))
      return free.hash(bundle, entries)
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()))
    },
  }
}
