// What chance alone gives a divergence of two samples of one source: exact moments of every bin, given its rows in both periods
// together. A bin that one period hardly fills is no χ² of one degree: the same two or three rows may count for half or
// for double, and of a large reference beside a few rows now most bins are such.

import type { BinCounts } from './distances.ts'
import { totalOf } from './distribution.ts'

/** Mean and variance of a statistic that is nearly χ². */
export interface ChanceMoments {
  readonly mean: number
  readonly variance: number
}

/** A divergence as a sum over bins that has no slope where both shares are the same. */
export interface BinDivergence {
  /** What a bin adds, by its shares of either period. */
  readonly part: (p: number, q: number) => number
  /** By which locally Σ(p − q)²/π has to be divided. */
  readonly scale: number
  /** How much too large a bin's part is on average, by its true rows; left out where it is too little to count. */
  readonly excess?: (
    x: number,
    y: number,
    totals: { readonly m: number; readonly n: number },
  ) => number
}

/** Expected rows in the smaller period from which on a bin is χ² with one degree. */
const regularFrom = 60

/**
 * Moments of the divergence times scale / (1/m + 1/n), if each row of either period belonged to either by chance. Bins
 * are taken for independent, but for the one degree that the number of rows takes from those that are filled.
 */
export function chanceMoments(divergence: BinDivergence, bins: BinCounts): ChanceMoments {
  const [m, n] = [totalOf({ counts: bins.reference }), totalOf({ counts: bins.current })]
  const [large, small] = [Math.max(m, n), Math.min(m, n)]
  const share = small / (large + small)
  const known = new Map<number, ChanceMoments>()
  let [mean, variance, regular] = [0, 0, 0]
  for (const [bin, rows] of bins.reference.entries()) {
    const pooled = rows + (bins.current[bin] ?? 0)
    if (pooled === 0) continue
    const found = known.get(pooled) ?? binMoments(divergence, pooled, { large, small })
    known.set(pooled, found)
    mean += Math.max(found.mean, changedExcess(divergence, { x: rows, y: pooled - rows }, { m, n }))
    variance += found.variance
    if (pooled * share >= sparseBelow) regular += pooled / (large + small)
  }
  return { mean: Math.max(1, mean - regular), variance: Math.max(2, variance - 2 * regular) }
}

/** Expected rows in the smaller period below which a bin is sparse. */
const sparseBelow = 5

function binMoments(
  { part, scale }: BinDivergence,
  pooled: number,
  { large, small }: { readonly large: number; readonly small: number },
): ChanceMoments {
  const share = small / (large + small)
  const expected = pooled * share
  if (expected >= regularFrom) return { mean: 1, variance: 2 }
  const perUnit = scale / (1 / large + 1 / small)
  const odds = small / large
  const most = Math.min(pooled, Math.ceil(expected + 12 * Math.sqrt(expected) + 12))
  // The binomial chance of so many rows in the smaller period.
  let chance = (1 - share) ** pooled
  let [mass, sum, squares] = [0, 0, 0]
  for (let rows = 0; rows <= most; rows++) {
    const value = perUnit * part(rows / small, (pooled - rows) / large)
    // Where a bin has to be filled for the divergence to be finite, it was.
    if (Number.isFinite(value)) {
      mass += chance
      sum += chance * value
      squares += chance * value * value
    }
    chance *= ((pooled - rows) / (rows + 1)) * odds
  }
  if (mass === 0) return { mean: 1, variance: 2 }
  const mean = sum / mass
  return { mean, variance: Math.max(0, squares / mass - mean * mean) }
}

/** How much too large a bin's part may be where it did change. */
function changedExcess(
  { scale, excess }: BinDivergence,
  { x, y }: { readonly x: number; readonly y: number },
  { m, n }: { readonly m: number; readonly n: number },
): number {
  if (excess === undefined) return 0
  const before = ((x + y) * m) / (m + n)
  const perUnit = scale / (1 / m + 1 / n)
  return perUnit * excess(fewerThan(before, x), fewerThan(x + y - before, y), { m, n })
}

/** Rows for which a period that has fewer than the pooled share lets expect is taken for having lost the others. */
const fewerThan = (expected: number, rows: number): number =>
  rows < expected ? Math.min(expected, Math.max(worstRows, rows - 0.5)) : rows

/** Expected rows at which the mean root of their number falls furthest below the root of their mean. */
const worstRows = 0.35

/** The mean of the root of a Poisson count. */
export function meanRoot(expected: number): number {
  const root = Math.sqrt(expected)
  if (expected > 30) return root - 1 / (8 * root) - 7 / (128 * root ** 3)
  let [chance, mean] = [Math.exp(-expected), 0]
  for (let rows = 1; rows < 100; rows++) {
    chance *= expected / rows
    mean += chance * Math.sqrt(rows)
  }
  return mean
}
