// The limits of a test's score where it is a distance: those of the same distance over the same bins. The Kullback–Leibler
// divergence and the energy distance have none, so that nothing is beyond doubt by them.

import type { Limits } from '../intervals/proportion.ts'
import {
  hellingerPoint,
  jensenShannonPoint,
  largestChangeLimits,
  psiPoint,
} from './distance-intervals.ts'
import {
  type BinCounts,
  deviationOf,
  distinctBins,
  numberBins,
  wassersteinNormMin,
} from './distances.ts'
import { pairCategories, totalOf } from './distribution.ts'
import type { Periods } from './evidently.ts'
import { categoryBinsOf, numberBinsOf } from './nannyml.ts'
import { areaLimits, gapLimits } from './number-intervals.ts'

type Numbers = Extract<Periods, { kind: 'number' }>
type Categories = Extract<Periods, { kind: 'category' }>
type LimitsOf<Column> = (column: Column, score: number, tail: number) => Limits | null

/** NannyML's Jensen–Shannon distance is in bits. */
function inBits(bins: BinCounts, tail: number): Limits | null {
  const { limits } = jensenShannonPoint(bins, tail)
  const unit = Math.sqrt(Math.LN2)
  return limits === null ? null : { low: limits.low / unit, high: Math.min(1, limits.high / unit) }
}

const sturges = ({ reference, current, whole }: Numbers) => numberBins(reference, current, whole)
const pairOf = ({ reference, current }: Categories) => pairCategories(reference, current)

const ofNumbers: Readonly<Record<string, LimitsOf<Numbers>>> = {
  psi: (c, _, tail) => psiPoint(sturges(c), tail).limits,
  jensenshannon: (c, _, tail) => jensenShannonPoint(sturges(c), tail).limits,
  hellinger: (c, _, tail) =>
    hellingerPoint(distinctBins(c.reference, c.current, c.whole), tail).limits,
  wasserstein: ({ reference, current }, score, tail) => {
    const deviation = deviationOf(reference)
    const isEstimated = deviation > wassersteinNormMin
    const unit = isEstimated ? deviation : wassersteinNormMin
    return areaLimits(reference, current, { area: score * unit, tail, unit, isEstimated })
  },
  'nannyml.kolmogorov_smirnov': (c, score, tail) =>
    gapLimits(score, { m: totalOf(c.reference), n: totalOf(c.current), tail }),
  'nannyml.wasserstein': (c, score, tail) =>
    areaLimits(c.reference, c.current, { area: score, tail, unit: 1, isEstimated: false }),
  'nannyml.jensen_shannon': (c, _, tail) => inBits(numberBinsOf(c.reference, c.current), tail),
  'nannyml.hellinger': (c, _, tail) =>
    hellingerPoint(numberBinsOf(c.reference, c.current), tail).limits,
}

const ofCategories: Readonly<Record<string, LimitsOf<Categories>>> = {
  psi: (c, _, tail) => psiPoint(pairOf(c), tail).limits,
  jensenshannon: (c, _, tail) => jensenShannonPoint(pairOf(c), tail).limits,
  hellinger: (c, _, tail) => hellingerPoint(pairOf(c), tail).limits,
  'nannyml.l_infinity': (c, score, tail) => largestChangeLimits(score, pairOf(c), tail),
  'nannyml.jensen_shannon': (c, _, tail) => inBits(categoryBinsOf(c.reference, c.current), tail),
  'nannyml.hellinger': (c, _, tail) =>
    hellingerPoint(categoryBinsOf(c.reference, c.current), tail).limits,
}

/** Limits of the true distance that a score stands for; null for a chance, and for a distance that has none. */
export function scoreLimits(
  column: Periods,
  { test, score, tail }: { readonly test: string; readonly score: number; readonly tail: number },
): Limits | null {
  const limits =
    column.kind === 'number'
      ? ofNumbers[test]?.(column, score, tail)
      : ofCategories[test]?.(column, score, tail)
  // Estimates over bins, as NannyML's, may lie a little aside.
  return limits === undefined || limits === null
    ? null
    : { low: Math.min(limits.low, score), high: Math.max(limits.high, score) }
}
