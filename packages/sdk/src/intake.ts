// Decisions on their way into a spool: whatever waits is written together, with one sync for all; a full spool is told or waited for.

import { OperatingError } from '@proofhouse/evidence'
import { type EncodedDecision, erasedText, readSpooled } from './decision.ts'
import type { Spool } from './spool/spool.ts'

const batchMax = 500
const batchMaxBytes = 4 * 1_048_576
/** Callers that wait for room at most. */
const callersMax = 65_536
/** What a record takes beside its text, at most. */
const recordOverheadBytes = 64

/** What decisions are taken with. */
export interface IntakeParts {
  readonly spool: Spool
  readonly now: () => Date
  readonly whenFull: 'fail' | 'wait'
  readonly spoolBytes: number
  /** What others take of the same room. */
  readonly othersBytes: () => number
  /** Told when something has been spooled. */
  readonly spooled: () => void
}

interface Waiting {
  encoded: EncodedDecision
  readonly resolve: (sequence: number) => void
  readonly reject: (error: unknown) => void
}

/** Takes decisions into a spool. */
export class Intake {
  readonly #parts: IntakeParts
  /** There is room for them; they are written next. */
  #admitted: Waiting[] = []
  #admittedBytes = 0
  /** In order: they wait for room. */
  #callers: Waiting[] = []
  #writing: Promise<void> | null = null
  #failure: Error | null = null

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Takes a decision; tells its number once it is durable. @throws ledger-overloaded, entry-too-large, storage-failed */
  take(encoded: EncodedDecision): Promise<number> {
    const { spoolBytes, whenFull } = this.#parts
    if (this.#failure !== null) return Promise.reject(this.#failure)
    if (encoded.sizeBytes > spoolBytes / 4)
      return Promise.reject(
        new OperatingError('entry-too-large', `a decision is larger than a quarter of the spool`),
      )
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const one = { encoded, resolve, reject }
    if (this.#callers.length === 0 && this.#hasRoom(encoded)) this.#add(one)
    else if (whenFull === 'wait' && this.#callers.length < callersMax) this.#callers.push(one)
    else
      reject(
        new OperatingError(
          'ledger-overloaded',
          `the spool has reached its ${spoolBytes} bytes: the log cannot be reached, or is too slow; nothing was recorded`,
        ),
      )
    return promise
  }

  /** Lets in those that there is room for now. */
  admit(): void {
    for (let [one] = this.#callers; one !== undefined; [one] = this.#callers) {
      if (!this.#hasRoom(one.encoded)) return
      this.#callers.shift()
      this.#add(one)
    }
  }

  /** What is not written yet about somebody will say that it was erased. Tells how many. */
  erase(subject: string): number {
    let count = 0
    for (const one of [...this.#admitted, ...this.#callers]) {
      const { encoded } = one
      if (encoded.subject !== subject) continue
      const textOf = (sequence: number) => erasedText(readSpooled(encoded.textOf(sequence)))
      one.encoded = { ...encoded, textOf, subject: undefined }
      count += 1
    }
    return count
  }

  /** Waits until nothing that there was room for is to be written. */
  async written(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  /** Takes nothing more, and tells those why who wait. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#admittedBytes = 0
    for (const { reject } of this.#admitted.splice(0)) reject(error)
    for (const { reject } of this.#callers.splice(0)) reject(error)
  }

  /** Writes what there is room for; tells the others that it is closed. */
  async close(error: Error): Promise<void> {
    for (const { reject } of this.#callers.splice(0)) reject(error)
    await this.written()
    this.#failure ??= error
  }

  #hasRoom({ sizeBytes }: EncodedDecision): boolean {
    const { othersBytes, spool, spoolBytes } = this.#parts
    const taken = spool.sizeBytes + this.#admittedBytes + othersBytes()
    return taken + sizeBytes + recordOverheadBytes <= spoolBytes
  }

  #add(one: Waiting): void {
    this.#admitted.push(one)
    this.#admittedBytes += one.encoded.sizeBytes + recordOverheadBytes
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    // Lets everything that is about to be recorded in this turn of the event loop join the batch.
    await nextTurn()
    while (this.#admitted.length > 0) {
      const batch = this.#takeBatch()
      const { now, spool, spooled } = this.#parts
      try {
        const texts = batch.map((one) => (sequence: number) => one.encoded.textOf(sequence))
        const first = await spool.append(texts, now().getTime())
        for (const [n, { resolve }] of batch.entries()) resolve(first + n)
        spooled()
      } catch (error) {
        for (const { reject } of batch) reject(error)
        this.fail(error instanceof Error ? error : new Error(String(error)))
      }
      await nextTurn()
    }
    this.#writing = null
  }

  #takeBatch(): readonly Waiting[] {
    let [count, bytes] = [0, 0]
    for (const { encoded } of this.#admitted) {
      const size = encoded.sizeBytes + recordOverheadBytes
      if (count === batchMax || (count > 0 && bytes + size > batchMaxBytes)) break
      count += 1
      bytes += size
    }
    this.#admittedBytes -= bytes
    return this.#admitted.splice(0, count)
  }
}

const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
