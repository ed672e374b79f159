// Outliers: rows far from their nearest neighbours, in columns of every kind. The score is cleanlab's OutOfDistribution on features
// (Kuan & Mueller, "Back to the basics: revisiting out-of-distribution detection baselines", 2022).

import type { CodedColumn } from '../checks/coding.ts'
import { everyNth, nearestRows, type Points, pointsOf } from '../checks/nearest-rows.ts'

/** cleanlab's number of neighbours. */
const neighbours = 10
/** Distances this many medians above none are an outlier's: cleanlab Datalab's 1 / 0.37037. */
const outlierMedians = 2.7
/** Rows whose neighbours are looked for, and rows they are looked for among, at most: the work is their product. */
const askedMax = 2_500
const knownMax = 2_000
/** A mean distance below this is none. */
const distanceMin = Math.sqrt(100 * Number.EPSILON)
/** cleanlab's least scale of a distance. */
const scaleMin = 1e-6

/** Rows by their distance from their neighbours. */
export interface Outliers {
  /** The rows that were asked about, ascending. */
  readonly rows: Uint32Array
  /** Of each row asked about: 1 among its likes, towards 0 far from all. */
  readonly scores: Float64Array
  /** 1 for each whose mean distance is more than 2.7 times the median one, or the mean one where the median is zero. */
  readonly isOutlier: Uint8Array
}

/** Scores of at most 2,500 rows, evenly taken, among at most 2,000; null without columns or with fewer than two rows. */
export function findOutliers(columns: readonly CodedColumn[], rows: number): Outliers | null {
  if (columns.length === 0 || rows < 2) return null
  const all = Uint32Array.from({ length: rows }, (_, row) => row)
  const asked = everyNth(all, askedMax)
  const points = pointsOf(columns, rows)
  const distances = meanDistances(points, { asked, known: everyNth(all, knownMax) })
  // Where most rows have exact likes the median is zero, and every other row would be an outlier: the mean stands for it.
  const median = medianScale(distances)
  const usual =
    median <= scaleMin
      ? distances.reduce((sum, distance) => sum + distance, 0) / distances.length
      : median
  return {
    rows: asked,
    scores: scoresOf(distances, median),
    isOutlier: Uint8Array.from(distances, (distance) =>
      Number(distance >= distanceMin && distance > outlierMedians * usual),
    ),
  }
}

/** The score of every point: exp(−d / median d) of its mean distance d from its ten nearest others. */
export function outlierScores(points: Points): Float64Array {
  const rows = points.values.length / points.dimensions
  const all = Uint32Array.from({ length: rows }, (_, row) => row)
  const distances = meanDistances(points, { asked: all, known: all })
  return scoresOf(distances, medianScale(distances))
}

function meanDistances(
  points: Points,
  { asked, known }: { readonly asked: Uint32Array; readonly known: Uint32Array },
): Float64Array {
  const count = Math.min(neighbours, known.length - 1)
  return Float64Array.from(asked, (row) => {
    // One more, for the row itself may be among them.
    const found = nearestRows(points, row, { known, count: count + 1 })
      .filter(({ other }) => other !== row)
      .slice(0, count)
    return found.reduce((sum, { squared }) => sum + Math.sqrt(squared), 0) / found.length
  })
}

function scoresOf(distances: Float64Array, scale: number): Float64Array {
  return distances.map((distance) => (distance < distanceMin ? 1 : Math.exp(-distance / scale)))
}

/** The median distance, and never nothing. */
function medianScale(distances: Float64Array): number {
  const sorted = distances.toSorted()
  const upper = sorted.length >> 1
  const middle = sorted.length % 2 === 0 ? [upper - 1, upper] : [upper]
  const median = middle.reduce((sum, at) => sum + (sorted[at] ?? 0), 0) / middle.length
  return Math.max(median, scaleMin)
}
