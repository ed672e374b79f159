// The protobuf wire format, read with bounds: every length is checked against the message it stands in, every message
// counts towards one budget, and nesting has a limit. Groups and reserved wire types are refused: ONNX uses neither.
// Source: https://protobuf.dev/programming-guides/encoding/

/** Messages nest this deep in no honest model: graph → node → attribute → graph is three levels. */
const depthMax = 100
/** Fields in one model; a large model has a few million. */
const fieldsMax = 10_000_000

const utf8 = new TextDecoder()

/** The bytes are not what the format allows, or go beyond a limit; `offset` says where. */
export class WireError extends Error {
  readonly offset: number

  constructor(problem: string, offset: number) {
    super(problem)
    this.offset = offset
  }
}

/** One field of a message. `value` is the integer of a varint or fixed field, `bytes` the content of the rest. */
export interface WireField {
  readonly number: number
  readonly value: bigint
  readonly bytes: Uint8Array | null
  /** Where the content lies in the whole file. */
  readonly offset: number
}

/** What is left of a file's budget; shared by every message in it. */
export interface WireBudget {
  fields: number
}

/** A full budget for one file. */
export function wireBudget(): WireBudget {
  return { fields: fieldsMax }
}

/** A message within a file: its bytes, where they lie, and how deep. */
export interface WireMessage {
  readonly bytes: Uint8Array
  readonly offset: number
  readonly depth: number
  readonly budget: WireBudget
}

/** The message that a field holds. @throws {@link WireError} when it is no message or lies too deep */
export function nested(parent: WireMessage, field: WireField): WireMessage {
  const { offset } = field
  if (parent.depth >= depthMax) throw new WireError(`messages nest deeper than ${depthMax}`, offset)
  return { bytes: bytesOf(field), offset, depth: parent.depth + 1, budget: parent.budget }
}

/** The content of a length-delimited field. @throws {@link WireError} when the field is a number */
export function bytesOf({ bytes, number, offset }: WireField): Uint8Array {
  if (bytes === null) throw new WireError(`field ${number} is a number where bytes belong`, offset)
  return bytes
}

/** Text for people: at most 200 characters, ill-formed UTF-8 replaced. */
export function textOfField(field: WireField): string {
  const text = utf8.decode(bytesOf(field).subarray(0, 800))
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** The integers of a repeated field, packed or not. */
export function integersOf(field: WireField): bigint[] {
  if (field.bytes === null) return [field.value]
  const values: bigint[] = []
  for (let at = 0; at < field.bytes.length; ) {
    const read = varint(field.bytes, at, field.offset)
    values.push(read.value)
    at = read.next
  }
  return values
}

/** The fields of a message once more, which counted when they were read first. */
export function fieldsAgain(message: WireMessage): Generator<WireField> {
  return fieldsOf({ ...message, budget: { fields: Number.POSITIVE_INFINITY } })
}

/** The fields of a message, in order. @throws {@link WireError} at the first byte that does not fit */
export function* fieldsOf({ bytes, offset, budget }: WireMessage): Generator<WireField> {
  for (let at = 0; at < bytes.length; ) {
    if (--budget.fields < 0) throw new WireError(`more than ${fieldsMax} fields`, offset + at)
    const tag = smallVarint(bytes, at, offset)
    const number = Math.floor(tag.value / 8)
    if (number < 1 || number > 536_870_911)
      throw new WireError('a field has no valid number', offset + at)
    const wire = tag.value % 8
    at = tag.next
    const start = offset + at
    if (wire === 0) {
      const { value, next } = varint(bytes, at, offset)
      yield { number, value, bytes: null, offset: start }
      at = next
    } else if (wire === 1 || wire === 5) {
      const size = wire === 1 ? 8 : 4
      if (at + size > bytes.length) throw new WireError('the file ends inside a number', start)
      yield { number, value: fixed(bytes.subarray(at, at + size)), bytes: null, offset: start }
      at += size
    } else if (wire === 2) {
      const length = smallVarint(bytes, at, offset)
      if (length.value > bytes.length - length.next)
        throw new WireError('a part is longer than what holds it', start)
      const end = length.next + length.value
      const content = bytes.subarray(length.next, end)
      yield { number, value: 0n, bytes: content, offset: offset + length.next }
      at = end
    } else throw new WireError(`wire type ${wire} is not in use`, start)
  }
}

/** A tag or a length: mostly one byte. Beyond 2^53 it is not exact, and fits nothing. */
function smallVarint(bytes: Uint8Array, from: number, offset: number) {
  const first = bytes[from]
  if (first !== undefined && first < 0x80) return { value: first, next: from + 1 }
  const { value, next } = varint(bytes, from, offset)
  return { value: Number(value), next }
}

function varint(bytes: Uint8Array, from: number, offset: number) {
  let value = 0
  // The first four bytes fit a JavaScript integer; almost every varint ends within them.
  for (let i = 0; i < 4; i++) {
    const byte = bytes[from + i]
    if (byte === undefined) throw new WireError('the file ends inside a number', offset + from)
    value |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) return { value: BigInt(value), next: from + i + 1 }
  }
  let long = BigInt(value)
  for (let i = 4; i < 10; i++) {
    const byte = bytes[from + i]
    if (byte === undefined) throw new WireError('the file ends inside a number', offset + from)
    long |= BigInt(byte & 0x7f) << BigInt(7 * i)
    if (byte < 0x80) return { value: BigInt.asUintN(64, long), next: from + i + 1 }
  }
  throw new WireError('a number is longer than ten bytes', offset + from)
}

function fixed(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
  return value
}
