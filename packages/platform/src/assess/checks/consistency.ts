// Consistency: whether similar people get similar predictions (Zemel et al., "Learning fair representations", ICML 2013; AIF360's
// `consistency`). One minus the mean distance of a row's prediction from the mean prediction of its nearest neighbours.

import { boundedMeanLimits } from '../intervals/bounded-mean.ts'
import type { Limits } from '../intervals/proportion.ts'
import { missingGroup } from '../dataset-values.ts'
import type { CodedColumn } from './coding.ts'
import { rowsOfHalf, type Sample } from './sample.ts'

/** AIF360's default. */
const neighbours = 5
/** Rows whose neighbours are looked for, and rows they are looked for among, at most: the work is their product. */
const askedMax = 1_000
const knownMax = 4_000

/** Rows as points, one after the other. */
export interface Points {
  readonly dimensions: number
  readonly values: Float64Array
}

/** The consistency of a system on a sample. */
export interface ConsistencyFinding {
  /** Rows asked about. */
  readonly n: number
  readonly value: number | null
  readonly limits: Limits | null
}

/**
 * Asks rows of the confirming half about their neighbours in the other half. No row is its own neighbour, as it is
 * with AIF360, so the value is lower than AIF360's; and the rows asked are independent given the others, so the
 * interval holds.
 * @param features the columns that say who is similar
 */
export function findConsistency(
  sample: Sample,
  { features, tail }: { readonly features: readonly string[]; readonly tail: number },
): ConsistencyFinding {
  const columns = sample.columns.filter(({ name }) => features.includes(name))
  const known = everyNth(rowsOfHalf(sample, 0), knownMax)
  const asked = everyNth(rowsOfHalf(sample, 1), askedMax)
  if (columns.length === 0 || known.length < neighbours || asked.length === 0)
    return { n: asked.length, value: null, limits: null }
  const points = pointsOf(columns, sample.rows)
  const predicted = Float64Array.from(sample.predicted)
  const value = consistencyOf(points, predicted, { asked, known })
  return { n: asked.length, value, limits: boundedMeanLimits(value, asked.length, tail) }
}

/** AIF360's value over all rows, each row among its own neighbours. Ties go to the earlier row. */
export function consistencyWithSelf(points: Points, predicted: Float64Array): number {
  const all = Uint32Array.from(predicted, (_, row) => row)
  return consistencyOf(points, predicted, { asked: all, known: all })
}

function consistencyOf(
  points: Points,
  predicted: Float64Array,
  { asked, known }: { readonly asked: Uint32Array; readonly known: Uint32Array },
): number {
  const apart = asked.reduce((sum, row) => {
    const mean = nearest(points, row, known).reduce(
      (total, other) => total + (predicted[other] ?? 0),
      0,
    )
    return sum + Math.abs((predicted[row] ?? 0) - mean / neighbours)
  }, 0)
  return 1 - apart / asked.length
}

/** The nearest known rows of a row, by Euclidean distance. */
function nearest({ dimensions, values }: Points, row: number, known: Uint32Array): number[] {
  const best: { other: number; distance: number }[] = []
  let worst = Infinity
  const here = row * dimensions
  for (const other of known) {
    const there = other * dimensions
    let distance = 0
    for (let d = 0; d < dimensions && distance < worst; d++) {
      const step = (values[here + d] ?? 0) - (values[there + d] ?? 0)
      distance += step * step
    }
    if (distance >= worst) continue
    const place = best.findIndex((found) => distance < found.distance)
    best.splice(place === -1 ? best.length : place, 0, { other, distance })
    best.splice(neighbours)
    if (best.length === neighbours) worst = best.at(-1)?.distance ?? Infinity
  }
  return best.map(({ other }) => other)
}

/**
 * Columns as dimensions: a column with an order is one, from 0 to 1; any other is one per value, such that two rows
 * with different values lie 1 apart.
 */
function pointsOf(columns: readonly CodedColumn[], rows: number): Points {
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

function everyNth(rows: Uint32Array, most: number): Uint32Array {
  const step = Math.ceil(rows.length / most)
  return rows.filter((_, n) => n % step === 0)
}
