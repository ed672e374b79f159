// Intervals of distances, tested as claims: over samples drawn with a fixed seed they hold the true distance as often as they say.

import { describe, expect, test } from 'vitest'
import { normal } from '../intervals/normal-number.ts'
import { applyPolicy } from '../policy.ts'
import type { Measure } from '../measure.ts'
import { drawBinomial } from '../intervals/bootstrap.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import {
  hellingerPoint,
  jensenShannonPoint,
  psiPoint,
  variationPoint,
} from './distance-intervals.ts'
import { hellinger, jensenShannon, psi, variation } from './distances.ts'
import { numberCounts } from './distribution.ts'
import { largestDistances } from './drift-measures.ts'
import { gapPoint, wassersteinPoint } from './number-intervals.ts'

const draws = 400
/** Numbers are dearer to draw. */
const numberDraws = 200
const tail = 0.025
/** Nominal 95 %; what so many draws of a coverage of 93 % could still show. */
const coveredMin = (of: number) => 0.93 * of - 2.33 * Math.sqrt(of * 0.93 * 0.07)

function multinomial(random: Random, shares: Float64Array, rows: number): Float64Array {
  let [left, shareLeft] = [rows, 1]
  return shares.map((share) => {
    const count = drawBinomial(random, left, Math.min(1, share / shareLeft))
    left -= count
    shareLeft -= share
    return count
  })
}

const even = (bins: number) => new Float64Array(bins).fill(1 / bins)
/** Shares that fall by half from bin to bin, so that the last hold next to nothing. */
const falling = (bins: number) =>
  normalised(Float64Array.from({ length: bins }, (_, n) => 0.5 ** n))
const tilted = (shares: Float64Array, by: number) =>
  normalised(shares.map((share, n) => share * (n % 2 === 0 ? 1 + by : 1 - by)))
const normalised = (weights: Float64Array) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

const populations = {
  'no change, even': [even(5), even(5)],
  'no change, sparse': [falling(12), falling(12)],
  'a little, even': [even(10), tilted(even(10), 0.1)],
  'some, even': [even(10), tilted(even(10), 0.4)],
  'much, two bins': [Float64Array.of(0.7, 0.3), Float64Array.of(0.2, 0.8)],
  'some, sparse': [falling(12), tilted(falling(12), 0.5)],
} as const

const sizes = [
  [60, 40],
  [500, 300],
  [20_000, 5_000],
] as const

const binned = {
  psi: [psiPoint, psi],
  jensenShannon: [jensenShannonPoint, jensenShannon],
  hellinger: [hellingerPoint, hellinger],
  variation: [variationPoint, variation],
} as const

describe.each(Object.entries(populations))('%s', (_, [before, now]) => {
  test.each(sizes)('%i and %i rows: every distance is held', (m, n) => {
    for (const [name, [point, distance]] of Object.entries(binned)) {
      const random = seededRandom(17)
      const truth = distance({ reference: before, current: now })
      let held = 0
      for (let draw = 0; draw < draws; draw++) {
        const bins = {
          reference: multinomial(random, before, m),
          current: multinomial(random, now, n),
        }
        const { limits } = point(bins, tail)
        if (limits !== null && limits.low <= truth + 1e-12 && truth <= limits.high + 1e-12)
          held += 1
      }
      expect(held, name).toBeGreaterThanOrEqual(coveredMin(draws))
    }
  })
})

describe('a reference much larger than the current period', () => {
  /** The n-th of so many categories is n times as rare as the first. */
  const zipf = (bins: number) =>
    normalised(Float64Array.from({ length: bins }, (_, n) => 1 / (n + 1)))
  const largeDraws = 300
  /** What so many draws of a nominal 2.5 % could still show. */
  const missedMax = tail * largeDraws + 2.33 * Math.sqrt(largeDraws * tail * (1 - tail))
  const half = (shares: Float64Array) =>
    shares.map((share, n) => (n % 2 === 0 ? share : share / 50))

  test.each([
    ['no change', 200, 100_000, 1_000, zipf(200)],
    ['no change', 50, 100_000, 200, zipf(50)],
    ['no change', 50, 10_000, 100, zipf(50)],
    ['no change, the other way round', 50, 200, 100_000, zipf(50)],
    ['no change, equal sizes', 50, 200, 200, zipf(50)],
    ['a little', 50, 100_000, 200, tilted(zipf(50), 0.2)],
    ['every other category nearly gone', 50, 100_000, 200, normalised(half(zipf(50)))],
  ] as const)(
    '%s: %i categories, %i and %i rows: no lower limit is too high',
    (_, k, m, n, now) => {
      const random = seededRandom(31)
      const before = zipf(k)
      const missed = { psi: 0, jensenShannon: 0, hellinger: 0 }
      const names = ['psi', 'jensenShannon', 'hellinger'] as const
      for (let draw = 0; draw < largeDraws; draw++) {
        const bins = {
          reference: multinomial(random, before, m),
          current: multinomial(random, now, n),
        }
        for (const name of names) {
          const [point, distance] = binned[name]
          const truth = distance({ reference: before, current: now })
          const { limits } = point(bins, tail)
          if (limits === null || !(limits.low <= truth + 1e-12)) missed[name] += 1
        }
      }
      for (const name of names) expect(missed[name], name).toBeLessThanOrEqual(missedMax)
    },
  )

  test('a real change is found', () => {
    const random = seededRandom(37)
    for (let draw = 0; draw < 20; draw++) {
      const bins = {
        reference: multinomial(random, zipf(200), 100_000),
        current: multinomial(random, tilted(zipf(200), 0.5), 1_000),
      }
      // The truth is 0.18 by either root, and an index of 0.27.
      for (const point of [jensenShannonPoint, hellingerPoint, psiPoint])
        expect(point(bins, tail).limits?.low).toBeGreaterThan(0.07)
    }
  })
})

describe('distances of numbers', () => {
  // The truth of a shift by d: Wasserstein d; the largest gap 2Φ(d/2) − 1.
  test.each([
    [0, 0],
    [0.1, 0.039_877_612],
    [1, 0.382_924_923],
    [3, 0.866_385_597],
  ])('a normal shifted by %f', (shift, gap) => {
    for (const [m, n] of sizes.slice(0, 2)) {
      const random = seededRandom(23)
      let [heldGap, heldArea] = [0, 0]
      for (let draw = 0; draw < numberDraws; draw++) {
        const before = numberCounts(Array.from({ length: m }, () => normal(random)))
        const now = numberCounts(Array.from({ length: n }, () => normal(random) + shift))
        const gaps = gapPoint(before, now, tail).limits
        if (gaps !== null && gaps.low <= gap && gap <= gaps.high) heldGap += 1
        const area = wassersteinPoint(before, now, tail).limits
        if (area !== null && area.low <= shift && shift <= area.high) heldArea += 1
      }
      expect(heldGap).toBeGreaterThanOrEqual(coveredMin(numberDraws))
      expect(heldArea).toBeGreaterThanOrEqual(coveredMin(numberDraws))
    }
  })

  test.each([0, 1, -1, 2])('incomes, lognormal, shifted by %f deviations', (shift) => {
    const random = seededRandom(29)
    const deviation = Math.sqrt((Math.E - 1) * Math.E)
    const income = () => Math.exp(normal(random))
    let held = 0
    for (let draw = 0; draw < numberDraws; draw++) {
      const before = numberCounts(Array.from({ length: 300 }, income))
      const now = numberCounts(Array.from({ length: 200 }, () => income() + shift * deviation))
      const { limits } = wassersteinPoint(before, now, tail)
      if (limits !== null && limits.low <= Math.abs(shift) && Math.abs(shift) <= limits.high)
        held += 1
    }
    expect(held).toBeGreaterThanOrEqual(coveredMin(numberDraws))
  })

  test('the unit is the true deviation of the reference, however small', () => {
    const random = seededRandom(5)
    const rate = (shift: number) =>
      numberCounts(Array.from({ length: 500 }, () => 1e-5 * (normal(random) + shift)))
    const { value, limits } = wassersteinPoint(rate(0), rate(5), tail)
    expect(value).toBeGreaterThan(4)
    expect(limits?.low).toBeLessThan(5)
    expect(limits?.high).toBeGreaterThan(5)
  })

  test('of a constant there is no unit, and of few rows nothing is known', () => {
    const of = (rows: number, value: (n: number) => number) =>
      numberCounts(Array.from({ length: rows }, (_, n) => value(n)))
    const constant = wassersteinPoint(
      of(50, () => 0.1),
      of(50, (n) => n),
      tail,
    )
    expect(constant).toMatchObject({ value: null, limits: null })
    expect(constant.note).toMatch(/constant/)
    const few = wassersteinPoint(
      of(500, (n) => n % 90),
      of(2, (n) => 45 + n),
      tail,
    )
    expect(few.limits).toEqual({ low: 0, high: Number.MAX_SAFE_INTEGER })
  })
})

describe('a part that is empty in one period', () => {
  const limitsOf = (reference: readonly number[], current: readonly number[]) =>
    psiPoint({ reference: Float64Array.from(reference), current: Float64Array.from(current) }, tail)
      .limits

  test('leaves the index without an upper limit, never without a lower one', () => {
    // Disjoint, and moved far but for one rare value.
    expect(limitsOf([500, 0], [0, 500])?.low).toBeGreaterThan(2)
    expect(limitsOf([700, 300, 0], [300, 695, 5])?.low).toBeGreaterThan(0.4)
    expect(limitsOf([500, 500, 0], [500, 499, 1])).toEqual({
      low: 0,
      high: Number.MAX_SAFE_INTEGER,
    })
  })

  test('does not hide the largest index among the columns', () => {
    const index = (column: string, value: number, low: number, high: number): Measure => ({
      measure: 'drift.psi',
      over: [column],
      slice: null,
      value,
      low,
      high,
      n: 1_000,
    })
    const found = [index('a', 16.3, 5, Number.MAX_SAFE_INTEGER), index('b', 0.1, 0.05, 0.2)]
    const unknown = { ...index('c', 0, 0, 0), value: null, low: null, high: null }
    const largest = largestDistances([...found, unknown], 1_000)
    expect(largest).toMatchObject([{ value: 16.3, low: 5, high: Number.MAX_SAFE_INTEGER }])
    expect(largest[0]?.note).toContain('`c`')
    // A rule fails by what is known, and is never kept by it.
    expect(verdictOf(largest, 0.2)).toBe('fail')
    expect(verdictOf(largestDistances([index('b', 0.1, 0.05, 0.15)], 1_000), 0.2)).toBe('pass')
    expect(verdictOf(largestDistances([index('b', 0.1, 0.05, 0.15), unknown], 1_000), 0.2)).toBe(
      'inconclusive',
    )
    expect(verdictOf(largestDistances([unknown], 1_000), 0.2)).toBe('inconclusive')
  })
})

const verdictOf = (measures: readonly Measure[], max: number) =>
  applyPolicy(
    [
      {
        id: 'index',
        measure: 'drift.psi',
        over: [],
        max,
        severity: 'high',
        holds: 'interval',
        rationale: 'As before.',
        requirements: [],
      },
    ],
    measures,
  ).verdict

test('an interval is of use: with rows enough it tells a change from none', () => {
  const [before, now] = populations['a little, even']
  const random = seededRandom(3)
  const bins = {
    reference: multinomial(random, before, 50_000),
    current: multinomial(random, now, 50_000),
  }
  for (const point of [psiPoint, jensenShannonPoint, hellingerPoint]) {
    const { value, limits } = point(bins, tail)
    expect(limits?.low).toBeGreaterThan((value ?? Number.NaN) / 2)
    expect(limits?.high).toBeLessThan((value ?? Number.NaN) * 2)
  }
})
