// The measures of one slice that need scores: ROC AUC, Brier score, log loss. Both modes agree on them; an AUC
// without both classes is undefined in both (scikit-learn warns and gives NaN).

import { meanInterval } from '../intervals/bounded-mean.ts'
import type { Limits } from '../intervals/proportion.ts'
import { rocAuc, rocAucInterval } from '../intervals/roc-auc.ts'
import type { MeasureName } from '../measure.ts'
import type { Moments } from '../moments.ts'
import type { ScoreCounts } from '../score-counts.ts'
import { type CellStatistics, logLossClip } from '../statistics.ts'
import type { Point } from './outcome-rates.ts'

/** A measure of one slice that needs scores. */
export type ScoreMeasureName = Extract<
  MeasureName,
  'performance.roc_auc' | 'performance.brier' | 'performance.log_loss'
>

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
  const { scores, squaredError, logLoss } = cell
  if (scores === null || squaredError === null || logLoss === null) return []
  const roc = rocAuc(scores)
  const auc: PointInterval =
    roc === null
      ? { value: null, limits: null, note: 'undefined: one class has no rows' }
      : { value: roc.auc, limits: rocAucInterval(roc, tail) }
  const loss = (moments: Moments, of: (score: number, label: 0 | 1) => number): PointInterval =>
    moments.n === 0
      ? { value: null, limits: null, note: 'undefined: no rows' }
      : {
          value: moments.sum / moments.n,
          limits: meanInterval(moments, { low: 0, high: worstLoss(scores, of) }, tail),
        }
  return [
    { name: 'performance.roc_auc', ...auc },
    { name: 'performance.brier', ...loss(squaredError, (score, label) => (score - label) ** 2) },
    { name: 'performance.log_loss', ...loss(logLoss, logLossOf) },
  ]
}

/** The log loss of one row, as scikit-learn clips it. */
export function logLossOf(score: number, label: 0 | 1): number {
  const clipped = Math.min(1 - logLossClip, Math.max(logLossClip, score))
  return -Math.log(label === 1 ? clipped : 1 - clipped)
}

/** The largest loss any row would have had, had its label been the other one: the range the sample reveals. */
function worstLoss(counts: ScoreCounts, of: (score: number, label: 0 | 1) => number): number {
  const least = counts.scores[0] ?? 0
  const most = counts.scores.at(-1) ?? 1
  return Math.max(of(least, 1), of(most, 0))
}
