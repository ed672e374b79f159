// What is said of columns and groups, by simulation: limits hold over rows and backgrounds, and a push is not made up.

import { expect, test } from 'vitest'
import { seededRandom } from '../intervals/random.ts'
import type { Predictor } from '../predictor.ts'
import { explainModel } from './explain-model.ts'
import { importanceOf, pushesOf } from './summaries.ts'

const width = 6
const weightOf = (feature: number) => 0.01 + 0.01 * feature

/** A model that adds up columns. */
const linear: Predictor = {
  columns: Array.from({ length: width }, (_, n) => ({ name: `c${n}`, as: 'number' })),
  hasScores: true,
  predict: (columns) => {
    const score = Float64Array.from({ length: columns[0]?.length ?? 0 }, (_, row) =>
      columns.reduce((sum, cells, n) => sum + weightOf(n) * Number(cells[row]), 0.5),
    )
    return Promise.resolve({ score, positive: Uint8Array.from(score, (x) => Number(x >= 0.5)) })
  },
}

/** Rows of normal numbers, the first of which is higher by `gap` for group b. */
function sampleOf(seed: number, gap: number) {
  const random = seededRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const codes = Uint8Array.from({ length: 200 }, () => Number(random() < 0.5))
  const columns = Array.from({ length: width }, (_, n) =>
    Float64Array.from(codes, (code) => normal() + (n === width - 1 ? gap * code : 0)),
  )
  const groups = [{ name: 'sex', codes, labels: ['a', 'b'], ordered: false }]
  return { columns, groups, seed: seed + 1, confidence: 0.95 }
}

const samples = 40
const most = samples * 0.05 + 3 * Math.sqrt(samples * 0.05 * 0.95)

test('a push is made up of groups that differ in nothing in at most one sample of twenty', async () => {
  let [madeUp, missed] = [0, 0]
  for (let seed = 0; seed < samples; seed++) {
    const found = await explainModel({ predictor: linear, ...sampleOf(100 + seed, 0) })
    const pushes = found?.groups.flatMap((group) => group.pushes) ?? []
    expect(pushes).toHaveLength(10)
    madeUp += Number(pushes.some(({ limits }) => limits.low > 0 || limits.high < 0))
    // The mean absolute value of a linear model: weight × E|normal|.
    const truth = (column: string) => weightOf(Number(column.slice(1))) * Math.sqrt(2 / Math.PI)
    missed += Number(
      found?.importance.some(
        ({ column, limits }) => truth(column) < limits.low || limits.high < truth(column),
      ),
    )
  }
  expect(madeUp).toBeLessThanOrEqual(most)
  expect(missed).toBeLessThanOrEqual(most)
})

test('a push that there is, is found, and is the difference of the groups', async () => {
  const found = await explainModel({ predictor: linear, ...sampleOf(7, 3) })
  const [first] = found?.groups.find(({ group }) => group.value === 'b')?.pushes ?? []
  expect(first?.column).toBe(`c${width - 1}`)
  expect(first?.limits.low).toBeGreaterThan(0)
  const truth = 3 * weightOf(width - 1)
  expect(first?.limits.low).toBeLessThan(truth)
  expect(first?.limits.high).toBeGreaterThan(truth)
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
  const codes = Uint8Array.of(0, 1, 0)
  const groups = [{ name: 'sex', codes, labels: ['a', 'b'], ordered: false }]
  expect(pushesOf(told, { groups, picked: [0, 1, 2] })).toEqual([])
})
