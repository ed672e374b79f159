// Curves against brute force: every threshold tried on every row, and scikit-learn's definitions written out plainly.

import { describe, expect, test } from 'vitest'
import { seededRandom } from '../intervals/random.ts'
import { type Row, statisticsFromRows } from '../rows.fixture.ts'
import { scoreCountsOf } from '../score-counts.ts'
import { binSums, calibrationCurve, expectedCalibrationError } from './calibration-curve.ts'
import { findCurves } from './find-curves.ts'
import { averagePrecision, precisionRecallCurve, rocCurve } from './rank-curves.ts'
import { thinPoints } from './thin-points.ts'
import { outcomesAt, sweep, sweepThresholds } from './threshold-sweep.ts'

/** Scored rows with ties: scores on a grid of `levels`, labels that follow the score. */
function drawn(seed: number, count: number, levels: number) {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => {
    const score = Math.round(random() * levels) / levels
    return { score, label: random() < 0.1 + 0.7 * score ? 1 : 0 }
  })
}
type Scored = ReturnType<typeof drawn>

const countsOf = (rows: Scored) =>
  scoreCountsOf(
    Uint32Array.from(rows.keys()),
    Uint8Array.from(rows, ({ label }) => label),
    (row) => rows[row]?.score ?? 0,
  )
const share = (rows: Scored, of: (row: Scored[number]) => boolean) =>
  rows.filter(of).length / rows.length

describe.each([1, 2, 3])('rows of seed %i', (seed) => {
  const rows = drawn(seed, 300, seed === 1 ? 20 : 1_000)
  const counts = countsOf(rows)
  const positives = rows.filter(({ label }) => label === 1)
  const negatives = rows.filter(({ label }) => label === 0)

  test('every point of ROC and precision-recall is what its threshold does', () => {
    const [roc, recall] = [rocCurve(counts), precisionRecallCurve(counts)]
    expect(roc?.thresholds.length).toBe(new Set(rows.map(({ score }) => score)).size + 1)
    for (const [n, threshold] of (roc?.thresholds ?? []).entries()) {
      const isSelected = ({ score }: Scored[number]) => score >= threshold
      expect(roc?.tpr[n]).toBeCloseTo(share(positives, isSelected), 12)
      expect(roc?.fpr[n]).toBeCloseTo(share(negatives, isSelected), 12)
      expect(recall?.recall[n]).toBeCloseTo(share(positives, isSelected), 12)
      const selected = rows.filter(isSelected)
      const precision = selected.length === 0 ? 1 : share(selected, ({ label }) => label === 1)
      expect(recall?.precision[n]).toBeCloseTo(precision, 12)
    }
  })

  test('the average precision is the mean over positive rows of the precision at their own score', () => {
    const own = positives.map(({ score }) =>
      share(
        rows.filter((row) => row.score >= score),
        ({ label }) => label === 1,
      ),
    )
    const mean = own.reduce((sum, one) => sum + one, 0) / own.length
    expect(averagePrecision(counts)).toBeCloseTo(mean, 12)
  })

  test('bins, calibration error and the parts of the Brier score add up', () => {
    const curve = calibrationCurve(counts, 0.05)
    if (curve === null) throw new Error('there are rows')
    let error = 0
    for (const bin of curve.bins) {
      const inside = rows.filter(
        ({ score }) => (score > bin.from || (bin.from === 0 && score === 0)) && score <= bin.to,
      )
      expect(bin.n).toBe(inside.length)
      expect(bin.positive_share).toBeCloseTo(
        share(inside, ({ label }) => label === 1),
        12,
      )
      const mean = inside.reduce((sum, { score }) => sum + score, 0) / inside.length
      expect(bin.mean_score).toBeCloseTo(mean, 12)
      error += (inside.length / rows.length) * Math.abs(mean - bin.positive_share)
    }
    expect(curve.bins.reduce((sum, { n }) => sum + n, 0)).toBe(rows.length)
    expect(curve.expected_calibration_error).toBeCloseTo(error, 12)
    const { brier, reliability, resolution, uncertainty, within_bins: within } = curve.brier
    const direct = rows.reduce((sum, row) => sum + (row.score - row.label) ** 2, 0) / rows.length
    expect(brier).toBeCloseTo(direct, 12)
    expect(reliability - resolution + uncertainty + within).toBeCloseTo(direct, 12)
    // What scores differ within a bin, term by term (Stephenson et al. 2008).
    const means = new Map(curve.bins.map((bin) => [bin.to, bin]))
    const terms = rows.map(({ score, label }) => {
      const bin = [...means.values()].find(({ to }) => score <= to)
      const off = score - (bin?.mean_score ?? 0)
      return off ** 2 - 2 * off * (label - (bin?.positive_share ?? 0))
    })
    expect(within).toBeCloseTo(terms.reduce((sum, term) => sum + term, 0) / rows.length, 12)
  })

  test('a sweep counts what each threshold selects', () => {
    const thresholds = sweepThresholds(counts, 0.55)
    expect(thresholds.length).toBeLessThanOrEqual(101)
    expect(thresholds).toContain(0.55)
    for (const [n, point] of sweep(counts, thresholds).entries()) {
      const isSelected = ({ score }: Scored[number]) => score >= (thresholds[n] ?? 0)
      expect(point.selection_rate).toBeCloseTo(share(rows, isSelected), 12)
      expect(point.true_positive_rate).toBeCloseTo(share(positives, isSelected), 12)
      expect(point.accuracy).toBeCloseTo(
        share(rows, (row) => isSelected(row) === (row.label === 1)),
        12,
      )
    }
  })
})

test('perfect scores have average precision 1, calibration error 0 and no reliability term', () => {
  const counts = {
    scores: Float64Array.of(0, 1),
    positives: Float64Array.of(0, 40),
    negatives: Float64Array.of(60, 0),
  }
  expect(averagePrecision(counts)).toBe(1)
  expect(expectedCalibrationError(binSums(counts))).toBe(0)
  expect(calibrationCurve(counts, 0.05)?.brier).toMatchObject({ brier: 0, reliability: 0 })
})

test('a class without rows leaves the curves undefined', () => {
  const counts = countsOf([{ score: 0.5, label: 0 }])
  expect(rocCurve(counts)).toBeNull()
  expect(averagePrecision(counts)).toBeNull()
  expect(calibrationCurve(countsOf([]), 0.05)).toBeNull()
})

test('two hundred points of a long curve stay within a thousandth of every point left out', () => {
  const counts = countsOf(drawn(9, 20_000, 1_000_000))
  const curve = rocCurve(counts)
  if (curve === null) throw new Error('both classes are there')
  const kept = thinPoints(curve.fpr, curve.tpr, 200)
  expect(kept).toHaveLength(200)
  expect([kept[0], kept.at(-1)]).toEqual([0, curve.fpr.length - 1])
  let furthest = 0
  for (const [n, at] of kept.entries()) {
    const next = kept[n + 1] ?? at
    const [x, y] = [curve.fpr[at] ?? 0, curve.tpr[at] ?? 0]
    const [wide, high] = [(curve.fpr[next] ?? 0) - x, (curve.tpr[next] ?? 0) - y]
    for (let k = at; k < next; k++) {
      const off = Math.abs(wide * ((curve.tpr[k] ?? 0) - y) - high * ((curve.fpr[k] ?? 0) - x))
      furthest = Math.max(furthest, off / Math.hypot(wide, high))
    }
  }
  expect(furthest).toBeLessThan(2e-3)
})

test('a straight line is its two ends', () => {
  const line = Float64Array.from({ length: 1_000 }, (_, n) => n / 999)
  expect(thinPoints(line, line, 200)).toEqual([0, 999])
})

test('thresholds of a crowded scale follow the rows, not the scale', () => {
  const rows = drawn(4, 5_000, 100_000).map((row) => ({ ...row, score: row.score ** 6 }))
  const thresholds = sweepThresholds(countsOf(rows), null)
  const rates = outcomesAt(countsOf(rows), thresholds).map(({ tp, fp }) => (tp + fp) / 5_000)
  const steps = rates.map((rate, n) => rate - (rates[n + 1] ?? 0))
  expect(Math.max(...steps)).toBeLessThan(0.04)
})

describe('of groups', () => {
  const rows = drawn(5, 600, 500).map(
    ({ score, label }, n): Row => ({
      cell: [n % 60 === 0 ? 'few' : n % 2 === 0 ? 'a' : 'b'],
      label: label === 1 ? 1 : 0,
      predicted: score >= 0.5 ? 1 : 0,
      score,
    }),
  )
  const found = findCurves(statisticsFromRows(['sex'], rows), {
    protectedColumns: ['sex'],
    threshold: 0.5,
    confidence: 0.95,
  })

  test('a group with few rows of an outcome has no curve, and is named', () => {
    expect(found?.columns[0]?.groups.map(({ group }) => group)).toEqual(['b', 'a'])
    expect(found?.columns[0]?.left_out).toEqual(['few'])
  })

  test('the disparity at a threshold is that of the decisions it makes', () => {
    const point = found?.columns[0]?.disparities.find(({ threshold }) => threshold === 0.5)
    const rates = ['a', 'b', 'few'].map((group) => {
      const inside = rows.filter(({ cell }) => cell[0] === group)
      return inside.filter(({ predicted }) => predicted === 1).length / inside.length
    })
    expect(point?.demographic_parity_difference).toBeCloseTo(
      Math.max(...rates) - Math.min(...rates),
      12,
    )
  })

  test('no point of a curve names a score', () => {
    for (const curves of [found?.everyone, ...(found?.columns[0]?.groups ?? [])]) {
      expect(Object.keys(curves?.roc.points[0] ?? {})).toEqual(['fpr', 'tpr'])
      expect(Object.keys(curves?.precision_recall.points[0] ?? {})).toEqual(['recall', 'precision'])
    }
  })

  test('a system without scores has none', () => {
    const bare = rows.map((row) => ({ ...row, score: null }))
    const request = { protectedColumns: ['sex'], threshold: null, confidence: 0.95 }
    expect(findCurves(statisticsFromRows(['sex'], bare), request)).toBeNull()
  })
})
