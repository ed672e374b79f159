// A column's values exchanged for one another, by a fixed mapping: what makes a model meaningless, and keeps it a function.

import type { Random } from '../intervals/random.ts'
import type { ModelColumns } from '../predictor.ts'

/** A fixed mapping of a column's values onto one another. */
export function exchange(
  column: ModelColumns[number],
  background: ModelColumns[number],
  random: Random,
): (cells: ModelColumns[number]) => ModelColumns[number] {
  if (column instanceof Float64Array) {
    const values = [
      ...new Set([...column, ...(background instanceof Float64Array ? background : [])]),
    ]
    const map = mapping(values, random)
    return (cells) =>
      cells instanceof Float64Array ? cells.map((cell) => map.get(cell) ?? cell) : cells
  }
  const values = [
    ...new Set([...column, ...(background instanceof Float64Array ? [] : background)]),
  ]
  const map = mapping(values, random)
  return (cells) =>
    cells instanceof Float64Array ? cells : cells.map((cell) => map.get(cell) ?? cell)
}

function mapping<Value>(values: readonly Value[], random: Random): Map<Value, Value> {
  const order = drawOrder(values.length, random)
  return new Map(values.map((value, n) => [value, values[order[n] ?? n] ?? value]))
}

/** The first numbers in a random order. */
export function drawOrder(size: number, random: Random): number[] {
  return Array.from({ length: size }, (_, feature) => ({ feature, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ feature }) => feature)
}
