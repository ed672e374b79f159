// What tells an Arrow file from another before its reader, which is large, is loaded.

import type { Bytes } from '@proofhouse/evidence'

/** Larger files are for Parquet, which is read in pieces. */
export const arrowSizeMaxBytes = 2 ** 30

/** Whether these are the first bytes of an Arrow file or stream. */
export function isArrow(start: Bytes): boolean {
  const magic = Buffer.from(start).toString('latin1')
  return magic.startsWith('ARRO') || magic.startsWith('\xff\xff\xff\xff')
}
