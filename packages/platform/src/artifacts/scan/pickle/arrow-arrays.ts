// Arrow's arrays as pickles carry them (pyarrow/array.pxi, _reduce_array_data): a type, a length, and buffers that
// compiled code believes. They are only taken where every place that they name lies in their own buffers.

import type { Bytes } from '@proofhouse/evidence'
import { bytesOf, type PickleContent } from './array-values.ts'
import { itemsOf, type Value } from './pickle-values.ts'

/** Bits of an element of the types that hold numbers. */
const elementBits: Readonly<Record<string, number>> = {
  bool: 1,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
  halffloat: 16,
  float: 32,
  double: 64,
  date32: 32,
  date64: 64,
}
/** Bytes of a place in the types that hold texts. */
const placeSizes: Readonly<Record<string, 4 | 8>> = {
  string: 4,
  large_string: 8,
  binary: 4,
  large_binary: 8,
}
const lengthMax = 2 ** 40

const isMade = (value: Value | undefined, name: string) =>
  value?.kind === 'object' && value.of?.module === 'pyarrow.lib' && value.of.name === name

/** Whether the description of an array holds together. */
export function isArrowArray(described: Value | undefined, content: PickleContent): boolean {
  const parts = described === undefined ? null : itemsOf(described)
  if (parts?.length !== 7) return false
  const [type, size, nulls, from, buffers, children, dictionary] = parts
  const name = typeName(type, content)
  // A list that another instruction made in one go says nothing of what is in it.
  const isWhole = children?.kind === 'list' && children.isFilled !== true
  if (name === null || !isWhole || dictionary?.kind !== 'none') return false
  if (size?.kind !== 'int' || from?.kind !== 'int' || buffers?.kind !== 'list') return false
  const end = size.value + from.value
  if (!(size.value >= 0 && from.value >= 0 && end < lengthMax)) return false
  const read = buffers.items?.map((buffer) => bufferOf(buffer, content))
  const [validity, first, data] = read ?? []
  // None of them may be null where no bits say which; minus one is a count that nobody made.
  const isValid =
    validity === null
      ? nulls?.kind === 'int' && nulls.value <= 0
      : validity !== undefined && validity.length * 8 >= end
  if (!isValid || first === undefined) return false
  const bits = elementBits[name]
  if (bits !== undefined) return read?.length === 2 && (first?.length ?? 0) * 8 >= end * bits
  const placeSize = placeSizes[name]
  return (
    placeSize !== undefined &&
    read?.length === 3 &&
    data !== undefined &&
    (end === 0 || (first !== null && placesFit(first, placeSize, end, data?.length ?? 0)))
  )
}

function typeName(type: Value | undefined, { textOf }: PickleContent): string | null {
  if (type?.kind !== 'object' || !isMade(type, 'type_for_alias')) return null
  const [alias] = itemsOf(type.args) ?? []
  const name = alias?.kind === 'text' ? textOf(alias) : ''
  return Object.hasOwn(elementBits, name) || Object.hasOwn(placeSizes, name) ? name : null
}

/** A buffer's bytes; null for None, undefined for anything else. */
function bufferOf(value: Value, content: PickleContent): Bytes | null | undefined {
  if (value.kind === 'none') return null
  if (value.kind !== 'object' || !isMade(value, 'py_buffer')) return undefined
  return bytesOf((itemsOf(value.args) ?? [])[0], content) ?? undefined
}

/** Whether places rise, and end within the data. */
function placesFit(places: Bytes, sizeBytes: 4 | 8, count: number, dataBytes: number): boolean {
  if (places.length < (count + 1) * sizeBytes) return false
  const view = new DataView(places.buffer, places.byteOffset, places.length)
  let before = 0
  for (let at = 0; at <= count; at++) {
    const place =
      sizeBytes === 4 ? view.getInt32(4 * at, true) : Number(view.getBigInt64(8 * at, true))
    if (!(place >= before && place <= dataBytes)) return false
    before = place
  }
  return true
}

/** Whether a value is an array that was restored. */
export function isRestoredArray(value: Value | undefined): boolean {
  return isMade(value, '_restore_array')
}
