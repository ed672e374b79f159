// Ranges of entries, as several predicates list them: in order, each with something in it, not touching each other.

import { type Check, count, listOf, record, refuseShape, type Shape, shapeOf } from '../shape.ts'

/** Entries `from` to before `to` of a log. */
export type EntryRange = { readonly from: number; readonly to: number }

const fields: Shape<readonly EntryRange[]> = shapeOf(listOf(record({ from: count, to: count })))

/** Such ranges, or none. */
export const entryRanges: Check = (value, at, direction) => {
  let end = -1
  for (const { from, to } of fields(value, at, direction)) {
    if (from <= end || to <= from) refuseShape(at, 'ranges that hold something, in order and apart')
    end = to
  }
}

/** At least one such range. */
export const someEntryRanges: Check = (value, at, direction) => {
  entryRanges(value, at, direction)
  if (Array.isArray(value) && value.length === 0) refuseShape(at, 'a list of at least 1')
}

/** Whether an entry lies in one of the ranges. */
export const isInRanges = (ranges: readonly EntryRange[], index: number): boolean =>
  ranges.some(({ from, to }) => from <= index && index < to)
