// LZMA without a container (`.lzma`), as Python's lzma and joblib write it: properties, size of the dictionary, size of
// the content or none, then the range coder's bytes, with a mark at the end where no size stands.
// Source: LZMA specification (Igor Pavlov, 2015), lzma-specification.txt

import type { Bytes } from '@proofhouse/evidence'
import { GrowingContent, type Unpack } from '../../archives/unpacked.ts'

const headerSizeBytes = 13

class Fault extends Error {}

/** Chances of bits, all even at first. */
const chances = (count: number) => new Uint16Array(count).fill(1024)

/** Bits from a range coder. */
class RangeDecoder {
  readonly #packed: Bytes
  #at: number
  #range = 0xffffffff
  #code = 0

  constructor(packed: Bytes, start: number) {
    this.#packed = packed
    if (packed[start] !== 0) throw new Fault('the range coder does not begin with zero')
    this.#at = start + 1
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#next()) >>> 0
  }

  /** Where the next byte is. */
  get position(): number {
    return this.#at
  }

  #next(): number {
    const byte = this.#packed[this.#at++]
    if (byte === undefined) throw new Fault('it is cut off')
    return byte
  }

  #normalize(): void {
    if (this.#range >= 0x1000000) return
    this.#range = (this.#range << 8) >>> 0
    this.#code = ((this.#code << 8) | this.#next()) >>> 0
  }

  bit(table: Uint16Array, index: number): 0 | 1 {
    const chance = table[index] ?? 0
    const bound = (this.#range >>> 11) * chance
    const isZero = this.#code < bound
    if (isZero) {
      table[index] = chance + ((2048 - chance) >>> 5)
      this.#range = bound
    } else {
      table[index] = chance - (chance >>> 5)
      this.#code -= bound
      this.#range -= bound
    }
    this.#normalize()
    return isZero ? 0 : 1
  }

  /** Bits of even chance, the highest first. */
  direct(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) {
      this.#range >>>= 1
      const isOne = this.#code >= this.#range
      if (isOne) this.#code -= this.#range
      this.#normalize()
      value = value * 2 + (isOne ? 1 : 0)
    }
    return value
  }

  /** A number of bits along a tree of chances, the highest first. */
  tree(table: Uint16Array, start: number, bits: number): number {
    let node = 1
    for (let i = 0; i < bits; i++) node = (node << 1) | this.bit(table, start + node)
    return node - (1 << bits)
  }

  /** The same, the lowest first. */
  reverseTree(table: Uint16Array, start: number, bits: number): number {
    let [node, value] = [1, 0]
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(table, start + node)
      node = (node << 1) | bit
      value |= bit << i
    }
    return value
  }
}

/** Lengths of repetitions: short, middle and long ones. */
class LengthDecoder {
  readonly #choice = chances(2)
  readonly #low = chances(16 << 3)
  readonly #middle = chances(16 << 3)
  readonly #high = chances(256)

  read(coder: RangeDecoder, place: number): number {
    if (coder.bit(this.#choice, 0) === 0) return 2 + coder.tree(this.#low, place << 3, 3)
    if (coder.bit(this.#choice, 1) === 0) return 10 + coder.tree(this.#middle, place << 3, 3)
    return 18 + coder.tree(this.#high, 0, 8)
  }
}

/** The content of one stream, step by step. */
class LzmaStream {
  readonly #coder: RangeDecoder
  readonly #content: GrowingContent
  readonly #contextBits: number
  readonly #lowMask: number
  readonly #placeMask: number
  readonly #literals: Uint16Array
  readonly #isMatch = chances(12 << 4)
  readonly #isRepeat = chances(12)
  /** Which of the last distances, in turn: first, second, third. */
  readonly #which = [chances(12), chances(12), chances(12)] as const
  readonly #isLonger = chances(12 << 4)
  readonly #slots = chances(4 << 6)
  readonly #special = chances(128)
  readonly #align = chances(16)
  readonly #lengths = new LengthDecoder()
  readonly #repeatLengths = new LengthDecoder()
  #last: readonly [number, number, number, number] = [0, 0, 0, 0]
  #state = 0

  constructor(properties: number, coder: RangeDecoder, content: GrowingContent) {
    this.#coder = coder
    this.#content = content
    this.#contextBits = properties % 9
    const lowBits = Math.floor(properties / 9) % 5
    this.#lowMask = (1 << lowBits) - 1
    this.#placeMask = (1 << Math.floor(properties / 45)) - 1
    this.#literals = chances(0x300 << (this.#contextBits + lowBits))
  }

  /** One literal or repetition. @returns false at the mark of the end */
  step(): boolean {
    const [coder, content] = [this.#coder, this.#content]
    const place = content.length & this.#placeMask
    if (coder.bit(this.#isMatch, (this.#state << 4) + place) === 0) {
      this.#literal()
      return true
    }
    let length: number
    if (coder.bit(this.#isRepeat, this.#state) === 1) {
      const repeated = this.#repeated(place)
      if (repeated === null) return true
      length = repeated
    } else {
      const [first, second, third] = this.#last
      length = this.#lengths.read(coder, place)
      const distance = this.#distance(length)
      this.#state = this.#state < 7 ? 7 : 10
      if (distance === 0xffffffff) return false
      this.#last = [distance, first, second, third]
    }
    const distance = this.#last[0] + 1
    if (distance > content.length) throw new Fault('it repeats what is not there')
    content.repeat(distance, length)
    return true
  }

  #literal(): void {
    const [coder, content, state] = [this.#coder, this.#content, this.#state]
    const before = content.length > 0 ? content.back(1) : 0
    const context =
      ((content.length & this.#lowMask) << this.#contextBits) + (before >> (8 - this.#contextBits))
    const start = 0x300 * context
    let node = 1
    if (state >= 7) {
      let match = content.back(this.#last[0] + 1)
      do {
        const expected = (match >> 7) & 1
        match <<= 1
        const bit = coder.bit(this.#literals, start + ((1 + expected) << 8) + node)
        node = (node << 1) | bit
        if (expected !== bit) break
      } while (node < 0x100)
    }
    while (node < 0x100) node = (node << 1) | coder.bit(this.#literals, start + node)
    content.push(node & 0xff)
    this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
  }

  /** A repetition of one of the last four distances. @returns its length; null where it was a single byte */
  #repeated(place: number): number | null {
    const [coder, content, state] = [this.#coder, this.#content, this.#state]
    const [first, second, third, fourth] = this.#last
    if (content.length === 0) throw new Fault('it repeats what is not there')
    if (coder.bit(this.#which[0], state) === 0) {
      if (coder.bit(this.#isLonger, (state << 4) + place) === 0) {
        if (first >= content.length) throw new Fault('it repeats what is not there')
        content.push(content.back(first + 1))
        this.#state = state < 7 ? 9 : 11
        return null
      }
    } else if (coder.bit(this.#which[1], state) === 0) this.#last = [second, first, third, fourth]
    else if (coder.bit(this.#which[2], state) === 0) this.#last = [third, first, second, fourth]
    else this.#last = [fourth, first, second, third]
    this.#state = state < 7 ? 8 : 11
    return this.#repeatLengths.read(coder, place)
  }

  #distance(length: number): number {
    const coder = this.#coder
    const slot = coder.tree(this.#slots, Math.min(length - 2, 3) << 6, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const base = (2 | (slot & 1)) * 2 ** bits
    if (slot < 14) return base + coder.reverseTree(this.#special, base - slot, bits)
    return base + coder.direct(bits - 4) * 16 + coder.reverseTree(this.#align, 0, 4)
  }
}

/** Whether bytes may be the header of such a stream, as liblzma's own readers guess it. */
export function isLzmaHeader(head: Bytes): boolean {
  if (head.length < 18 || (head[0] ?? 255) >= 225 || head[headerSizeBytes] !== 0) return false
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  const dictionary = view.getUint32(1, true)
  const lowest = dictionary & -dictionary
  const isPower =
    dictionary === lowest || dictionary - lowest === 2 * lowest || dictionary === 2 ** 32 - 1
  const size = view.getBigUint64(5, true)
  return dictionary >= 4096 && isPower && (size === 2n ** 64n - 1n || size < 2n ** 38n)
}

/** One stream. */
export const unpackLzma: Unpack = (packed, sizeMaxBytes) => {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  const size = view.getBigUint64(5, true)
  const end = size === 2n ** 64n - 1n ? Number.POSITIVE_INFINITY : Number(size)
  const content = new GrowingContent(sizeMaxBytes)
  try {
    const coder = new RangeDecoder(packed, headerSizeBytes)
    const stream = new LzmaStream(packed[0] ?? 0, coder, content)
    // With its size said, the mark of the end may still follow; nobody writes it.
    while (content.length < end && stream.step());
    return { content: content.bytes, packedEnd: coder.position, fault: null }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { content: content.bytes, packedEnd: null, fault: error.message }
  }
}
