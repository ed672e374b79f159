// CBOR (RFC 8949), as much of it as COSE receipts need: whole numbers, byte strings, texts, arrays, maps with whole numbers for
// keys, tags and null. Written and read in one spelling only, the deterministic one (RFC 8949 §4.2.1): shortest lengths, nothing
// of indefinite length, keys in order and once. What is spelled otherwise is refused, so that no receipt has a second spelling.

import { type Bytes, concatBytes, joinBytes, textOf, utf8 } from './encoding.ts'
import { assert, OperatingError } from './errors.ts'

/** A tagged value. */
interface CborTagged {
  readonly tag: number
  readonly value: CborValue
}

/** Any value that is written or read here. */
export type CborValue =
  | null
  | number
  | string
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<number, CborValue>
  | CborTagged

const majorType = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6 } as const
const nullByte = 0xf6

/** Receipts nest four deep. */
const depthMax = 16

/** The one spelling of a value. Numbers are whole and safe. */
export function encodeCbor(value: CborValue): Bytes {
  if (value === null) return Uint8Array.of(nullByte)
  if (typeof value === 'number') {
    assert(Number.isSafeInteger(value), 'numbers in CBOR are whole')
    return value < 0 ? head(majorType.negative, -1 - value) : head(majorType.unsigned, value)
  }
  if (typeof value === 'string') {
    const text = utf8(value)
    return concatBytes(head(majorType.text, text.length), text)
  }
  if (value instanceof Uint8Array) return concatBytes(head(majorType.bytes, value.length), value)
  if (value instanceof Map) return encodeMap(value)
  if (isList(value))
    return joinBytes([head(majorType.array, value.length), ...value.map((one) => encodeCbor(one))])
  assert('tag' in value, 'a value of CBOR is one of those above')
  return concatBytes(head(majorType.tag, value.tag), encodeCbor(value.value))
}

/** Array.isArray does not narrow readonly arrays. */
function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value)
}

function encodeMap(map: ReadonlyMap<number, CborValue>): Bytes {
  const members = [...map].map(([key, value]) => ({ key: encodeCbor(key), value }))
  const sorted = members.toSorted((a, b) => compareBytes(a.key, b.key))
  const parts = sorted.flatMap(({ key, value }) => [key, encodeCbor(value)])
  return joinBytes([head(majorType.map, map.size), ...parts])
}

/** Order of keys: byte by byte (RFC 8949 §4.2.1). */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let n = 0; n < Math.min(a.length, b.length); n++) {
    const difference = (a[n] ?? 0) - (b[n] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** The major type and its argument, in as few bytes as hold it. */
function head(major: number, argument: number): Bytes {
  const first = major << 5
  if (argument < 24) return Uint8Array.of(first | argument)
  const sizes = [1, 2, 4, 8] as const
  const at = sizes.findIndex((size) => argument < 2 ** (8 * size))
  const size = sizes[at] ?? 8
  const bytes = new Uint8Array(1 + size)
  bytes[0] = first | (24 + at)
  for (let n = size, rest = argument; n > 0; n--, rest = Math.floor(rest / 256))
    bytes[n] = rest % 256
  return bytes
}

const malformed = (problem: string) => new OperatingError('proof-malformed', `CBOR ${problem}`)

/** The value in bytes that are exactly one, in its one spelling. @throws proof-malformed */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const reader = new CborReader(bytes)
  const value = reader.value(0)
  if (reader.offset !== bytes.length) throw malformed('goes on after its value')
  return value
}

class CborReader {
  offset = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  value(depth: number): CborValue {
    if (depth > depthMax) throw malformed(`nests deeper than ${depthMax}`)
    const first = this.#byte()
    if (first === nullByte) return null
    const argument = this.#argument(first & 31)
    switch (first >> 5) {
      case majorType.unsigned:
        return argument
      case majorType.negative:
        return this.#safe(-1 - argument)
      case majorType.bytes:
        return this.#take(argument)
      case majorType.text:
        return this.#text(argument)
      case majorType.array:
        return this.#list(argument, depth)
      case majorType.map:
        return this.#map(argument, depth)
      case majorType.tag:
        return { tag: argument, value: this.value(depth + 1) }
      default:
        throw malformed('holds a simple value that no receipt has')
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.offset++]
    if (byte === undefined) throw malformed('ends early')
    return byte
  }

  #argument(code: number): number {
    if (code < 24) return code
    if (code > 27) throw malformed('is of indefinite length, or of a kind that is not defined')
    const size = 2 ** (code - 24)
    let argument = 0
    for (let n = 0; n < size; n++) argument = argument * 256 + this.#byte()
    const least = code === 24 ? 24 : 2 ** (4 * size)
    if (argument < least) throw malformed('spells a number longer than it need be')
    return this.#safe(argument)
  }

  #safe(value: number): number {
    if (!Number.isSafeInteger(value)) throw malformed('holds a number beyond 2^53')
    return value
  }

  #take(count: number): Bytes {
    const end = this.offset + count
    if (end > this.#bytes.length) throw malformed('ends early')
    const taken = this.#bytes.slice(this.offset, end)
    this.offset = end
    return taken
  }

  #text(count: number): string {
    try {
      return textOf(this.#take(count))
    } catch (cause) {
      throw new OperatingError('proof-malformed', 'CBOR holds a text that is not UTF-8', { cause })
    }
  }

  #list(count: number, depth: number): CborValue[] {
    const list: CborValue[] = []
    for (let n = 0; n < count; n++) list.push(this.value(depth + 1))
    return list
  }

  #map(count: number, depth: number): ReadonlyMap<number, CborValue> {
    const map = new Map<number, CborValue>()
    let before: Uint8Array | null = null
    for (let n = 0; n < count; n++) {
      const start = this.offset
      const key = this.value(depth + 1)
      if (typeof key !== 'number') throw malformed('has a map with a key that is no number')
      const spelled = this.#bytes.subarray(start, this.offset)
      if (before !== null && compareBytes(before, spelled) >= 0)
        throw malformed('has a map with keys out of order, or twice')
      before = spelled
      map.set(key, this.value(depth + 1))
    }
    return map
  }
}
