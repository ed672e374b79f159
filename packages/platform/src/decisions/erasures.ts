// What a log remembers of its erasures: entries, never people. A file each, written before anything is destroyed, so that what a crash
// interrupts is gone on with, and a restored copy is emptied again before it serves.

import {
  type Bytes,
  type EntryRange,
  type ErasedStore,
  type Erasure,
  isJsonObject,
  type JsonValue,
  OperatingError,
  parseJson,
  utf8,
} from '@proofhouse/evidence'
import type { VaultFiles } from './ports.ts'
import { seal, unseal } from './sealing.ts'

const prefix = 'erasure-'
const label = 'proofhouse.dev/decision-erasure/v1\0'
const sizeMaxBytes = 256 * 1_048_576

/** An erasure, as far as it has come. */
export interface ErasureRecord {
  readonly erasureId: string
  readonly reason: Erasure['reason']
  readonly requestedAt: string
  readonly epoch: number
  readonly ranges: readonly EntryRange[]
  readonly stores: readonly ErasedStore[]
  /** Keys that stay because they seal others' contents too: while one is there, the erasure cannot become final. */
  readonly keysKept?: readonly number[]
  /** Until when the log remembers the person, so that what comes late is emptied; not there for single decisions. */
  readonly lateUntil?: string
  /** Ledger index of the pending statement; null before it. */
  readonly pendingIndex: number | null
  /** Ledger index of the final statement; null before it. */
  readonly finalIndex: number | null
}

/** Indexes, ascending, as ranges. */
export function rangesOf(indexes: readonly number[]): EntryRange[] {
  const ranges: { from: number; to: number }[] = []
  for (const index of indexes) {
    const last = ranges.at(-1)
    if (last?.to === index) last.to += 1
    else ranges.push({ from: index, to: index + 1 })
  }
  return ranges
}

/** Every index of ranges. */
export function* indexesOf(ranges: readonly EntryRange[]): Iterable<number> {
  for (const { from, to } of ranges) for (let index = from; index < to; index++) yield index
}

/** The erasures of a log. */
export class Erasures {
  readonly #files: VaultFiles
  readonly #key: Bytes
  readonly #records = new Map<string, ErasureRecord>()

  /** @param key seals the records: a changed one would have others erased */
  constructor(files: VaultFiles, key: Bytes) {
    this.#files = files
    this.#key = key
  }

  /** Reads every record. @throws ledger-corrupt */
  async open(): Promise<void> {
    for (const { name } of await this.#files.list()) {
      if (!name.startsWith(prefix)) continue
      const sealed = await this.#files.read(name, 0, sizeMaxBytes)
      const bytes = sealed === null ? null : unseal(this.#key, sealed, utf8(`${label}${name}`))
      const value: JsonValue = bytes === null ? null : parseJson(bytes, 'ledger-corrupt')
      if (!isJsonObject(value) || value['erasureId'] !== name.slice(prefix.length))
        throw new OperatingError(
          'ledger-corrupt',
          `\`${name}\` is no record of an erasure, or was changed: restore it from a copy`,
        )
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `put` alone
      this.#records.set(value['erasureId'], value as unknown as ErasureRecord)
    }
  }

  /** Writes a record down; durable on return. */
  async put(record: ErasureRecord): Promise<void> {
    const name = `${prefix}${record.erasureId}`
    const bytes = utf8(JSON.stringify(record))
    await this.#files.replace(name, seal(this.#key, bytes, utf8(`${label}${name}`)))
    this.#records.set(record.erasureId, record)
  }

  /** Forgets entries that the log has lost: under their numbers come others, which nobody has erased. Durable on return. */
  async forgetBeyond(size: number): Promise<void> {
    for (const record of this.list()) {
      const { ranges } = record
      if (!ranges.some(({ to }) => to > size)) continue
      const left = ranges.filter(({ from }) => from < size)
      const kept = left.map(({ from, to }) => ({ from, to: Math.min(to, size) }))
      await this.put({ ...record, ranges: kept })
    }
  }

  /** Whether there is an erasure of this name. */
  has(erasureId: string): boolean {
    return this.#records.has(erasureId)
  }

  list(): readonly ErasureRecord[] {
    return [...this.#records.values()]
  }

  /** The erasure that emptied an entry; null when none did. */
  of(index: number): ErasureRecord | null {
    for (const record of this.#records.values())
      if (record.ranges.some(({ from, to }) => from <= index && index < to)) return record
    return null
  }
}
