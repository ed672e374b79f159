// The entries that callers wait for: a queue with two bounds, from which batches are taken.

import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { LedgerLimits } from './limits.ts'

/** An entry and the caller who waits for its index. */
export interface WaitingEntry {
  readonly entry: Bytes
  readonly resolve: (index: number) => void
  readonly reject: (error: unknown) => void
}

/** The queue of one sequencer. */
export class WaitingEntries {
  readonly #limits: LedgerLimits
  #entries: WaitingEntry[] = []
  #sizeBytes = 0

  constructor(limits: LedgerLimits) {
    this.#limits = limits
  }

  /** Number of entries that wait. */
  get count(): number {
    return this.#entries.length
  }

  /** Queues an entry; resolves or rejects as whoever takes it decides. @throws ledger-overloaded */
  add(entry: Bytes): Promise<number> {
    const { waitingEntriesMax, waitingMaxBytes } = this.#limits
    const full =
      this.#entries.length >= waitingEntriesMax ||
      (this.#entries.length > 0 && this.#sizeBytes + entry.length > waitingMaxBytes)
    if (full)
      return Promise.reject(
        new OperatingError(
          'ledger-overloaded',
          `${this.#entries.length} entries of ${this.#sizeBytes} bytes wait to be written; slow down and try again`,
        ),
      )
    return new Promise((resolve, reject) => {
      this.#entries.push({ entry, resolve, reject })
      this.#sizeBytes += entry.length
    })
  }

  /** The next batch: whatever waits, within the bounds of a batch; at least one entry. */
  takeBatch(): readonly WaitingEntry[] {
    const { batchEntriesMax, batchMaxBytes } = this.#limits
    let sizeBytes = 0
    let count = 0
    for (const { entry } of this.#entries) {
      if (count > 0 && (count === batchEntriesMax || sizeBytes + entry.length > batchMaxBytes))
        break
      sizeBytes += entry.length
      count++
    }
    this.#sizeBytes -= sizeBytes
    if (count < this.#entries.length) return this.#entries.splice(0, count)
    const all = this.#entries
    this.#entries = []
    return all
  }

  /** Gives up on everything that waits. */
  rejectAll(error: unknown): void {
    for (const { reject } of this.#entries) reject(error)
    this.#entries = []
    this.#sizeBytes = 0
  }

  /** The records of a batch as a bundle holds them: `u16be length ‖ bytes` each. */
  static recordsOf(batch: readonly WaitingEntry[]): Bytes {
    const records = new Uint8Array(batch.reduce((sum, { entry }) => sum + entry.length + 2, 0))
    let offset = 0
    for (const { entry } of batch) {
      records[offset] = entry.length >> 8
      records[offset + 1] = entry.length & 255
      records.set(entry, offset + 2)
      offset += entry.length + 2
    }
    return records
  }
}
