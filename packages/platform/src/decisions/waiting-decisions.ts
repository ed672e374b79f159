// The decisions that callers wait for: a queue with two bounds, from which batches are taken.

import type { PreparedDecision } from './preparing.ts'

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

/** What one caller handed in, who waits until each has an outcome. */
export class HandedIn {
  readonly #outcomes: Outcome[]
  readonly #done = Promise.withResolvers<readonly Outcome[]>()
  #left: number

  constructor(count: number) {
    this.#outcomes = Array.from<Outcome>({ length: count })
    this.#left = count
    if (count === 0) this.#done.resolve([])
  }

  /** The outcomes of all, in their order. */
  get outcomes(): Promise<readonly Outcome[]> {
    return this.#done.promise
  }

  settle(n: number, outcome: Outcome): void {
    this.#outcomes[n] = outcome
    this.#left -= 1
    if (this.#left === 0) this.#done.resolve(this.#outcomes)
  }

  fail(error: unknown): void {
    this.#done.reject(error)
  }
}

/** A decision, and where its outcome is waited for. */
export interface Waiting {
  readonly decision: PreparedDecision
  readonly by: HandedIn
  /** Place among what its caller handed in. */
  readonly n: number
  /** Whether its content was left out, since its person was erased after it was made. */
  readonly isLate?: boolean
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
    this.#sizeBytes += one.decision.content.length
  }

  /** What waits, within the bounds of a batch; at least one decision where there is any. */
  takeBatch(): readonly Waiting[] {
    let [count, entriesBytes, contentsBytes] = [0, 0, 0]
    for (const { decision } of this.#waiting) {
      const { content, entry } = decision
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
    for (const { by } of this.#waiting.splice(0)) by.fail(error)
  }
}

/** Which numbers of sources are on their way into the log. */
export class UnderWay {
  readonly #bySource = new Map<string, Set<number>>()

  add({ source, sequence }: PreparedDecision): void {
    let numbers = this.#bySource.get(source)
    if (numbers === undefined) this.#bySource.set(source, (numbers = new Set()))
    numbers.add(sequence)
  }

  has({ source, sequence }: Pick<PreparedDecision, 'source' | 'sequence'>): boolean {
    return this.#bySource.get(source)?.has(sequence) === true
  }

  delete({ source, sequence }: PreparedDecision): void {
    const numbers = this.#bySource.get(source)
    numbers?.delete(sequence)
    if (numbers?.size === 0) this.#bySource.delete(source)
  }
}
