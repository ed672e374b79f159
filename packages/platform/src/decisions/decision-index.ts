// The index of a log: its last segment in memory, the full ones in files, some of them held. Made again from the sealed contents where
// it is not there.

import { createHmac } from 'node:crypto'
import type { Epoch } from './key-pages.ts'
import {
  type DecisionQuery,
  type IndexRow,
  IndexSegment,
  segmentFile,
  segmentRows,
} from './index-segment.ts'
import type { VaultFiles } from './ports.ts'
import type { SealPlace } from './sealing.ts'
import type { BatchAt } from './vault.ts'

/** Full segments held in memory at most, 4 MB each. */
const heldMax = 8

/** A last segment is kept when so many rows of it are in no file. */
const keptRowsMin = 1_000

const indexKey = (epoch: Epoch): Buffer =>
  createHmac('sha256', epoch.key).update('proofhouse.dev/decision-index/v1').digest()

/** The index of a log. */
export class DecisionIndex {
  readonly #files: VaultFiles
  readonly #place: SealPlace
  #epoch: Epoch
  #key: Buffer
  #last = new IndexSegment(0)
  /** Rows of the last segment that are in its file. */
  #keptRows = 0
  readonly #held = new Map<number, IndexSegment>()
  /** Segments on their way out of files: whoever asks for one meanwhile gets the same, so that an erasure cannot miss a copy. */
  readonly #reading = new Map<number, Promise<IndexSegment | null>>()
  /** Segments on their way into files. */
  readonly #writing = new Map<IndexSegment, Promise<void>>()

  constructor(files: VaultFiles, place: SealPlace, epoch: Epoch) {
    this.#files = files
    this.#place = place
    this.#epoch = epoch
    this.#key = indexKey(epoch)
  }

  /** Reads the segments there are, one after the other; tells the rows of each. @throws ledger-corrupt */
  async open(take: (segment: IndexSegment) => void): Promise<void> {
    for (let number = 0; ; number++) {
      const segment = await this.#read(number)
      if (segment === null) {
        this.#last = new IndexSegment(number)
        return
      }
      take(segment)
      if (segment.isFull) continue
      this.#last = segment
      this.#keptRows = segment.count
      return
    }
  }

  /** Rows there are. */
  get size(): number {
    return this.#last.first + this.#last.count
  }

  add(row: IndexRow, batch: BatchAt): void {
    this.#last.add(row, batch)
    if (!this.#last.isFull) return
    const full = this.#last
    this.#keptRows = 0
    this.#last = new IndexSegment(full.number + 1)
    const written = this.#write(full)
    // Whoever settles hears of a failure; until then nobody does.
    written.catch(() => undefined)
    this.#writing.set(full, written)
  }

  /** Waits for what is on its way into files. @throws storage-failed */
  async settle(): Promise<void> {
    for (const [segment, written] of this.#writing) {
      await written
      this.#writing.delete(segment)
      this.#hold(segment)
    }
  }

  /** Keeps the last segment in its file, as it is, where that spares the next opening much work. @throws storage-failed */
  async keep(): Promise<void> {
    await this.settle()
    if (this.#last.count - this.#keptRows >= keptRowsMin) await this.#keepLast()
  }

  async #keepLast(): Promise<void> {
    this.#keptRows = this.#last.count
    await this.#write(this.#last)
  }

  /** The row of an entry; null beyond the end. */
  async row(index: number): Promise<IndexRow | null> {
    if (!Number.isSafeInteger(index) || index < 0) return null
    const segment = await this.#segment(Math.floor(index / segmentRows))
    const place = index % segmentRows
    return segment === null || place >= segment.count ? null : segment.row(place)
  }

  /** Rows that answer a query, in the order of their entries. */
  async find(query: DecisionQuery): Promise<IndexRow[]> {
    const found: IndexRow[] = []
    const from = Math.floor(((query.after ?? -1) + 1) / segmentRows)
    for (let number = from; number <= this.#last.number && found.length < query.limit; number++) {
      const segment = await this.#segment(number)
      if (segment === null) continue
      const places = segment.find({ ...query, limit: query.limit - found.length })
      for (const place of places) found.push(segment.row(place))
    }
    return found
  }

  /** The row of a source's decision, looked for from the newest; null when there is none. */
  async rowOf(source: string, sequence: number): Promise<IndexRow | null> {
    for (let number = this.#last.number; number >= 0; number--) {
      const segment = await this.#segment(number)
      const place = segment?.placeOf(source, sequence) ?? -1
      if (segment !== null && place >= 0) return segment.row(place)
    }
    return null
  }

  /** Forgets whom rows are about; durable on return. */
  async erase(indexes: readonly number[]): Promise<void> {
    await this.settle()
    for (const [number, of] of Map.groupBy(indexes, (index) => Math.floor(index / segmentRows))) {
      const segment = await this.#segment(number)
      if (segment === null) continue
      segment.erase(of.map((index) => index % segmentRows))
      if (segment === this.#last) {
        if (this.#keptRows > 0) await this.#keepLast()
        continue
      }
      await this.#write(segment)
      // Whatever was read of it meanwhile is older.
      this.#reading.delete(number)
      this.#hold(segment)
    }
  }

  /** Tells the key of every row, 0 for one that is erased. */
  async keys(take: (key: number, index: number) => void): Promise<void> {
    for (let number = 0; number <= this.#last.number; number++)
      (await this.#segment(number))?.keys(take)
  }

  /** Seals every full segment again under another epoch's key, in files of its own. */
  async copyTo(epoch: Epoch): Promise<void> {
    await this.settle()
    for (let number = 0; number < this.#last.number; number++) {
      const segment = await this.#segment(number)
      if (segment !== null)
        await this.#files.replace(
          segmentFile(epoch.number, number),
          segment.seal(indexKey(epoch), this.#place),
        )
    }
  }

  /** Goes on with another epoch's files. */
  follow(epoch: Epoch): void {
    this.#key.fill(0)
    this.#epoch = epoch
    this.#key = indexKey(epoch)
    this.#keptRows = 0
  }

  async #segment(number: number): Promise<IndexSegment | null> {
    if (number === this.#last.number) return this.#last
    const held = this.#held.get(number)
    if (held !== undefined) return held
    for (const segment of this.#writing.keys()) if (segment.number === number) return segment
    const reading = this.#reading.get(number) ?? this.#read(number)
    this.#reading.set(number, reading)
    const read = await reading.catch((error: unknown) => {
      this.#reading.delete(number)
      throw error
    })
    if (this.#reading.get(number) !== reading) return this.#held.get(number) ?? read
    this.#reading.delete(number)
    if (read !== null) this.#hold(read)
    return read
  }

  #hold(segment: IndexSegment): void {
    this.#held.delete(segment.number)
    const [oldest] = this.#held.keys()
    if (this.#held.size >= heldMax && oldest !== undefined) this.#held.delete(oldest)
    this.#held.set(segment.number, segment)
  }

  async #write(segment: IndexSegment): Promise<void> {
    await this.#files.replace(
      segmentFile(this.#epoch.number, segment.number),
      segment.seal(this.#key, this.#place),
    )
  }

  async #read(number: number): Promise<IndexSegment | null> {
    const epoch = this.#epoch
    const file = segmentFile(epoch.number, number)
    const sealed = await this.#files.read(file, 0, Number.MAX_SAFE_INTEGER)
    // Its file may have gone with its epoch meanwhile.
    if (epoch !== this.#epoch) return this.#read(number)
    if (sealed === null) return null
    return IndexSegment.open(sealed, { key: this.#key, place: this.#place, number, file })
  }
}
