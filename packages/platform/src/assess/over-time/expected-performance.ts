// Performance without labels, from calibrated scores: a row predicted positive with probability 0.9 is 0.9 of a true positive.
// NannyML's CBPE. It holds as far as a score still means what it meant in the reference period; labels alone can tell.

import type { Limits } from '../intervals/proportion.ts'
import { calibrate, calibrated, outcomesByScore } from './isotonic.ts'

/** What is estimated. */
export const estimatedNames = [
  'accuracy',
  'precision',
  'recall',
  'specificity',
  'f1',
  'roc_auc',
] as const

/** The name of an estimate. */
export type EstimatedName = (typeof estimatedNames)[number]

/** Values by name; NaN where undefined. */
export type Performance = Readonly<Record<EstimatedName, number>>

/** Rows as the model left them. */
export interface ScoredRows {
  readonly score: Float64Array
  /** 1 where the positive class is predicted. */
  readonly predicted: Uint8Array
}

/** Expected rows of each outcome, and the expected ROC AUC. */
interface Expected {
  readonly tp: number
  readonly fp: number
  readonly tn: number
  readonly fn: number
  readonly auc: number
}

/**
 * The expected performance of rows of one score each.
 * @param score ascending
 * @param chance probability of the positive class at that score
 * @param selected rows predicted positive; `refused` those not
 */
export function expectedPerformance(
  chance: Float64Array,
  selected: Float64Array,
  refused: Float64Array,
): Performance {
  const sums = { tp: 0, fp: 0, tn: 0, fn: 0 }
  let [positives, negatives, wins] = [0, 0, 0]
  for (const [n, p] of chance.entries()) {
    const [yes, no] = [selected[n] ?? 0, refused[n] ?? 0]
    sums.tp += p * yes
    sums.fp += (1 - p) * yes
    sums.fn += p * no
    sums.tn += (1 - p) * no
    const [up, down] = [p * (yes + no), (1 - p) * (yes + no)]
    wins += up * (negatives + down / 2)
    positives += up
    negatives += down
  }
  return performanceOf({ ...sums, auc: wins / (positives * negatives) })
}

function performanceOf({ tp, fp, tn, fn, auc }: Expected): Performance {
  return {
    accuracy: (tp + tn) / (tp + fp + tn + fn),
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    specificity: tn / (tn + fp),
    f1: tp / (tp + (fp + fn) / 2),
    roc_auc: auc,
  }
}

/** Realised performance of rows whose labels are known. */
export function realisedPerformance(rows: ScoredRows, label: Uint8Array): Performance {
  const { scores, positives, rows: all } = outcomesByScore(rows.score, label)
  const sums = { tp: 0, fp: 0, tn: 0, fn: 0 }
  for (const [row, actual] of label.entries()) {
    const isSelected = rows.predicted[row] === 1
    if (actual === 1) sums[isSelected ? 'tp' : 'fn'] += 1
    else sums[isSelected ? 'fp' : 'tn'] += 1
  }
  let [below, wins, ups] = [0, 0, 0]
  for (const n of scores.keys()) {
    const up = positives[n] ?? 0
    const down = (all[n] ?? 0) - up
    wins += up * (below + down / 2)
    below += down
    ups += up
  }
  return performanceOf({ ...sums, auc: wins / (ups * below) })
}

/** Rows by distinct score: those predicted positive, and the others. */
function rowsByScore({ score, predicted }: ScoredRows) {
  const { scores, positives, rows } = outcomesByScore(score, predicted)
  return { scores, selected: positives, refused: rows.map((all, n) => all - (positives[n] ?? 0)) }
}

/** An estimate with limits; null where undefined. */
export interface Estimate {
  readonly value: number | null
  readonly limits: Limits | null
}

/** The estimates of NannyML for the current rows, from the reference rows with their labels. */
export function estimatePerformance(
  reference: ScoredRows & { readonly label: Uint8Array },
  current: ScoredRows,
): Performance {
  const calibration = calibrate(outcomesByScore(reference.score, reference.label))
  const { scores, selected, refused } = rowsByScore(current)
  const chance = scores.map((score) => calibrated(calibration, score))
  return expectedPerformance(chance, selected, refused)
}
