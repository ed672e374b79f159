// What is said of columns and groups, by simulation: limits hold over rows and backgrounds, and a push is not made up.

import { expect, test } from 'vitest'
import { normal } from '../intervals/normal-number.ts'
import { seededRandom } from '../intervals/random.ts'
import type { Attribution } from './shapley.ts'
import { importanceOf, pushesOf, shareOf } from './summaries.ts'

const width = 8
const weightOf = (feature: number) => 0.01 + 0.01 * feature
const names = Array.from({ length: width }, (_, n) => `c${n}`)
const backgroundRows = 100
const parts = 20

/**
 * The values of a model that adds up columns of normal numbers, exactly: each is the weight times the distance from the
 * background's mean, part by part. The last column is higher by `gap` in group b.
 */
function linearSet(seed: number, gap: number) {
  const random = seededRandom(seed)
  const codes = Uint8Array.from({ length: 100 }, () => Number(random() < 0.5))
  const means = Array.from({ length: parts }, () =>
    names.map(() => normal(random) / Math.sqrt(backgroundRows / parts)),
  )
  const attributions = Array.from(codes, (code): Attribution => {
    const row = names.map((_, n) => normal(random) + (n === width - 1 ? gap * code : 0))
    const beside = means.map((mean) => ({
      values: Float64Array.from(row, (x, n) => (weightOf(n) * (x - (mean[n] ?? 0))) / parts),
      weight: 1 / parts,
    }))
    const values = Float64Array.from(row, (_, n) =>
      beside.reduce((sum, part) => sum + (part.values[n] ?? 0), 0),
    )
    return { values, errors: new Float64Array(width), base: 0.5, score: 0.5, parts: beside }
  })
  const groups = [{ name: 'sex', codes, labels: ['a', 'b'], ordered: false }]
  return { told: { names, attributions, error: 0.05 }, groups, picked: [...codes.keys()] }
}

const samples = 150
const most = samples * 0.05 + 3 * Math.sqrt(samples * 0.05 * 0.95)

test('limits hold over rows and backgrounds, and no push is made up of groups that differ in nothing', () => {
  let [madeUp, missed, off] = [0, 0, 0]
  // The mean absolute value of a linear model: weight × E|normal|.
  const truth = (column: string) => weightOf(Number(column.slice(1))) * Math.sqrt(2 / Math.PI)
  const all = names.reduce((sum, name) => sum + truth(name), 0)
  for (let seed = 0; seed < samples; seed++) {
    const { told, ...by } = linearSet(100 + seed, 0)
    const pushes = pushesOf(told, by).flatMap((group) => group.pushes)
    expect(pushes).toHaveLength(10)
    madeUp += Number(pushes.some(({ limits }) => limits.low > 0 || limits.high < 0))
    missed += Number(
      importanceOf(told).some(
        ({ column, limits }) => truth(column) < limits.low || limits.high < truth(column),
      ),
    )
    const share = shareOf(told, ['c7'])?.limits
    const wanted = truth('c7') / all
    off += Number(share === undefined || wanted < share.low || share.high < wanted)
  }
  for (const count of [madeUp, missed, off]) expect(count).toBeLessThanOrEqual(most)
})

test('a push that there is, is found, and is the difference of the groups', () => {
  const { told, ...by } = linearSet(7, 3)
  const [first] = pushesOf(told, by).find(({ group }) => group.value === 'b')?.pushes ?? []
  expect(first?.column).toBe(`c${width - 1}`)
  expect(first?.limits.low).toBeGreaterThan(0)
  const truth = 3 * weightOf(width - 1)
  expect(first?.limits.low).toBeLessThan(truth)
  expect(first?.limits.high).toBeGreaterThan(truth)
})

test('a push that hangs on the background has that chance in its limits', () => {
  // The gap of the groups is 1 beside one half of the background and 3 beside the other: 2 as a whole.
  const row = (inside: boolean): Attribution => ({
    values: Float64Array.of(inside ? 2 : 0),
    errors: Float64Array.of(0),
    base: 0,
    score: 0,
    parts: [1, 3].map((gap) => ({
      values: Float64Array.of(inside ? gap / 2 : 0),
      weight: 0.5,
    })),
  })
  const codes = Uint8Array.from({ length: 40 }, (_, n) => n % 2)
  const told = {
    names: ['c'],
    attributions: Array.from(codes, (code) => row(code === 1)),
    error: 0.05,
  }
  const groups = [{ name: 'sex', codes, labels: ['a', 'b'], ordered: false }]
  const found = pushesOf(told, { groups, picked: [...codes.keys()] })
  const [push] = found.find(({ group }) => group.value === 'b')?.pushes ?? []
  expect(push?.mean).toBe(2)
  expect(push?.limits.low).toBeLessThan(0)
})

test('limits are as wide as the background is uncertain, even where all rows agree', () => {
  const one = (share: number) => ({ values: Float64Array.of(share / 2), weight: 0.5 })
  const row = {
    values: Float64Array.of(1),
    errors: Float64Array.of(0),
    base: 0,
    score: 1,
    parts: [one(0.5), one(1.5)],
  }
  const told = { names: ['c'], attributions: [row, row, row], error: 0.05 }
  const [found] = importanceOf(told)
  // Leaving out either half gives 1.5 or 0.5: a variance of 1/4, and Student's quantile with one degree of freedom, 12.7.
  expect(found?.importance).toBe(1)
  expect((found?.limits.high ?? 0) - 1).toBeCloseTo(12.706 * 0.5, 2)
  const groups = [
    { name: 'sex', codes: Uint8Array.of(0, 1, 0), labels: ['a', 'b'], ordered: false },
  ]
  expect(pushesOf(told, { groups, picked: [0, 1, 2] })).toEqual([])
})
