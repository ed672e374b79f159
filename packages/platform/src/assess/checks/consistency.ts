// Consistency: whether similar people get similar predictions (Zemel et al., "Learning fair representations", ICML 2013; AIF360's
// `consistency`). One minus the mean distance of a row's prediction from the mean prediction of its nearest neighbours.

import { boundedMeanLimits } from '../intervals/bounded-mean.ts'
import type { Limits } from '../intervals/proportion.ts'
import { everyNth, nearestRows, type Points, pointsOf } from './nearest-rows.ts'
import { rowsOfHalf, type Sample } from './sample.ts'

/** AIF360's default. */
const neighbours = 5
/** Rows whose neighbours are looked for, and rows they are looked for among, at most: the work is their product. */
const askedMax = 1_000
const knownMax = 4_000

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
    const mean = nearestRows(points, row, { known, count: neighbours }).reduce(
      (total, { other }) => total + (predicted[other] ?? 0),
      0,
    )
    return sum + Math.abs((predicted[row] ?? 0) - mean / neighbours)
  }, 0)
  return 1 - apart / asked.length
}
