// Leaf hashing in worker threads: bundles are handed over without copying, to the least busy one.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { join } from 'node:path'
import { assert, type Bytes } from '@proofhouse/evidence'
import type { BundleHashes } from '../bundle-hash.ts'
import type { BundlePaths, HashedFiles, LeafHasher } from '../ledger/index.ts'

const workersMax = 8
const workerFile = import.meta.url.endsWith('.ts') ? 'leaf-hash-worker.ts' : 'leaf-hash-worker.js'

/** Asked for and answered together: waking a thread takes as long as hashing a tenth of a bundle. Two such lots per thread are ahead. */
const requestsAtOnce = 4

/** What a worker is sent, several at a time: a bundle, or where one and its tile lie. */
export interface HashRequest {
  readonly of: Bytes | BundlePaths
  readonly count: number
}

/** What a worker answers, in the order of the requests. */
export interface HashAnswer {
  /** Leaves and root in one buffer. */
  readonly hashes: BundleHashes | null
  /** What the tile stores, where it is asked for and not the very leaves. */
  readonly stored: Bytes | null
}

interface Pending extends HashRequest {
  readonly resolve: (answer: HashAnswer) => void
  readonly reject: (error: unknown) => void
}

class HashWorker {
  readonly #worker = new Worker(new URL(workerFile, import.meta.url))
  /** Answered in this order. */
  #pending: Pending[] = []
  #failure: unknown = null

  constructor() {
    this.#worker.on('message', (answers: readonly HashAnswer[]) => {
      const answered = this.#pending.splice(0, answers.length)
      for (const [n, answer] of answers.entries()) answered[n]?.resolve(answer)
    })
    this.#worker.on('error', (error) => {
      this.#fail(error)
    })
    this.#worker.on('exit', () => {
      this.#fail(new Error('a hashing thread ended before its work'))
    })
  }

  get waiting(): number {
    return this.#pending.length
  }

  ask(asked: readonly Pending[]): void {
    this.#pending.push(...asked)
    if (this.#failure !== null) {
      this.#fail(this.#failure)
      return
    }
    const requests: HashRequest[] = asked.map(({ of, count }) => ({ of, count }))
    const bundles = requests.flatMap(({ of }) => (of instanceof Uint8Array ? [of.buffer] : []))
    this.#worker.postMessage(requests, bundles)
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of this.#pending.splice(0)) reject(error)
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
  const asked: Pending[] = []
  const send = () => {
    if (asked.length === 0) return
    workers.reduce((a, b) => (b.waiting < a.waiting ? b : a)).ask(asked.splice(0, requestsAtOnce))
  }
  const ask = (of: Bytes | BundlePaths, entries: number) =>
    new Promise<HashAnswer>((resolve, reject) => {
      asked.push({ of, count: entries, resolve, reject })
      if (asked.length === requestsAtOnce) send()
      // Whatever else is asked for in this turn of the event loop goes with it.
      else if (asked.length === 1) setImmediate(send)
    })
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
