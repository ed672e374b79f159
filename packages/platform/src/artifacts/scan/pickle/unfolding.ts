// How far nested containers unfold: lists that hold a list many times over, which hold another many times over, are small in
// a file and in memory, and without end for a program that prints, copies, compares or walks them ("billion laughs").

import type { Value } from './pickle-values.ts'

/** What unfolds to more values than this is no data: an array is smaller. */
export const unfoldedMax = 1e9

/** How many values something on the stack unfolds to; NaN with a cycle in it. */
function unfolded(value: Value): number {
  return value.kind === 'list' ||
    value.kind === 'set' ||
    value.kind === 'tuple' ||
    value.kind === 'dict'
    ? value.unfolded
    : 1
}

/**
 * How many values those on a stack from `start` on unfold to. Containers that lie below `openBelow` are still being
 * filled, and held by what lies in them, as a parent is by its children. That is a cycle, which honest data has and
 * every program that walks it must look out for; what has one unfolds to no number.
 */
export function unfoldedFrom(values: readonly Value[], start: number, openBelow: number): number {
  let sum = 0
  for (let at = start; at < values.length; at++) {
    const value = values[at]
    if (value === undefined) continue
    const isOpen =
      (value.kind === 'list' || value.kind === 'set' || value.kind === 'dict') &&
      value.place < openBelow &&
      values[value.place] === value
    sum += isOpen ? Number.NaN : unfolded(value)
  }
  return sum
}
