// The sealed contents of a log, in the order of its entries: append-only files of batches. A batch's table says which key and how
// many bytes each content has, sealed under the log's own key so that nobody sees from outside whose contents belong together.
// `u32 CRC-32 of the rest of the head ‖ u32 length of the head ‖ u64 first index ‖ u32 count ‖ u64 length of the contents ‖
//  u32 length of the table ‖ sealed table ‖ contents`; the head ends where the contents begin. All numbers are big-endian.

import { crc32 } from 'node:zlib'
import { assert, type Bytes, OperatingError } from '@proofhouse/evidence'
import type { VaultFiles } from './ports.ts'
import { seal, sealOverheadBytes, unseal } from './sealing.ts'

const fixedSizeBytes = 32
const rowSizeBytes = 12
/** A file takes no further batch beyond this. */
const fileSizeMaxBytes = 512 * 1_048_576
/** Contents of one batch at most; a head that claims more is damaged. */
const batchContentsMax = 65_536
/** Contents told at once while opening, at least, but for the last. */
const toldAtOnce = 1_024
/** How much of a file is read at a time while looking for batches. */
const windowBytes = 65_536
/** A batch larger than this has room of its own, which is not kept. */
const roomKeptMaxBytes = 16 * 1_048_576
/** More contents than this are never on their way: that many without entries mean that the ledger is an older copy. */
const uncommittedMax = 32_768

/** One content to be written. */
export interface ContentToWrite {
  /** Number of the key that seals it. */
  readonly key: number
  /** Of what is written, sealed. */
  readonly sizeBytes: number
  /** Writes as many bytes. */
  writeTo(into: Buffer): void
}

/** Where a content lies. */
export interface ContentAt {
  readonly index: number
  readonly key: number
  /** Ordinal of its file. */
  readonly file: number
  readonly offset: number
  readonly sizeBytes: number
}

/** Where a batch begins, and the index of its first content. */
export interface BatchAt {
  readonly first: number
  readonly file: number
  readonly offset: number
}

/** Where a content lies, and in which batch. */
export interface PlacedContent extends ContentAt {
  readonly batch: BatchAt
}

/** A batch that was found, up to its `end`. */
interface FoundBatch extends BatchAt {
  readonly head: Buffer
  readonly count: number
  readonly end: number
}

const noWindow = { file: 0, offset: 0, bytes: Buffer.alloc(0) }

const nameOf = (file: number) => `vault-${String(file).padStart(8, '0')}`

/** The vault of a log. */
export class Vault {
  readonly #files: VaultFiles
  readonly #key: Bytes
  #file = 0
  #sizeBytes = 0
  /** Room for a batch, used again: new memory for each would be the costliest part of writing it. */
  #room = Buffer.alloc(0)
  /** What was read last of a file while opening: small batches lie close together. */
  #window = noWindow
  #isWriting = false

  /** @param key seals the tables */
  constructor(files: VaultFiles, key: Bytes) {
    this.#files = files
    this.#key = key
  }

  /**
   * Finds the end of what is whole and belongs to entries before `size`, from a batch on, and tells every content there.
   * Whatever follows was never acknowledged, and is removed. Of a batch whose entries were not all committed, the next
   * one takes the place of the rest: it begins with the first index that was not.
   * @throws ledger-corrupt when a content of an entry of the log is not there, or the ledger is older than the contents
   */
  async open(
    from: BatchAt,
    size: number,
    take: (contents: readonly PlacedContent[]) => Promise<void>,
  ): Promise<void> {
    const listed = await this.#files.list()
    const sizes = new Map(listed.map(({ name, sizeBytes }) => [name, sizeBytes]))
    let { first: next, file, offset } = from
    let found = await this.#found(file, offset, sizes)
    let rest: readonly ContentAt[] = []
    let untold: PlacedContent[] = []
    while (next < size) {
      if (found?.first !== next)
        throw new OperatingError(
          'ledger-corrupt',
          `the contents of entry ${next} are not at byte ${offset} of \`${nameOf(file)}\`, where they belong`,
        )
      const ahead = await this.#found(found.file, found.end, sizes)
      const contents = this.#contents(found)
      const isReplaced = ahead !== null && ahead.first > next && ahead.first < next + found.count
      const end = Math.min(size, isReplaced ? ahead.first : next + found.count)
      untold.push(...contents.slice(0, end - next))
      // Not one by one: where decisions came singly, every batch is small.
      if (untold.length >= toldAtOnce || end === size || ahead?.file !== found.file) {
        await take(untold)
        untold = []
      }
      rest = contents.slice(end - next)
      next = end
      ;[file, offset] = [found.file, found.end]
      found = ahead
    }
    await this.#refuseOldLedger(found, size, sizes)
    if (rest.length > 0) await this.empty(rest)
    await this.#cut(file, offset, sizes)
    this.#file = file
    this.#sizeBytes = offset
    this.#window = noWindow
  }

  /** Contents beyond the ledger's end are few, or it is not the ledger that they were written for. */
  async #refuseOldLedger(
    beyond: FoundBatch | null,
    size: number,
    sizes: ReadonlyMap<string, number>,
  ): Promise<void> {
    for (
      let found = beyond;
      found !== null;
      found = await this.#found(found.file, found.end, sizes)
    )
      if (found.first + found.count - size > uncommittedMax)
        throw new OperatingError(
          'ledger-corrupt',
          `the ledger has ${size} entries, and contents go on beyond entry ${found.first}: it is an older copy than they are; ` +
            'restore the ledger of the same time, nothing was removed',
        )
  }

  /** Removes what lies beyond the end. */
  async #cut(file: number, offset: number, sizes: ReadonlyMap<string, number>): Promise<void> {
    if ((sizes.get(nameOf(file)) ?? 0) > offset)
      await this.#files.append(nameOf(file), offset, new Uint8Array())
    for (let n = file + 1; sizes.has(nameOf(n)); n++) await this.#files.replace(nameOf(n), null)
  }

  /** Makes a batch durable, one at a time; tells where each content lies. */
  async append(first: number, contents: readonly ContentToWrite[]): Promise<PlacedContent[]> {
    assert(!this.#isWriting, 'one batch of contents at a time')
    if (this.#sizeBytes > fileSizeMaxBytes) {
      this.#file += 1
      this.#sizeBytes = 0
    }
    const head = this.#encodeHead(first, contents)
    const bytes = this.#roomFor(contents.reduce((sum, one) => sum + one.sizeBytes, head.length))
    head.copy(bytes)
    const [file, at] = [this.#file, this.#sizeBytes]
    const batch = { first, file, offset: at }
    let end = head.length
    const places = contents.map((one, n) => {
      const offset = end
      end += one.sizeBytes
      one.writeTo(bytes.subarray(offset, end))
      const { key, sizeBytes } = one
      return { index: first + n, key, file, offset: at + offset, sizeBytes, batch }
    })
    this.#sizeBytes += bytes.length
    this.#isWriting = true
    await this.#files.append(nameOf(file), at, bytes)
    this.#isWriting = false
    return places
  }

  #roomFor(sizeBytes: number): Buffer {
    if (sizeBytes > roomKeptMaxBytes) return Buffer.allocUnsafe(sizeBytes)
    if (this.#room.length < sizeBytes)
      this.#room = Buffer.alloc(Math.min(roomKeptMaxBytes, 2 * sizeBytes))
    return this.#room.subarray(0, sizeBytes)
  }

  /** The sealed bytes of a content; null when they were written over. */
  async read({ file, offset, sizeBytes }: ContentAt): Promise<Bytes | null> {
    const bytes = await this.#files.read(nameOf(file), offset, sizeBytes)
    if (bytes === null || bytes.length < sizeBytes)
      throw new OperatingError(
        'ledger-corrupt',
        `\`${nameOf(file)}\` ends before ${offset + sizeBytes} bytes: contents are lost`,
      )
    return bytes.every((byte) => byte === 0) ? null : bytes
  }

  /**
   * The sealed bytes of contents that lie one behind the other, read at once; null where they were written over.
   * @throws ledger-corrupt
   */
  async readAll(contents: readonly ContentAt[]): Promise<(Bytes | null)[]> {
    const [first, last] = [contents[0], contents.at(-1)]
    if (first === undefined || last === undefined) return []
    const sizeBytes = last.offset + last.sizeBytes - first.offset
    const whole = await this.read({ ...first, sizeBytes })
    return contents.map((one) => {
      const start = one.offset - first.offset
      const bytes = whole?.subarray(start, start + one.sizeBytes) ?? null
      return bytes === null || bytes.every((byte) => byte === 0) ? null : bytes
    })
  }

  /** Writes over contents; they are gone from the files on return. */
  async empty(contents: readonly ContentAt[]): Promise<void> {
    for (const [file, places] of Map.groupBy(contents, (one) => one.file))
      await this.#files.overwrite(
        nameOf(file),
        places.map(({ offset, sizeBytes }) => ({ offset, bytes: new Uint8Array(sizeBytes) })),
      )
  }

  #encodeHead(first: number, contents: readonly ContentToWrite[]): Buffer {
    const table = Buffer.alloc(contents.length * rowSizeBytes)
    let contentsBytes = 0
    for (const [n, { key, sizeBytes }] of contents.entries()) {
      table.writeUInt32BE(Math.floor(key / 2 ** 32), n * rowSizeBytes)
      table.writeUInt32BE(key % 2 ** 32, n * rowSizeBytes + 4)
      table.writeUInt32BE(sizeBytes, n * rowSizeBytes + 8)
      contentsBytes += sizeBytes
    }
    const fixed = Buffer.alloc(fixedSizeBytes)
    fixed.writeBigUInt64BE(BigInt(first), 8)
    fixed.writeUInt32BE(contents.length, 16)
    fixed.writeBigUInt64BE(BigInt(contentsBytes), 20)
    const sealed = seal(this.#key, table, fixed.subarray(8, 28))
    fixed.writeUInt32BE(sealed.length, 28)
    const head = Buffer.concat([fixed, sealed])
    head.writeUInt32BE(head.length, 4)
    head.writeUInt32BE(crc32(head.subarray(4)), 0)
    return head
  }

  /** The batch at a place, or at the beginning of the next file where none is there; null where there is neither. */
  async #found(
    file: number,
    offset: number,
    sizes: ReadonlyMap<string, number>,
  ): Promise<FoundBatch | null> {
    const here = await this.#batch(file, offset, sizes)
    if (here !== null || !sizes.has(nameOf(file + 1))) return here
    return this.#batch(file + 1, 0, sizes)
  }

  async #batch(
    file: number,
    offset: number,
    sizes: ReadonlyMap<string, number>,
  ): Promise<FoundBatch | null> {
    const fixed = await this.#peek(file, offset, fixedSizeBytes)
    if (fixed.length < fixedSizeBytes) return null
    const sizeBytes = fixed.readUInt32BE(4)
    const sizeMaxBytes = fixedSizeBytes + batchContentsMax * rowSizeBytes + sealOverheadBytes
    if (sizeBytes < fixedSizeBytes || sizeBytes > sizeMaxBytes) return null
    const head = await this.#peek(file, offset, sizeBytes)
    if (head.length < sizeBytes) return null
    if (crc32(head.subarray(4)) !== head.readUInt32BE(0)) return null
    const first = Number(head.readBigUInt64BE(8))
    const end = offset + sizeBytes + Number(head.readBigUInt64BE(20))
    if (end > (sizes.get(nameOf(file)) ?? 0)) return null
    return { first, file, offset, head, count: head.readUInt32BE(16), end }
  }

  /** Bytes of a file; fewer at its end, none where there is no such file. */
  async #peek(file: number, offset: number, sizeBytes: number): Promise<Buffer> {
    const start = offset - this.#window.offset
    const isThere = this.#window.file === file && start >= 0
    if (!isThere || start + sizeBytes > this.#window.bytes.length) {
      const wanted = Math.max(sizeBytes, windowBytes)
      const read = await this.#files.read(nameOf(file), offset, wanted)
      this.#window = { file, offset, bytes: Buffer.from(read ?? []) }
      return this.#window.bytes.subarray(0, sizeBytes)
    }
    return this.#window.bytes.subarray(start, start + sizeBytes)
  }

  #contents({ first, file, offset: at, head, count }: FoundBatch): PlacedContent[] {
    const table = unseal(this.#key, head.subarray(fixedSizeBytes), head.subarray(8, 28))
    if (table === null || table.length !== count * rowSizeBytes)
      throw new OperatingError(
        'ledger-corrupt',
        `the table of the contents from entry ${first} does not open: it was changed, or belongs to another log`,
      )
    const rows = Buffer.from(table)
    const batch = { first, file, offset: at }
    let offset = at + head.length
    return Array.from({ length: count }, (_, n) => {
      const size = rows.readUInt32BE(n * rowSizeBytes + 8)
      const key = Number(rows.readBigUInt64BE(n * rowSizeBytes))
      const place = { index: first + n, key, file, offset, sizeBytes: size, batch }
      offset += size
      return place
    })
  }
}
