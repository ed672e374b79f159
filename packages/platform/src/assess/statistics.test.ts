import fc from 'fast-check'
import { expect, test } from 'vitest'
import { momentsOf, shapeOf } from './moments.ts'
import { statisticsFromRows } from './rows.fixture.ts'
import { addScoreCounts, type ScoreCounts } from './score-counts.ts'
import { marginal, mergeStatistics, rowsOf, type Statistics } from './statistics.ts'

const bit = fc.constantFrom<0 | 1>(0, 1)
const rows = fc.array(
  fc.record({
    cell: fc.tuple(fc.constantFrom('a', 'b', 'B'), fc.constantFrom('', 'é', 'z')),
    label: bit,
    predicted: bit,
    score: fc.constantFrom(0, 0.25, 0.5, 1),
  }),
  { maxLength: 40 },
)
const columns = ['sex', 'age']
const total = (s: Statistics) => s.cells.reduce((n, c) => n + rowsOf(c.outcomes), 0)
const counts = (...entries: readonly (readonly [number, number, number])[]): ScoreCounts => ({
  scores: Float64Array.from(entries, ([score]) => score),
  positives: Float64Array.from(entries, ([, positives]) => positives),
  negatives: Float64Array.from(entries, ([, , negatives]) => negatives),
})

test('merging is adding: any split of the rows gives the same statistics', () => {
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      const together = statisticsFromRows(columns, [...a, ...b])
      const merged = mergeStatistics(statisticsFromRows(columns, a), statisticsFromRows(columns, b))
      expect(merged.cells.map((c) => c.outcomes)).toEqual(together.cells.map((c) => c.outcomes))
      expect(merged.cells.map((c) => c.scores)).toEqual(together.cells.map((c) => c.scores))
      expect(merged.cells.map((c) => c.squaredError?.n)).toEqual(
        together.cells.map((c) => c.squaredError?.n),
      )
    }),
  )
})

test('cells are distinct and sorted by code unit, whatever the order of the rows', () => {
  fc.assert(
    fc.property(rows, (some) => {
      const { cells } = statisticsFromRows(columns, some)
      const keys = cells.map(({ cell }) => cell.join('\u0000'))
      expect(keys).toEqual([...new Set(keys)].toSorted())
    }),
  )
})

test('a margin keeps every row, and columns may come in any order', () => {
  fc.assert(
    fc.property(rows, (some) => {
      const whole = statisticsFromRows(columns, some)
      for (const over of [[], ['age'], ['sex'], ['age', 'sex']])
        expect(total(marginal(whole, over))).toBe(some.length)
      expect(marginal(whole, []).cells.length).toBe(some.length === 0 ? 0 : 1)
      expect(marginal(marginal(whole, ['age', 'sex']), columns)).toEqual(whole)
    }),
  )
})

test('unlike statistics do not merge', () => {
  const a = statisticsFromRows(columns, [])
  expect(() => mergeStatistics(a, statisticsFromRows(['sex'], []))).toThrow(/assertion failed/)
  expect(() => marginal(a, ['height'])).toThrow(/assertion failed/)
  const row = { cell: ['a', 'z'], label: 1, predicted: 1 } as const
  const scored = statisticsFromRows(columns, [{ ...row, score: 1 }])
  const unscored = statisticsFromRows(columns, [{ ...row, score: null }])
  expect(() => mergeStatistics(scored, unscored)).toThrow(/either every cell has scores/)
})

test('score counts merge like sorted lists with counts', () => {
  expect(
    addScoreCounts(counts([0.1, 1, 0], [0.5, 2, 3]), counts([0.2, 0, 4], [0.5, 1, 1])),
  ).toEqual(counts([0.1, 1, 0], [0.2, 0, 4], [0.5, 3, 4]))
})

test('mean, deviation and skewness come out of the power sums', () => {
  const shape = shapeOf(momentsOf([0, 0, 0, 1]))
  expect(shape.mean).toBe(0.25)
  expect(shape.deviation).toBeCloseTo(0.5, 14)
  expect(shape.skewness).toBeCloseTo(2 / Math.sqrt(3), 12)
  expect(shapeOf(momentsOf([0.3, 0.3, 0.3]))).toMatchObject({ deviation: 0, skewness: 0 })
})
