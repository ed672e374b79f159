// Looks into compressed files, for their text alone: gzip, zlib, Zstandard, bzip2, xz, and the members of zip archives (wheels,
// `.npz`, PyTorch and Keras files). Bounded in bytes written, members and depth; what is beyond, encrypted, broken or of another
// kind is said to be unsearched. Whether an archive is malicious is another question, and not asked here.

import { Buffer } from 'node:buffer'
import { type FileContent, inMemory } from './file-content.ts'
import {
  type Compression,
  inflated,
  memberMaxBytes,
  type NotUnpacked,
  type UnpackBudget,
} from './unpack-streams.ts'

/** A file inside a file. */
export interface Member {
  /** Null where the container holds one thing without a name. */
  readonly name: string | null
  readonly content: FileContent
  /** Whether it turned out to be no container after all. */
  readonly isBare?: true
}

/** Most bytes that one file may become. */
export const unpackedMaxBytes = 256 * 1_048_576
const membersMax = 20_000
const directoryMaxBytes = 16 * 1_048_576

/** A kind of container. */
export type Container = 'gzip' | 'zlib' | 'zstd' | 'zip' | 'lz4' | 'bzip2' | 'xz' | '7z' | 'rar'

const magics: readonly (readonly [Container, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
]

/** How many first bytes tell the kind. */
export const magicBytes = 16

/** The kind of container that bytes begin; null for none. `BZh` needs its digit and block after it. */
export function containerKind(first: Uint8Array): Container | null {
  const [kind] = magics.find(([, magic]) => magic.every((byte, at) => first[at] === byte)) ?? []
  if (kind === 'bzip2' && !(first[4] === 0x31 || first[4] === 0x17)) return null
  return kind ?? (isZlib(first) ? 'zlib' : null)
}

/** A header of zlib (RFC 1950), as joblib writes it: method 8, window 32 KiB, a check of five bits. Texts may begin so. */
const isZlib = ([method = 0, flags = 0]: Uint8Array): boolean =>
  method === 0x78 && (method * 256 + flags) % 31 === 0 && (flags & 0x20) === 0

/** What a container holds, one after another. */
export async function* unpack(
  kind: Container,
  file: FileContent,
  budget: UnpackBudget,
): AsyncGenerator<Member | NotUnpacked> {
  if (kind === 'zip') yield* zipMembers(file, budget)
  else if (isStream(kind)) yield* decompressed(kind, file, budget)
  else yield { why: `it is compressed with ${kind}, which is not unpacked` }
}

type StreamKind = 'gzip' | 'zstd' | 'zlib' | 'bzip2' | 'xz'

const isStream = (kind: Container): kind is StreamKind =>
  ['gzip', 'zstd', 'zlib', 'bzip2', 'xz'].includes(kind)

async function* decompressed(
  kind: StreamKind,
  file: FileContent,
  budget: UnpackBudget,
): AsyncGenerator<Member | NotUnpacked> {
  if (file.sizeBytes > memberMaxBytes) {
    yield { why: `it is ${kind} of more than 64 MiB` }
    return
  }
  const bytes = await file.read(0, file.sizeBytes)
  const told = await inflated(kind, bytes, { name: null, budget })
  // Two bytes are not much of a mark: what cannot be inflated is what it looks like.
  if (kind === 'zlib' && 'why' in told && told.isBroken === true)
    yield { name: null, content: file, isBare: true }
  else if ('why' in told) yield told
  else {
    yield { name: null, content: inMemory(told.content) }
    // Decompressors end with the stream; what else the file holds is looked into as what it is.
    if (told.packedEnd < bytes.length)
      yield { name: 'behind the stream', content: inMemory(bytes.subarray(told.packedEnd)) }
  }
}

interface DirectoryEntry {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly packedBytes: number
  readonly headerAt: number
}

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const entrySignature = 0x02014b50
const headerSignature = 0x04034b50
const endSizeBytes = 22
const commentMaxBytes = 65_535

async function bufferOf(file: FileContent, start: number, length: number): Promise<Buffer> {
  const bytes = await file.read(start, length)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

interface Directory {
  readonly at: number
  readonly sizeBytes: number
  /** Bytes before the archive that its own offsets do not count. */
  readonly before: number
}

/** Whether a file that begins as something else ends as a zip archive, such as an application of Python (`.pyz`). */
export async function endsAsZip(file: FileContent): Promise<boolean> {
  if (file.sizeBytes < endSizeBytes) return false
  const end = await bufferOf(file, file.sizeBytes - endSizeBytes, endSizeBytes)
  return (
    end.readUInt32LE(0) === endSignature && end.readUInt16LE(20) === 0 && end.readUInt16LE(10) > 0
  )
}

/** Where the central directory lies: from the end record, or the one of ZIP64 that stands before it. */
async function directoryOf(file: FileContent): Promise<Directory | null> {
  const tailStart = Math.max(0, file.sizeBytes - endSizeBytes - commentMaxBytes)
  const tail = await bufferOf(file, tailStart, file.sizeBytes - tailStart)
  const signature = Buffer.from([0x50, 0x4b, 0x05, 0x06])
  const end = tail.lastIndexOf(signature)
  if (end < 0 || end + endSizeBytes > tail.length || tail.readUInt32LE(end) !== endSignature)
    return null
  const [sizeBytes, told] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
  if (told !== 0xffff_ffff && sizeBytes !== 0xffff_ffff) {
    // The directory ends at the end record; where it is told to begin earlier, something was put before the archive.
    const at = tailStart + end - sizeBytes
    return at < told ? { at: told, sizeBytes, before: 0 } : { at, sizeBytes, before: at - told }
  }
  if (end < 20) return null
  const at64 = Number(tail.readBigUInt64LE(end - 20 + 8))
  if (at64 + 56 > file.sizeBytes) return null
  const end64 = await bufferOf(file, at64, 56)
  if (end64.length < 56 || end64.readUInt32LE(0) !== end64Signature) return null
  return {
    sizeBytes: Number(end64.readBigUInt64LE(40)),
    at: Number(end64.readBigUInt64LE(48)),
    before: 0,
  }
}

/** A field that does not fit 32 bits stands in the extra field 1, in the order: size, packed size, offset. */
function wideFields(entry: Buffer, narrow: readonly number[]): number[] | null {
  const nameLength = entry.readUInt16LE(28)
  const extra = entry.subarray(46 + nameLength, 46 + nameLength + entry.readUInt16LE(30))
  if (!narrow.includes(0xffff_ffff)) return [...narrow]
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let field = at + 4
    const wide = narrow.map((value) => {
      if (value !== 0xffff_ffff) return value
      const read = field + 8 <= extra.length ? Number(extra.readBigUInt64LE(field)) : Number.NaN
      field += 8
      return read
    })
    return wide.every(Number.isSafeInteger) ? wide : null
  }
  return null
}

function entriesOf(directory: Buffer): DirectoryEntry[] | null {
  const entries: DirectoryEntry[] = []
  let at = 0
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature) {
    const entry = directory.subarray(at)
    const nameLength = entry.readUInt16LE(28)
    const length = 46 + nameLength + entry.readUInt16LE(30) + entry.readUInt16LE(32)
    const wide = wideFields(entry, [
      entry.readUInt32LE(24),
      entry.readUInt32LE(20),
      entry.readUInt32LE(42),
    ])
    if (length > entry.length || wide === null || entries.length >= membersMax) return null
    const [, packedBytes = 0, headerAt = 0] = wide
    entries.push({
      name: entry.toString('utf8', 46, 46 + nameLength),
      flags: entry.readUInt16LE(8),
      method: entry.readUInt16LE(10),
      packedBytes,
      headerAt,
    })
    at += length
  }
  return at === directory.length ? entries : null
}

async function* zipMembers(
  file: FileContent,
  budget: UnpackBudget,
): AsyncGenerator<Member | NotUnpacked> {
  const directory = await directoryOf(file)
  const fits =
    directory !== null &&
    directory.sizeBytes <= directoryMaxBytes &&
    directory.at + directory.sizeBytes <= file.sizeBytes
  const entries = fits ? entriesOf(await bufferOf(file, directory.at, directory.sizeBytes)) : null
  if (entries === null) {
    yield { why: 'its directory of members cannot be read' }
    return
  }
  let packedBytes = 0
  for (const entry of entries) {
    packedBytes += entry.packedBytes
    // Members that share bytes make an archive of any size out of a small one.
    if (packedBytes > file.sizeBytes) {
      yield { why: 'its members overlap' }
      return
    }
    if (!entry.name.endsWith('/'))
      yield await memberOf(
        file,
        { ...entry, headerAt: entry.headerAt + (directory?.before ?? 0) },
        budget,
      )
  }
}

/** Methods of compression (APPNOTE 4.4.5). */
const methods: Readonly<Record<number, Compression>> = {
  8: 'deflate',
  12: 'bzip2',
  93: 'zstd',
  95: 'xz',
}

async function memberOf(
  file: FileContent,
  { name, flags, method, packedBytes, headerAt }: DirectoryEntry,
  budget: UnpackBudget,
): Promise<Member | NotUnpacked> {
  if ((flags & 1) === 1) return { why: `\`${name}\` is encrypted` }
  const header =
    headerAt + 30 <= file.sizeBytes ? await bufferOf(file, headerAt, 30) : Buffer.alloc(0)
  if (header.length < 30 || header.readUInt32LE(0) !== headerSignature)
    return { why: `\`${name}\` is not where the archive says` }
  const start = headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  if (start + packedBytes > file.sizeBytes) return { why: `\`${name}\` is cut short` }
  if (method === 0)
    return {
      name,
      content: {
        sizeBytes: packedBytes,
        read: (from, length) => file.read(start + from, Math.min(length, packedBytes - from)),
      },
    }
  const packedBy = methods[method]
  if (packedBy === undefined)
    return { why: `\`${name}\` is packed by a method that is not read (${method})` }
  if (packedBytes > memberMaxBytes) return { why: `\`${name}\` is packed and larger than 64 MiB` }
  const told = await inflated(packedBy, await file.read(start, packedBytes), {
    name,
    budget,
  })
  return 'why' in told ? told : { name, content: inMemory(told.content) }
}
