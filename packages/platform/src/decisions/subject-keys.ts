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
import { RecentKeys } from './recent-keys.ts'
import { randomBytes, type SealPlace } from './sealing.ts'
import { SubjectTable } from './subject-table.ts'

const blockSizeBytes = 64
const hashSizeBytes = 32

/** Tags of subjects: HMAC-SHA256 under the log's tag key, as two one-shot hashes. */
export class Tagger {
  readonly #inner: Buffer
  /** The padded key, and room for the inner hash behind it. */
  readonly #outer: Buffer

  constructor(key: Uint8Array) {
    assert(key.length <= blockSizeBytes, 'a tag key fits a block')
    const padded = (byte: number) => {
      const pad = Buffer.alloc(blockSizeBytes, byte)
      for (const [n, value] of key.entries()) pad[n] = value ^ byte
      return pad
    }
    this.#inner = padded(0x36)
    this.#outer = Buffer.concat([padded(0x5c), Buffer.alloc(hashSizeBytes)])
  }

  /** The tag of a name of a kind. */
  tagOf(kind: 'subject' | 'deployment', name: string): Buffer {
    const sizeBytes = Buffer.byteLength(name)
    const message = Buffer.allocUnsafe(blockSizeBytes + 8 + kind.length + sizeBytes)
    this.#inner.copy(message)
    let at = message.writeUInt32BE(kind.length, blockSizeBytes)
    at += message.write(kind, at, 'latin1')
    at = message.writeUInt32BE(sizeBytes, at)
    message.write(name, at, 'utf8')
    // By way of texts of bytes: asking for buffers takes three times as long.
    this.#outer.write(hash('sha256', message, 'latin1'), blockSizeBytes, 'latin1')
    const tag = hash('sha256', this.#outer, 'latin1')
    return Buffer.from(tag.slice(0, tagSizeBytes), 'latin1')
  }
}

/** The keys of a log. */
export class SubjectKeys {
  #pages: KeyPages
  #table = new SubjectTable()
  readonly #recent = new RecentKeys()
  #next = 1
  #fresh: SubjectKey[] = []

  constructor(pages: KeyPages) {
    this.#pages = pages
  }

  /** Reads what is there. @throws ledger-corrupt */
  async open(): Promise<void> {
    await this.#pages.open((keys, first) => {
      this.#next = Math.max(this.#next, first)
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

  /** Number that the next new key gets: no key there ever was has it, or a higher one. */
  get next(): number {
    return this.#next
  }

  /** Number of a tag's key; a new one when there is none. It is durable after the next `commit`. */
  numberFor(tag: Buffer): number {
    const known = this.#table.get(tag)
    if (known >= 0) return known
    const number = this.#next++
    const fresh = { number, tag, key: randomBytes(subjectKeySizeBytes) }
    this.#fresh.push(fresh)
    this.#table.set(tag, number)
    this.#recent.set(fresh)
    return number
  }

  /** Number of a tag's key; -1 when there is none. */
  numberOf(tag: Buffer): number {
    return this.#table.get(tag)
  }

  /** A key that is at hand; null for one that has to be read. */
  held(number: number): Buffer | null {
    return this.#recent.get(number)?.key ?? null
  }

  /** A key; null for one that was destroyed. @throws ledger-corrupt */
  async key(number: number): Promise<Buffer | null> {
    return (await this.find(number))?.key ?? null
  }

  /** A key and the tag of whom it is for; null for one that was destroyed. @throws ledger-corrupt */
  async find(number: number): Promise<SubjectKey | null> {
    const held = this.#recent.get(number)
    if (held !== undefined) return held
    const pages = this.#pages
    let found: SubjectKey | null = null
    try {
      found = await pages.keyOf(number)
    } catch (error) {
      if (pages === this.#pages) throw error
    }
    // Its file may have gone with its epoch meanwhile, and the key itself.
    if (pages !== this.#pages) return this.find(number)
    if (found === null || this.#table.get(found.tag) !== number) return null
    this.#recent.set(found)
    return found
  }

  /** Makes the keys made since the last time durable. */
  async commit(): Promise<void> {
    const fresh = this.#fresh
    this.#fresh = []
    await this.#pages.add(fresh)
  }

  /** Destroys keys, in the files and here. */
  async destroy(numbers: ReadonlySet<number>): Promise<void> {
    if (numbers.size === 0) return
    const destroyed = await this.#pages.destroy(numbers, this.#next)
    for (const { number, tag, key } of destroyed) {
      key.fill(0)
      if (this.#table.get(tag) === number) this.#table.delete(tag)
      this.#recent.delete(number)
    }
  }

  /** Destroys the keys that seal nothing: what a crash left, and what an older copy of a file brought back. */
  async destroyUnused(isUsed: (number: number) => boolean): Promise<void> {
    const unused = new Set<number>()
    for (const number of this.#table.numbers()) if (!isUsed(number)) unused.add(number)
    await this.destroy(unused)
  }

  /** Seals every key again under another epoch's, in its file; this one's stays as it is until `follow`. */
  async copyTo(files: VaultFiles, place: SealPlace, epoch: Epoch): Promise<KeyPages> {
    const pages = new KeyPages(files, place, epoch)
    let last = 0
    for await (const keys of this.#pages.keys()) {
      await pages.add(keys)
      for (const { key, number } of keys) {
        key.fill(0)
        last = number
      }
    }
    if (last !== this.#next - 1) await pages.mark(this.#next)
    return pages
  }

  /** Goes on with another epoch's pages. */
  follow(pages: KeyPages): void {
    this.#pages.epoch.key.fill(0)
    this.#pages = pages
  }
}
