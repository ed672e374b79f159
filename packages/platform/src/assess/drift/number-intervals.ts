// Intervals for the distance of two distributions of numbers, over their distribution functions: no bins.

import type { Limits } from '../intervals/proportion.ts'
import { studentQuantile } from '../intervals/special-functions.ts'
import { boundedReach, type DistancePoint, unbounded, within } from './distance-intervals.ts'
import { betweenSteps, deviationOf, wasserstein } from './distances.ts'
import { type NumberCounts, totalOf } from './distribution.ts'
import { largestGap } from './two-sample-tests.ts'

/** The mean of the largest gap of a Brownian bridge: √(π/2)·ln 2. */
const bridgeMean = Math.sqrt(Math.PI / 2) * Math.LN2

/** The largest distance of the two distribution functions. */
export function gapPoint(
  reference: NumberCounts,
  current: NumberCounts,
  tail: number,
): DistancePoint {
  const [m, n] = [totalOf(reference), totalOf(current)]
  const value = largestGap(reference, current) / (m * n)
  return { value, limits: gapLimits(value, { m, n, tail }) }
}

/** Limits of a largest gap that was found to be `value`. */
export function gapLimits(
  value: number,
  { m, n, tail }: { readonly m: number; readonly n: number; readonly tail: number },
): Limits {
  const reach = boundedReach(m, n, tail)
  return within(value, { down: bridgeMean * Math.sqrt(1 / m + 1 / n) + reach, up: reach })
}

/** The Wasserstein distance in standard deviations of the reference; undefined where the reference is constant. */
export function wassersteinPoint(
  reference: NumberCounts,
  current: NumberCounts,
  tail: number,
): DistancePoint {
  if (reference.values.length === 1)
    return {
      value: null,
      limits: null,
      note: 'undefined: the reference is constant, and has no standard deviation to measure by',
    }
  const unit = deviationOf(reference)
  const area = wasserstein(reference, current)
  return {
    value: area / unit,
    limits: areaLimits(reference, current, { area, tail, unit, isEstimated: true }),
  }
}

/** Rows of either period from which a mean is about normal. */
const normalFrom = 30

/**
 * Limits of the area between the distribution functions in some unit; none but 0 for few rows, whose spread is unknown.
 * The area moves with each row by no more than the row itself, so its deviation is at most that of a mean; its excess
 * over the truth is at most ∫ E|F̂ − F| + E|Ĝ − G|.
 * @param by area: the area itself; isEstimated: whether the unit is the reference's own deviation, which moves with the area, at worst in step
 */
export function areaLimits(
  reference: NumberCounts,
  current: NumberCounts,
  by: {
    readonly area: number
    readonly tail: number
    readonly unit: number
    readonly isEstimated: boolean
  },
): Limits {
  const [m, n] = [totalOf(reference), totalOf(current)]
  if (Math.min(m, n) < normalFrom) return { low: 0, high: unbounded }
  const { area, tail, unit } = by
  const before = by.isEstimated ? unit : deviationOf(reference)
  const unitPart = by.isEstimated ? (area * relativeError(reference, before)) / 2 : 0
  const spread = Math.hypot(
    (before + unitPart) / Math.sqrt(m - 1),
    deviationOf(current) / Math.sqrt(n - 1),
  )
  const reach = studentQuantile(tail, Math.min(m, n) - 1) * spread
  const excess = betweenSteps(reference, current, (f, g) =>
    Math.sqrt(((2 / Math.PI) * (f * (1 - f))) / m + ((2 / Math.PI) * (g * (1 - g))) / n),
  )
  return { low: Math.max(0, area - excess - reach) / unit, high: (area + reach) / unit }
}

/** √(kurtosis − 1): the relative error of a sample's variance times √rows, and twice that of its deviation. */
function relativeError(counted: NumberCounts, deviation: number): number {
  const { values, counts } = counted
  const rows = totalOf(counted)
  let [total, fourth] = [0, 0]
  for (let n = 0; n < values.length; n++) total += (values[n] ?? 0) * (counts[n] ?? 0)
  const mean = total / rows
  for (let n = 0; n < values.length; n++) {
    const square = (((values[n] ?? 0) - mean) / deviation) ** 2
    fourth += square * square * (counts[n] ?? 0)
  }
  return Math.sqrt(Math.max(0, fourth / rows - 1))
}
