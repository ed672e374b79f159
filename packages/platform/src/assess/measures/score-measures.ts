// The measures of one slice that need scores: ROC AUC, Brier score, log loss, average precision, calibration error. Both
// modes agree on them; an AUC without both classes is undefined in both (scikit-learn warns and gives NaN).

import { binSums, expectedCalibrationError } from '../curves/calibration-curve.ts'
import { averagePrecision } from '../curves/rank-curves.ts'
import { averagePrecisionInterval } from '../intervals/average-precision.ts'
import { calibrationErrorInterval } from '../intervals/calibration-error.ts'
import { type LossRoom, meanInterval } from '../intervals/bounded-mean.ts'
import type { Limits } from '../intervals/proportion.ts'
import { rocAuc, rocAucInterval } from '../intervals/roc-auc.ts'
import type { MeasureName } from '../measure.ts'
import type { Moments } from '../moments.ts'
import type { ScoreCounts } from '../score-counts.ts'
import { logLoss, squaredError } from '../scoring-losses.ts'
import type { CellStatistics } from '../statistics.ts'
import type { Point } from './outcome-rates.ts'

/** The measures of one slice that need scores, in catalogue order. */
export const scoreMeasureNames = [
  'performance.roc_auc',
  'performance.brier',
  'performance.log_loss',
  'performance.average_precision',
  'calibration.expected_calibration_error',
] as const satisfies readonly MeasureName[]

/** A measure of one slice that needs scores. */
export type ScoreMeasureName = (typeof scoreMeasureNames)[number]

/** The loss of one row by its score and whether its label is positive. */
type Loss = (score: number, positive: boolean) => number

/** A point and the limits that belong to it. */
export interface PointInterval extends Point {
  readonly limits: Limits | null
}

/**
 * The score measures of a slice that are asked for, each with the error `tail` on each side of its interval; none for a
 * system that gives no scores.
 */
export function scoreMeasures(
  cell: CellStatistics,
  tail: number,
  isAsked: (name: ScoreMeasureName) => boolean,
): readonly (PointInterval & { readonly name: ScoreMeasureName })[] {
  const { scores } = cell
  if (scores === null || cell.squaredError === null || cell.logLoss === null) return []
  const { squaredError: squares, logLoss: logs } = cell
  const loss = (moments: Moments, of: Loss): PointInterval =>
    moments.n === 0
      ? { value: null, limits: null, note: 'undefined: no rows' }
      : {
          value: moments.sum / moments.n,
          limits: meanInterval(moments, roomOf(scores, of), tail),
        }
  const points: Record<ScoreMeasureName, () => PointInterval> = {
    'performance.roc_auc': () => rocAucOf(scores, tail),
    'performance.brier': () => loss(squares, squaredError),
    'performance.log_loss': () => loss(logs, logLoss),
    'performance.average_precision': () => averagePrecisionOf(scores, tail),
    'calibration.expected_calibration_error': () => calibrationErrorOf(scores, tail),
  }
  return scoreMeasureNames
    .filter((name) => isAsked(name))
    .map((name) => ({ name, ...points[name]() }))
}

function rocAucOf(scores: ScoreCounts, tail: number): PointInterval {
  const roc = rocAuc(scores)
  return roc === null
    ? { value: null, limits: null, note: 'undefined: one class has no rows' }
    : { value: roc.auc, limits: rocAucInterval(roc, tail) }
}

function averagePrecisionOf(scores: ScoreCounts, tail: number): PointInterval {
  const value = averagePrecision(scores)
  return value === null
    ? { value, limits: null, note: 'undefined: no row is positive' }
    : { value, limits: averagePrecisionInterval(scores, tail) }
}

function calibrationErrorOf(scores: ScoreCounts, tail: number): PointInterval {
  const bins = binSums(scores)
  const limits = calibrationErrorInterval(bins, tail)
  return limits === null
    ? { value: null, limits, note: 'undefined: no rows' }
    : { value: expectedCalibrationError(bins), limits }
}

/** The losses the same scores could have given with other labels. */
function roomOf(counts: ScoreCounts, of: Loss): LossRoom {
  const least = counts.scores[0] ?? 0
  const most = counts.scores.at(-1) ?? 1
  return {
    range: { low: 0, high: Math.max(of(least, true), of(most, false)) },
    change: (rows) => ({
      rise: mostChange(counts, of, { rows, low: counts.negatives, high: counts.positives }),
      fall: mostChange(counts, of, { rows, low: counts.positives, high: counts.negatives }),
    }),
  }
}

/**
 * The largest change of the summed loss by turning the labels of `rows` rows: the further a score is from the middle,
 * the more its label matters, so the rows come off both ends of the scores, whichever end matters more.
 */
function mostChange(
  { scores }: ScoreCounts,
  of: Loss,
  from: { readonly rows: number; readonly low: Float64Array; readonly high: Float64Array },
): number {
  let [i, j, left, sum] = [0, scores.length - 1, from.rows, 0]
  while (left > 0 && (i < scores.length || j >= 0)) {
    const low = i < scores.length ? of(scores[i] ?? 0, true) - of(scores[i] ?? 0, false) : -Infinity
    const high = j >= 0 ? of(scores[j] ?? 0, false) - of(scores[j] ?? 0, true) : -Infinity
    const gain = Math.max(low, high)
    if (gain <= 0) break
    const rows = Math.min(left, (low >= high ? from.low[i] : from.high[j]) ?? 0)
    sum += rows * gain
    left -= rows
    if (low >= high) i += 1
    else j -= 1
  }
  return sum
}
