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
 * Reads the records of one staging file. The last one may be torn: an interrupted write was never acknowledged.
 * @throws ledger-corrupt when a damaged record is followed by more data than an interrupted write leaves
 */
export function decodeStaging(bytes: Bytes): StagingContent {
  const batches: StagedBatch[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = 0
  while (offset + recordHeaderSizeBytes <= bytes.length) {
    const length = view.getUint32(offset + 12)
    const start = offset + recordHeaderSizeBytes
    const end = start + length
    if (length > bundleSizeMaxBytes || end > bytes.length) break
    const bundle = bytes.subarray(start, end)
    const checked = bytes.subarray(offset, offset + checkedSizeBytes)
    if (crc32(bundle, crc32(checked)) !== view.getUint32(offset + checkedSizeBytes)) {
      if (end < bytes.length)
        throw new OperatingError(
          'ledger-corrupt',
          `a batch in the staging log is damaged at byte ${offset}, with more batches after it`,
        )
      break
    }
    batches.push({
      firstIndex: Number(view.getBigUint64(offset)),
      count: view.getUint32(offset + 8),
      bundle,
    })
    offset = end
  }
  return { batches, soundSizeBytes: offset }
}
