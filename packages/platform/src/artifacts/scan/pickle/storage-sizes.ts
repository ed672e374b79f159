// Sizes of the storages that lie behind the pickles of torch.save before 1.6.

import { itemsOf, type TextValue, type Value } from './pickle-values.ts'

/** Bytes of one element of each storage. */
const elementSizes: Readonly<Record<string, number>> = {
  FloatStorage: 4,
  DoubleStorage: 8,
  HalfStorage: 2,
  BFloat16Storage: 2,
  LongStorage: 8,
  IntStorage: 4,
  ShortStorage: 2,
  CharStorage: 1,
  ByteStorage: 1,
  BoolStorage: 1,
  ComplexFloatStorage: 8,
  ComplexDoubleStorage: 16,
  QUInt8Storage: 1,
  QInt8Storage: 1,
  QInt32Storage: 4,
  UntypedStorage: 1,
}

/** Bytes that the storages take behind the pickles: a count of eight bytes, then the elements. */
export function storageBytes(ids: readonly Value[], textOf: (value: TextValue) => string): number {
  const sizes = new Map<string, number>()
  for (const id of ids) {
    const [, type, key, , count] = itemsOf(id) ?? []
    if (type?.kind !== 'global' || key?.kind !== 'text' || count?.kind !== 'int') continue
    const size = (elementSizes[type.name] ?? Number.NaN) * count.value
    if (Number.isFinite(size) && size >= 0) sizes.set(textOf(key), 8 + size)
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}
