// Files that are one compressed stream: gzip, zlib, zstd, bzip2, xz, LZMA, LZ4, and joblib's old container. What is
// inside is scanned from memory, up to a limit. Where a stream breaks off, what it gave until then is scanned too.

import {
  constants,
  inflateRawSync,
  inflateSync,
  type ZlibOptions,
  zstdDecompressSync,
} from 'node:zlib'
import { type Bytes, joinBytes } from '@proofhouse/evidence'
import { bunzip, unxz } from '../../archives/bzip2-xz.ts'
import { isSkippable, zstdEnds } from '../../archives/frame-ends.ts'
import { ContentTooLarge, type Unpack } from '../../archives/unpacked.ts'
import { type ByteSource, bytesSource, partOf } from '../byte-source.ts'
import type { Member, ScanFormat, ScanWalk } from '../scan-format.ts'
import { unpackLz4 } from './lz4-frames.ts'
import { isLzmaHeader, unpackLzma } from './lzma-alone.ts'

/** Largest content of a stream: it is held in memory. */
const contentSizeMaxBytes = 512 * 1_048_576
/** Bytes that are tried for telling a zlib stream from text. */
const trialSizeBytes = 65_536
/** What of a stream that breaks off is sought, packed and unpacked. */
const rescuedMaxBytes = 16 * 1_048_576

const begins = (head: Uint8Array, ...magic: readonly number[]) =>
  magic.every((byte, at) => head[at] === byte)

/** A format of one compressed stream. */
function streamFormat(
  name: string,
  recognises: ScanFormat['recognises'],
  unpack: Unpack,
  startOf: (source: ByteSource) => number = () => 0,
): ScanFormat {
  return {
    name,
    recognises,
    scan: (member, walk) => scanStream(member, walk, unpack, startOf(member.source)),
  }
}

async function scanStream(
  member: Member,
  walk: ScanWalk,
  unpack: Unpack,
  start: number,
): Promise<void> {
  const { source, finder, name } = member
  if (source.sizeBytes > contentSizeMaxBytes) {
    finder.found('archive-limit', 0, 'a compressed stream of over 512 MiB')
    return
  }
  const allowed = walk.allow(member, contentSizeMaxBytes)
  if (allowed <= 0) return
  try {
    const packed = source.read(start, source.sizeBytes)
    const { content, packedEnd, fault } = await unpack(packed, allowed)
    if (fault !== null) finder.found('archive-malformed', 0, `the compressed stream: ${fault}`)
    const rest = packedEnd === null ? 0 : packed.length - packedEnd
    // Zeros pad to a length, as on tapes; no reader takes them for more.
    const hasMore = rest > 0 && packed.subarray(packed.length - rest).some((byte) => byte !== 0)
    const restStart = source.sizeBytes - rest
    if (hasMore)
      finder.found('trailing-data', restStart, `${rest} bytes follow the compressed stream`)
    if (fault === null || content.length > 0)
      await walk.inside(member, contentName(name), bytesSource(content))
    if (hasMore)
      await walk.inside(member, 'behind the stream', partOf(source, restStart, source.sizeBytes))
  } catch (error) {
    if (!(error instanceof ContentTooLarge)) throw error
    const what = `${source.sizeBytes} bytes decompress to more than ${allowed}`
    finder.found('archive-bomb', 0, what)
  }
}

/** What the content of a compressed file is called. */
function contentName(name: string): string {
  const bare = name.replace(/^.*\//, '')
  return bare.replace(/\.(?:gz|bz2|xz|zst|z|lz4|lzma|joblib|tgz)$/i, '') || 'content'
}

/** What Node's decompressors give when they are asked for more than the content. */
interface Told {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
}

type RunOptions = Pick<ZlibOptions, 'maxOutputLength' | 'info' | 'finishFlush'>
type Run = (bytes: Bytes, options: RunOptions) => Uint8Array | Told

const isTooLarge = (error: unknown) =>
  error instanceof RangeError ||
  (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')

/** Node's own decompressors, which tell how much they read; `flush` has them give what they have at the end. */
const zlib =
  (run: Run, flush: number): Unpack =>
  (packed, maxOutputLength) => {
    try {
      const told = run(packed, { maxOutputLength, info: true })
      if (told instanceof Uint8Array || !('buffer' in told))
        throw new TypeError('the decompressor told nothing')
      const packedEnd = told.engine.bytesWritten
      return { content: new Uint8Array(told.buffer), packedEnd, fault: null }
    } catch (error) {
      if (isTooLarge(error)) throw new ContentTooLarge()
      const fault = error instanceof Error ? error.message.toLowerCase() : 'it cannot be read'
      return { content: beginning(packed, run, flush), packedEnd: null, fault }
    }
  }

/** What a stream that breaks off gave until then: the longest part of it that unpacks without a fault. */
function beginning(packed: Bytes, run: Run, flush: number): Bytes {
  let [content, good]: [Bytes, number] = [new Uint8Array(0), 0]
  let bad = Math.min(packed.length, rescuedMaxBytes) + 1
  while (bad - good > 1) {
    const tried = Math.floor((good + bad) / 2)
    try {
      const options = { maxOutputLength: rescuedMaxBytes, finishFlush: flush }
      const told = run(packed.subarray(0, tried), options)
      content = new Uint8Array(told instanceof Uint8Array ? told : told.buffer)
      good = tried
    } catch {
      bad = tried
    }
  }
  return content
}

const inflateRaw = zlib((bytes, options) => inflateRawSync(bytes, options), constants.Z_SYNC_FLUSH)
const inflate = zlib((bytes, options) => inflateSync(bytes, options), constants.Z_SYNC_FLUSH)
const zstd = zlib((bytes, options) => zstdDecompressSync(bytes, options), constants.ZSTD_e_flush)

/** Members one after the other (RFC 1952), as readers join them; what is no member is left over. */
const gunzip: Unpack = async (packed, sizeMaxBytes) => {
  const parts: Bytes[] = []
  let [at, length] = [0, 0]
  for (;;) {
    const start = memberData(packed, at)
    if (start === null) break
    const member = await inflateRaw(packed.subarray(start), sizeMaxBytes - length)
    const { content, packedEnd, fault } = member
    parts.push(content)
    length += content.length
    at = start + (packedEnd ?? 0) + 8
    if (fault !== null || at > packed.length)
      return { content: joinBytes(parts), packedEnd: null, fault: fault ?? 'it is cut off' }
  }
  return { content: joinBytes(parts), packedEnd: at, fault: at === 0 ? 'no member' : null }
}

/** Where a member's data begins; null where none does. */
function memberData(packed: Bytes, start: number): number | null {
  if (!begins(packed.subarray(start), 0x1f, 0x8b, 8)) return null
  const flags = packed[start + 3] ?? 0
  let at = start + 10
  if ((flags & 4) !== 0) at += 2 + (packed[at] ?? 0) + 256 * (packed[at + 1] ?? 0)
  // Name and comment end with a zero each.
  for (const flag of [8, 16])
    if ((flags & flag) !== 0) at = packed.indexOf(0, at) + 1 || packed.length
  return at + ((flags & 2) === 0 ? 0 : 2)
}

const unzstd: Unpack = async (packed, sizeMaxBytes) => {
  const ends = zstdEnds(packed)
  const frames = ends.fault === null ? packed.subarray(0, ends.end) : packed
  const { content, fault } = await zstd(frames, sizeMaxBytes)
  return {
    content,
    packedEnd: ends.fault === null ? ends.end : null,
    fault: ends.fault ?? fault,
  }
}

/** A zlib header has no magic number of its own, so the beginning is tried. */
function isZlib(head: Uint8Array, source: ByteSource, start = 0): boolean {
  const [first = 0, second = 0] = source.read(start, start + 2)
  if ((first & 0x8f) !== 8 || (first * 256 + second) % 31 !== 0 || head.length < 8) return false
  try {
    inflateSync(source.read(start, start + trialSizeBytes), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 64 * 1_048_576,
    })
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
  }
}

/** joblib before 0.10: `ZF`, the length in hexadecimal padded with blanks, then a zlib stream. */
function joblibStart(source: ByteSource): number {
  const head = new TextDecoder('latin1').decode(source.read(0, 32))
  return /^ZF0x[\da-f]+ */.exec(head)?.[0].length ?? 0
}

const gzipFormat = streamFormat('gzip', (head) => begins(head, 0x1f, 0x8b), gunzip)
const bzip2Format = streamFormat(
  'bzip2',
  (head) =>
    begins(head, 0x42, 0x5a, 0x68) &&
    (begins(head.subarray(4), 0x31, 0x41, 0x59, 0x26, 0x53, 0x59) ||
      begins(head.subarray(4), 0x17, 0x72, 0x45, 0x38, 0x50, 0x90)),
  bunzip,
)
const xzFormat = streamFormat('xz', (head) => begins(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), unxz)
const zstdFormat = streamFormat(
  'zstd',
  (_head, { source }) => frameAt(source, 0x28, 0xb5, 0x2f, 0xfd),
  unzstd,
)
const zlibFormat = streamFormat('zlib', (head, { source }) => isZlib(head, source), inflate)
const oldJoblibFormat = streamFormat(
  'joblib-zlib',
  (head, { source }) => begins(head, 0x5a, 0x46) && isZlib(head, source, joblibStart(source)),
  inflate,
  joblibStart,
)

const lz4Format = streamFormat(
  'lz4',
  (_head, { source }) => frameAt(source, 0x04, 0x22, 0x4d, 0x18),
  unpackLz4,
)
const lzmaFormat = streamFormat('lzma', (head, { source }) => isLzma(head, source), unpackLzma)

/** Whether frames begin with one of a magic number, behind such as are passed over. */
function frameAt(source: ByteSource, ...magic: readonly number[]): boolean {
  let at = 0
  for (let count = 0; count < 1000; count++) {
    const head = source.read(at, at + 8)
    if (begins(head, ...magic)) return true
    if (!isSkippable(head, 0) || head.length < 8) return false
    at += 8 + new DataView(head.buffer, head.byteOffset, 8).getUint32(4, true)
  }
  return false
}

/** What every program writes begins with 0x5d and zero; other properties are told by trying them. */
function isLzma(head: Bytes, source: ByteSource): boolean {
  if (!isLzmaHeader(head)) return false
  if (begins(head, 0x5d, 0)) return true
  try {
    const trial = unpackLzma(source.read(0, trialSizeBytes), trialSizeBytes)
    return 'fault' in trial && (trial.fault === null || trial.content.length >= 1024)
  } catch {
    return true
  }
}

/** Every format that is one compressed stream. */
export const streamFormats: readonly ScanFormat[] = [
  gzipFormat,
  bzip2Format,
  xzFormat,
  zstdFormat,
  oldJoblibFormat,
  zlibFormat,
  lz4Format,
  lzmaFormat,
]
