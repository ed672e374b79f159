// What a group's rows say of a system that predicts numbers: how often each error, label, prediction and relative error occurs.
// Such counts merge by addition, and every measure of errors is a function of them, the median included.

import { assert } from '@proofhouse/evidence'
import { addNumberCounts, type NumberCounts, totalOf } from '../drift/distribution.ts'
import type { SampleShape } from '../intervals/seen-range-mean.ts'
import type { Cell } from '../tasks/cells.ts'

/** The rows of one group. */
export interface RegressionCell extends Cell {
  /** Prediction minus label. */
  readonly errors: NumberCounts
  readonly labels: NumberCounts
  readonly predictions: NumberCounts
  /** The size of the error by the size of the label; where the label is 0, by the machine epsilon, as scikit-learn does. */
  readonly relativeErrors: NumberCounts
}

/** Two groups of disjoint rows together. */
export function addRegressionCells(a: RegressionCell, b: RegressionCell): RegressionCell {
  return {
    cell: a.cell,
    errors: addNumberCounts(a.errors, b.errors),
    labels: addNumberCounts(a.labels, b.labels),
    predictions: addNumberCounts(a.predictions, b.predictions),
    relativeErrors: addNumberCounts(a.relativeErrors, b.relativeErrors),
  }
}

/** Rows of a group. */
export const regressionRows = ({ errors }: RegressionCell): number => totalOf(errors)

/** The counts of a function of the values. */
export function mapCounts(counts: NumberCounts, of: (value: number) => number): NumberCounts {
  return { values: counts.values.map(of), counts: counts.counts }
}

/** Sums without losing the small terms to the large ones (Neumaier 1974). */
function sumOver(size: number, term: (n: number) => number): number {
  let [sum, lost] = [0, 0]
  for (let n = 0; n < size; n++) {
    const x = term(n)
    const next = sum + x
    lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum
    sum = next
  }
  return sum + lost
}

/** The mean of the values. */
export function meanOf({ values, counts }: NumberCounts): number {
  const n = totalOf({ counts })
  assert(n > 0, 'a mean needs rows')
  return sumOver(values.length, (k) => (counts[k] ?? 0) * (values[k] ?? 0)) / n
}

/** The sum of squares around the mean. */
export function squaresAround({ values, counts }: NumberCounts, mean: number): number {
  return sumOver(values.length, (k) => (counts[k] ?? 0) * ((values[k] ?? 0) - mean) ** 2)
}

/** Mean, deviation and skewness of the values, which need not be sorted. */
export function shapeOfCounts(counted: NumberCounts): SampleShape {
  const { values, counts } = counted
  const n = totalOf(counted)
  const mean = meanOf(counted)
  const squares = squaresAround(counted, mean)
  const cubes = sumOver(values.length, (k) => (counts[k] ?? 0) * ((values[k] ?? 0) - mean) ** 3)
  return {
    n,
    mean,
    deviation: n < 2 ? 0 : Math.sqrt(squares / (n - 1)),
    skewness: squares === 0 ? 0 : cubes / n / (squares / n) ** 1.5,
  }
}

/** The smallest and the largest value. */
export function rangeOf({ values }: NumberCounts): { readonly low: number; readonly high: number } {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low, high }
}

/** The counts of the sizes of numbers, ascending: the negative ones are turned round and merged with the others. */
export function sizesOf({ values, counts }: NumberCounts): NumberCounts {
  const first = values.findIndex((value) => value >= 0)
  const split = first < 0 ? values.length : first
  const turned = {
    values: values.slice(0, split).map((value) => -value),
    counts: counts.slice(0, split),
  }
  return addNumberCounts(
    { values: turned.values.toReversed(), counts: turned.counts.toReversed() },
    { values: values.subarray(split), counts: counts.subarray(split) },
  )
}

/** The k-th smallest of sorted values, from 1. */
export function kthSmallest({ values, counts }: NumberCounts, k: number): number {
  let below = 0
  for (let n = 0; n < values.length; n++) {
    below += counts[n] ?? 0
    if (k <= below) return values[n] ?? 0
  }
  assert(values.length > 0, 'a rank lies among the rows')
  return values.at(-1) ?? 0
}
