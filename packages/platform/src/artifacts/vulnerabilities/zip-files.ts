// The files of a zip archive, one after the other and in bounded memory (PKWARE APPNOTE 6.3.10, with the 64-bit records that
// a mirror of over 65,535 advisories needs). The central directory says what there is; each local header must agree.
// INVARIANT: parts of two entries never overlap, so that a small archive cannot unpack to more than its limits.

import { crc32, inflateRawSync } from 'node:zlib'
import { OperatingError } from '@proofhouse/evidence'
import {
  localHeaderLengths,
  readCentralHeader,
  readEnd,
  readWideEnd,
  readWideLocator,
  type ZipEnd,
  zipRecordBytes,
} from '../archives/zip-records.ts'
import { filePart } from '../inventory/byte-sources.ts'
import type { OpenedFile } from '../inventory/ports.ts'

const entriesMax = 2_000_000
const directoryMaxBytes = 512 * 1_048_576
const unpackedMaxBytes = 64 * 1_073_741_824
/** The end record, with the longest comment. */
const endMaxBytes = zipRecordBytes.end + 65_535
const none32 = 0xffff_ffff

interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly offset: number
}

/** One unpacked file. */
export interface ZipFile {
  readonly name: string
  readonly bytes: Uint8Array
}

const malformed = (why: string, cause?: unknown) =>
  new OperatingError('feed-malformed', `zip archive ${why}`, { cause })

const decoder = new TextDecoder('utf-8', { fatal: false })

/**
 * The files whose names are wanted, in the order in which they lie.
 * @throws feed-malformed, limit-exceeded for a file larger than `fileMaxBytes` or an archive beyond every measure
 */
export async function* zipFiles(
  file: OpenedFile,
  options: { readonly fileMaxBytes: number; readonly isWanted: (name: string) => boolean },
): AsyncGenerator<ZipFile> {
  const entries = (await directoryOf(file)).toSorted((a, b) => a.offset - b.offset)
  const source = filePart(file, 0, file.sizeBytes)
  let position = 0
  let unpackedBytes = 0
  for (const entry of entries) {
    if (entry.offset < position) throw malformed('has entries that overlap')
    if (entry.name.endsWith('/') || !options.isWanted(entry.name)) continue
    unpackedBytes += entry.sizeBytes
    if (entry.sizeBytes > options.fileMaxBytes || unpackedBytes > unpackedMaxBytes)
      throw new OperatingError('limit-exceeded', `zip archive holds \`${entry.name}\`, too large`)
    await source.skip(entry.offset - position)
    const lengths = localHeaderLengths(await source.take(zipRecordBytes.local))
    if (lengths === null)
      throw malformed(`has no header of \`${entry.name}\` where its directory says`)
    const { nameBytes, extraBytes } = lengths
    const name = decoder.decode(await source.take(nameBytes))
    if (name !== entry.name) throw malformed(`calls \`${entry.name}\` by two names`)
    await source.skip(extraBytes)
    const packed = await source.take(entry.packedBytes)
    position = entry.offset + zipRecordBytes.local + nameBytes + extraBytes + entry.packedBytes
    yield { name, bytes: unpack(entry, packed) }
  }
}

function unpack(entry: Entry, packed: Uint8Array): Uint8Array {
  let bytes = packed
  if (entry.method === 8)
    try {
      bytes = inflateRawSync(packed, { maxOutputLength: Math.max(entry.sizeBytes, 1) })
    } catch (cause) {
      throw malformed(`holds \`${entry.name}\`, which cannot be unpacked`, cause)
    }
  else if (entry.method !== 0) throw malformed(`packs \`${entry.name}\` by method ${entry.method}`)
  if (bytes.length !== entry.sizeBytes || crc32(bytes) !== entry.crc)
    throw malformed(`holds \`${entry.name}\`, which is not what its directory says`)
  return bytes
}

async function directoryOf(file: OpenedFile): Promise<Entry[]> {
  const tailStart = Math.max(0, file.sizeBytes - endMaxBytes)
  const tail = await file.read(tailStart, file.sizeBytes - tailStart)
  const end = Buffer.from(tail).lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || end + zipRecordBytes.end > tail.length)
    throw malformed('has no end record; is it whole?')
  let directory: ZipEnd = readEnd(tail.subarray(end))
  const { count, sizeBytes, offset } = directory
  if (count === 0xffff || sizeBytes === none32 || offset === none32)
    directory = (await wideEnd(file, tailStart + end)) ?? directory
  if (directory.count > entriesMax || directory.sizeBytes > directoryMaxBytes)
    throw new OperatingError('limit-exceeded', `zip archive has over ${entriesMax} entries`)
  if (directory.offset + directory.sizeBytes > file.sizeBytes)
    throw malformed('has a directory beyond its end')
  return entriesOf(await file.read(directory.offset, directory.sizeBytes), directory.count)
}

/** The 64-bit end record, which a locator before the end record points at. */
async function wideEnd(file: OpenedFile, end: number): Promise<ZipEnd | null> {
  const locatorAt = end - zipRecordBytes.wideLocator
  if (locatorAt < 0) return null
  const at = readWideLocator(await file.read(locatorAt, zipRecordBytes.wideLocator))
  if (at === null) return null
  if (at + zipRecordBytes.wideEnd > file.sizeBytes)
    throw malformed('has a 64-bit end record beyond its end')
  const wide = readWideEnd(await file.read(at, zipRecordBytes.wideEnd))
  if (wide === null) throw malformed('has no 64-bit end record')
  return wide
}

function entriesOf(directory: Uint8Array, count: number): Entry[] {
  const entries: Entry[] = []
  let at = 0
  for (let n = 0; n < count; n++) {
    const header = readCentralHeader(directory, at)
    if (header === null || header === 'cut off') throw malformed('has a directory that ends early')
    const { method, crc, packedBytes, sizeBytes, offset } = header
    const name = decoder.decode(header.name)
    if ((header.flags & 1) !== 0) throw malformed(`has \`${name}\` encrypted`)
    entries.push({ name, method, crc, packedBytes, sizeBytes, offset })
    at = header.end
  }
  return entries
}
