// Where streams of zstd and xz end, told by their own lengths without unpacking them: their decompressors do not say.
// Sources: RFC 8878 (zstd), https://tukaani.org/xz/xz-file-format.txt

import type { Bytes } from '@proofhouse/evidence'

/** Streams one behind the other. */
export interface FrameEnds {
  /** Behind the last whole one. */
  readonly end: number
  /** What is wrong with one that begins there; null where none begins. */
  readonly fault: string | null
}

const begins = (bytes: Bytes, at: number, ...magic: readonly number[]) =>
  magic.every((byte, i) => bytes[at + i] === byte)

/** Whether a frame begins that readers of zstd and LZ4 pass over. */
export function isSkippable(bytes: Bytes, at: number): boolean {
  return ((bytes[at] ?? 0) & 0xf0) === 0x50 && begins(bytes, at + 1, 0x2a, 0x4d, 0x18)
}

/** Frames of zstd, and such that are passed over. */
export function zstdEnds(packed: Bytes): FrameEnds {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  let at = 0
  while (at < packed.length) {
    let end: number | null = null
    if (isSkippable(packed, at) && at + 8 <= packed.length)
      end = at + 8 + view.getUint32(at + 4, true)
    else if (begins(packed, at, 0x28, 0xb5, 0x2f, 0xfd)) end = zstdFrame(packed, at)
    else if (!isSkippable(packed, at)) return { end: at, fault: null }
    if (end === null || end > packed.length) return { end: at, fault: 'a frame is cut off' }
    at = end
  }
  return { end: at, fault: null }
}

function zstdFrame(packed: Bytes, start: number): number | null {
  const descriptor = packed[start + 4]
  if (descriptor === undefined) return null
  const isSingle = (descriptor & 32) !== 0
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  let at = start + 5 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes
  for (;;) {
    if (at + 3 > packed.length) return null
    const header = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8) | ((packed[at + 2] ?? 0) << 16)
    // A block of one byte repeated says how often, and holds it once.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3)
    if ((header & 1) === 1) return at + ((descriptor & 4) === 0 ? 0 : 4)
  }
}

/** Streams of xz, and the zeros between them. */
export function xzEnds(packed: Bytes): FrameEnds {
  let at = 0
  while (at < packed.length) {
    if (!begins(packed, at, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)) return { end: at, fault: null }
    const end = xzStream(packed, at)
    if (end === null || end > packed.length) return { end: at, fault: 'a stream is cut off' }
    at = end
    while (at + 4 <= packed.length && begins(packed, at, 0, 0, 0, 0)) at += 4
  }
  return { end: at, fault: null }
}

const padded = (sizeBytes: number) => Math.ceil(sizeBytes / 4) * 4

function xzStream(packed: Bytes, start: number): number | null {
  const checkSizeBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]
  const check = checkSizeBytes[(packed[start + 7] ?? 0) & 15] ?? 0
  let at = start + 12
  for (;;) {
    const headerSize = packed[at]
    if (headerSize === undefined) return null
    if (headerSize === 0) break
    const data = at + (headerSize + 1) * 4
    const end = lzma2End(packed, data)
    if (end === null) return null
    at = data + padded(end - data) + check
  }
  // The index: how many blocks, two numbers for each, a checksum; then the end of the stream.
  const index = at
  const count = { value: 0, next: at + 1 }
  readNumber(packed, count)
  const blocks = count.value
  if (blocks > packed.length) return null
  for (let i = 0; i < 2 * blocks; i++) readNumber(packed, count)
  return index + padded(count.next - index) + 4 + 12
}

/** Chunks of LZMA2 up to the mark of their end. */
function lzma2End(packed: Bytes, start: number): number | null {
  let at = start
  for (;;) {
    const control = packed[at]
    if (control === undefined) return null
    if (control === 0) return at + 1
    const size = (from: number) => 256 * (packed[from] ?? 0) + (packed[from + 1] ?? 0) + 1
    if (control < 0x80) at += 3 + size(at + 1)
    else at += (control >= 0xc0 ? 6 : 5) + size(at + 3)
  }
}

function readNumber(packed: Bytes, into: { value: number; next: number }): void {
  into.value = 0
  for (let i = 0; i < 9; i++) {
    const byte = packed[into.next++] ?? 0
    into.value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return
  }
}
