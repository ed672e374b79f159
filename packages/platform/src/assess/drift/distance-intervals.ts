// Intervals for the distance of two distributions of which only samples are seen. A sample lies at some distance from its own
// source, so two samples of one source are never at 0: every interval here takes that off its lower limit. All are
// closed forms; tests/coverage by simulation: drift/distance-coverage.test.ts.

import type { Limits } from '../intervals/proportion.ts'
import { normalQuantile } from '../intervals/special-functions.ts'
import {
  type BinDivergence,
  chanceMoments,
  type ChanceMoments,
  meanRoot,
} from './chance-distance.ts'
import {
  type BinCounts,
  hellinger,
  jensenShannonDivergence,
  psi,
  sharesOf,
  type Shares,
  variation,
} from './distances.ts'
import { totalOf } from './distribution.ts'

/** A distance with its limits; null where it is undefined, as `note` says. */
export interface DistancePoint {
  readonly value: number | null
  readonly limits: Limits | null
  readonly note?: string
}

/** The upper limit of what nothing bounds. */
export const unbounded = Number.MAX_SAFE_INTEGER

/** A divergence with its derivatives by a share of either period. */
interface Divergence extends BinDivergence {
  readonly of: (shares: Shares) => number
  /** By the share p of a bin, where q is the other period's; both divergences are symmetric. */
  readonly slope: (p: number, q: number) => number
}

const half = (p: number, q: number) => (p === 0 ? 0 : (p * Math.log((2 * p) / (p + q))) / 2)

const divergences = {
  psi: {
    of: psi,
    part: (p, q) => (p - q) * Math.log(p / q),
    scale: 1,
    slope: (p, q) => Math.log(p / q) + 1 - q / p,
  },
  jensenShannon: {
    of: jensenShannonDivergence,
    part: (p, q) => half(p, q) + half(q, p),
    scale: 8,
    slope: (p, q) => Math.log((2 * p) / (p + q)) / 2,
  },
  hellinger: {
    of: (shares) => hellinger(shares) ** 2,
    part: (p, q) => (Math.sqrt(p) - Math.sqrt(q)) ** 2 / 2,
    excess: (x, y, { m, n }) => (Math.sqrt(x * y) - meanRoot(x) * meanRoot(y)) / Math.sqrt(m * n),
    scale: 8,
    slope: (p, q) => -Math.sqrt(q / p) / 2,
  },
} as const satisfies Record<string, Divergence>

/**
 * The population stability index. A bin of few rows may be any larger number of times rarer than it looks: then
 * {@link indexLow} bounds the truth from below, and nothing does from above where a bin is empty in one period only.
 */
export function psiPoint(bins: BinCounts, tail: number): DistancePoint {
  const value = psi(sharesOf(bins))
  const least = [...bins.reference].flatMap((rows, bin) => {
    const now = bins.current[bin] ?? 0
    return rows + now === 0 ? [] : [Math.min(rows, now)]
  })
  const fewest = least.reduce((min, rows) => Math.min(min, rows), Infinity)
  if (fewest >= filledFrom) return { value, limits: divergenceLimits(divergences.psi, bins, tail) }
  const low = Math.min(value, indexLow(bins, tail))
  if (fewest > 0)
    return { value, limits: { low, high: divergenceLimits(divergences.psi, bins, tail).high } }
  return {
    value,
    limits: { low, high: unbounded },
    note: 'a part is empty in one period: its true index has no upper limit',
  }
}

/** Rows from which on a bin's own logarithm is near the true one. */
const filledFrom = 10

/**
 * A lower limit of the index that needs no bin filled: that of the Jensen–Shannon divergence JS, for PSI ≥ 8 JS, as
 * (1 + t)² ≥ 4t says bin by bin, and JS ≤ ln(2 / (1 + exp(−PSI / 2))) (Crooks 2008).
 */
function indexLow(bins: BinCounts, tail: number): number {
  const { low } = divergenceLimits(divergences.jensenShannon, bins, tail)
  return Math.max(8 * low, -2 * Math.log(Math.max(Number.MIN_VALUE, 2 * Math.exp(-low) - 1)))
}

/** The Jensen–Shannon distance, in nats. */
export function jensenShannonPoint(bins: BinCounts, tail: number): DistancePoint {
  return rooted(divergences.jensenShannon, bins, { tail, most: Math.LN2 })
}

/** The Hellinger distance. */
export function hellingerPoint(bins: BinCounts, tail: number): DistancePoint {
  return rooted(divergences.hellinger, bins, { tail, most: 1 })
}

function rooted(
  divergence: Divergence,
  bins: BinCounts,
  { tail, most }: { readonly tail: number; readonly most: number },
): DistancePoint {
  const { low, high } = divergenceLimits(divergence, bins, tail)
  return {
    value: Math.sqrt(divergence.of(sharesOf(bins))),
    limits: { low: Math.sqrt(low), high: Math.sqrt(Math.min(high, most)) },
  }
}

/**
 * The wider of two intervals on either side: that of a noncentral χ², which holds near 0, and that of the delta
 * method, which holds far from it.
 */
function divergenceLimits(divergence: Divergence, bins: BinCounts, tail: number): Limits {
  const { scale, of } = divergence
  const [m, n] = [totalOf({ counts: bins.reference }), totalOf({ counts: bins.current })]
  const shares = sharesOf(bins)
  const value = of(shares)
  const perUnit = scale / (1 / m + 1 / n)
  const chance = chanceMoments(divergence, bins)
  const near = noncentralLimits(value * perUnit, { most: chance, least: leastMoments(bins) }, tail)
  // On the scale of the root, which is nearly linear in the change of the shares.
  const root = Math.sqrt(value)
  const variance = deltaVariance(divergence, shares, { m, n })
  const reach = value === 0 ? 0 : (-normalQuantile(tail) * Math.sqrt(variance)) / (2 * root)
  const far = Math.max(0, Math.sqrt(Math.max(0, value - chance.mean / perUnit)) - reach)
  return {
    low: Math.min(near.low / perUnit, far * far),
    high: Math.max(near.high / perUnit, (root + reach) ** 2),
  }
}

/** The least that chance may have given: of a bin of few rows only as much as it holds rows. */
function leastMoments({ reference, current }: BinCounts): ChanceMoments {
  const counting = reference.reduce(
    (sum, rows, n) => sum + Math.min(1, (rows + (current[n] ?? 0)) / 10),
    0,
  )
  const mean = Math.max(0.5, counting - 1)
  return { mean, variance: 2 * mean }
}

/** Noncentralities that a statistic does not refute that is nearly χ², by Abdel-Aty's cube root (1954). */
function noncentralLimits(
  statistic: number,
  { most, least }: { readonly most: ChanceMoments; readonly least: ChanceMoments },
  tail: number,
): Limits {
  const z = -normalQuantile(tail)
  const standardised = (lambda: number, { mean, variance }: ChanceMoments) => {
    const sum = mean + lambda
    const spread = (variance + 4 * lambda) / (9 * sum * sum)
    return ((statistic / sum) ** (1 / 3) - 1 + spread) / Math.sqrt(spread)
  }
  return {
    low: standardised(0, most) <= z ? 0 : solve((x) => standardised(x, most) - z),
    high: standardised(0, least) <= -z ? 0 : solve((x) => standardised(x, least) + z),
  }
}

/** The root of a falling function that is positive at 0. */
function solve(of: (x: number) => number): number {
  let [low, high] = [0, 1]
  while (of(high) > 0 && high < 1e15) [low, high] = [high, high * 2]
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2
    if (of(middle) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The variance of a divergence by the delta method; empty bins have no part in it. */
function deltaVariance(
  { slope }: Divergence,
  { reference, current }: Shares,
  { m, n }: { readonly m: number; readonly n: number },
): number {
  const side = (own: Float64Array, other: Float64Array) => {
    let [first, second] = [0, 0]
    for (const [bin, p] of own.entries()) {
      if (p === 0) continue
      const steep = slope(p, other[bin] ?? 0)
      first += p * steep
      second += p * steep * steep
    }
    return Math.max(0, second - first * first)
  }
  return side(reference, current) / m + side(current, reference) / n
}

/** The total variation distance; limits by McDiarmid's inequality (1989), for no row moves it by more than its own share. */
export function variationPoint(bins: BinCounts, tail: number): DistancePoint {
  const shares = sharesOf(bins)
  const [m, n] = [totalOf({ counts: bins.reference }), totalOf({ counts: bins.current })]
  const value = variation(shares)
  const reach = boundedReach(m, n, tail)
  const excess = shares.reference.reduce((sum, p, bin) => {
    const q = shares.current[bin] ?? 0
    return sum + Math.sqrt((p * (1 - p)) / m + (q * (1 - q)) / n) / Math.sqrt(2 * Math.PI)
  }, 0)
  return { value, limits: within(value, { down: excess + reach, up: reach }) }
}

/** Limits of the largest change of a share. */
export function largestChangeLimits(value: number, bins: BinCounts, tail: number): Limits {
  const shares = sharesOf(bins)
  const [m, n] = [totalOf({ counts: bins.reference }), totalOf({ counts: bins.current })]
  const reach = boundedReach(m, n, tail)
  // The largest error is at most the root of the sum of all squares.
  const squares = shares.reference.reduce((sum, p, bin) => {
    const q = shares.current[bin] ?? 0
    return sum + (p * (1 - p)) / m + (q * (1 - q)) / n
  }, 0)
  return within(value, { down: Math.sqrt(squares) + reach, up: reach })
}

/** How far chance moves a distance that no row moves by more than its own share: McDiarmid's inequality (1989). */
export const boundedReach = (m: number, n: number, tail: number): number =>
  Math.sqrt((-Math.log(tail) * (1 / m + 1 / n)) / 2)

/** Limits of a distance from 0 to 1 by what may lie below and above it. */
export const within = (
  value: number,
  { down, up }: { readonly down: number; readonly up: number },
): Limits => ({ low: Math.max(0, value - down), high: Math.min(1, value + up) })
