// The measures of one slice that need scores: ROC AUC, Brier score, log loss. Both modes agree on them; an AUC
// without both classes is undefined in both (scikit-learn warns and gives NaN).

import { type LossRoom, meanInterval } from '../intervals/bounded-mean.ts'
import type { Limits } from '../intervals/proportion.ts'
import { rocAuc, rocAucInterval } from '../intervals/roc-auc.ts'
import type { MeasureName } from '../measure.ts'
import type { Moments } from '../moments.ts'
import type { ScoreCounts } from '../score-counts.ts'
import { logLoss, squaredError } from '../scoring-losses.ts'
import type { CellStatistics } from '../statistics.ts'
import type { Point } from './outcome-rates.ts'

/** A measure of one slice that needs scores. */
export type ScoreMeasureName = Extract<
  MeasureName,
  'performance.roc_auc' | 'performance.brier' | 'performance.log_loss'
>

/** The loss of one row by its score and whether its label is positive. */
type Loss = (score: number, positive: boolean) => number

/** A point and the limits that belong to it. */
export interface PointInterval extends Point {
  readonly limits: Limits | null
}

/**
 * The score measures of a slice, each with the error `tail` on each side of its interval; none for a system that
 * gives no scores.
 */
export function scoreMeasures(
  cell: CellStatistics,
  tail: number,
): readonly (PointInterval & { readonly name: ScoreMeasureName })[] {
  const { scores } = cell
  if (scores === null || cell.squaredError === null || cell.logLoss === null) return []
  const roc = rocAuc(scores)
  const auc: PointInterval =
    roc === null
      ? { value: null, limits: null, note: 'undefined: one class has no rows' }
      : { value: roc.auc, limits: rocAucInterval(roc, tail) }
  const loss = (moments: Moments, of: Loss): PointInterval =>
    moments.n === 0
      ? { value: null, limits: null, note: 'undefined: no rows' }
      : {
          value: moments.sum / moments.n,
          limits: meanInterval(moments, roomOf(scores, of), tail),
        }
  return [
    { name: 'performance.roc_auc', ...auc },
    { name: 'performance.brier', ...loss(cell.squaredError, squaredError) },
    { name: 'performance.log_loss', ...loss(cell.logLoss, logLoss) },
  ]
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
