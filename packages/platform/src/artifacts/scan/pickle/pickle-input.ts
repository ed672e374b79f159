// Reading a pickle's bytes in order through one window, so that memory does not grow with the file and what is
// skipped is never read.

import type { Bytes } from '@proofhouse/evidence'
import type { ByteSource } from '../byte-source.ts'

/** Bytes looked at in the first read at a place, and in later ones that go on from it. */
const windowSizeBytes = { first: 8192, most: 262_144 }
/** What is kept of a line of the old text instructions: no name or number that loads is longer. */
const lineKeptBytes = 4096

const utf8 = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

/** Bytes that do not make a pickle, at a place. */
export class PickleFault extends Error {
  readonly offset: number
  readonly reason: 'malformed' | 'limit'

  constructor(reason: 'malformed' | 'limit', message: string, offset: number) {
    super(message)
    this.reason = reason
    this.offset = offset
  }
}

/** A position in a source, and the reading of numbers, lines and text there. */
export class PickleInput {
  readonly source: ByteSource
  #window: Bytes = new Uint8Array(0)
  #windowStart = 0
  #nextSizeBytes = windowSizeBytes.first
  #at = 0

  constructor(source: ByteSource, start: number) {
    this.source = source
    this.moveTo(start)
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.#windowStart + this.#at
  }

  /** Goes to an offset; what lies between is not read. */
  moveTo(offset: number): void {
    const at = offset - this.#windowStart
    if (at >= 0 && at <= this.#window.length) {
      this.#at = at
      return
    }
    this.#windowStart = offset
    this.#window = new Uint8Array(0)
    this.#at = 0
    this.#nextSizeBytes = windowSizeBytes.first
  }

  /** Passes over bytes, which must be there. */
  skip(sizeBytes: number): void {
    const to = this.position + sizeBytes
    if (to > this.source.sizeBytes) throw this.#truncated()
    this.moveTo(to)
  }

  /** The next byte, or -1 at the end. */
  byteOrEnd(): number {
    if (this.#at >= this.#window.length) {
      this.#refill()
      if (this.#window.length === 0) return -1
    }
    return this.#window[this.#at++] ?? -1
  }

  u8(): number {
    if (this.#at >= this.#window.length) this.#need(1)
    return this.#window[this.#at++] ?? 0
  }

  u16(): number {
    if (this.#at + 2 > this.#window.length) this.#need(2)
    const [w, at] = [this.#window, this.#at]
    this.#at += 2
    return (w[at] ?? 0) | ((w[at + 1] ?? 0) << 8)
  }

  i32(): number {
    if (this.#at + 4 > this.#window.length) this.#need(4)
    const [w, at] = [this.#window, this.#at]
    this.#at += 4
    return (
      (w[at] ?? 0) | ((w[at + 1] ?? 0) << 8) | ((w[at + 2] ?? 0) << 16) | ((w[at + 3] ?? 0) << 24)
    )
  }

  u32(): number {
    return this.i32() >>> 0
  }

  /** Eight bytes as a length; one that no file can have is refused. */
  u64(): number {
    const low = this.u32()
    const high = this.u32()
    if (high > 0x1f_ffff)
      throw new PickleFault('malformed', 'a length is longer than any file', this.position - 8)
    return high * 4_294_967_296 + low
  }

  /** A byte after the next ones that is not consumed; 0 at the end. */
  peek(ahead: number): number {
    if (this.#at + ahead >= this.#window.length) this.#refill()
    return this.#window[this.#at + ahead] ?? 0
  }

  /** The next bytes, read whole. */
  bytes(sizeBytes: number): Bytes {
    const start = this.position
    this.skip(sizeBytes)
    return this.source.read(start, start + sizeBytes)
  }

  /**
   * Text up to a newline, which is consumed and left out; at most its first 4 KiB. Where the file ends first, its last
   * byte is left out instead, as Python's own reader does.
   */
  line(): string {
    return this.#line(false)
  }

  /**
   * A line of which every byte counts.
   * @throws PickleFault where it is longer than 4 KiB
   */
  wholeLine(): string {
    return this.#line(true)
  }

  #line(isWhole: boolean): string {
    if (!this.#window.includes(10, this.#at)) this.#refill()
    const start = this.position
    const found = this.#window.indexOf(10, this.#at)
    const end = found < 0 ? this.#farLineEnd() : this.#windowStart + found
    if (isWhole && end - start > lineKeptBytes) {
      const head = utf8.decode(this.#window.subarray(this.#at, this.#at + lineKeptBytes))
      // Bytes of another format, in which this letter happens to stand, are no number and no limit of this one.
      if (/[^\d\s+_]/.test(head))
        throw new PickleFault('malformed', 'a place in the memo is no number', start)
      throw new PickleFault('limit', 'a number is longer than 4 KiB', start)
    }
    const kept = Math.min(this.#at + end - start, this.#at + lineKeptBytes)
    const text = this.#shortText(kept) ?? utf8.decode(this.#window.subarray(this.#at, kept))
    this.moveTo(Math.min(end + 1, this.source.sizeBytes))
    return text
  }

  /** Few letters of ASCII, for which a decoder takes longer than the reading; null for other text. */
  #shortText(end: number): string | null {
    if (end - this.#at > 16) return null
    let text = ''
    for (let at = this.#at; at < end; at++) {
      const code = this.#window[at] ?? 0
      if (code > 127) return null
      text += String.fromCharCode(code)
    }
    return text
  }

  /** Where the newline is that does not lie in the window, or the last byte where there is none. */
  #farLineEnd(): number {
    if (this.#window.length === 0) throw this.#truncated()
    let at = this.#windowStart + this.#window.length
    while (at < this.source.sizeBytes) {
      const bytes = this.source.read(at, at + windowSizeBytes.most)
      const found = bytes.indexOf(10)
      if (found >= 0) return at + found
      at += bytes.length
    }
    return this.source.sizeBytes - 1
  }

  /** Text between two offsets; at most the first `sizeMaxBytes` of it. */
  textBetween(start: number, end: number, sizeMaxBytes: number): string {
    return utf8.decode(this.source.read(start, Math.min(end, start + sizeMaxBytes)))
  }

  #refill(): void {
    const position = this.position
    this.#window = this.source.read(position, position + this.#nextSizeBytes)
    this.#nextSizeBytes = Math.min(4 * this.#nextSizeBytes, windowSizeBytes.most)
    this.#windowStart = position
    this.#at = 0
  }

  #need(sizeBytes: number): void {
    this.#refill()
    if (this.#window.length < sizeBytes) throw this.#truncated()
  }

  #truncated(): PickleFault {
    return new PickleFault('malformed', 'it ends in the middle of an instruction', this.position)
  }
}
