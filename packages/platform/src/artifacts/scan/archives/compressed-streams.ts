// Files that are one compressed stream: gzip, zlib, zstd, bzip2, xz, and joblib's old container. What is inside is
// scanned from memory, up to a limit; compressions that are not read are named, and leave the file undecided.

import {
  constants,
  inflateRawSync,
  inflateSync,
  type ZlibOptions,
  zstdDecompressSync,
} from 'node:zlib'
import { type Bytes, joinBytes } from '@proofhouse/evidence'
import { bunzipped, ContentTooLarge, unxzed } from '../../bounded-decompression.ts'
import { type ByteSource, bytesSource, partOf } from '../byte-source.ts'
import type { Member, ScanFormat, ScanWalk } from '../scan-format.ts'

/** Largest content of a stream: it is held in memory. */
const contentSizeMaxBytes = 512 * 1_048_576
/** Bytes that are tried for telling a zlib stream from text. */
const trialSizeBytes = 65_536

/** Content, and where in the packed bytes it ended. */
interface Unpacked {
  readonly content: Bytes
  /** Null where the decompressor does not tell. */
  readonly packedEnd: number | null
}

type Unpack = (packed: Bytes, sizeMaxBytes: number) => Unpacked | Promise<Unpacked>

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
    const { content, packedEnd } = await unpack(source.read(start, source.sizeBytes), allowed)
    const rest = packedEnd === null ? 0 : source.sizeBytes - start - packedEnd
    if (rest > 0)
      finder.found(
        'trailing-data',
        source.sizeBytes - rest,
        `${rest} bytes follow the compressed stream`,
      )
    await walk.inside(
      member,
      name.replace(/^.*\//, '').replace(/\.(?:gz|bz2|xz|zst|z|joblib|tgz)$/i, '') || 'content',
      bytesSource(content),
    )
    if (rest > 0)
      await walk.inside(
        member,
        'behind the stream',
        partOf(source, source.sizeBytes - rest, source.sizeBytes),
      )
  } catch (error) {
    if (walk.signal?.aborted === true) throw error
    const isTooLarge =
      error instanceof ContentTooLarge ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
    if (isTooLarge)
      finder.found(
        'archive-bomb',
        0,
        `${source.sizeBytes} bytes decompress to more than ${allowed}`,
      )
    else finder.found('archive-malformed', 0, 'the compressed stream cannot be read to its end')
  }
}

/** What Node's decompressors give when they are asked for more than the content. */
interface Told {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
}

/** Node's own decompressors, which tell how much they read. */
const zlib =
  (run: (bytes: Bytes, options: ZlibOptions) => Uint8Array | Told): Unpack =>
  (packed, maxOutputLength) => {
    const told = run(packed, { maxOutputLength, info: true })
    if (told instanceof Uint8Array || !('buffer' in told))
      throw new TypeError('the decompressor told nothing')
    return { content: new Uint8Array(told.buffer), packedEnd: told.engine.bytesWritten }
  }

const inflateRaw = zlib((bytes, options) => inflateRawSync(bytes, options))

/** Members one after the other (RFC 1952), as readers join them; what is no member is left over. */
const gunzip: Unpack = async (packed, sizeMaxBytes) => {
  const parts: Bytes[] = []
  let [at, length] = [0, 0]
  for (;;) {
    const start = memberData(packed, at)
    if (start === null) break
    const { content, packedEnd } = await inflateRaw(packed.subarray(start), sizeMaxBytes - length)
    parts.push(content)
    length += content.length
    at = start + (packedEnd ?? 0) + 8
    if (at > packed.length) throw new RangeError('the member is cut off')
  }
  if (at === 0) throw new RangeError('no member')
  return { content: joinBytes(parts), packedEnd: at }
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

const bunzip: Unpack = (packed, sizeMaxBytes) => ({
  content: bunzipped(packed, sizeMaxBytes),
  packedEnd: packed.length,
})

const unxz: Unpack = async (packed, sizeMaxBytes) => ({
  content: await unxzed(packed, sizeMaxBytes),
  packedEnd: null,
})

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
  (head) => begins(head, 0x28, 0xb5, 0x2f, 0xfd),
  (packed, maxOutputLength) => ({
    content: new Uint8Array(zstdDecompressSync(packed, { maxOutputLength })),
    packedEnd: null,
  }),
)
const zlibFormat = streamFormat(
  'zlib',
  (head, { source }) => isZlib(head, source),
  zlib((bytes, options) => inflateSync(bytes, options)),
)
const oldJoblibFormat = streamFormat(
  'joblib-zlib',
  (head, { source }) => begins(head, 0x5a, 0x46) && isZlib(head, source, joblibStart(source)),
  zlib((bytes, options) => inflateSync(bytes, options)),
  joblibStart,
)

/** Compressions that are known but not read. */
const unreadCompressions: readonly (readonly [
  name: string,
  recognises: ScanFormat['recognises'],
])[] = [
  ['lz4', (head) => begins(head, 0x04, 0x22, 0x4d, 0x18)],
  // Properties of 0x5d and a dictionary of a power of two: what every program writes.
  ['lzma', (head) => begins(head, 0x5d, 0, 0) && (head[12] === 0xff || head[12] === 0)],
]

/** Every format that is one compressed stream. */
export const streamFormats: readonly ScanFormat[] = [
  gzipFormat,
  bzip2Format,
  xzFormat,
  zstdFormat,
  oldJoblibFormat,
  zlibFormat,
  ...unreadCompressions.map(
    ([name, recognises]): ScanFormat => ({
      name,
      recognises,
      scan: ({ finder }) => finder.found('archive-unread', 0, `${name} is not read`),
    }),
  ),
]
