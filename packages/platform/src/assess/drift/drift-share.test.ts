// The limits of the share of drifted columns, tested as claims: unchanged columns are seldom beyond doubt, and few rows show nothing.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Random, seededRandom } from '../intervals/random.ts'
import { sidak } from '../intervals/proportion.ts'
import { countedBy, judged } from './column-drift.ts'
import { jensenShannonPoint } from './distance-intervals.ts'
import { categoryCounts, numberCounts } from './distribution.ts'
import { binsOf, driftShare } from './drift-measures.ts'
import { testsOfCategories, testsOfNumbers } from './drift-tests.ts'
import type { Periods } from './evidently.ts'
import { missingChange } from './missing-values.ts'

const columns = 20
const tail = sidak(0.05, 2 * columns) / 2

const countedAs = (periods: Periods, name: string) => {
  const choice = { test: name, threshold: null }
  const found =
    periods.kind === 'number'
      ? judged(choice, { named: testsOfNumbers[name], column: periods, tail })
      : judged(choice, { named: testsOfCategories[name], column: periods, tail })
  return countedBy(found, jensenShannonPoint(binsOf(periods), tail), tail)
}

const numbers = (draw: () => number, [m, n]: readonly [number, number], shift = 0): Periods => ({
  kind: 'number',
  reference: numberCounts(Array.from({ length: m }, draw)),
  current: numberCounts(Array.from({ length: n }, () => draw() + shift)),
  whole: false,
})

const categories = (draw: () => string, [m, n]: readonly [number, number]): Periods => ({
  kind: 'category',
  reference: categoryCounts(Array.from({ length: m }, draw)),
  current: categoryCounts(Array.from({ length: n }, draw)),
})

/** Categories of which the rarest has hardly a row. */
const texts = (random: Random) => () => `v${Math.floor(-1.5 * Math.log(1 - random()))}`

describe('of twenty unchanged columns none is beyond doubt, but in one data set of forty', () => {
  const dataSets = 40
  // One data set in forty, and what so many could still show.
  const wrongMax = dataSets / 40 + 3 * Math.sqrt(dataSets / 40)

  const expectFewWrong = (draw: (random: Random) => Periods, name: string) => {
    const random = seededRandom(53)
    let wrong = 0
    for (let set = 0; set < dataSets; set++) {
      let isWrong = false
      for (let n = 0; n < columns; n++) isWrong ||= countedAs(draw(random), name).surely
      wrong += Number(isWrong)
    }
    expect(wrong).toBeLessThanOrEqual(wrongMax)
  }

  test.each(['empirical_mmd', 'ks', 't_test', 'anderson'])('%s', (name) =>
    expectFewWrong((random) => numbers(random, [10, 12]), name),
  )

  test.each(['chisquare', 'g_test', 'nannyml.chi2'])('%s, over many more rows now', (name) =>
    expectFewWrong((random) => categories(texts(random), [60, 400]), name),
  )

  test.each(['nannyml.chi2', 'kl_div'])('%s, over a few rows now', (name) =>
    expectFewWrong((random) => categories(texts(random), [60, 6]), name),
  )

  test.each(['z', 'fisher_exact'])('%s, of what is rare', (name) =>
    expectFewWrong((random) => categories(() => (random() < 0.01 ? 'a' : 'b'), [400, 12]), name),
  )
})

test('a change beyond doubt is seen, by whichever test', () => {
  const random = seededRandom(59)
  const moved = numbers(random, [250, 250], 0.8)
  // The one-sided test asks for the other direction, and two distances are in the column's own unit.
  for (const [name, { threshold }] of Object.entries(testsOfNumbers))
    if (threshold !== null && name !== 'mannw')
      expect(countedAs(moved, name), name).toEqual({ drifted: true, surely: true, perhaps: true })
})

test('few rows do not show that nothing changed, and many do', () => {
  const random = seededRandom(61)
  const few = numbers(random, [900, 2])
  for (const [name, { threshold }] of Object.entries(testsOfNumbers))
    if (threshold !== null) expect(countedAs(few, name).perhaps, name).toBe(true)
  const unmoved = { drifted: false, surely: false, perhaps: false }
  const many = numbers(random, [9_000, 7_000])
  for (const name of ['ks', 'jensenshannon', 'psi', 'wasserstein', 'kl_div', 'ed', 'hellinger'])
    expect(countedAs(many, name), name).toEqual(unmoved)
  const manyTexts = categories(texts(random), [9_000, 7_000])
  for (const name of ['jensenshannon', 'nannyml.l_infinity', 'nannyml.chi2', 'kl_div'])
    expect(countedAs(manyTexts, name), name).toEqual(unmoved)
})

test('a test without a score leaves a column untold, unless it is shown to be near', () => {
  const constant = (rows: number) => numbers(() => 7, [5000, rows])
  expect(countedAs(constant(5000), 't_test')).toEqual({
    drifted: false,
    surely: false,
    perhaps: false,
  })
  expect(countedAs(constant(3), 't_test')).toEqual({ drifted: null, surely: false, perhaps: true })
})

test('property: the share lies within its limits, and is told of those that were compared', () => {
  const one = fc
    .tuple(fc.constantFrom(true, false, null), fc.boolean(), fc.boolean())
    .map(([drifted, surely, perhaps]) => ({
      drifted,
      surely: drifted === true && surely,
      perhaps: drifted !== false || perhaps,
    }))
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), (all) => {
      const { value, low, high } = driftShare(all, 10)
      const told = all.filter(({ drifted }) => drifted !== null)
      expect(value === null).toBe(told.length === 0)
      if (value === null) return
      expect(low).toBeLessThanOrEqual(value)
      expect(high).toBeGreaterThanOrEqual(value)
    }),
  )
})

test.each([
  [0, 0],
  [0.02, 0.02],
  [0.01, 0.2],
  [0.3, 0.9],
  [0, 1],
])('shares of missing values of %f and %f: the change is held', (before, now) => {
  const random = seededRandom(67)
  const draws = 200
  const missing = (rows: number, share: number) => {
    let count = 0
    for (let row = 0; row < rows; row++) count += Number(random() < share)
    return count
  }
  for (const rows of [
    { reference: 300, current: 20 },
    { reference: 60, current: 200 },
  ]) {
    let held = 0
    for (let draw = 0; draw < draws; draw++) {
      const { limits } = missingChange(
        {
          missing: {
            reference: missing(rows.reference, before),
            current: missing(rows.current, now),
          },
          unreadable: { reference: 0, current: 0 },
          rows,
        },
        0.025,
      )
      const truth = Math.abs(before - now)
      if (limits !== null && limits.low <= truth && truth <= limits.high) held += 1
    }
    expect(held).toBeGreaterThanOrEqual(0.95 * draws - 2.33 * Math.sqrt(draws * 0.95 * 0.05))
  }
})

test('of missing values and of those that are no number, the larger change is held', () => {
  const random = seededRandom(71)
  const [draws, rows] = [200, { reference: 400, current: 90 }]
  const count = (trials: number, share: number) =>
    Array.from({ length: trials }, () => Number(random() < share)).reduce((a, b) => a + b, 0)
  const both = (before: number, now: number) => ({
    reference: count(rows.reference, before),
    current: count(rows.current, now),
  })
  for (const [before, now] of [
    [0, 0.004],
    [0.02, 0.1],
    [0.3, 0.02],
  ] as const) {
    let held = 0
    for (let draw = 0; draw < draws; draw++) {
      const unreadable = both(before, now)
      const { value, limits } = missingChange({ missing: both(0.1, 0.12), unreadable, rows }, 0.025)
      const truth = Math.max(0.02, Math.abs(before - now))
      if (limits !== null && limits.low <= truth && truth <= limits.high) held += 1
      expect(value).toBeGreaterThanOrEqual(
        Math.abs(unreadable.reference / rows.reference - unreadable.current / rows.current),
      )
    }
    expect(held).toBeGreaterThanOrEqual(0.95 * draws - 2.33 * Math.sqrt(draws * 0.95 * 0.05))
  }
})
