// An interval for the average precision. Its variance comes from the influence of each row: a positive row counts by the
// precision at its own score, and every row moves the precision at all scores below it. The variance becomes an effective
// number of trials, at which the exact binomial limits are taken. A positive row is always among those selected at its
// own score, which flatters small samples: the lower limit starts from the average without the row itself.

import { averagePrecision } from '../curves/rank-curves.ts'
import { labelTotals, type ScoreCounts } from '../score-counts.ts'
import { clopperPearson, type Limits } from './proportion.ts'

/** The limits of an average precision, with the error `tail` on each side; null without positive rows. */
export function averagePrecisionInterval(counts: ScoreCounts, tail: number): Limits | null {
  const value = averagePrecision(counts)
  if (value === null) return null
  const { positives } = labelTotals(counts)
  const { variance, without } = spreadOf(counts, value)
  const largest = value * (1 - value)
  // One positive row of the largest variance stands for what was not seen yet.
  const smoothed = variance + largest / positives ** 2
  const trials = smoothed === 0 ? positives : Math.max(1, Math.min(positives, largest / smoothed))
  return {
    low: clopperPearson({ successes: without * trials, trials }, tail).low,
    high: clopperPearson({ successes: value * trials, trials }, tail).high,
  }
}

/** The variance by influence, and the average precision in which no positive row counts itself. */
function spreadOf(counts: ScoreCounts, value: number): { variance: number; without: number } {
  const { positives: m, negatives } = labelTotals(counts)
  const n = m + negatives
  const [tp, fp] = [new Float64Array(counts.scores.length), new Float64Array(counts.scores.length)]
  let [hits, misses, without] = [0, 0, 0]
  for (let k = counts.scores.length - 1; k >= 0; k--) {
    hits += counts.positives[k] ?? 0
    misses += counts.negatives[k] ?? 0
    tp[k] = hits
    fp[k] = misses
    const others = Math.max(1, hits + misses - 1)
    without += ((counts.positives[k] ?? 0) / m) * (Math.max(0, hits - 1) / others)
  }
  // How much one more positive, or negative, row at a score moves the precision at all positive rows from there down.
  let [ofPositive, ofNegative, squares] = [0, 0, 0]
  for (let k = 0; k < counts.scores.length; k++) {
    const [up, down] = [tp[k] ?? 0, fp[k] ?? 0]
    const weight = ((counts.positives[k] ?? 0) / m) * (n / (up + down) ** 2)
    ofPositive += weight * down
    ofNegative -= weight * up
    const own = (n / m) * (up / (up + down) - value)
    squares += (counts.positives[k] ?? 0) * (own + ofPositive) ** 2
    squares += (counts.negatives[k] ?? 0) * ofNegative ** 2
  }
  return { variance: squares / n / n, without: Math.min(value, without) }
}
