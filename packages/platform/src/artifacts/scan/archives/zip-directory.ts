// The directory of a ZIP archive (PKWARE APPNOTE 6.3.10), read twice: the central headers and the local ones, since
// readers choose between them. Nothing is decompressed here.

import {
  localHeaderLengths,
  readCentralHeader,
  readEnd,
  readLocalHeader,
  readWideEnd,
  readWideLocator,
  type ZipEnd,
  zipRecordBytes,
} from '../../archives/zip-records.ts'
import type { ByteSource } from '../byte-source.ts'

/** Entries of one archive that are read. */
const entriesMax = 100_000
/** Largest central directory that is read. */
const directorySizeMaxBytes = 64 * 1_048_576
/** An end record, and the longest comment behind it. */
const tailSizeBytes = zipRecordBytes.end + 65_535

/** An entry of the central directory, with what its local header says. */
export interface ZipEntry {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly isLink: boolean
  /** The name in the extra field 0x7075, which some readers prefer; null for none. */
  readonly unicodeName: string | null
  /** Where its local header begins. */
  readonly start: number
  /** Null where no local header is at that place. */
  readonly local: LocalHeader | null
}

/** The header before an entry's data. */
interface LocalHeader {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly sizeBytes: number
  /** Where the data begins. */
  readonly dataStart: number
}

/** A directory that was read. */
export interface ZipDirectory {
  readonly entries: readonly ZipEntry[]
  /** Bytes before what the directory counts as the beginning. */
  readonly prefixBytes: number
  /** Where the central directory begins, and where the end record does. */
  readonly start: number
  readonly end: number
  /** Bytes behind the end record and its comment. */
  readonly suffixBytes: number
  /** End records that the tail holds; readers choose differently between several. */
  readonly endRecords: number
  /** Why the directory could not be read to its end; null where it was. */
  readonly problem: string | null
}

const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Offsets of every end record: readers take the last, whether its comment fits into the file or not. */
function endRecordsIn(source: ByteSource): readonly number[] {
  const from = Math.max(0, source.sizeBytes - tailSizeBytes)
  const tail = source.read(from, source.sizeBytes)
  const found: number[] = []
  for (
    let at = tail.indexOf(0x50);
    at >= 0 && at + 22 <= tail.length;
    at = tail.indexOf(0x50, at + 1)
  ) {
    if (tail[at + 1] !== 0x4b || tail[at + 2] !== 5 || tail[at + 3] !== 6) continue
    found.push(from + at)
  }
  return found
}

/** Reads the directory of an archive; null where there is no end record. */
export function readZipDirectory(source: ByteSource): ZipDirectory | null {
  const ends = endRecordsIn(source)
  const end = ends.at(-1)
  if (end === undefined) return null
  const record = readEnd(source.read(end, end + zipRecordBytes.end))
  const comment = record.commentBytes
  let { count, sizeBytes: size, offset } = record
  let directoryEnd = end
  let endRecords = ends.length
  const large = zip64Record(source, end)
  if (large !== null) {
    // What the old record says beside the new one must be the same, or all ones.
    const isOther = (old: number, ones: number, wide: number) => old !== ones && old !== wide
    const differ =
      isOther(count, 0xffff, large.count) ||
      isOther(size, 0xffff_ffff, large.sizeBytes) ||
      isOther(offset, 0xffff_ffff, large.offset)
    if (differ || !large.isOnly) endRecords++
    ;[count, size, offset] = [large.count, large.sizeBytes, large.offset]
    directoryEnd = large.start
  }
  const start = directoryEnd - size
  const base = {
    prefixBytes: Math.max(0, start - offset),
    start: Math.max(0, start),
    end,
    suffixBytes: source.sizeBytes - end - 22 - comment,
    endRecords,
  }
  if (start < 0 || start < offset)
    return {
      ...base,
      prefixBytes: 0,
      entries: [],
      problem: 'the directory lies outside of the file',
    }
  if (base.suffixBytes < 0)
    return {
      ...base,
      ...readEntries(source, start, directoryEnd, start - offset, count),
      problem: 'the comment is longer than the file',
    }
  if (size > directorySizeMaxBytes)
    return { ...base, entries: [], problem: 'the directory is larger than 64 MiB' }
  return { ...base, ...readEntries(source, start, directoryEnd, start - offset, count) }
}

interface Zip64Record extends ZipEnd {
  readonly start: number
  /** Whether every reader finds this one: those that go by the locator, and those that look right before it. */
  readonly isOnly: boolean
}

function zip64Record(source: ByteSource, end: number): Zip64Record | null {
  const locatorAt = end - zipRecordBytes.wideLocator
  const written = locatorAt < 0 ? null : readWideLocator(source.read(locatorAt, end))
  if (written === null) return null
  // Python looks right before the locator, others where it says; with bytes before the archive these are two places.
  const beforeAt = locatorAt - zipRecordBytes.wideEnd
  const before = zip64At(source, beforeAt)
  const there = written === beforeAt ? before : zip64At(source, written)
  const record = before ?? there
  if (record === null) return null
  const isNext = record.start + record.recordBytes === locatorAt
  return { ...record, isOnly: isNext && (before === null || there === null || before === there) }
}

function zip64At(source: ByteSource, start: number) {
  const record = start < 0 ? null : readWideEnd(source.read(start, start + zipRecordBytes.wideEnd))
  return record === null ? null : { ...record, start }
}

function readEntries(
  source: ByteSource,
  start: number,
  end: number,
  shift: number,
  count: number,
): Pick<ZipDirectory, 'entries' | 'problem'> {
  const bytes = source.read(start, end)
  const entries: ZipEntry[] = []
  let at = 0
  for (;;) {
    const header = readCentralHeader(bytes, at)
    if (header === null) break
    if (entries.length >= entriesMax)
      return { entries, problem: `it has over ${entriesMax} entries` }
    if (header === 'cut off') return { entries, problem: 'the directory is cut off' }
    const { flags, method, crc, packedBytes, sizeBytes } = header
    entries.push({
      name: nameOf(header.name, flags),
      flags,
      method,
      crc,
      packedBytes,
      sizeBytes,
      unicodeName: unicodeNameIn(header.extra),
      // The mode of Unix lies in the upper half; its file type S_IFLNK.
      isLink: header.attributes >>> 28 === 0xa,
      start: header.offset + shift,
      local: localHeader(source, header.offset + shift),
    })
    at = header.end
  }
  const isWhole =
    at === bytes.length && (entries.length === count || entries.length % 65_536 === count)
  return {
    entries,
    problem: isWhole ? null : `the directory says ${count} entries, ${entries.length} were read`,
  }
}

function localHeader(source: ByteSource, start: number): LocalHeader | null {
  const lengths = localHeaderLengths(source.read(start, start + zipRecordBytes.local))
  if (lengths === null) return null
  const dataStart = start + zipRecordBytes.local + lengths.nameBytes + lengths.extraBytes
  const header = readLocalHeader(source.read(start, dataStart))
  if (header === null) return null
  const { flags, method, crc, packedBytes, sizeBytes } = header
  return { name: nameOf(header.name, flags), flags, method, crc, packedBytes, sizeBytes, dataStart }
}

/** Info-ZIP's Unicode path: a version, the checksum of the other name, the name. */
function unicodeNameIn(extra: Uint8Array): string | null {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength)
  for (let at = 0; at + 9 <= extra.length; at += 4 + view.getUint16(at + 2, true))
    if (view.getUint16(at, true) === 0x7075)
      return utf8.decode(extra.subarray(at + 9, at + 4 + view.getUint16(at + 2, true)))
  return null
}

/** Bit 11 says UTF-8; without it the name is in an old code page, of which ASCII is a part. */
function nameOf(bytes: Uint8Array, flags: number): string {
  return (flags & 0x800) === 0 ? latin1.decode(bytes) : utf8.decode(bytes)
}
