// Subject keys in pages, each sealed under the epoch's key. A file of pages belongs to one epoch and only grows; a key is destroyed
// by appending its page again without it and writing over the old one. Format: spec/decisions.md.
// INVARIANT: key numbers ascend from page to page, but for a page that is there again, which replaces the one before.

import { type Bytes, concatBytes, OperatingError } from '@proofhouse/evidence'
import type { VaultFiles } from './ports.ts'
import { seal, sealOverheadBytes, type SealPlace, unseal } from './sealing.ts'

/** Keys of a page at most. */
const pageKeysMax = 500
export const subjectKeySizeBytes = 32
export const tagSizeBytes = 16
const rowSizeBytes = 8 + tagSizeBytes + subjectKeySizeBytes
/** `u32 length of the sealed page ‖ u64 number of its first key`. */
const headerSizeBytes = 12
/** How much of a file is read at a time. */
const readBytes = 4 * 1_048_576

const label = Buffer.from('proofhouse.dev/subject-keys/v1\0', 'latin1')

/** A person's key in a log. */
export interface SubjectKey {
  readonly number: number
  /** 16 bytes by which it is found. */
  readonly tag: Buffer
  readonly key: Buffer
}

/** An epoch: its number and key. */
export interface Epoch {
  readonly number: number
  readonly key: Bytes
}

/** Where a page lies. */
interface PageAt {
  readonly first: number
  readonly offset: number
  readonly sizeBytes: number
}

const sized = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The associated data of a page. */
export function pageAssociatedData(place: SealPlace, epoch: number, first: number): Bytes {
  const numbers = Buffer.alloc(12)
  numbers.writeUInt32BE(epoch)
  numbers.writeBigUInt64BE(BigInt(first), 4)
  const names = [sized(Buffer.from(place.tenant)), sized(Buffer.from(place.origin))]
  return concatBytes(label, ...names, numbers)
}

/** The plain bytes of a page. */
export function encodePage(keys: readonly SubjectKey[]): Buffer {
  const page = Buffer.allocUnsafe(keys.length * rowSizeBytes)
  for (const [n, { number, tag, key }] of keys.entries()) {
    const at = n * rowSizeBytes
    page.writeUInt32BE(Math.floor(number / 2 ** 32), at)
    page.writeUInt32BE(number >>> 0, at + 4)
    tag.copy(page, at + 8)
    key.copy(page, at + 8 + tagSizeBytes)
  }
  return page
}

/** The keys of a page. */
export function decodePage(page: Uint8Array): SubjectKey[] {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.length)
  return Array.from({ length: page.length / rowSizeBytes }, (_, n) => {
    const at = n * rowSizeBytes
    const number = bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
    const tag = Buffer.from(bytes.subarray(at + 8, at + 8 + tagSizeBytes))
    return {
      number,
      tag,
      key: Buffer.from(bytes.subarray(at + 8 + tagSizeBytes, at + rowSizeBytes)),
    }
  })
}

/** The key of a number in a page; null when it is not there. */
function findKey(page: Uint8Array, number: number): SubjectKey | null {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.length)
  for (let at = 0; at < bytes.length; at += rowSizeBytes)
    if (bytes.readUInt32BE(at + 4) === number >>> 0)
      for (const one of decodePage(bytes.subarray(at, at + rowSizeBytes)))
        if (one.number === number) return one
  return null
}

const fileOf = (epoch: number) => `keys-${String(epoch).padStart(8, '0')}`

/** The pages of one epoch. */
export class KeyPages {
  readonly #files: VaultFiles
  readonly #place: SealPlace
  readonly epoch: Epoch
  /** In the order of their first keys. */
  readonly #pages: PageAt[] = []
  #sizeBytes = 0
  /** The page that was opened last: whoever goes through a log asks for its keys one after the other. */
  #last: { readonly at: PageAt; readonly page: Bytes } | null = null

  constructor(files: VaultFiles, place: SealPlace, epoch: Epoch) {
    this.#files = files
    this.#place = place
    this.epoch = epoch
  }

  /** Name of its file. */
  get file(): string {
    return fileOf(this.epoch.number)
  }

  /**
   * Reads every page there is and tells its keys, and the number that it begins with. A page that was begun and not
   * finished ends the file; of one that was replaced, which only a crash leaves, whatever is there is written over.
   * @throws ledger-corrupt when a page does not open
   */
  async open(take: (keys: readonly SubjectKey[], first: number) => void): Promise<void> {
    const found = new Map<number, PageAt>()
    const replaced: PageAt[] = []
    for await (const page of this.#read()) {
      const before = found.get(page.first)
      if (before !== undefined) replaced.push(before)
      found.set(page.first, page)
    }
    for (const page of [...found.values()].toSorted((a, b) => a.first - b.first)) {
      this.#pages.push(page)
      take(await this.#keysAt(page), page.first)
    }
    if (replaced.length > 0) await this.#empty(replaced)
  }

  /** Makes keys durable, in pages. */
  async add(keys: readonly SubjectKey[]): Promise<void> {
    if (keys.length === 0) return
    const pages: { readonly first: number; readonly bytes: Buffer }[] = []
    for (let n = 0; n < keys.length; n += pageKeysMax)
      pages.push(this.#sealed(keys.slice(n, n + pageKeysMax)))
    await this.#append(pages)
  }

  /** The key of a number; null for one that is not there. @throws ledger-corrupt */
  async keyOf(number: number): Promise<SubjectKey | null> {
    for (;;) {
      const at = this.#pages[this.#pageOf(number)]
      if (at === undefined) return null
      if (this.#last?.at === at) return findKey(this.#last.page, number)
      const sealed = await this.#files.read(this.file, at.offset, at.sizeBytes)
      // It may have been replaced meanwhile.
      if (this.#pages[this.#pageOf(number)] !== at) continue
      this.#forget()
      const page = this.#opened(sealed ?? new Uint8Array(), at.first)
      this.#last = { at, page }
      return findKey(page, number)
    }
  }

  /**
   * Destroys keys: on return they are in no page of this file. Tells those that were there.
   * @param next the number that the next new key gets: it is kept, so that no number is given twice
   */
  async destroy(numbers: ReadonlySet<number>, next: number): Promise<readonly SubjectKey[]> {
    const touched = new Set(
      [...numbers].map((number) => this.#pageOf(number)).filter((n) => n >= 0),
    )
    const pages: { readonly first: number; readonly bytes: Buffer }[] = []
    const old: PageAt[] = []
    const destroyed: SubjectKey[] = []
    for (const n of [...touched].toSorted((a, b) => a - b)) {
      const at = this.#pages[n]
      if (at === undefined) continue
      const keys = await this.#keysAt(at)
      const kept = keys.filter(({ number }) => !numbers.has(number))
      if (kept.length === keys.length) continue
      destroyed.push(...keys.filter(({ number }) => numbers.has(number)))
      old.push(at)
      pages.push(this.#sealed(kept, at.first))
    }
    if (pages.length === 0) return []
    if (numbers.has(next - 1)) pages.push(this.#sealed([], next))
    await this.#append(pages)
    await this.#empty(old)
    return destroyed
  }

  /** Keeps the number of the next key, with an empty page, where the keys there are do not tell it. */
  async mark(next: number): Promise<void> {
    await this.#append([this.#sealed([], next)])
  }

  /** Every key there is, page by page. */
  async *keys(): AsyncIterable<readonly SubjectKey[]> {
    for (const at of this.#pages) yield await this.#keysAt(at)
  }

  #sealed(keys: readonly SubjectKey[], first = keys[0]?.number ?? 0) {
    const { number, key } = this.epoch
    const page = encodePage(keys)
    const sealed = seal(key, page, pageAssociatedData(this.#place, number, first))
    page.fill(0)
    const header = Buffer.alloc(headerSizeBytes)
    header.writeUInt32BE(sealed.length)
    header.writeBigUInt64BE(BigInt(first), 4)
    return { first, bytes: Buffer.concat([header, sealed]) }
  }

  #forget(): void {
    this.#last?.page.fill(0)
    this.#last = null
  }

  async #append(
    pages: readonly { readonly first: number; readonly bytes: Buffer }[],
  ): Promise<void> {
    let offset = this.#sizeBytes
    const joined = Buffer.concat(pages.map(({ bytes }) => bytes))
    this.#sizeBytes += joined.length
    await this.#files.append(this.file, offset, joined)
    for (const { first, bytes } of pages) {
      const at = {
        first,
        offset: offset + headerSizeBytes,
        sizeBytes: bytes.length - headerSizeBytes,
      }
      const n = this.#pageOf(first)
      if (this.#pages[n]?.first === first) {
        this.#pages[n] = at
        this.#forget()
      } else this.#pages.push(at)
      offset += bytes.length
    }
  }

  async #empty(pages: readonly PageAt[]): Promise<void> {
    await this.#files.overwrite(
      this.file,
      pages.map(({ offset, sizeBytes }) => ({ offset, bytes: new Uint8Array(sizeBytes) })),
    )
  }

  /** Position of the last page that begins at or before a number; -1 when none does. */
  #pageOf(number: number): number {
    let [low, high] = [0, this.#pages.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#pages[middle]?.first ?? Infinity) <= number) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  async #keysAt({ first, offset, sizeBytes }: PageAt): Promise<SubjectKey[]> {
    const sealed = await this.#files.read(this.file, offset, sizeBytes)
    return decodePage(this.#opened(sealed ?? new Uint8Array(), first))
  }

  #opened(sealed: Uint8Array, first: number): Bytes {
    const { number, key } = this.epoch
    const page = unseal(key, sealed, pageAssociatedData(this.#place, number, first))
    if (page === null)
      throw new OperatingError(
        'ledger-corrupt',
        `the page of keys from ${first} in \`${this.file}\` does not open: it was changed, or belongs to another log`,
      )
    return page
  }

  async *#read(): AsyncIterable<PageAt> {
    let [held, heldAt]: [Buffer, number] = [Buffer.alloc(0), 0]
    for (;;) {
      const part = await this.#files.read(this.file, heldAt + held.length, readBytes)
      if (part !== null) held = Buffer.concat([held, part])
      let at = 0
      while (held.length - at >= headerSizeBytes) {
        const sizeBytes = held.readUInt32BE(at)
        const start = at + headerSizeBytes
        const rowsBytes = sizeBytes - sealOverheadBytes
        if (
          rowsBytes < 0 ||
          rowsBytes % rowSizeBytes !== 0 ||
          rowsBytes > pageKeysMax * rowSizeBytes
        )
          throw new OperatingError(
            'ledger-corrupt',
            `\`${this.file}\` is damaged at byte ${heldAt + at}: no page of keys begins there`,
          )
        if (held.length - start < sizeBytes) break
        const sealed = held.subarray(start, start + sizeBytes)
        const first = Number(held.readBigUInt64BE(at + 4))
        // Written over: what it held is in a later page, or nowhere.
        if (sealed.some((byte) => byte !== 0)) yield { first, offset: heldAt + start, sizeBytes }
        at = start + sizeBytes
        this.#sizeBytes = heldAt + at
      }
      held = held.subarray(at)
      heldAt += at
      if (part === null || part.length < readBytes) return
    }
  }
}
