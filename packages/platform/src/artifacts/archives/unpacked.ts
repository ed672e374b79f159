// What decompressors give: the content, where in the packed bytes it ended, and what was wrong. Programs that load from
// a stream have taken its beginning long before they come to a fault, so what was unpacked until then counts.

import type { Bytes } from '@proofhouse/evidence'

/** Content of a compressed stream. */
interface Unpacked {
  readonly content: Bytes
  /** Where in the packed bytes the stream ends; null where the decompressor does not tell. */
  readonly packedEnd: number | null
  /** Why it could not be unpacked to its end; null where it was. */
  readonly fault: string | null
}

/** A decompressor: nothing it is given makes it throw but content beyond the limit. @throws ContentTooLarge */
export type Unpack = (packed: Bytes, sizeMaxBytes: number) => Unpacked | Promise<Unpacked>

/** The content is larger than it may be. */
export class ContentTooLarge extends Error {}

/** Content that a decompressor writes, and reads again for its repetitions. */
export class GrowingContent {
  readonly #sizeMaxBytes: number
  #bytes: Bytes
  #length = 0

  constructor(sizeMaxBytes: number) {
    this.#sizeMaxBytes = sizeMaxBytes
    this.#bytes = new Uint8Array(Math.min(65_536, sizeMaxBytes))
  }

  get length(): number {
    return this.#length
  }

  /** All that was written. */
  get bytes(): Bytes {
    return this.#bytes.subarray(0, this.#length)
  }

  /** The byte so many places back, from one on. */
  back(distance: number): number {
    return this.#bytes[this.#length - distance] ?? 0
  }

  push(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = byte
  }

  append(bytes: Bytes): void {
    this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Repeats what was written before; where the distance is shorter than the length, what it writes itself too. */
  repeat(distance: number, length: number): void {
    this.#grow(length)
    const [bytes, at] = [this.#bytes, this.#length]
    if (distance >= length) bytes.copyWithin(at, at - distance, at - distance + length)
    else for (let i = 0; i < length; i++) bytes[at + i] = bytes[at + i - distance] ?? 0
    this.#length += length
  }

  #grow(moreBytes: number): void {
    const needed = this.#length + moreBytes
    if (needed > this.#sizeMaxBytes) throw new ContentTooLarge()
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(
      Math.min(this.#sizeMaxBytes, Math.max(needed, 2 * this.#bytes.length)),
    )
    larger.set(this.bytes)
    this.#bytes = larger
  }
}
