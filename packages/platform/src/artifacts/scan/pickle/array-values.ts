// Arrays of numbers as pickles carry them, for the few states whose numbers are believed by compiled code: numpy's own
// calls, its calls of protocol 5, and joblib's wrappers with the elements behind them.

import type { Bytes } from '@proofhouse/evidence'
import { itemSizeOf, productOf } from './dtype-states.ts'
import { itemsOf, namedItems, type TextValue, type Value } from './pickle-values.ts'

/** Larger arrays are not read for a check. */
const elementsMaxBytes = 256 * 1_048_576

/** What a check may read of the pickle. */
export interface PickleContent {
  readonly textOf: (text: TextValue) => string
  readonly read: (start: number, end: number) => Bytes
}

/** An array: its shape, the size of an element, and its elements. */
export interface ArrayValue {
  readonly shape: readonly number[]
  readonly itemSizeBytes: number
  /** Numpy's short name without the order of bytes, such as `f8`. */
  readonly type: string
  /** The elements; null where they are too many, or not spelled as bytes. */
  elements(): Bytes | null
}

/** The array that a value is; null for anything else, and for one that lies about its size. */
export function arrayOf(value: Value | undefined, content: PickleContent): ArrayValue | null {
  if (value?.kind !== 'object' || value.of === null) return null
  const parts = partsOf(value, content)
  if (parts === null) return null
  const { dtype, shape: sizes, data } = parts
  const itemSizeBytes = itemSizeOf(dtype, content.textOf)
  const counts = itemsOf(sizes ?? null)
  const count = productOf(counts)
  const name = typeName(dtype, content)
  if (typeof itemSizeBytes !== 'number' || counts === null || count === null || name === null)
    return null
  const shape = counts.map((size) => (size.kind === 'int' ? size.value : 0))
  const sizeBytes = count * itemSizeBytes
  return {
    shape,
    itemSizeBytes,
    type: name,
    elements: () => {
      const bytes = sizeBytes <= elementsMaxBytes ? bytesOf(data, content) : null
      return bytes?.length === sizeBytes ? bytes : null
    },
  }
}

interface Parts {
  readonly dtype: Value | undefined
  readonly shape: Value | undefined
  readonly data: Value | undefined
}

function partsOf(value: Value & { kind: 'object' }, content: PickleContent): Parts | null {
  const { module = '', name = '' } = value.of ?? {}
  if (module === 'numpy' && name === 'ndarray') {
    const [, shape, dtype, , data] = itemsOf(value.state) ?? []
    return { dtype, shape, data }
  }
  if (name === '_frombuffer') {
    const [data, dtype, shape] = itemsOf(value.args) ?? []
    return { dtype, shape, data }
  }
  if (name !== 'NumpyArrayWrapper' || value.inline === undefined) return null
  const fields = namedItems(value.state, content.textOf)
  return { dtype: fields?.get('dtype'), shape: fields?.get('shape'), data: value.inline }
}

function typeName(dtype: Value | undefined, content: PickleContent): string | null {
  const [spelled] = (dtype?.kind === 'object' ? itemsOf(dtype.args) : null) ?? []
  if (spelled?.kind !== 'text') return null
  const order = (dtype?.kind === 'object' ? itemsOf(dtype.state) : null)?.[1]
  // Nothing that is read here was written on a machine of the other order.
  if (order?.kind === 'text' && content.textOf(order) === '>') return null
  return content.textOf(spelled).replace(/^[<=|]/, '')
}

/** Bytes that a pickle spells: as such, in a bytearray, or as text for `_codecs.encode`; null for others. */
export function bytesOf(value: Value | undefined, content: PickleContent): Bytes | null {
  if (value?.kind === 'bytes') return content.read(value.start, value.end)
  if (value?.kind !== 'object' || value.of === null) return null
  const [first] = itemsOf(value.args) ?? []
  const path = `${value.of.module}.${value.of.name}`
  if (path === 'builtins.bytearray' && first?.kind !== 'text') return bytesOf(first, content)
  if ((path !== '_codecs.encode' && path !== 'builtins.bytearray') || first?.kind !== 'text')
    return null
  const text = first.text ?? new TextDecoder().decode(content.read(first.start, first.end))
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}
