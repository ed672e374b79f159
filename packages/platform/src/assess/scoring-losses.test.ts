import { expect, test } from 'vitest'
import { cellStatistics } from './scoring-losses.ts'

const outcomes = { tp: 0, fp: 0, tn: 0, fn: 0 }

/** Score counts of rows in hand, one distinct score each. */
function counts(rows: readonly (readonly [score: number, positive: boolean, times: number])[]) {
  const sorted = rows.toSorted(([a], [b]) => a - b)
  return {
    scores: Float64Array.from(sorted, ([score]) => score),
    positives: Float64Array.from(sorted, ([, positive, times]) => (positive ? times : 0)),
    negatives: Float64Array.from(sorted, ([, positive, times]) => (positive ? 0 : times)),
  }
}

// scikit-learn 1.9.1, numpy 2.4.6:
//   s = np.array([0, 1, 0.5, 0.25, 0.999999, 1e-20, 1, 0.3]); y = np.array([0, 1, 1, 0, 0, 1, 0, 1])
//   log_loss(y, s), brier_score_loss(y, s)
test('mean losses are those of scikit-learn, certain and wrong rows included', () => {
  const cell = cellStatistics([], outcomes, {
    scores: Float64Array.of(0, 1e-20, 0.25, 0.3, 0.5, 0.999999, 1),
    positives: Float64Array.of(0, 1, 0, 1, 1, 0, 1),
    negatives: Float64Array.of(1, 0, 1, 0, 0, 1, 1),
  })
  expect((cell.logLoss?.sum ?? 0) / 8).toBeCloseTo(11.010952424188435, 12)
  expect((cell.squaredError?.sum ?? 0) / 8).toBeCloseTo(0.475312250000125, 12)
  expect(cell.logLoss?.n).toBe(8)
  expect(cell.squaredError).toMatchObject({ min: 0, max: 1 })
  expect(cell.logLoss?.max).toBeCloseTo(52 * Math.LN2, 12)
})

test('a score that occurs often counts as often', () => {
  const once = cellStatistics([], outcomes, counts([[0.3, true, 1]]))
  const often = cellStatistics([], outcomes, counts([[0.3, true, 1000]]))
  for (const key of ['sum', 'sum2', 'sum3'] as const)
    expect(often.logLoss?.[key]).toBeCloseTo(1000 * (once.logLoss?.[key] ?? 0), 9)
})

test('sums of a hundred thousand terms keep their last digits', () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => [i * 1e-9, false, 1] as const)
  const found = cellStatistics([], outcomes, counts(rows)).squaredError?.sum ?? 0
  // Σ i² for i < n is (n − 1) n (2n − 1) / 6.
  const exact = ((99_999 * 100_000 * 199_999) / 6) * 1e-18
  expect(Math.abs(found / exact - 1)).toBeLessThan(1e-15)
})

test('no scores, no losses', () => {
  expect(cellStatistics(['a'], outcomes, null)).toEqual({
    cell: ['a'],
    outcomes,
    squaredError: null,
    logLoss: null,
    scores: null,
  })
})
