// A segment of a spool: a header and batches of sealed records, each batch written and made durable in one go. Format:
// spec/client-spool.md.

import { crc32 } from 'node:zlib'
import { type FileCipher, newSalt, saltSizeBytes, type SpoolSecret } from './spool-cipher.ts'

const magic = Buffer.from('PHSPOOL1', 'latin1')
const batchMagic = 0x50485342
export const segmentHeaderBytes = magic.length + 16 + 8 + saltSizeBytes + 4
export const batchHeaderBytes = 24
const checkAt = 20

/** What stands in a spool for one decision. */
export interface Spooled {
  readonly sequence: number
  /** When it was spooled. */
  readonly spooledAtMs: number
  /** The decision as it is sent: JSON. */
  readonly text: string
}

/** A batch of records as it lies in a segment. */
export interface BatchAt {
  readonly first: number
  readonly count: number
  /** With its header. */
  readonly sizeBytes: number
}

/** The header of a new segment. */
export function newSegmentHeader({ id }: SpoolSecret, first: number): Buffer {
  const header = Buffer.alloc(segmentHeaderBytes)
  magic.copy(header)
  id.copy(header, magic.length)
  header.writeBigUInt64BE(BigInt(first), magic.length + 16)
  newSalt().copy(header, magic.length + 24)
  header.writeUInt32BE(crc32(header.subarray(0, -4)), segmentHeaderBytes - 4)
  return header
}

/** The salt and first number that a header tells; null where it is none of this spool. */
export function readSegmentHeader(
  { id }: SpoolSecret,
  header: Buffer,
): { readonly first: number; readonly salt: Buffer } | null {
  if (header.length < segmentHeaderBytes) return null
  const bytes = header.subarray(0, segmentHeaderBytes)
  if (!bytes.subarray(0, magic.length).equals(magic)) return null
  if (!bytes.subarray(magic.length, magic.length + 16).equals(id)) return null
  if (bytes.readUInt32BE(segmentHeaderBytes - 4) !== crc32(bytes.subarray(0, -4))) return null
  const at = magic.length + 16
  return {
    first: Number(bytes.readBigUInt64BE(at)),
    salt: Buffer.from(bytes.subarray(at + 8, at + 8 + saltSizeBytes)),
  }
}

/** Bytes of a batch. */
export function encodeBatch(
  cipher: FileCipher,
  records: readonly Spooled[],
  segmentFirst: number,
): Buffer {
  const pieces: Buffer[] = [Buffer.alloc(batchHeaderBytes)]
  for (const { sequence, spooledAtMs, text } of records) {
    const plain = Buffer.allocUnsafe(8 + Buffer.byteLength(text))
    plain.writeDoubleBE(spooledAtMs)
    plain.write(text, 8)
    const sealed = cipher.seal(sequence - segmentFirst, sequence, plain)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(sealed.length)
    pieces.push(length, sealed)
  }
  const bytes = Buffer.concat(pieces)
  bytes.writeUInt32BE(batchMagic)
  bytes.writeUInt32BE(records.length, 4)
  bytes.writeBigUInt64BE(BigInt(records[0]?.sequence ?? 0), 8)
  bytes.writeUInt32BE(bytes.length, 16)
  bytes.writeUInt32BE(checkOf(bytes), checkAt)
  return bytes
}

const checkOf = (batch: Buffer): number =>
  crc32(batch.subarray(batchHeaderBytes), crc32(batch.subarray(0, checkAt)))

/** What the header of a batch says, whether or not the rest of it is there; null where it is none. */
export function readBatchHeader(bytes: Buffer): BatchAt | null {
  if (bytes.length < batchHeaderBytes || bytes.readUInt32BE() !== batchMagic) return null
  return {
    count: bytes.readUInt32BE(4),
    first: Number(bytes.readBigUInt64BE(8)),
    sizeBytes: bytes.readUInt32BE(16),
  }
}

/** Whether a batch is whole, by its checksum. */
export function isWholeBatch(batch: Buffer): boolean {
  const header = readBatchHeader(batch)
  return header?.sizeBytes === batch.length && batch.readUInt32BE(checkAt) === checkOf(batch)
}

/** The records of a whole batch, opened; null where one does not open. */
export function decodeBatch(
  cipher: FileCipher,
  batch: Buffer,
  segmentFirst: number,
): readonly Spooled[] | null {
  const { first, count } = readBatchHeader(batch) ?? { first: 0, count: 0 }
  const records: Spooled[] = []
  let at = batchHeaderBytes
  for (let n = 0; n < count; n++) {
    if (at + 4 > batch.length) return null
    const length = batch.readUInt32BE(at)
    const sequence = first + n
    const sealed = batch.subarray(at + 4, at + 4 + length)
    const plain = cipher.open(sequence - segmentFirst, sequence, sealed)
    if (plain === null || plain.length < 8) return null
    records.push({ sequence, spooledAtMs: plain.readDoubleBE(), text: plain.toString('utf8', 8) })
    at += 4 + length
  }
  return records
}
