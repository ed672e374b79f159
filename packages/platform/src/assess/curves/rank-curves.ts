// The ROC and the precision-recall curve of score counts, one point per distinct score, and the average precision.
// Definitions are scikit-learn's: `roc_curve` and `precision_recall_curve` with `drop_intermediate=False`,
// `average_precision_score`. A row is selected when its score is at or above the threshold.

import { labelTotals, type ScoreCounts } from '../score-counts.ts'

/** Points from the highest threshold to the lowest; the first, at (0, 0), selects nobody and has threshold ∞. */
export interface RocCurve {
  readonly thresholds: Float64Array
  readonly fpr: Float64Array
  readonly tpr: Float64Array
}

/** Points from the highest threshold to the lowest; the first, at recall 0 and precision 1, has threshold ∞. */
export interface PrecisionRecallCurve {
  readonly thresholds: Float64Array
  readonly recall: Float64Array
  readonly precision: Float64Array
}

/** The ROC curve; null when a class has no rows. */
export function rocCurve(counts: ScoreCounts): RocCurve | null {
  const { positives, negatives } = labelTotals(counts)
  if (positives === 0 || negatives === 0) return null
  const { thresholds, tp, fp } = selectedFrom(counts)
  return {
    thresholds,
    fpr: fp.map((count) => count / negatives),
    tpr: tp.map((count) => count / positives),
  }
}

/** The precision-recall curve; null without positive rows. */
export function precisionRecallCurve(counts: ScoreCounts): PrecisionRecallCurve | null {
  const { positives } = labelTotals(counts)
  if (positives === 0) return null
  const { thresholds, tp, fp } = selectedFrom(counts)
  return {
    thresholds,
    recall: tp.map((count) => count / positives),
    precision: tp.map((count, n) => (n === 0 ? 1 : count / (count + (fp[n] ?? 0)))),
  }
}

/**
 * Average precision, 0 to 1: the precision at each recall that is reached, weighted by the rise in recall. No straight
 * line is drawn between points, which would flatter (Davis & Goadrich 2006). Null without positive rows.
 */
export function averagePrecision(counts: ScoreCounts): number | null {
  const curve = precisionRecallCurve(counts)
  if (curve === null) return null
  let sum = 0
  for (let n = 1; n < curve.recall.length; n++)
    sum += ((curve.recall[n] ?? 0) - (curve.recall[n - 1] ?? 0)) * (curve.precision[n] ?? 0)
  // Rounding of the sum must not take a perfect ranking beyond perfection.
  return Math.min(1, sum)
}

/** Selected rows by label at each threshold, from ∞ down. */
function selectedFrom({ scores, positives, negatives }: ScoreCounts) {
  const size = scores.length + 1
  const thresholds = new Float64Array(size).fill(Infinity)
  const [tp, fp] = [new Float64Array(size), new Float64Array(size)]
  for (let n = 1; n < size; n++) {
    const at = scores.length - n
    thresholds[n] = scores[at] ?? 0
    tp[n] = (tp[n - 1] ?? 0) + (positives[at] ?? 0)
    fp[n] = (fp[n - 1] ?? 0) + (negatives[at] ?? 0)
  }
  return { thresholds, tp, fp }
}
