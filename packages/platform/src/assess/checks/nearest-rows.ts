// Rows as points and the rows nearest to one: what "similar" means where columns are of every kind.

import { missingGroup } from '../dataset-values.ts'
import type { CodedColumn } from './coding.ts'

/** Rows as points, one after the other. */
export interface Points {
  readonly dimensions: number
  readonly values: Float64Array
}

/** A row near another. */
export interface Neighbour {
  readonly other: number
  /** The square of the Euclidean distance. */
  readonly squared: number
}

/** The nearest known rows of a row, the nearest first, with the square of their Euclidean distance. Ties go to the earlier row. */
export function nearestRows(
  { dimensions, values }: Points,
  row: number,
  { known, count }: { readonly known: Uint32Array; readonly count: number },
): readonly Neighbour[] {
  const best: Neighbour[] = []
  let worst = Infinity
  const here = row * dimensions
  for (const other of known) {
    const there = other * dimensions
    let squared = 0
    for (let d = 0; d < dimensions && squared < worst; d++) {
      const step = (values[here + d] ?? 0) - (values[there + d] ?? 0)
      squared += step * step
    }
    if (squared >= worst) continue
    const place = best.findIndex((found) => squared < found.squared)
    best.splice(place === -1 ? best.length : place, 0, { other, squared })
    best.splice(count)
    if (best.length === count) worst = best.at(-1)?.squared ?? Infinity
  }
  return best
}

/**
 * Columns as dimensions: a column with an order is one, from 0 to 1; any other is one per value, such that two rows
 * with different values lie 1 apart.
 */
export function pointsOf(columns: readonly CodedColumn[], rows: number): Points {
  const places = columns.flatMap(({ codes, labels, ordered }) => {
    const top = labels.length - (labels.includes(missingGroup) ? 2 : 1)
    if (ordered && top > 0) {
      // A missing value lies in the middle, and 1 apart from any that is there.
      const scale = (code: number) => (code > top ? 0.5 : code / top)
      return [
        { codes, at: scale },
        { codes, at: (code: number) => (code > top ? 1 : 0) },
      ]
    }
    return labels.map((_, label) => ({
      codes,
      at: (code: number) => (code === label ? Math.SQRT1_2 : 0),
    }))
  })
  const values = new Float64Array(rows * places.length)
  for (const [place, { codes, at }] of places.entries())
    for (let row = 0; row < rows; row++) values[row * places.length + place] = at(codes[row] ?? 0)
  return { dimensions: places.length, values }
}

/** At most so many of the rows, evenly taken. */
export function everyNth(rows: Uint32Array, most: number): Uint32Array {
  const step = Math.ceil(rows.length / most)
  return rows.filter((_, n) => n % step === 0)
}
