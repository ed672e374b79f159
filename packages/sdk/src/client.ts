// The client of a decision log: `record` returns once a decision is durable in the spool; sending goes on behind it, across restarts of
// either side. Guide: docs/guides/sdk.md.

import { OperatingError } from '@proofhouse/evidence'
import { httpTransport } from './adapters/http-transport.ts'
import { keyInFile } from './adapters/key-file.ts'
import { SpoolFolder } from './adapters/spool-folder.ts'
import {
  checkSource,
  type Decision,
  encodeDecision,
  erasedText,
  readSpooled,
  type SpooledDecision,
} from './decision.ts'
import { Intake } from './intake.ts'
import { Sender, type Settled } from './sender.ts'
import type { SpoolFiles } from './spool/ports.ts'
import { type RefusedDecision, RefusedDecisions } from './spool/refused-decisions.ts'
import { readSettled, writeSettled } from './spool/settled.ts'
import { Spool } from './spool/spool.ts'
import { openIdentity } from './spool/spool-identity.ts'
import type { Transport } from './transport.ts'

const spoolDefaultBytes = 268_435_456
const spoolMinBytes = 65_536
const segmentMaxBytes = 8 * 1_048_576
const timeoutDefaultMs = 30_000
/** How long closing waits for what is on its way: it is sent again at the next opening otherwise. */
const closeWaitMs = 2_000

/** How a client is opened. */
export interface ClientOptions {
  /** Where the log listens: `https://…`, or `http://` on this machine. */
  readonly url: string
  /** What the log's clients show. */
  readonly token: string
  /** Folder of the spool, made where there is none. One process has it open. */
  readonly spool: string
  /** Who numbers these decisions: one name for each spool, for ever. It says nothing about persons. */
  readonly source: string
  /** The spool's key, 32 bytes. By default it is in a file beside the spool, `SPOOL.key`, made where there is none. */
  readonly key?: Uint8Array
  /** What the spool may take on disk; 256 MiB by default. */
  readonly spoolBytes?: number
  /** What `record` does when that is reached: fails with `ledger-overloaded`, or waits for room. */
  readonly whenFull?: 'fail' | 'wait'
  /** Told what became of decisions, in their order. */
  readonly onSettled?: (outcomes: readonly Settled[]) => void
  /** Told what keeps decisions from being sent; null once they are again. */
  readonly onProblem?: (problem: OperatingError | null) => void
  /** Sends decisions that have waited for longer than the log remembers whom it erased. */
  readonly sendStale?: boolean
  /** How long a request may take. */
  readonly timeoutMs?: number
  /** The clock; another one in tests. */
  readonly now?: () => Date
}

/** A decision that is durable. */
export interface Recorded {
  readonly source: string
  readonly sequence: number
}

/** How far a client has come. */
export interface ClientStatus {
  readonly source: string
  /** Number that the next decision gets. */
  readonly next: number
  /** Decisions that are spooled, and of which the log has told nothing yet. */
  readonly unsent: number
  /** Decisions that the log refused, and that nobody has dismissed. */
  readonly refused: number
  /** What all of that takes on disk. */
  readonly sizeBytes: number
  readonly problem: OperatingError | null
}

interface FlushWaiter {
  readonly upTo: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** A client of a decision log, with its spool. */
export class DecisionClient {
  readonly #options: ClientOptions
  readonly #files: SpoolFiles
  readonly #spool: Spool
  readonly #refused: RefusedDecisions
  readonly #intake: Intake
  readonly #sender: Sender
  readonly #now: () => Date
  #problem: OperatingError | null = null
  #flushes: FlushWaiter[] = []
  #closing: Promise<void> | null = null

  private constructor(
    options: ClientOptions,
    transport: Transport,
    opened: {
      readonly files: SpoolFiles
      readonly spool: Spool
      readonly refused: RefusedDecisions
      readonly spoolBytes: number
      readonly segmentBytes: number
    },
  ) {
    const { files, spool, refused, spoolBytes, segmentBytes } = opened
    this.#options = options
    this.#files = files
    this.#spool = spool
    this.#refused = refused
    this.#now = options.now ?? (() => new Date())
    this.#intake = new Intake({
      spool,
      now: this.#now,
      whenFull: options.whenFull ?? 'fail',
      spoolBytes,
      othersBytes: () => refused.sizeBytes,
      spooled: () => this.#sender.wake(),
    })
    this.#sender = new Sender({
      source: options.source,
      files,
      spool,
      refused,
      transport,
      now: this.#now,
      sendStale: options.sendStale ?? false,
      compactBytes: segmentBytes / 4,
      settled: (outcomes) => this.#settled(outcomes),
      problem: (error) => this.#told(error),
    })
  }

  /**
   * Opens a client and its spool; goes on sending what an earlier one left.
   * @throws usage-invalid; ledger-busy when another process has the spool; key-missing, key-malformed;
   *   spool-corrupt, storage-failed
   */
  static async open(options: ClientOptions): Promise<DecisionClient> {
    const { key, source, spool: folder, token, url } = options
    const spoolBytes = options.spoolBytes ?? spoolDefaultBytes
    checkSource(source)
    if (!Number.isSafeInteger(spoolBytes) || spoolBytes < spoolMinBytes)
      throw new OperatingError('usage-invalid', `\`spoolBytes\` is ${spoolMinBytes} or more`)
    const transport = httpTransport({
      url,
      token,
      timeoutMs: options.timeoutMs ?? timeoutDefaultMs,
    })
    const files = await SpoolFolder.open(folder)
    try {
      const keyOf = (isNew: boolean) =>
        key === undefined ? keyInFile(`${folder}.key`, isNew) : Buffer.from(key)
      const identity = await openIdentity(files, source, keyOf)
      const segmentBytes = Math.min(segmentMaxBytes, Math.floor(spoolBytes / 8))
      const settled = await readSettled(files)
      const given = { limits: { segmentBytes }, settled }
      const spool = await Spool.open(files, identity, given)
      const refused = new RefusedDecisions(files, identity)
      await refused.open()
      const opened = { files, spool, refused, spoolBytes, segmentBytes }
      return new DecisionClient(options, transport, opened)
    } catch (error) {
      await files.close()
      throw error
    }
  }

  /**
   * Records a decision: durable in the spool on return, and sent as soon as the log can be reached.
   * @throws decision-malformed for what no deployment takes; entry-too-large; ledger-overloaded when the spool is full;
   *   ledger-closed; storage-failed; spool-stopped when the spool must not give numbers any more
   */
  async record(decision: Decision): Promise<Recorded> {
    const { source } = this.#options
    if (this.#closing !== null) throw closed()
    const stopped = this.#sender.stopped
    if (stopped !== null) throw stopped
    const sequence = await this.#intake.take(encodeDecision(decision, source, this.#now()))
    return { source, sequence }
  }

  /** How far it has come. */
  get status(): ClientStatus {
    const { next, settled, sizeBytes } = this.#spool
    return {
      source: this.#options.source,
      next,
      unsent: next - settled,
      refused: this.#refused.count,
      sizeBytes: sizeBytes + this.#refused.sizeBytes,
      problem: this.#problem,
    }
  }

  /**
   * Waits until the log has told what became of everything recorded before; for as long as that takes, unless a
   * signal gives up.
   * @throws interrupted; ledger-closed; what stopped the sending for good
   */
  async flush({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#intake.written()
    const upTo = this.#spool.next
    if (this.#spool.settled >= upTo) return
    const stopped = this.#closing === null ? this.#sender.stopped : closed()
    if (stopped !== null) throw stopped
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#flushes.push({ upTo, resolve, reject })
    const giveUp = () =>
      reject(
        new OperatingError('interrupted', `${this.#spool.next - this.#spool.settled} are not sent`),
      )
    if (signal?.aborted === true) giveUp()
    signal?.addEventListener('abort', giveUp, { once: true })
    await promise
  }

  /** Decisions that the log refused, and why; opened one by one. */
  async *refused(): AsyncGenerator<Omit<RefusedDecision, 'text'> & { readonly decision: object }> {
    for (const sequence of this.#refused.sequences) {
      const one = await this.#refused.get(sequence)
      if (one === null) continue
      const { problem, text } = one
      const decision: SpooledDecision = readSpooled(text)
      yield { sequence, problem, decision }
    }
  }

  /** Destroys a refused decision. Its number stays a gap, which the log shows. */
  async dismiss(sequence: number): Promise<void> {
    await this.#refused.destroy(sequence)
    this.#intake.admit()
  }

  /**
   * Erases a person from this spool: from what is unsent, where a decision without content goes in place of each,
   * and from what was refused. Durable on return. What the log has already is the log's to erase (`proofhouse subjects erase`).
   */
  async erase(subject: string): Promise<{ readonly spooled: number; readonly refused: number }> {
    const waiting = this.#intake.erase(subject)
    return this.#sender.alone(async () => {
      const spooled = await this.#spool.replace((text) => {
        const decision = readSpooled(text)
        return decision.subject === subject ? erasedText(decision) : null
      })
      let refused = 0
      for (const sequence of this.#refused.sequences) {
        const one = await this.#refused.get(sequence)
        if (one === null || readSpooled(one.text).subject !== subject) continue
        await this.#refused.destroy(sequence)
        refused += 1
      }
      return { spooled: spooled + waiting, refused }
    })
  }

  /** Finishes what is being recorded, and lets go of the spool. What is unsent is sent by the next one. Safe to repeat. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      await this.#intake.close(closed())
      await this.#sender.stop(closeWaitMs)
      for (const { reject } of this.#flushes.splice(0)) reject(closed())
      if (this.#sender.stopped?.code !== 'storage-failed') {
        await this.#spool.compact()
        await writeSettled(this.#files, this.#spool.settled)
      }
      await this.#spool.close()
    } finally {
      await this.#files.close()
    }
  }

  #settled(outcomes: readonly Settled[]): void {
    this.#intake.admit()
    const { settled } = this.#spool
    for (const { resolve } of this.#flushes.filter(({ upTo }) => upTo <= settled)) resolve()
    this.#flushes = this.#flushes.filter(({ upTo }) => upTo > settled)
    told(() => this.#options.onSettled?.(outcomes))
  }

  #told(error: OperatingError | null): void {
    this.#problem = error
    const stopped = this.#sender.stopped
    if (stopped !== null) {
      this.#intake.fail(stopped)
      for (const { reject } of this.#flushes.splice(0)) reject(stopped)
    }
    told(() => this.#options.onProblem?.(error))
  }
}

/** What a callback throws is its program's to see, as anything that nobody catches, and ends no sending. */
function told(tell: () => void): void {
  try {
    tell()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

const closed = () => new OperatingError('ledger-closed', 'this client is closed')
