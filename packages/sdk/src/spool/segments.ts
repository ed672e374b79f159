// The segments of a spool as they are found: each read to its end, what no write finished cut off, and nothing missing between them.

import { OperatingError } from '@proofhouse/evidence'
import type { SpoolFiles } from './ports.ts'
import {
  batchHeaderBytes,
  isWholeBatch,
  newSegmentHeader,
  readBatchHeader,
  readSegmentHeader,
  segmentHeaderBytes,
} from './segment.ts'
import { FileCipher, type SpoolSecret } from './spool-cipher.ts'

const namePattern = /^segment-(\d{16})-(\d{6})$/
/** No segment is larger: a batch that fills one is the last in it. */
const segmentSizeMaxBytes = 1_073_741_824

/** A segment of a spool. */
export interface Segment {
  readonly name: string
  readonly first: number
  readonly generation: number
  readonly cipher: FileCipher
  count: number
  sizeBytes: number
}

/** Number after a segment's last. */
export const endOf = ({ first, count }: Segment): number => first + count

const nameOf = (first: number, generation: number) =>
  `segment-${String(first).padStart(16, '0')}-${String(generation).padStart(6, '0')}`

/** Makes a segment, with batches in it where some are given. */
export async function makeSegment(
  files: SpoolFiles,
  secret: SpoolSecret,
  given: {
    readonly first: number
    readonly generation: number
    readonly count: number
    readonly batches: (cipher: FileCipher) => readonly Buffer[]
  },
): Promise<Segment> {
  const { first, generation, count } = given
  const header = newSegmentHeader(secret, first)
  const cipher = cipherOf(secret, header)
  const bytes = Buffer.concat([header, ...given.batches(cipher)])
  const name = nameOf(first, generation)
  await files.create(name, bytes)
  return { name, first, generation, cipher, count, sizeBytes: bytes.length }
}

function cipherOf(secret: SpoolSecret, header: Buffer): FileCipher {
  const told = readSegmentHeader(secret, header)
  if (told === null) throw corrupt('the header of a segment is damaged')
  return new FileCipher(secret, told.salt)
}

/** What is damaged, and that nothing was changed. */
export const corrupt = (what: string): OperatingError =>
  new OperatingError('spool-corrupt', `${what}; nothing was changed`)

/**
 * The segments of a spool in their order. Of those replaced, what is left is destroyed; what a crash left of a last
 * write, which nobody was told of, is cut off.
 * @throws spool-corrupt
 */
export async function findSegments(files: SpoolFiles, secret: SpoolSecret): Promise<Segment[]> {
  const newest = new Map<number, { readonly name: string; readonly generation: number }>()
  const replaced: string[] = []
  for (const { name } of (await files.list()).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const [, first, generation] = namePattern.exec(name) ?? []
    if (first === undefined) continue
    const before = newest.get(Number(first))
    if (before !== undefined) replaced.push(before.name)
    newest.set(Number(first), { name, generation: Number(generation) })
  }
  const segments: Segment[] = []
  const cuts: Segment[] = []
  for (const [first, { name, generation }] of newest) {
    const isLast = segments.length === newest.size - 1
    const found = await scan(files, secret, { first, name, generation, isLast })
    const before = segments.at(-1)
    if (before !== undefined && endOf(before) !== first)
      throw corrupt(`the spool's numbers ${endOf(before)} to ${first - 1} are missing`)
    segments.push(found.segment)
    if (found.isCut) cuts.push(found.segment)
  }
  for (const name of replaced) await files.destroy(name)
  for (const { name, sizeBytes } of cuts) await files.append(name, sizeBytes, Buffer.alloc(0))
  return segments
}

async function scan(
  files: SpoolFiles,
  secret: SpoolSecret,
  given: {
    readonly first: number
    readonly name: string
    readonly generation: number
    readonly isLast: boolean
  },
): Promise<{ readonly segment: Segment; readonly isCut: boolean }> {
  const { first, name, generation, isLast } = given
  const bytes = await bytesOf(files, name)
  if (readSegmentHeader(secret, bytes)?.first !== first)
    throw corrupt(`\`${name}\` is not what its name says, or of another spool`)
  const cipher = cipherOf(secret, bytes)
  let [at, next] = [segmentHeaderBytes, first]
  for (let size = wholeBatchAt(bytes, at, next); size > 0; size = wholeBatchAt(bytes, at, next)) {
    next += readBatchHeader(bytes.subarray(at))?.count ?? 0
    at += size
  }
  const isCut = at < bytes.length
  if (isCut && (!isLast || hasBatchAfter(bytes, at)))
    throw corrupt(`\`${name}\` is damaged at byte ${at}: what stands there was acknowledged`)
  const segment = { name, first, generation, cipher, count: next - first, sizeBytes: at }
  return { segment, isCut }
}

async function bytesOf(files: SpoolFiles, name: string): Promise<Buffer> {
  const found = (await files.list()).find((one) => one.name === name)
  const sizeBytes = found?.sizeBytes ?? 0
  if (sizeBytes > segmentSizeMaxBytes) throw corrupt(`\`${name}\` is larger than any segment`)
  return (await files.read(name, 0, sizeBytes)) ?? Buffer.alloc(0)
}

/** Size of the whole batch at a place that begins with a number; 0 where there is none. */
function wholeBatchAt(bytes: Buffer, at: number, first: number | null): number {
  const header = readBatchHeader(bytes.subarray(at))
  if (header === null || header.sizeBytes < batchHeaderBytes) return 0
  if (header.count === 0 || (first !== null && header.first !== first)) return 0
  const batch = bytes.subarray(at, at + header.sizeBytes)
  return batch.length === header.sizeBytes && isWholeBatch(batch) ? header.sizeBytes : 0
}

/** Whether a whole batch stands anywhere beyond a place: then what is damaged before it is no unfinished write. */
function hasBatchAfter(bytes: Buffer, at: number): boolean {
  const start = Buffer.from('PHSB', 'latin1')
  for (let from = bytes.indexOf(start, at + 1); from >= 0; from = bytes.indexOf(start, from + 1))
    if (wholeBatchAt(bytes, from, null) > 0) return true
  return false
}
