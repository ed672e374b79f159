// The record of a staging log: one batch of entries with a checksum, so that a torn write at the end is told from damage.
// `u64be first index ‖ u32be count ‖ u32be bundle length ‖ u32be CRC-32 of those 16 bytes and the bundle ‖ bundle`.
// The checksum finds accidents. Tampering is found by the signed root, which covers every committed entry.

import { crc32 } from 'node:zlib'
import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { StagedBatch } from './ports.ts'

/** Bytes before the bundle. */
const recordHeaderSizeBytes = 20
const checkedSizeBytes = 16

/** Largest batch accepted when reading, in bytes: a guard against a damaged length. */
const bundleSizeMaxBytes = 1_073_741_824

/** The header of a batch's record. */
export function recordHeader({ firstIndex, count, bundle }: StagedBatch): Bytes {
  const header = new Uint8Array(recordHeaderSizeBytes)
  const view = new DataView(header.buffer)
  view.setBigUint64(0, BigInt(firstIndex))
  view.setUint32(8, count)
  view.setUint32(12, bundle.length)
  view.setUint32(checkedSizeBytes, crc32(bundle, crc32(header.subarray(0, checkedSizeBytes))))
  return header
}

/** What the bytes of a staging file hold. */
export interface StagingContent {
  readonly batches: readonly StagedBatch[]
  /** Bytes of whole records; what follows is a torn write. */
  readonly soundSizeBytes: number
}

/**
 * Reads the records of one staging file. The last one may be torn: an interrupted write was never acknowledged,
 * whatever of it reached the disk.
 * @throws ledger-corrupt when a whole record follows one that is not
 */
export function decodeStaging(bytes: Bytes): StagingContent {
  const batches: StagedBatch[] = []
  let damagedAt: number | null = null
  for (let offset = 0; ; ) {
    const record = readRecord(bytes, offset)
    if (record === null) return { batches, soundSizeBytes: damagedAt ?? offset }
    if (record.batch === null) damagedAt ??= offset
    else if (damagedAt === null) batches.push(record.batch)
    else
      throw new OperatingError(
        'ledger-corrupt',
        `a batch in the staging log is damaged at byte ${damagedAt}, with more batches after it`,
      )
    offset = record.end
  }
}

/** The record at an offset; without a batch where its checksum does not fit, null where none can begin or end. */
function readRecord(
  bytes: Bytes,
  offset: number,
): { readonly batch: StagedBatch | null; readonly end: number } | null {
  const start = offset + recordHeaderSizeBytes
  if (start > bytes.length) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, recordHeaderSizeBytes)
  const length = view.getUint32(12)
  const end = start + length
  if (length > bundleSizeMaxBytes || end > bytes.length) return null
  const bundle = bytes.subarray(start, end)
  const checked = bytes.subarray(offset, offset + checkedSizeBytes)
  const isSound = crc32(bundle, crc32(checked)) === view.getUint32(checkedSizeBytes)
  const firstIndex = Number(view.getBigUint64(0))
  return { batch: isSound ? { firstIndex, count: view.getUint32(8), bundle } : null, end }
}
