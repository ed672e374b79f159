// Drift scores: Evidently's values, counts that merge, and what happens at the edges.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../intervals/random.ts'
import {
  addCategoryCounts,
  addNumberCounts,
  categoryCounts,
  numberCounts,
  totalOf,
} from './distribution.ts'
import { agrees, driftScores } from './drift-cases.fixture.ts'
import { kernelTest, totalVariationTest } from './permutation-tests.ts'
import { contingencyTest } from './nannyml.ts'
import { kolmogorovSmirnovUpper } from './null-distributions.ts'
import { chiSquare, gTest } from './two-sample-tests.ts'

const values = Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Null()]))
// Written by `node scripts/run.mjs scripts/conformance/drift.mjs --write-reference`.
const reference = Compile(
  Type.Array(
    Type.Object({
      case: Type.Union([
        Type.Object({
          kind: Type.Literal('number'),
          whole: Type.Boolean(),
          permute: Type.Boolean(),
          reference: Type.Array(Type.Number()),
          current: Type.Array(Type.Number()),
        }),
        Type.Object({
          kind: Type.Literal('category'),
          whole: Type.Boolean(),
          permute: Type.Boolean(),
          reference: Type.Array(Type.String()),
          current: Type.Array(Type.String()),
        }),
      ]),
      values,
    }),
  ),
).Parse(JSON.parse(readFileSync(new URL('./drift.reference.json', import.meta.url), 'utf8')))

describe('every score equals Evidently’s to 1e-9', () => {
  test.each(reference.map((one, n) => ({ n, ...one })))('column $n, $case.kind', (one) => {
    const mine = driftScores(one.case)
    expect(Object.keys(mine).toSorted()).toEqual(Object.keys(one.values).toSorted())
    for (const [name, theirs] of Object.entries(one.values)) {
      const found = mine[name]
      expect(
        agrees(name, found ?? Number.NaN, theirs, one.case),
        `${name}: ${found}, theirs ${theirs}`,
      ).toBe(true)
    }
  })
})

test('one value in both periods leaves nothing to test, however its expected rows are rounded', () => {
  for (const [before, now] of [
    [107, 66],
    [100, 50],
  ] as const) {
    const of = (rows: number) => categoryCounts(Array.from({ length: rows }, () => 'a'))
    expect(chiSquare(of(before), of(now))).toBeNaN()
    expect(gTest(of(before), of(now))).toBeNaN()
  }
})

describe('counts', () => {
  const numbers = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), {
    maxLength: 40,
  })
  const finite = numbers.map((all) => all.filter(Number.isFinite))

  test('property: of disjoint parts add up to those of the whole', () => {
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        expect(addNumberCounts(numberCounts(a), numberCounts(b))).toEqual(
          numberCounts([...a, ...b]),
        )
        const [x, y] = [a.map(String), b.map(String)]
        expect(addCategoryCounts(categoryCounts(x), categoryCounts(y))).toEqual(
          categoryCounts([...x, ...y]),
        )
        expect(totalOf(numberCounts(a))).toBe(a.length)
      }),
    )
  })

  test('property: values ascend and are distinct', () => {
    fc.assert(
      fc.property(finite, (all) => {
        const { values: found } = numberCounts(all)
        for (let n = 1; n < found.length; n++) expect(found[n]).toBeGreaterThan(found[n - 1] ?? 0)
      }),
    )
  })
})

test('two periods alike are at no distance, and no test doubts them', () => {
  const random = seededRandom(9)
  const same = Array.from({ length: 300 }, () => Math.round(50 * random()))
  const scores = driftScores({
    kind: 'number',
    permute: false,
    whole: true,
    reference: same,
    current: same,
  })
  for (const name of ['psi', 'kl_div', 'jensenshannon', 'hellinger', 'wasserstein', 'ed'])
    expect(Number(scores[name]), name).toBeLessThan(1e-7)
  for (const name of ['ks', 'cramer_von_mises', 't_test'])
    expect(scores[name], name).toBeCloseTo(1, 6)
})

test('the Kolmogorov–Smirnov chance is that of every order of the rows, and nears its limit', () => {
  // All 10 orders of 3 + 2 rows, one by one.
  const orders = '11100 11010 11001 10110 10101 10011 01110 01101 01011 00111'.split(' ')
  const distances = orders.map((order) => {
    let [a, b, most] = [0, 0, 0]
    for (const step of order.split('')) {
      if (step === '1') a += 1
      else b += 1
      most = Math.max(most, Math.abs(a * 2 - b * 3))
    }
    return most
  })
  for (const distance of [1, 2, 3, 4, 6]) {
    const share = distances.filter((found) => found >= distance).length / distances.length
    expect(kolmogorovSmirnovUpper(distance, 3, 2)).toBeCloseTo(share, 12)
  }
  const [m, n] = [2000, 1999]
  const exact = kolmogorovSmirnovUpper(Math.round(0.04 * m * n), m, n)
  const limit = kolmogorovSmirnovUpper(
    Math.round((0.04 * 20_000 * 19_990) / Math.sqrt(10)),
    20_000,
    19_990,
  )
  expect(Math.abs(exact - limit)).toBeLessThan(0.01)
  expect(kolmogorovSmirnovUpper(0, 5, 5)).toBe(1)
})

test('tests hold their level: of samples without change, one in twenty is doubted', () => {
  const random = seededRandom(4)
  const samples = 400
  const doubted: Record<string, number> = {
    ks: 0,
    cramer_von_mises: 0,
    t_test: 0,
    mannw: 0,
    anderson: 0,
    es: 0,
  }
  for (let n = 0; n < samples; n++) {
    const draw = () => Array.from({ length: 60 }, random)
    const scores = driftScores({
      kind: 'number',
      permute: false,
      whole: false,
      reference: draw(),
      current: draw(),
    })
    for (const name of Object.keys(doubted))
      doubted[name] = (doubted[name] ?? 0) + Number(Number(scores[name]) < 0.05)
  }
  const room = 3 * Math.sqrt(samples * 0.05 * 0.95)
  for (const [name, count] of Object.entries(doubted)) {
    expect(count, name).toBeLessThanOrEqual(samples * 0.05 + room)
    expect(count, name).toBeGreaterThan(0)
  }
})

test('random exchanges hold their level, see a change, and give the same chance twice', () => {
  const random = seededRandom(11)
  const draw = (shift: number) => numberCounts(Array.from({ length: 40 }, () => random() + shift))
  const chances = Array.from({ length: 60 }, () => kernelTest(draw(0), draw(0)))
  expect(chances.filter((chance) => chance < 0.1).length).toBeLessThanOrEqual(13)
  expect(chances.filter((chance) => chance < 0.5).length).toBeGreaterThan(15)
  const [before, now] = [draw(0), draw(0.5)]
  expect(kernelTest(before, now)).toBeLessThan(0.05)
  expect(kernelTest(before, now)).toBe(kernelTest(before, now))
  expect(kernelTest(numberCounts([1]), now)).toBeNaN()
})

test('periods of millions of rows are exchanged as quickly as small ones', () => {
  const many = (share: number) => ({
    values: ['a', 'b', 'c'],
    counts: Float64Array.of(2_000_000 * share, 1_000_000, 2_000_000 * (1 - share)),
  })
  expect(totalVariationTest(many(0.5), many(0.5))).toBe(1)
  expect(totalVariationTest(many(0.5), many(0.51))).toBe(0)
  // A change that happens by chance now and then: the χ² of the table says how often.
  const chance = totalVariationTest(many(0.5), many(0.500_7))
  expect(Math.abs(chance - contingencyTest(many(0.5), many(0.500_7)))).toBeLessThan(0.06)
})
