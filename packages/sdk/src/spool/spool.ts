// A spool: decisions on disk, numbered without gaps, sealed, until they are settled. What is appended is durable when it returns; what is
// read back is durable only.
// INVARIANT: a number is given once: what was not acknowledged is cut off before anything of it was sent.
// INVARIANT: nothing is appended to a segment that an earlier opening began, so that no nonce is used twice.

import type { SpoolFiles } from './ports.ts'
import {
  batchHeaderBytes,
  decodeBatch,
  encodeBatch,
  readBatchHeader,
  segmentHeaderBytes,
  type Spooled,
} from './segment.ts'
import { corrupt, endOf, findSegments, makeSegment, type Segment } from './segments.ts'
import type { SpoolSecret } from './spool-cipher.ts'

/** Records of one batch on disk at most. */
const batchRecordsMax = 500
/** How much of a segment is read at a time, where a single batch is not larger. */
const readBytes = 262_144

/** What can be changed about a spool. */
export interface SpoolLimits {
  /** A segment that has grown to this is the last one's predecessor. */
  readonly segmentBytes: number
}

/** The spool of one source. One process has it open. */
export class Spool {
  readonly #files: SpoolFiles
  readonly #secret: SpoolSecret
  readonly #limits: SpoolLimits
  /** In order; the last one grows. */
  #segments: Segment[]
  #settled: number
  /** Where the next bytes are read. */
  #reading: { readonly segment: Segment; offset: number } | null = null
  /** Read, and not settled. */
  #ahead: Spooled[] = []
  /** Whoever changes segments waits here. */
  #turn: Promise<unknown> = Promise.resolve()
  #failure: Error | null = null

  private constructor(
    files: SpoolFiles,
    secret: SpoolSecret,
    opened: { readonly limits: SpoolLimits; readonly segments: Segment[] },
  ) {
    this.#files = files
    this.#secret = secret
    this.#limits = opened.limits
    this.#segments = opened.segments
    this.#settled = opened.segments[0]?.first ?? 0
  }

  /**
   * Opens a spool, making it where there is none.
   * @param settled number before which everything is known to be settled
   * @throws spool-corrupt, storage-failed
   */
  static async open(
    files: SpoolFiles,
    secret: SpoolSecret,
    given: { readonly limits: SpoolLimits; readonly settled: number },
  ): Promise<Spool> {
    const { limits, settled } = given
    const segments = await findSegments(files, secret)
    const last = segments.at(-1)
    const next = last === undefined ? 0 : endOf(last)
    if (settled > next)
      throw corrupt(`numbers up to ${settled} were settled, and the spool ends at ${next}`)
    const spool = new Spool(files, secret, { limits, segments })
    await spool.#roll()
    await spool.settle(Math.max(settled, spool.#settled))
    return spool
  }

  /** Number that the next decision gets. */
  get next(): number {
    const last = this.#segments.at(-1)
    return last === undefined ? 0 : endOf(last)
  }

  /** Every number below is settled. */
  get settled(): number {
    return this.#settled
  }

  /** What the segments take on disk. */
  get sizeBytes(): number {
    return this.#segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  }

  /** Appends decisions, each a JSON text of a number that it is told; durable on return. Tells the first number. */
  append(
    decisions: readonly ((sequence: number) => string)[],
    spooledAtMs: number,
  ): Promise<number> {
    return this.#exclusively(async () => {
      const first = this.next
      const records = decisions.map((textOf, n) => {
        const sequence = first + n
        return { sequence, spooledAtMs, text: textOf(sequence) }
      })
      const last = this.#last()
      const batch = encodeBatch(last.cipher, records, last.first)
      await this.#files.append(last.name, last.sizeBytes, batch)
      last.sizeBytes += batch.length
      last.count += records.length
      if (last.sizeBytes >= this.#limits.segmentBytes) await this.#roll()
      return first
    })
  }

  /** The next decisions that are not settled: so many, and in so many characters, at most, but for a single large one. @throws spool-corrupt */
  async read(countMax: number, charactersMax: number): Promise<readonly Spooled[]> {
    while (this.#ahead.length < countMax && (await this.#readOn(countMax)));
    const found: Spooled[] = []
    let characters = 0
    for (const one of this.#ahead.slice(0, countMax)) {
      characters += one.text.length
      if (found.length > 0 && characters > charactersMax) break
      found.push(one)
    }
    return found
  }

  /** Everything below a number is settled: segments that hold nothing else are destroyed. */
  async settle(sequence: number): Promise<void> {
    this.#settled = sequence
    this.#ahead = this.#ahead.filter((one) => one.sequence >= sequence)
    await this.#exclusively(() => this.#destroySettled())
  }

  /** Where everything is settled, destroys what the last segment holds of it. */
  async compact(): Promise<void> {
    await this.#exclusively(async () => {
      if (this.#settled < this.next || this.#last().count === 0) return
      await this.#roll()
      await this.#destroySettled()
    })
  }

  /**
   * Puts another text in place of every decision that is to go, in new segments, and destroys the old ones; durable on
   * return. Nothing may be reading meanwhile.
   * @param replace another text, or null where it stays
   * @returns how many were replaced
   */
  replace(replace: (text: string) => string | null): Promise<number> {
    return this.#exclusively(async () => {
      await this.#roll()
      let replacedInAll = 0
      for (const [n, segment] of this.#segments.slice(0, -1).entries()) {
        let replaced = 0
        const records: Spooled[] = []
        for await (const batch of this.#batchesOf(segment, segmentHeaderBytes))
          for (const record of batch.records) {
            const text = replace(record.text)
            if (text !== null) replaced += 1
            records.push(text === null ? record : { ...record, text })
          }
        if (replaced === 0) continue
        replacedInAll += replaced
        this.#segments[n] = await this.#written(segment, records)
        await this.#files.destroy(segment.name)
      }
      this.#ahead = []
      this.#reading = null
      return replacedInAll
    })
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.#turn
  }

  /** One after the other; after a failed write, which leaves what is on disk unknown, nothing more is written. */
  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(() => {
      if (this.#failure !== null) throw this.#failure
      return work()
    })
    this.#turn = done.catch((error: unknown) => {
      this.#failure ??= error instanceof Error ? error : new Error(String(error))
    })
    return done
  }

  #last(): Segment {
    const last = this.#segments.at(-1)
    if (last === undefined) throw new Error('an open spool has a segment')
    return last
  }

  /** Begins a new segment; one that holds nothing is replaced. */
  async #roll(): Promise<void> {
    const last = this.#segments.at(-1)
    const isEmpty = last?.count === 0
    const generation = isEmpty ? last.generation + 1 : 0
    const given = { first: this.next, generation, count: 0, batches: () => [] }
    const fresh = await makeSegment(this.#files, this.#secret, given)
    if (isEmpty) this.#segments.pop()
    this.#segments.push(fresh)
    if (isEmpty) await this.#files.destroy(last.name)
    if (this.#reading?.segment === last && isEmpty) this.#reading = null
  }

  async #destroySettled(): Promise<void> {
    for (let [first] = this.#segments; first !== undefined; [first] = this.#segments) {
      if (first === this.#last() || endOf(first) > this.#settled) return
      // Still listed while it is being destroyed: what takes part of the disk is counted.
      await this.#files.destroy(first.name)
      this.#segments.shift()
      if (this.#reading?.segment === first) this.#reading = null
    }
  }

  #written(segment: Segment, records: readonly Spooled[]): Promise<Segment> {
    const { first } = segment
    const parts: (readonly Spooled[])[] = []
    for (let at = 0; at < records.length; at += batchRecordsMax)
      parts.push(records.slice(at, at + batchRecordsMax))
    return makeSegment(this.#files, this.#secret, {
      first,
      generation: segment.generation + 1,
      count: records.length,
      batches: (cipher) => parts.map((part) => encodeBatch(cipher, part, first)),
    })
  }

  /** Reads some more of one segment; false where there is nothing more. */
  async #readOn(countMax: number): Promise<boolean> {
    const from = (this.#ahead.at(-1)?.sequence ?? this.#settled - 1) + 1
    if (from >= this.next) return false
    const held = this.#reading
    const isThere = held !== null && held.segment.first <= from && from < endOf(held.segment)
    const segment = isThere
      ? held.segment
      : this.#segments.find((one) => one.first <= from && from < endOf(one))
    if (segment === undefined) throw corrupt(`number ${from} of the spool is not there`)
    const offset = isThere ? held.offset : segmentHeaderBytes
    const before = this.#ahead.length
    for await (const { records, end } of this.#batchesOf(segment, offset)) {
      this.#reading = { segment, offset: end }
      this.#ahead.push(...records.filter(({ sequence }) => sequence >= from))
      if (this.#ahead.length >= countMax) break
    }
    if (this.#ahead.length === before) throw corrupt(`number ${from} of the spool is not there`)
    return true
  }

  /** The batches of a segment from a place on, and where each ends. */
  async *#batchesOf(segment: Segment, offset: number) {
    let bytes: Buffer = Buffer.alloc(0)
    for (let at = offset; at < segment.sizeBytes; ) {
      let header = readBatchHeader(bytes)
      if (header === null || header.sizeBytes > bytes.length) {
        const wanted = Math.max(readBytes, header?.sizeBytes ?? 0)
        const length = Math.min(wanted, segment.sizeBytes - at)
        bytes = (await this.#files.read(segment.name, at, length)) ?? Buffer.alloc(0)
        header = readBatchHeader(bytes)
        const end = at + (header?.sizeBytes ?? 0)
        if (header === null || header.sizeBytes < batchHeaderBytes || end > segment.sizeBytes)
          throw corrupt(`\`${segment.name}\` is damaged at byte ${at}`)
        if (bytes.length < length) throw corrupt(`\`${segment.name}\` is cut off`)
        if (header.sizeBytes > bytes.length) continue
      }
      const batch = bytes.subarray(0, header.sizeBytes)
      const records = decodeBatch(segment.cipher, batch, segment.first)
      if (records === null)
        throw corrupt(`decisions from ${header.first} on in \`${segment.name}\` do not open`)
      at += header.sizeBytes
      bytes = bytes.subarray(header.sizeBytes)
      yield { records, end: at }
    }
  }
}
