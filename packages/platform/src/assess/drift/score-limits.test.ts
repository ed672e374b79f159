// Limits of scores that are distances: they hold the score of the whole population as often as they say.

import { expect, test } from 'vitest'
import { seededRandom } from '../intervals/random.ts'
import { categoryCounts, numberCounts } from './distribution.ts'
import { testsOfCategories, testsOfNumbers } from './drift-tests.ts'
import type { Periods } from './evidently.ts'
import { drawHypergeometric } from './hypergeometric.ts'
import { scoreLimits } from './score-limits.ts'

const tail = 0.025
const draws = 200
/** Nominal 95 %; what so many draws of a coverage of 93 % could still show. */
const coveredMin = 0.93 * draws - 2.33 * Math.sqrt(draws * 0.93 * 0.07)

const values = 'abcdef'.split('')
const before = [300_000, 200_000, 200_000, 150_000, 100_000, 50_000]
const after = [200_000, 250_000, 180_000, 220_000, 90_000, 60_000]
const column = (reference: readonly number[], current: readonly number[]): Periods => ({
  kind: 'category',
  reference: { values, counts: Float64Array.from(reference) },
  current: { values, counts: Float64Array.from(current) },
})

test.each([
  'psi',
  'jensenshannon',
  'hellinger',
  'nannyml.jensen_shannon',
  'nannyml.hellinger',
  'nannyml.l_infinity',
])('%s of categories', (name) => {
  const random = seededRandom(41)
  const scored = testsOfCategories[name]
  const scoreOf = (of: Periods) => (of.kind === 'category' ? (scored?.score(of) ?? 0) : 0)
  const sample = (counts: readonly number[], rows: number) => {
    let [others, size] = [counts.reduce((sum, count) => sum + count, 0), rows]
    return counts.map((count) => {
      others -= count
      const drawn = drawHypergeometric(random, { rows: count, others, size })
      size -= drawn
      return drawn
    })
  }
  for (const [reference, current] of [
    [before, before],
    [before, after],
  ] as const) {
    const truth = scoreOf(column(reference, current))
    let held = 0
    for (let draw = 0; draw < draws; draw++) {
      const one = column(sample(reference, 500), sample(current, 300))
      const limits = scoreLimits(one, { test: name, score: scoreOf(one), tail })
      if (limits !== null && limits.low <= truth && truth <= limits.high) held += 1
    }
    expect(held).toBeGreaterThanOrEqual(coveredMin)
  }
})

test('every distance has limits about its score but the two without, and no chance has', () => {
  const random = seededRandom(43)
  const drawn = (rows: number, shift: number) =>
    Array.from({ length: rows }, () => random() + random() + shift)
  const numbers = {
    kind: 'number',
    reference: numberCounts(drawn(300, 0)),
    current: numberCounts(drawn(200, 0.5)),
    whole: false,
  } as const
  const texts = (rows: number, shift: number) =>
    categoryCounts(drawn(rows, shift).map((x) => x.toFixed(0)))
  const categories = {
    kind: 'category',
    reference: texts(300, 0),
    current: texts(200, 0.2),
  } as const
  const expectLimits = (of: Periods, name: string, kind: string, score: number) => {
    const limits = scoreLimits(of, { test: name, score, tail })
    const isBounded = kind === 'distance' && name !== 'kl_div' && name !== 'ed'
    expect(limits !== null, name).toBe(isBounded)
    if (limits === null) return
    expect(limits.low, name).toBeLessThanOrEqual(score)
    expect(limits.high, name).toBeGreaterThan(score)
  }
  for (const [name, { kind, score }] of Object.entries(testsOfNumbers))
    expectLimits(numbers, name, kind, score(numbers))
  for (const [name, { kind, score }] of Object.entries(testsOfCategories))
    expectLimits(categories, name, kind, score(categories))
})

test('the score keeps Evidently’s floor of the unit, and its limits keep it with it', () => {
  const random = seededRandom(47)
  const rate = (shift: number) =>
    numberCounts(Array.from({ length: 500 }, () => 1e-5 * (random() + shift)))
  const of = { kind: 'number', reference: rate(0), current: rate(5), whole: false } as const
  const score = testsOfNumbers['wasserstein']?.score(of) ?? Number.NaN
  expect(score).toBeCloseTo(0.05, 2)
  const limits = scoreLimits(of, { test: 'wasserstein', score, tail })
  expect(limits?.low).toBeGreaterThan(0.045)
  expect(limits?.high).toBeLessThan(0.055)
})
