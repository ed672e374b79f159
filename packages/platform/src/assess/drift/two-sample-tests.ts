// Two-sample tests: the chance of two periods at least so far apart if nothing had changed. Values are SciPy's, as Evidently calls it.

import { kolmogorovSmirnovUpper, cramerVonMisesUpper } from './null-distributions.ts'
import { logGamma } from '../intervals/special-functions.ts'
import { chiSquareUpper, normalUpper, studentUpper } from '../intervals/tail-probabilities.ts'
import {
  type CategoryCounts,
  type NumberCounts,
  type Paired,
  pairCategories,
  pairNumbers,
  totalOf,
} from './distribution.ts'

/** The Kolmogorov–Smirnov test, two-sided; exact for at most 10,000 rows a side, as SciPy is. */
export function kolmogorovSmirnov(reference: NumberCounts, current: NumberCounts): number {
  return kolmogorovSmirnovUpper(
    largestGap(reference, current),
    totalOf(reference),
    totalOf(current),
  )
}

/** The largest distance of the two distribution functions, times the rows of both. */
export function largestGap(reference: NumberCounts, current: NumberCounts): number {
  const pair = pairNumbers(reference, current)
  const [m, n] = [totalOf(reference), totalOf(current)]
  let [below, belowNow, most] = [0, 0, 0]
  for (const [position] of pair.values.entries()) {
    below += pair.reference[position] ?? 0
    belowNow += pair.current[position] ?? 0
    // In whole numbers: the distance times m·n.
    most = Math.max(most, Math.abs(below * n - belowNow * m))
  }
  return most
}

/** The Cramér–von Mises test with its asymptotic distribution, as SciPy takes it above 20 rows. */
export function cramerVonMises(reference: NumberCounts, current: NumberCounts): number {
  const pair = pairNumbers(reference, current)
  const [m, n] = [totalOf(reference), totalOf(current)]
  const u = m * rankSquares(pair, pair.reference) + n * rankSquares(pair, pair.current)
  const [k, all] = [m * n, m + n]
  const t = u / (k * all) - (4 * k - 1) / (6 * all)
  const expected = (1 + 1 / all) / 6
  const variance =
    ((all + 1) * (4 * k * all - 3 * (m * m + n * n) - 2 * k)) / (45 * all * all * 4 * k)
  return cramerVonMisesUpper(1 / 6 + (t - expected) / Math.sqrt(45 * variance))
}

/** The sum of squares of a side's midranks minus its own ranks. */
function rankSquares(pair: Paired<Float64Array>, side: Float64Array): number {
  let [before, own, total] = [0, 0, 0]
  for (const [position, rows] of side.entries()) {
    const tied = (pair.reference[position] ?? 0) + (pair.current[position] ?? 0)
    const gap = before + (tied + 1) / 2 - own
    // Σ (gap − i)² over i = 1 … rows.
    total += rows * gap * gap - gap * rows * (rows + 1) + (rows * (rows + 1) * (2 * rows + 1)) / 6
    before += tied
    own += rows
  }
  return total
}

/** The Mann–Whitney test with the alternative that the reference is less, as Evidently asks it; normal, corrected for ties and continuity. */
export function mannWhitneyLess(reference: NumberCounts, current: NumberCounts): number {
  const pair = pairNumbers(reference, current)
  const [m, n] = [totalOf(reference), totalOf(current)]
  let [before, rankSum, ties] = [0, 0, 0]
  for (const [position, rows] of pair.reference.entries()) {
    const tied = rows + (pair.current[position] ?? 0)
    rankSum += rows * (before + (tied + 1) / 2)
    ties += tied ** 3 - tied
    before += tied
  }
  const all = m + n
  const above = m * n - (rankSum - (m * (m + 1)) / 2)
  const deviation = Math.sqrt(((m * n) / 12) * (all + 1 - ties / (all * (all - 1))))
  return normalUpper((above - (m * n) / 2 - 0.5) / deviation)
}

/** Student's t-test with equal variances, two-sided. */
export function studentTest(reference: NumberCounts, current: NumberCounts): number {
  const [a, b] = [momentsOf(reference), momentsOf(current)]
  const degrees = a.rows + b.rows - 2
  const pooled = (a.squares + b.squares) / degrees
  const t = (a.mean - b.mean) / Math.sqrt(pooled * (1 / a.rows + 1 / b.rows))
  return 2 * studentUpper(Math.abs(t), degrees)
}

function momentsOf(counted: NumberCounts) {
  const rows = totalOf(counted)
  const of = (value: (x: number) => number) =>
    counted.counts.reduce((sum, count, n) => sum + count * value(counted.values[n] ?? 0), 0)
  const mean = of((x) => x) / rows
  return { rows, mean, squares: of((x) => (x - mean) ** 2) }
}

/**
 * Pearson's χ² test of the current period against the shares of the reference. A value new in the current period gives
 * 0; one value in both leaves nothing to test: NaN, whichever way its expected rows are rounded.
 */
export function chiSquare(reference: CategoryCounts, current: CategoryCounts): number {
  const pair = pairCategories(reference, current)
  if (pair.values.length < 2) return Number.NaN
  const scale = totalOf(current) / totalOf(reference)
  const statistic = pair.current.reduce((sum, observed, n) => {
    const expected = (pair.reference[n] ?? 0) * scale
    return sum + (observed - expected) ** 2 / expected
  }, 0)
  return chiSquareUpper(statistic, pair.values.length - 1)
}

/**
 * The G test (log-likelihood ratio) of the current period against the shares of the reference. A value new in the
 * current period gives 0; one value in both NaN.
 */
export function gTest(reference: CategoryCounts, current: CategoryCounts): number {
  const pair = pairCategories(reference, current)
  if (pair.values.length < 2) return Number.NaN
  const scale = totalOf(current) / totalOf(reference)
  const statistic = pair.current.reduce((sum, observed, n) => {
    const expected = (pair.reference[n] ?? 0) * scale
    return observed === 0 ? sum : sum + 2 * observed * Math.log(observed / expected)
  }, 0)
  return chiSquareUpper(Math.max(0, statistic), pair.values.length - 1)
}

/** Fisher's exact test of two values in two periods, two-sided; NaN for more than two values, 1 for one. */
export function fisherExact(reference: CategoryCounts, current: CategoryCounts): number {
  const pair = pairCategories(reference, current)
  if (pair.values.length > 2) return Number.NaN
  const [m, n] = [totalOf(reference), totalOf(current)]
  const [before, now] = [pair.reference[0] ?? 0, pair.current[0] ?? 0]
  const first = before + now
  const chance = (k: number) =>
    Math.exp(logChoose(m, k) + logChoose(n, first - k) - logChoose(m + n, first))
  // As likely as what was seen, but for rounding.
  const bound = chance(before) * (1 + 1e-9)
  let sum = 0
  for (let k = Math.max(0, first - n); k <= Math.min(m, first); k++) {
    const one = chance(k)
    if (one <= bound) sum += one
  }
  return Math.min(1, sum)
}

const logChoose = (n: number, k: number): number =>
  logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

/**
 * The z-test of two proportions, two-sided: the share of rows that are not the first value. 1 where both periods hold
 * one and the same value.
 */
export function proportionsTest(reference: CategoryCounts, current: CategoryCounts): number {
  const pair = pairCategories(reference, current)
  if (pair.values.length === 1) return 1
  const [m, n] = [totalOf(reference), totalOf(current)]
  const [before, after] = [m - (pair.reference[0] ?? 0), n - (pair.current[0] ?? 0)]
  const share = (before + after) / (m + n)
  const z = (before / m - after / n) / Math.sqrt(share * (1 - share) * (1 / m + 1 / n))
  return 2 * normalUpper(Math.abs(z))
}
