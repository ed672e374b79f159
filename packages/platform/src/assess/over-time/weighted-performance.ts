// Performance without labels, from inputs: the reference rows, whose labels are known, each counted as much more often as rows like it
// come now. It holds as far as rows that look alike still turn out alike, and as far as the reference has rows like the new ones.

import { normalQuantile } from '../intervals/special-functions.ts'
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

/** The weighted share of rows that hold, among some; limits by the delta method of a ratio. */
function ratio(
  { weights, tail }: { readonly weights: Float64Array; readonly tail: number },
  among: (row: number) => boolean,
  holds: (row: number) => boolean,
): Estimate {
  if (effectiveRows(weights, among) < effectiveRowsMin) return { value: null, limits: null }
  let [all, held] = [0, 0]
  for (const [row, weight] of weights.entries())
    if (among(row)) {
      all += weight
      if (holds(row)) held += weight
    }
  const value = held / all
  let squares = 0
  for (const [row, weight] of weights.entries())
    if (among(row)) squares += (weight * (Number(holds(row)) - value)) ** 2
  const reach = (-normalQuantile(tail) * Math.sqrt(squares)) / all
  return { value, limits: { low: Math.max(0, value - reach), high: Math.min(1, value + reach) } }
}
