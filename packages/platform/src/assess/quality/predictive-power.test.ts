// The predictive power score: ppscore's values, what the tree that is not grown would say, and how far a score can be trusted.

import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../intervals/random.ts'
import { predictivePower } from './predictive-power.ts'
import { powerDifferences, powerValues } from './predictive-power-cases.fixture.ts'
import { weightedF1 } from './prediction-scores.ts'
import { columnPowers } from './single-columns.ts'

const column = Type.Object({
  kind: Type.Union([Type.Literal('number'), Type.Literal('category')]),
  values: Type.Array(Type.Number()),
})
// Written by `node scripts/run.mjs scripts/conformance/predictive-power.mjs --write-reference`.
const reference = Compile(
  Type.Array(
    Type.Object({
      case: Type.Object({ feature: column, target: column }),
      values: Type.Object({
        score: Type.Number(),
        model: Type.Number(),
        baseline: Type.Number(),
        order: Type.Array(Type.Number()),
      }),
    }),
  ),
).Parse(
  JSON.parse(readFileSync(new URL('./predictive-power.reference.json', import.meta.url), 'utf8')),
)

describe('every value equals ppscore’s to 1e-9', () => {
  test.each(reference.map((one, n) => ({ n, ...one })))(
    'case $n, $case.feature.kind to $case.target.kind',
    ({ case: one, values }) => {
      expect(powerDifferences(powerValues(one, values.order), values)).toEqual([])
    },
  )

  test('and the comparison sees a difference', () => {
    const values = { score: 0.5, model: 1, baseline: 1, order: [] }
    expect(powerDifferences({ ...values, score: 0.5 + 1e-8 }, values)).toEqual(['score'])
    expect(powerDifferences({ ...values, model: Number.NaN }, values)).toEqual(['model'])
  })
})

const rowOrder = (rows: number) => Uint32Array.from({ length: rows }, (_, row) => row)

test('a category that was not learnt is predicted by all rows', () => {
  const values = Float64Array.from({ length: 40 }, (_, row) => (row === 39 ? 9 : 0))
  const target = Float64Array.from({ length: 40 }, (_, row) => (row < 4 ? 1 : 0))
  const found = predictivePower(
    { kind: 'category', values },
    { kind: 'category', values: target },
    rowOrder(40),
  )
  expect(found?.predictions.predicted[39]).toBe(0)
  expect(found?.score).toBe(0)
})

test('is not defined for a constant target or three rows', () => {
  const of = (...values: number[]) =>
    ({ kind: 'number', values: Float64Array.from(values) }) as const
  expect(predictivePower(of(1, 2, 3, 4), of(5, 5, 5, 5), rowOrder(4))).toBeNull()
  expect(predictivePower(of(1, 2, 3), of(4, 5, 6), rowOrder(3))).toBeNull()
  expect(() => predictivePower(of(1, 2), of(4, 5, 6), rowOrder(3))).toThrow('same rows')
})

test('weighted F1 of all right is 1, of all wrong 0', () => {
  const truth = Float64Array.of(0, 1, 1, 2)
  expect(weightedF1(truth, truth)).toBe(1)
  expect(weightedF1(truth, Float64Array.of(1, 2, 0, 1))).toBe(0)
  // Two thirds for class 1 (two right of two, one named too many): (2 · 4/5) / 4.
  expect(weightedF1(truth, Float64Array.of(1, 1, 1, 1))).toBeCloseTo(2 / 3 / 2, 12)
})

const cells = (rows: number, draw: () => string | null) => Array.from({ length: rows }, draw)

describe('columns of a table', async () => {
  const random = seededRandom(4)
  const label = cells(2000, () => (random() < 0.3 ? 'yes' : 'no'))
  const columns = [
    { name: 'chance', cells: cells(2000, () => `${Math.floor(20 * random())}`) },
    { name: 'leak', cells: label.map((text) => (text === 'yes' ? '1' : '0')) },
    { name: 'half', cells: label.map((text) => (random() < 0.5 ? text : 'no')) },
    { name: 'name', cells: label.map((_, row) => `person ${row}`) },
    { name: 'rare', cells: label.map((_, row) => (row < 50 ? 'x' : null)) },
  ]
  const target = { column: { name: 'label', cells: label }, kind: 'category' } as const
  const found = await columnPowers(columns, target, { seed: 1, error: 0.05 })

  test('the one that gives the label away comes first', () => {
    expect(found.map((one) => one.column)).toEqual(['leak', 'half', 'chance', 'name', 'rare'])
    expect(found[0]?.score).toBe(1)
    expect(found[0]?.limits?.high).toBe(1)
    expect(found[0]?.limits?.low).toBeLessThan(1)
    expect(found[0]?.limits?.low).toBeGreaterThan(0.98)
    expect(found[1]?.limits?.low).toBeGreaterThan(0)
    expect(found[2]?.limits?.low).toBe(0)
  })

  test('and what cannot be judged says why', async () => {
    expect(found[3]?.note).toBe('undefined: every row has another value')
    expect(found[4]?.note).toBe('undefined: fewer than 100 rows')
    const numbers = await columnPowers(
      columns,
      { ...target, kind: 'number' },
      { seed: 1, error: 0.05 },
    )
    expect(numbers[0]?.note).toBe('undefined: the label is no number')
  })
})

test('claims power of columns without any in at most one table of twenty', async () => {
  const tables = 60
  const claims = { category: 0, number: 0 }
  for (let seed = 0; seed < tables; seed++) {
    const random = seededRandom(seed)
    const rows = 300
    const columns = [2, 10, 300].map((top) => ({
      name: `of ${top}`,
      cells: cells(rows, () => `${top === 10 ? 'c' : ''}${Math.floor(top * random())}`),
    }))
    const target = {
      category: cells(rows, () => (random() < 0.3 ? 'yes' : 'no')),
      number: cells(rows, () => `${random() ** 3}`),
    }
    for (const kind of ['category', 'number'] as const) {
      const found = await columnPowers(
        columns,
        { column: { name: 'label', cells: target[kind] }, kind },
        { seed, error: 0.05 },
      )
      claims[kind] += Number(found.some(({ limits }) => (limits?.low ?? 0) > 0))
    }
  }
  const most = tables * 0.05 + 3 * Math.sqrt(tables * 0.05 * 0.95)
  for (const [kind, count] of Object.entries(claims)) expect(count, kind).toBeLessThanOrEqual(most)
})

test('limits hold the mean score of such tables in nineteen of twenty', async () => {
  const tables = 80
  const found: { score: number; low: number; high: number }[] = []
  for (let seed = 0; seed < tables; seed++) {
    const random = seededRandom(5000 + seed)
    const label = cells(400, () => (random() < 0.4 ? 'yes' : 'no'))
    const told = label.map((text) => (random() < 0.6 ? text : random() < 0.4 ? 'yes' : 'no'))
    const target = { column: { name: 'label', cells: label }, kind: 'category' } as const
    const [one] = await columnPowers([{ name: 'told', cells: told }], target, { seed, error: 0.05 })
    const { low, high } = one?.limits ?? { low: 0, high: 0 }
    found.push({ score: one?.score ?? 0, low, high })
  }
  const truth = found.reduce((sum, { score }) => sum + score, 0) / tables
  const held = found.filter(({ low, high }) => low <= truth && truth <= high).length
  expect(held).toBeGreaterThanOrEqual(tables * 0.95 - 3 * Math.sqrt(tables * 0.05 * 0.95))
})
