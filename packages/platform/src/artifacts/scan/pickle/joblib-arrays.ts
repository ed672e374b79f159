// Arrays in joblib's pickles: behind the BUILD of a wrapper, the array's bytes lie in the middle of the stream. joblib
// skips them by shape and type (joblib/numpy_pickle.py), so the same is done here. Its older formats put each array
// into a file of its own beside the pickle, and name it.

import { itemSizeOf, productOf } from './dtype-states.ts'
import { PickleFault, type PickleInput } from './pickle-input.ts'
import {
  type BytesValue,
  itemsOf,
  namedItems,
  type ObjectValue,
  type TextValue,
  type Value,
} from './pickle-values.ts'

/** How the bytes of an array lie in the stream. */
export interface InlineArray {
  /** Null for an array of objects, which is a pickle of its own. */
  readonly sizeBytes: number | null
  /** Whether a byte says how many bytes of padding come first. */
  readonly isPadded: boolean
}

/** Whether a value is one of joblib's wrappers of arrays, of a name. */
export function isWrapper(value: Value, ...names: readonly string[]): value is ObjectValue {
  return (
    value.kind === 'object' &&
    value.of?.module === 'joblib.numpy_pickle' &&
    names.includes(value.of.name)
  )
}

/**
 * The array that follows a wrapper's state.
 * @throws PickleFault when the wrapper does not say how large it is
 */
export function inlineArray(
  { state }: ObjectValue,
  textOf: (value: TextValue) => string,
  offset: number,
): InlineArray {
  const fields = namedItems(state, textOf)
  const itemSize = itemSizeOf(fields?.get('dtype'), textOf)
  const count = productOf(itemsOf(fields?.get('shape') ?? null))
  const alignment = fields?.get('numpy_array_alignment_bytes')?.kind ?? 'none'
  const sizeBytes = itemSize === 'object' ? null : (itemSize ?? Number.NaN) * (count ?? Number.NaN)
  if (
    (sizeBytes !== null && !Number.isSafeInteger(sizeBytes)) ||
    !['int', 'none'].includes(alignment)
  )
    throw new PickleFault('malformed', 'an array does not say how large it is', offset)
  return { sizeBytes, isPadded: sizeBytes !== null && alignment === 'int' }
}

/** Passes over an array's bytes. @returns where they lie. @throws PickleFault when they are not there */
export function skipArray(input: PickleInput, { sizeBytes, isPadded }: InlineArray): BytesValue {
  if (isPadded) input.skip(input.u8())
  const start = input.position
  input.skip(sizeBytes ?? 0)
  return { kind: 'bytes', start, end: input.position }
}

/** Whether a wrapper names a file beside the pickle, of the ending that joblib gives it, and not one elsewhere. */
export function namesOwnFile(state: Value, textOf: (value: TextValue) => string): boolean {
  const file = namedItems(state, textOf)?.get('filename')
  return file?.kind === 'text' && /^[^/\\:\0]+\.npy(?:\.z)?$/.test(textOf(file))
}
