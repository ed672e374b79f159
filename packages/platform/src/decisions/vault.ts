// The sealed contents of a log, in the order of its entries: append-only files of batches. A batch's table says which key and how
// many bytes each content has, sealed under the log's own key so that nobody sees from outside whose contents belong together.
// `u32 CRC-32 of the rest of the head ‖ u32 length of the head ‖ u64 first index ‖ u32 count ‖ u64 length of the contents ‖
//  u32 length of the table ‖ sealed table ‖ contents`; the head ends where the contents begin. All numbers are big-endian.

import { crc32 } from 'node:zlib'
import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { VaultFiles } from './ports.ts'
import { seal, unseal } from './sealing.ts'

const fixedSizeBytes = 32
const rowSizeBytes = 12
/** A file takes no further batch beyond this. */
const fileSizeMaxBytes = 512 * 1_048_576

/** One content to be written. */
export interface SealedContent {
  /** Number of the key that seals it. */
  readonly key: number
  readonly sealed: Buffer
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

const nameOf = (file: number) => `vault-${String(file).padStart(8, '0')}`

/** The vault of a log. */
export class Vault {
  readonly #files: VaultFiles
  readonly #key: Bytes
  #file = 0
  #sizeBytes = 0

  /** @param key seals the tables */
  constructor(files: VaultFiles, key: Bytes) {
    this.#files = files
    this.#key = key
  }

  /**
   * Finds the end of what is whole and belongs to entries before `size`, from a place on, and tells every content there. Whatever
   * follows was never acknowledged: its file is cut.
   * @throws ledger-corrupt when a content of an entry of the log is not there
   */
  async open(
    from: { readonly index: number; readonly file: number; readonly offset: number },
    size: number,
    take: (contents: readonly ContentAt[]) => Promise<void>,
  ): Promise<void> {
    const listed = await this.#files.list()
    const sizes = new Map(listed.map(({ name, sizeBytes }) => [name, sizeBytes]))
    let next = from.index
    let { file, offset } = from
    while (next < size) {
      const head = await this.#head(file, offset)
      const end = head === null ? 0 : offset + head.sizeBytes + head.contentsBytes
      if (head === null || head.first !== next || end > (sizes.get(nameOf(file)) ?? 0)) {
        if (head !== null || !sizes.has(nameOf(file + 1)))
          throw new OperatingError(
            'ledger-corrupt',
            `the contents of entry ${next} are not in \`${nameOf(file)}\`, where they belong`,
          )
        file += 1
        offset = 0
        continue
      }
      const contents = this.#contents(head, file, offset)
      await take(contents)
      next += contents.length
      offset = end
    }
    await this.#cut(file, offset, sizes)
    this.#file = file
    this.#sizeBytes = offset
  }

  /** Removes what lies beyond the end. */
  async #cut(file: number, offset: number, sizes: ReadonlyMap<string, number>): Promise<void> {
    if ((sizes.get(nameOf(file)) ?? 0) > offset)
      await this.#files.append(nameOf(file), offset, new Uint8Array())
    if (sizes.has(nameOf(file + 1))) await this.#files.replace(nameOf(file + 1), null)
  }

  /** Makes a batch durable; tells where each content lies. */
  async append(first: number, contents: readonly SealedContent[]): Promise<ContentAt[]> {
    if (this.#sizeBytes > fileSizeMaxBytes) {
      this.#file += 1
      this.#sizeBytes = 0
    }
    const head = this.#encodeHead(first, contents)
    const bytes = Buffer.concat([head, ...contents.map(({ sealed }) => sealed)])
    const [file, at] = [this.#file, this.#sizeBytes]
    this.#sizeBytes += bytes.length
    await this.#files.append(nameOf(file), at, bytes)
    let offset = at + head.length
    return contents.map(({ key, sealed }, n) => {
      const place = { index: first + n, key, file, offset, sizeBytes: sealed.length }
      offset += sealed.length
      return place
    })
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

  /** Writes over contents; they are gone from the files on return. */
  async empty(contents: readonly ContentAt[]): Promise<void> {
    for (const [file, places] of Map.groupBy(contents, (one) => one.file))
      await this.#files.overwrite(
        nameOf(file),
        places.map(({ offset, sizeBytes }) => ({ offset, bytes: new Uint8Array(sizeBytes) })),
      )
  }

  #encodeHead(first: number, contents: readonly SealedContent[]): Buffer {
    const table = Buffer.alloc(contents.length * rowSizeBytes)
    let contentsBytes = 0
    for (const [n, { key, sealed }] of contents.entries()) {
      table.writeBigUInt64BE(BigInt(key), n * rowSizeBytes)
      table.writeUInt32BE(sealed.length, n * rowSizeBytes + 8)
      contentsBytes += sealed.length
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

  async #head(file: number, offset: number) {
    const fixed = await this.#files.read(nameOf(file), offset, fixedSizeBytes)
    if (fixed === null || fixed.length < fixedSizeBytes) return null
    const sizeBytes = Buffer.from(fixed).readUInt32BE(4)
    const read = await this.#files.read(nameOf(file), offset, sizeBytes)
    if (read === null || read.length < sizeBytes || sizeBytes < fixedSizeBytes) return null
    const head = Buffer.from(read)
    if (crc32(head.subarray(4)) !== head.readUInt32BE(0)) return null
    return {
      sizeBytes,
      first: Number(head.readBigUInt64BE(8)),
      count: head.readUInt32BE(16),
      contentsBytes: Number(head.readBigUInt64BE(20)),
      head,
    }
  }

  #contents(
    {
      first,
      count,
      head,
      sizeBytes,
    }: {
      readonly first: number
      readonly count: number
      readonly head: Buffer
      readonly sizeBytes: number
    },
    file: number,
    at: number,
  ): ContentAt[] {
    const table = unseal(this.#key, head.subarray(fixedSizeBytes), head.subarray(8, 28))
    if (table === null || table.length !== count * rowSizeBytes)
      throw new OperatingError(
        'ledger-corrupt',
        `the table of the contents from entry ${first} does not open: it was changed, or belongs to another log`,
      )
    const rows = Buffer.from(table)
    let offset = at + sizeBytes
    return Array.from({ length: count }, (_, n) => {
      const size = rows.readUInt32BE(n * rowSizeBytes + 8)
      const key = Number(rows.readBigUInt64BE(n * rowSizeBytes))
      const place = { index: first + n, key, file, offset, sizeBytes: size }
      offset += size
      return place
    })
  }
}
