// Curves for tests of the report: scores that rank well, a little too confident, one of two groups worse than the other.

import { findCurves, type CurveFindings, statisticsOf } from '../assess/index.ts'

const levels = 40

/** Rows of one group at each of forty scores; `skill` says how steeply outcomes follow the score. */
function group(name: string, rows: number, skill: number) {
  const scores = Float64Array.from({ length: levels }, (_, k) => (k + 0.5) / levels)
  const share = scores.map((score) => 1 / (1 + Math.exp(-skill * (score - 0.4))))
  const positives = share.map((chance) => Math.round(rows * chance))
  return {
    cell: [name],
    outcomes: { tp: 0, fp: 0, tn: 0, fn: 0 },
    squaredError: null,
    logLoss: null,
    scores: { scores, positives, negatives: positives.map((count) => rows - count) },
  }
}

/** The curves of two groups, `female` and `male`. */
export const curvesFixture: CurveFindings | null = findCurves(
  statisticsOf(['sex'], [group('female', 8, 4), group('male', 14, 6)]),
  { protectedColumns: ['sex'], threshold: 0.55, confidence: 0.95 },
)
