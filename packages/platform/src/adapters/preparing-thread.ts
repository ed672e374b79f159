// Requests of decisions, prepared in other threads: what a client sent is parsed, checked and committed to there, while this one seals
// and writes. Small requests are not worth the way.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Bytes, type ErrorCode, type JsonValue, OperatingError } from '@proofhouse/evidence'
import {
  type DecisionLog,
  type Deployment,
  decisionsIn,
  type Outcome,
  type PackedDecisions,
  unpack,
} from '../decisions/index.ts'
import type { DecisionTaker } from '../http/index.ts'

const threadFile = import.meta.url.endsWith('.ts') ? 'preparing-worker.ts' : 'preparing-worker.js'
const threadsMax = 4
const threadHeapMb = 1_024
/** Bodies smaller than this are prepared here. */
const smallMaxBytes = 16_384
/** Bytes of bodies on their way at most; beyond it clients are told to slow down. */
const underWayMaxBytes = 256 * 1_048_576

/** What a thread is started with. */
export interface PreparingStart {
  /** Every version of each. */
  readonly deployments: readonly (readonly Deployment[])[]
  readonly tagKey: Bytes
}

/** What a thread is sent: a body, or what decisions are checked against from then on. */
export type PreparingRequest =
  | { readonly id: number; readonly body: Bytes }
  | { readonly deployments: PreparingStart['deployments'] }

/** What a thread answers. */
export type PreparingAnswer =
  | { readonly id: number; readonly packed: PackedDecisions }
  | { readonly id: number; readonly code: ErrorCode; readonly message: string }

type Pending = PromiseWithResolvers<PackedDecisions>

class PreparingThread {
  #start: PreparingStart
  readonly #heapMb: number
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | null = null
  #next = 0

  constructor(start: PreparingStart, heapMb: number) {
    this.#start = start
    this.#heapMb = heapMb
  }

  get waiting(): number {
    return this.#pending.size
  }

  prepare(body: Uint8Array): Promise<PackedDecisions> {
    const pending = Promise.withResolvers<PackedDecisions>()
    // A copy of its own, which is handed over: a body may be a part of a larger buffer.
    const request = { id: this.#next++, body: new Uint8Array(body) }
    this.#pending.set(request.id, pending)
    this.#worker ??= this.#started()
    this.#worker.postMessage(request satisfies PreparingRequest, [request.body.buffer])
    return pending.promise
  }

  /** Bodies handed in from now on are checked against these. */
  declare(deployments: PreparingStart['deployments']): void {
    this.#start = { ...this.#start, deployments }
    this.#worker?.postMessage({ deployments } satisfies PreparingRequest)
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #started(): Worker {
    const worker = new Worker(new URL(threadFile, import.meta.url), {
      workerData: this.#start,
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMb },
    })
    worker.on('message', (answer: PreparingAnswer) => {
      const pending = this.#pending.get(answer.id)
      this.#pending.delete(answer.id)
      if ('packed' in answer) pending?.resolve(answer.packed)
      else pending?.reject(new OperatingError(answer.code, answer.message))
    })
    let failure: unknown = null
    worker.on('error', (error) => {
      failure = error
    })
    worker.once('exit', () => {
      // Most likely a body took all its memory. None of these decisions is written: they can come again.
      this.#worker = null
      const error = new OperatingError(
        'ledger-overloaded',
        'the thread that reads decisions ended; send fewer at once',
        { cause: failure },
      )
      for (const { reject } of this.#pending.values()) reject(error)
      this.#pending.clear()
    })
    return worker
  }
}

/** Every version of each deployment, the newest last. */
const versionsOf = (deployments: DecisionLog['deployments']): PreparingStart['deployments'] =>
  [...deployments.values()].map((newest) =>
    [...newest.earlier, newest].map(({ deployment }) => deployment),
  )

/** Takes requests of decisions into a log; the caller closes it after the last one was answered. */
export class DecisionBodies implements DecisionTaker {
  readonly #log: DecisionLog
  readonly #threads: readonly PreparingThread[]
  #deployments: DecisionLog['deployments']
  #sizeBytes = 0

  /** @param heapMb memory that a thread may take for what it parses */
  constructor(log: DecisionLog, heapMb = threadHeapMb) {
    this.#log = log
    this.#deployments = log.deployments
    const start = { deployments: versionsOf(log.deployments), tagKey: log.ownKeys.tag }
    const count = Math.max(1, Math.min(availableParallelism() - 1, threadsMax))
    this.#threads = Array.from({ length: count }, () => new PreparingThread(start, heapMb))
  }

  async take(body: Uint8Array): Promise<readonly Outcome[]> {
    if (body.length < smallMaxBytes) return this.#log.append(decisionsIn(body))
    this.#log.refuseMore(1)
    if (this.#sizeBytes > underWayMaxBytes)
      throw new OperatingError('ledger-overloaded', 'too many decisions are on their way already')
    this.#declareNew()
    this.#sizeBytes += body.length
    try {
      const free = this.#threads.reduce((a, b) => (b.waiting < a.waiting ? b : a))
      const prepared = unpack(await free.prepare(body))
      let values: readonly JsonValue[] | null = null
      return await this.#log.take(prepared, () => (values ??= decisionsIn(body)))
    } finally {
      this.#sizeBytes -= body.length
    }
  }

  /** Tells the threads what was declared since they were told. A body on its way keeps the version that it names. */
  #declareNew(): void {
    const { deployments } = this.#log
    if (deployments === this.#deployments) return
    this.#deployments = deployments
    for (const thread of this.#threads) thread.declare(versionsOf(deployments))
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }
}
