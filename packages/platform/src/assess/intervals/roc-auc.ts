// ROC AUC from score counts, exactly, ties counting half; its variance by DeLong; an interval that stays within [0, 1].
// The variance becomes an effective number of trials, at which the exact binomial limits are taken. DeLong's variance
// is far too small for near-perfect models and small classes, so it is smoothed by one row of the largest variance
// per class and never taken below Hanley & McNeil's (1982). Where the smaller class holds fewer than `evidenceMin` rows'
// worth of lost (or of won) comparisons, no estimate of the variance can be trusted: the effective number is then the
// rows of the smaller class, which bounds the variance of every AUC (Birnbaum & Klose 1957).

import { labelTotals, type ScoreCounts } from '../score-counts.ts'
import { clopperPearson, type Limits } from './proportion.ts'

/** Rows' worth of the rarer result in the smaller class from which its variance is trusted; chosen by simulation. */
const evidenceMin = 10

/** An AUC and what its interval needs. */
export interface RocAuc {
  readonly auc: number
  readonly positives: number
  readonly negatives: number
  /** Sample variances of the placements of the positive and of the negative rows (DeLong et al. 1988). */
  readonly positiveVariance: number
  readonly negativeVariance: number
}

/** The AUC of a slice; null when a class is missing. */
export function rocAuc(counts: ScoreCounts): RocAuc | null {
  const { positives: m, negatives: n } = labelTotals(counts)
  if (m === 0 || n === 0) return null
  // Twice the Mann–Whitney statistic is an integer, so the AUC is exact to the last division.
  let [twiceWins, positivesBelow, negativesBelow] = [0, 0, 0]
  let [positiveSquares, negativeSquares] = [0, 0]
  for (let k = 0; k < counts.scores.length; k++) {
    const positives = counts.positives[k] ?? 0
    const negatives = counts.negatives[k] ?? 0
    const beaten = (2 * negativesBelow + negatives) / (2 * n)
    const beating = (2 * (m - positivesBelow - positives) + positives) / (2 * m)
    twiceWins += positives * (2 * negativesBelow + negatives)
    positiveSquares += positives * beaten * beaten
    negativeSquares += negatives * beating * beating
    positivesBelow += positives
    negativesBelow += negatives
  }
  const auc = twiceWins / (2 * m * n)
  const variance = (squares: number, rows: number): number =>
    rows < 2 ? 0 : Math.max(0, squares - rows * auc * auc) / (rows - 1)
  return {
    auc,
    positives: m,
    negatives: n,
    positiveVariance: variance(positiveSquares, m),
    negativeVariance: variance(negativeSquares, n),
  }
}

/** Hanley & McNeil's variance, with the classes exchanged below one half. */
function hanleyMcNeil({ auc, positives, negatives }: RocAuc): number {
  const [a, m, n] = auc < 0.5 ? [1 - auc, negatives, positives] : [auc, positives, negatives]
  const twoPositives = a / (2 - a)
  const twoNegatives = (2 * a * a) / (1 + a)
  const sum = a * (1 - a) + (m - 1) * (twoPositives - a * a) + (n - 1) * (twoNegatives - a * a)
  return sum / (m * n)
}

/** The interval of an AUC, with the error `tail` on each side. */
export function rocAucInterval(roc: RocAuc, tail: number): Limits {
  const { auc, positives: m, negatives: n } = roc
  const largest = auc * (1 - auc)
  const smoothed = (variance: number, rows: number): number =>
    ((rows - 1) * variance + largest) / rows / rows
  const variance = Math.max(
    smoothed(roc.positiveVariance, m) + smoothed(roc.negativeVariance, n),
    hanleyMcNeil(roc),
  )
  const rows = Math.min(m, n)
  const evidence = rows * Math.min(auc, 1 - auc)
  const trials = evidence < evidenceMin ? rows : Math.max(rows, largest / variance)
  return clopperPearson({ successes: auc * trials, trials }, tail)
}
