// What the outer headers of 7-Zip and RAR archives say: where the archive ends, and why nothing of it can be read. Their
// reader stops at the end that the archive names; other programs look for the next one behind it.
// Sources: 7zFormat.txt (7-Zip SDK), https://www.rarlab.com/technote.htm (RAR 5), unrar's headers.hpp (RAR 4)

import type { ByteSource } from '../byte-source.ts'
import { FormatFault, SourceReader } from '../source-reader.ts'

/** Headers of one archive that are followed. */
const headersMax = 1_000_000

/** The outside of an archive. */
export interface SealedEnds {
  /** Behind its last byte; null where its headers do not lead there. */
  readonly end: number | null
  readonly isEncrypted: boolean
  /** Whether it is one of several parts, or cut off. */
  readonly isPart: boolean
  /** Stored entries that hold more or less than they say, by the place of their header. */
  readonly lies: readonly number[]
}

/** Reads the outer headers of an archive. */
export function sealedEnds(source: ByteSource): SealedEnds {
  const head = source.read(0, 8)
  if (head[0] === 0x37) return sevenZipEnds(source)
  try {
    return head[6] === 1 ? rar5Ends(source) : rar4Ends(source)
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error
    return { end: null, isEncrypted: false, isPart: true, lies: [] }
  }
}

/** Method of 7-Zip's encryption, as its headers name it. */
const sevenZipAes = [0x06, 0xf1, 0x07, 0x01]

function sevenZipEnds(source: ByteSource): SealedEnds {
  const head = source.read(0, 32)
  if (head.length < 32) return { end: null, isEncrypted: false, isPart: true, lies: [] }
  const view = new DataView(head.buffer, head.byteOffset, 32)
  const start = 32 + Number(view.getBigUint64(12, true))
  const end = start + Number(view.getBigUint64(20, true))
  const directory = end - start < 1_048_576 ? source.read(start, end) : head
  const isEncrypted =
    directory[0] === 0x17 &&
    directory.some((_, at) => sevenZipAes.every((byte, i) => directory[at + i] === byte))
  const isPart = end > source.sizeBytes
  return { end: isPart ? null : end, isEncrypted, isPart, lies: [] }
}

function vint(reader: SourceReader): number {
  let value = 0
  for (let i = 0; i < 10; i++) {
    const byte = reader.u8()
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return value
  }
  throw new FormatFault('a number is longer than ten bytes', reader.position)
}

function rar5Ends(source: ByteSource): SealedEnds {
  const reader = new SourceReader(source, 8)
  const lies: number[] = []
  let isPart = false
  for (let count = 0; count < headersMax && reader.remaining > 0; count++) {
    const start = reader.position
    reader.skip(4)
    const size = vint(reader)
    const body = reader.position
    const [type, flags] = [vint(reader), vint(reader)]
    if ((flags & 1) !== 0) vint(reader)
    const dataBytes = (flags & 2) === 0 ? 0 : vint(reader)
    if (type === 4) return { end: null, isEncrypted: true, isPart, lies }
    if (type === 1 && (vint(reader) & 1) !== 0) isPart = true
    if (type === 2 && (flags & 0x18) === 0 && storedSize(reader, dataBytes) !== dataBytes)
      lies.push(start)
    reader.moveTo(body + size + dataBytes)
    if (type === 5) return { end: body + size, isEncrypted: false, isPart, lies }
  }
  return { end: reader.remaining === 0 ? source.sizeBytes : null, isEncrypted: false, isPart, lies }
}

/** The size that a stored file says it has; that of its data where it is packed. */
function storedSize(reader: SourceReader, dataBytes: number): number {
  const flags = vint(reader)
  const sizeBytes = vint(reader)
  vint(reader)
  reader.skip(((flags & 2) === 0 ? 0 : 4) + ((flags & 4) === 0 ? 0 : 4))
  const isStored = ((vint(reader) >> 7) & 7) === 0
  return isStored && (flags & 9) === 0 ? sizeBytes : dataBytes
}

function rar4Ends(source: ByteSource): SealedEnds {
  const reader = new SourceReader(source, 7)
  let isPart = false
  for (let count = 0; count < headersMax && reader.remaining > 0; count++) {
    const start = reader.position
    reader.skip(2)
    const [type, flags, size] = [reader.u8(), reader.u16(), reader.u16()]
    if (type === 0x73 && (flags & 0x80) !== 0)
      return { end: null, isEncrypted: true, isPart, lies: [] }
    if (type === 0x73 && (flags & 1) !== 0) isPart = true
    if (type === 0x7b) return { end: start + size, isEncrypted: false, isPart, lies: [] }
    let dataBytes = (flags & 0x8000) !== 0 || type === 0x74 || type === 0x7a ? reader.u32() : 0
    if ((type === 0x74 || type === 0x7a) && (flags & 0x100) !== 0) {
      reader.moveTo(start + 32)
      dataBytes += reader.u32() * 2 ** 32
    }
    if (size < 7) throw new FormatFault('a header is shorter than any', start)
    reader.moveTo(start + size + dataBytes)
  }
  const end = reader.remaining === 0 ? source.sizeBytes : null
  return { end, isEncrypted: false, isPart, lies: [] }
}
