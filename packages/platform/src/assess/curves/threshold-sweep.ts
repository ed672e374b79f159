// What every threshold would do: rates of everyone and of each group, and how far groups lie apart, were the decision
// taken at another score. A row is selected when its score is at or above the threshold.

import { disparity } from '../measures/disparities.ts'
import { outcomeRate } from '../measures/outcome-rates.ts'
import { labelTotals, type ScoreCounts } from '../score-counts.ts'
import type { OutcomeCounts } from '../statistics.ts'

/** Thresholds of a sweep at most. */
const thresholdsMax = 101
/** Digits of a threshold: as many as a person would set, and too few to give away the score of one row. */
const thresholdDigits = 3

/** Rates at one threshold; null where the data do not define them. */
export interface SweepPoint {
  readonly threshold: number
  readonly selection_rate: number | null
  readonly true_positive_rate: number | null
  readonly false_positive_rate: number | null
  readonly precision: number | null
  readonly f1: number | null
  readonly accuracy: number | null
}

/** How far the groups of a column lie apart at one threshold; 0 at parity, null with fewer than two groups. */
export interface SweepDisparity {
  readonly threshold: number
  readonly demographic_parity_difference: number | null
  readonly equalized_odds_difference: number | null
}

/**
 * Ascending thresholds between which about one row in a hundred changes sides, so that no visible step is missed.
 * @param own the threshold in use, which is among them; null where there is none
 */
export function sweepThresholds(counts: ScoreCounts, own: number | null): number[] {
  const totals = labelTotals(counts)
  const rows = totals.positives + totals.negatives
  const parts = thresholdsMax - 2
  const found = new Set(own === null ? [] : [own])
  let [below, next] = [0, 0]
  for (const [k, score] of counts.scores.entries()) {
    below += (counts.positives[k] ?? 0) + (counts.negatives[k] ?? 0)
    if (below * parts < next * rows && k < counts.scores.length - 1) continue
    found.add(Number(score.toPrecision(thresholdDigits)))
    next = Math.floor((below * parts) / rows) + 1
  }
  return [...found].toSorted((a, b) => a - b)
}

/** The outcomes at each of some ascending thresholds. */
export function outcomesAt(counts: ScoreCounts, thresholds: readonly number[]): OutcomeCounts[] {
  const { positives, negatives } = labelTotals(counts)
  let [at, fn, tn] = [0, 0, 0]
  return thresholds.map((threshold) => {
    while (at < counts.scores.length && (counts.scores[at] ?? 0) < threshold) {
      fn += counts.positives[at] ?? 0
      tn += counts.negatives[at] ?? 0
      at += 1
    }
    return { tp: positives - fn, fp: negatives - tn, tn, fn }
  })
}

/** The rates at each threshold. */
export function sweep(counts: ScoreCounts, thresholds: readonly number[]): SweepPoint[] {
  return outcomesAt(counts, thresholds).map((outcomes, n) => {
    const rate = (name: Parameters<typeof outcomeRate>[0]) =>
      outcomeRate(name, outcomes, 'strict').value
    return {
      threshold: thresholds[n] ?? 0,
      selection_rate: rate('performance.selection_rate'),
      true_positive_rate: rate('performance.true_positive_rate'),
      false_positive_rate: rate('performance.false_positive_rate'),
      precision: rate('performance.precision'),
      f1: rate('performance.f1'),
      accuracy: rate('performance.accuracy'),
    }
  })
}

/** The disparities between groups at each threshold. */
export function sweepDisparities(
  groups: readonly ScoreCounts[],
  thresholds: readonly number[],
): SweepDisparity[] {
  const outcomes = groups.map((group) => outcomesAt(group, thresholds))
  return thresholds.map((threshold, n) => {
    const here = outcomes.flatMap((group) => group[n] ?? [])
    const value = (name: Parameters<typeof disparity>[0]) => disparity(name, here, 'strict').value
    return {
      threshold,
      demographic_parity_difference: value('fairness.demographic_parity_difference'),
      equalized_odds_difference: value('fairness.equalized_odds_difference'),
    }
  })
}
