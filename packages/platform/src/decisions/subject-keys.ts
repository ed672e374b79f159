// The keys of a log's subjects: found by tag, made when somebody is new, destroyed when somebody is erased.

import { hash } from 'node:crypto'
import { assert } from '@proofhouse/evidence'
import {
  type Epoch,
  KeyPages,
  type SubjectKey,
  subjectKeySizeBytes,
  tagSizeBytes,
} from './key-pages.ts'
import type { VaultFiles } from './ports.ts'
import { randomBytes, type SealPlace } from './sealing.ts'
import { SubjectTable } from './subject-table.ts'

/** Keys held unsealed at most. */
const cacheMax = 100_000
const blockSizeBytes = 64

/** Tags of subjects: HMAC-SHA256 under the log's tag key, as two one-shot hashes. */
export class Tagger {
  readonly #inner: Buffer
  readonly #outer: Buffer

  constructor(key: Uint8Array) {
    assert(key.length <= blockSizeBytes, 'a tag key fits a block')
    const padded = (byte: number) => {
      const pad = Buffer.alloc(blockSizeBytes, byte)
      for (const [n, value] of key.entries()) pad[n] = value ^ byte
      return pad
    }
    this.#inner = padded(0x36)
    this.#outer = padded(0x5c)
  }

  /** The tag of a name of a kind. */
  tagOf(kind: 'subject' | 'deployment', name: string): Buffer {
    const bytes = Buffer.from(name)
    const lengths = Buffer.alloc(8)
    lengths.writeUInt32BE(kind.length)
    lengths.writeUInt32BE(bytes.length, 4)
    const parts = [
      this.#inner,
      lengths.subarray(0, 4),
      Buffer.from(kind),
      lengths.subarray(4),
      bytes,
    ]
    const inner = Buffer.from(hash('sha256', Buffer.concat(parts), 'latin1'), 'latin1')
    const tag = hash('sha256', Buffer.concat([this.#outer, inner]), 'latin1')
    return Buffer.from(tag.slice(0, tagSizeBytes), 'latin1')
  }
}

/** The keys of a log. */
export class SubjectKeys {
  #pages: KeyPages
  #table = new SubjectTable()
  /** By number; the oldest go first. */
  #cache = new Map<number, Buffer>()
  #next = 1
  #fresh: SubjectKey[] = []

  constructor(pages: KeyPages) {
    this.#pages = pages
  }

  /** Reads what is there. @throws ledger-corrupt */
  async open(): Promise<void> {
    await this.#pages.open((keys) => {
      for (const { tag, number, key } of keys) {
        this.#table.set(tag, number)
        this.#next = Math.max(this.#next, number + 1)
        key.fill(0)
      }
    })
  }

  get size(): number {
    return this.#table.size
  }

  get epoch(): Epoch {
    return this.#pages.epoch
  }

  /** Number of a tag's key; a new one when there is none. It is durable after the next `commit`. */
  numberFor(tag: Buffer): number {
    const known = this.#table.get(tag)
    if (known >= 0) return known
    const number = this.#next++
    const key = randomBytes(subjectKeySizeBytes)
    this.#fresh.push({ number, tag, key })
    this.#table.set(tag, number)
    this.#hold(number, key)
    return number
  }

  /** Number of a tag's key; -1 when there is none. */
  numberOf(tag: Buffer): number {
    return this.#table.get(tag)
  }

  /** A key that is at hand; null for one that has to be read. */
  held(number: number): Buffer | null {
    return this.#cache.get(number) ?? null
  }

  /** A key; null for one that was destroyed. @throws ledger-corrupt */
  async key(number: number): Promise<Buffer | null> {
    const held = this.#cache.get(number)
    if (held !== undefined) return held
    const found = await this.#pages.keyOf(number)
    if (found === null) return null
    this.#hold(number, found.key)
    return found.key
  }

  /** Makes the keys made since the last time durable. */
  async commit(): Promise<void> {
    const fresh = this.#fresh
    this.#fresh = []
    await this.#pages.add(fresh)
  }

  /** Destroys keys, in the files and here. */
  async destroy(keys: readonly { readonly number: number; readonly tag: Buffer }[]): Promise<void> {
    await this.#pages.destroy(new Set(keys.map(({ number }) => number)))
    for (const { number, tag } of keys) {
      if (this.#table.get(tag) === number) this.#table.delete(tag)
      this.#cache.get(number)?.fill(0)
      this.#cache.delete(number)
    }
  }

  /** Seals every key again under another epoch's, in its file; this one's stays as it is until `follow`. */
  async copyTo(files: VaultFiles, place: SealPlace, epoch: Epoch): Promise<KeyPages> {
    const pages = new KeyPages(files, place, epoch)
    for await (const keys of this.#pages.keys()) {
      await pages.add(keys)
      for (const { key } of keys) key.fill(0)
    }
    return pages
  }

  /** Goes on with another epoch's pages. */
  follow(pages: KeyPages): void {
    this.#pages = pages
  }

  #hold(number: number, key: Buffer): void {
    if (this.#cache.size >= cacheMax) {
      const [oldest] = this.#cache.keys()
      if (oldest !== undefined) this.#cache.delete(oldest)
    }
    this.#cache.set(number, key)
  }
}
