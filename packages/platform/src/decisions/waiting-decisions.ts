// The decisions that callers wait for: a queue with two bounds, from which batches are taken.

import type { Decision } from './decision.ts'
import type { CommittedDecision } from './sealing.ts'

/** Decisions of one commit at most. */
const batchMax = 4096
/** Bytes of entries, and of contents, in one commit at most, but for a single large decision. */
const batchEntriesMaxBytes = 8 * 1_048_576
const batchContentsMaxBytes = 64 * 1_048_576
/** Decisions that may wait. One more is refused: memory stays bounded and callers learn to slow down. */
const waitingMax = 65_536
/** Bytes of contents after which no more may wait. */
const waitingMaxBytes = 256 * 1_048_576

/** What became of a decision that was handed in. */
export type Outcome =
  /** `erased`: it has its entry, and its content was not kept, since the person was erased after it was decided. */
  | { readonly status: 'accepted' | 'repeated' | 'erased'; readonly index: number }
  | { readonly status: 'refused'; readonly problem: string }

/** A decision, and the caller who waits for its outcome. */
export interface Waiting {
  readonly decision: Decision
  readonly committed: CommittedDecision
  readonly tag: Buffer
  readonly outcome: string
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

/** The queue of one log. */
export class WaitingDecisions {
  #waiting: Waiting[] = []
  #sizeBytes = 0

  /** Number of decisions that wait. */
  get count(): number {
    return this.#waiting.length
  }

  /** Whether so many more may wait. */
  hasRoom(count: number): boolean {
    return this.#waiting.length + count <= waitingMax && this.#sizeBytes <= waitingMaxBytes
  }

  add(one: Waiting): void {
    this.#waiting.push(one)
    this.#sizeBytes += one.committed.content.length
  }

  /** What waits, within the bounds of a batch; at least one decision where there is any. */
  takeBatch(): readonly Waiting[] {
    let [count, entriesBytes, contentsBytes] = [0, 0, 0]
    for (const { committed } of this.#waiting) {
      const { content, entry } = committed
      const isFull =
        entriesBytes + entry.length > batchEntriesMaxBytes ||
        contentsBytes + content.length > batchContentsMaxBytes
      if (count === batchMax || (count > 0 && isFull)) break
      entriesBytes += entry.length
      contentsBytes += content.length
      count += 1
    }
    this.#sizeBytes -= contentsBytes
    return this.#waiting.splice(0, count)
  }

  /** Gives up on everything that waits. */
  rejectAll(error: unknown): void {
    this.#sizeBytes = 0
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
