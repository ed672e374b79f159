// Limits of the mean of a bounded, possibly very skewed loss (squared error, log loss).
// Hall's (1992) cubic correction of Student's t takes the skewness seen into account. It cannot see what the sample
// did not show, e.g. the rare confident mistake of a model whose every test row went well. So each limit also allows
// that the few rows with the most to lose (or gain) had had the other label: as many as an event never seen may be
// expected among n rows. Below `fewRows` rows only the range is trusted: Hoeffding's (1963) binomial Chernoff bound,
// valid for every distribution within it.

import { assert } from '@proofhouse/evidence'
import { type Moments, shapeOf } from '../moments.ts'
import type { Limits } from './proportion.ts'
import { studentQuantile } from './special-functions.ts'

/** Rows below which neither variance nor skewness is trusted. */
const fewRows = 20

/** The inverse of Hall's transform g(t) = t + at²/3 + a²t³/27 + a/6 of a studentised mean, a = skewness/√n. */
function hallInverse(x: number, skewness: number, n: number): number {
  const a = skewness / Math.sqrt(n)
  if (Math.abs(a) < 1e-9) return x
  return (3 / a) * (Math.cbrt(1 + a * (x - a / 6)) - 1)
}

const logRatio = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q))

/** The relative entropy of a coin of chance `seen` against one of chance `truth`. */
function entropy(seen: number, truth: number): number {
  return logRatio(seen, truth) + logRatio(1 - seen, 1 - truth)
}

/** Where the relative entropy from `seen` reaches `bound`, on the side of `end` (0 or 1), by bisection. */
function entropyLimit(seen: number, bound: number, end: 0 | 1): number {
  if (seen === end) return end
  let [inside, outside] = [seen, end as number]
  for (let step = 0; step < 100; step++) {
    const middle = (inside + outside) / 2
    if (middle === inside || middle === outside) break
    if (entropy(seen, middle) > bound) outside = middle
    else inside = middle
  }
  return outside
}

/** Limits of the mean of `n` independent values from 0 to 1, whatever their distribution (Hoeffding 1963). */
export function boundedMeanLimits(mean: number, n: number, tail: number): Limits {
  const seen = Math.min(1, Math.max(0, mean))
  const bound = -Math.log(tail) / n
  return { low: entropyLimit(seen, bound, 0), high: entropyLimit(seen, bound, 1) }
}

/** What a sample of losses reveals beyond its moments. */
export interface LossRoom {
  /** The range every loss lies in. */
  readonly range: Limits
  /** By how much the sum of the losses could at most rise, or fall, were the labels of `rows` rows the other way. */
  readonly change: (rows: number) => { readonly rise: number; readonly fall: number }
}

/** The interval of a mean of losses, with the error `tail` on each side. */
export function meanInterval(moments: Moments, { range, change }: LossRoom, tail: number): Limits {
  const { n } = moments
  assert(n > 0 && range.high > range.low, 'a mean needs rows and a range')
  const width = range.high - range.low
  if (n < fewRows) {
    const limits = boundedMeanLimits((moments.sum / n - range.low) / width, n, tail)
    return { low: range.low + width * limits.low, high: range.low + width * limits.high }
  }
  const { mean, deviation, skewness } = shapeOf(moments)
  const error = deviation / Math.sqrt(n)
  const t = studentQuantile(tail, n - 1)
  // An event of which n rows showed none is expected at most −ln(tail) times in n rows.
  const unseen = change(-Math.log(tail))
  const low = Math.min(mean - error * hallInverse(t, skewness, n), mean - unseen.fall / n)
  const high = Math.max(mean - error * hallInverse(-t, skewness, n), mean + unseen.rise / n)
  return { low: Math.max(range.low, low), high: Math.min(range.high, high) }
}
