// Performance without labels, from inputs: the reference rows, whose labels are known, each counted as much more often as rows like it
// come now. It holds as far as rows that look alike still turn out alike, and as far as the reference has rows like the new ones.

import { clopperPearson } from '../intervals/proportion.ts'
import type { Estimate } from './expected-performance.ts'

/** A single row counts at most as so many: without a bound one strange row decides everything. */
const weightMax = 50
/** Effective rows below which nothing is said. */
const effectiveRowsMin = 50

/** How often rows like this come now, for every one that came before, by the log odds of being current. */
export function rowWeights(
  odds: Float64Array,
  { reference, current }: { readonly reference: number; readonly current: number },
): Float64Array {
  const shift = Math.log(reference / current)
  return odds.map((one) => Math.min(weightMax, Math.exp(one + shift)))
}

/** Estimates by weighting. */
export interface WeightedPerformance {
  readonly accuracy: Estimate
  readonly precision: Estimate
  readonly recall: Estimate
  readonly specificity: Estimate
  /** Rows that would be as sure unweighted: (Σw)² / Σw². */
  readonly effectiveRows: number
}

/** Weighted performance of the reference rows. */
export function weightedPerformance(
  rows: { readonly predicted: Uint8Array; readonly label: Uint8Array },
  weights: Float64Array,
  tail: number,
): WeightedPerformance {
  const by = { weights, tail }
  const { predicted, label } = rows
  const is = (marks: Uint8Array, row: number) => marks[row] === 1
  return {
    accuracy: ratio(
      by,
      () => true,
      (row) => is(predicted, row) === is(label, row),
    ),
    precision: ratio(
      by,
      (row) => is(predicted, row),
      (row) => is(label, row),
    ),
    recall: ratio(
      by,
      (row) => is(label, row),
      (row) => is(predicted, row),
    ),
    specificity: ratio(
      by,
      (row) => !is(label, row),
      (row) => !is(predicted, row),
    ),
    effectiveRows: effectiveRows(weights, () => true),
  }
}

function effectiveRows(weights: Float64Array, among: (row: number) => boolean): number {
  let [sum, squares] = [0, 0]
  for (const [row, weight] of weights.entries())
    if (among(row)) {
      sum += weight
      squares += weight * weight
    }
  return squares === 0 ? 0 : (sum * sum) / squares
}

/**
 * The weighted share of rows that hold, among some; exact binomial limits at the number of unweighted rows that would
 * vary as much. The variance is the delta method's with one more heavy row of either kind: what no row shows may still be.
 */
function ratio(
  { weights, tail }: { readonly weights: Float64Array; readonly tail: number },
  among: (row: number) => boolean,
  holds: (row: number) => boolean,
): Estimate {
  if (effectiveRows(weights, among) < effectiveRowsMin) return { value: null, limits: null }
  let [all, held, heldSquares, otherSquares, cubes] = [0, 0, 0, 0, 0]
  for (const [row, weight] of weights.entries())
    if (among(row)) {
      all += weight
      cubes += weight ** 3
      if (holds(row)) {
        held += weight
        heldSquares += weight * weight
      } else otherSquares += weight * weight
    }
  const value = held / all
  const unseen = cubes / (heldSquares + otherSquares)
  const share = (held + unseen) / (all + 2 * unseen)
  const squares =
    (heldSquares + unseen * unseen) * (1 - share) ** 2 +
    (otherSquares + unseen * unseen) * share ** 2
  const trials = (share * (1 - share) * (all + 2 * unseen) ** 2) / squares
  return { value, limits: clopperPearson({ successes: value * trials, trials }, tail) }
}
