// From counts to the statistics of one cell. The engine counts rows by score and label, which is exact whatever the
// order or number of threads; squared error and log loss depend on nothing else, so their sums are formed here, in
// ascending order of score, and come out the same to the last bit on every machine.

import { assert } from '@proofhouse/evidence'
import type { Moments } from './moments.ts'
import type { ScoreCounts } from './score-counts.ts'
import { type CellStatistics, logLossClip, type OutcomeCounts } from './statistics.ts'

/** The statistics of one cell; `scores` is null where the model gives only classes. */
export function cellStatistics(
  cell: readonly string[],
  outcomes: OutcomeCounts,
  scores: ScoreCounts | null,
): CellStatistics {
  return {
    cell,
    outcomes,
    squaredError: scores === null ? null : lossMoments(scores, squaredError),
    logLoss: scores === null ? null : lossMoments(scores, logLoss),
    scores,
  }
}

/** (score − label)², the loss of the Brier score (Brier 1950), 0 to 1. */
export function squaredError(score: number, positive: boolean): number {
  const error = positive ? 1 - score : score
  return error * error
}

/**
 * −ln of the probability given to the true label, clipped to [ε, 1 − ε] as `sklearn.metrics.log_loss` does
 * for doubles; 0 to 52 ln 2.
 */
export function logLoss(score: number, positive: boolean): number {
  const likelihood = positive ? score : 1 - score
  return -Math.log(Math.min(Math.max(likelihood, logLossClip), 1 - logLossClip))
}

function lossMoments(counts: ScoreCounts, loss: (score: number, positive: boolean) => number) {
  const sums = [new CompensatedSum(), new CompensatedSum(), new CompensatedSum()] as const
  let [n, min, max] = [0, Infinity, -Infinity]
  const add = (x: number, rows: number) => {
    if (rows === 0) return
    n += rows
    sums[0].add(rows * x)
    sums[1].add(rows * x * x)
    sums[2].add(rows * x * x * x)
    min = Math.min(min, x)
    max = Math.max(max, x)
  }
  for (const [i, score] of counts.scores.entries()) {
    assert(score >= 0 && score <= 1, 'scores are probabilities')
    add(loss(score, true), counts.positives[i] ?? 0)
    add(loss(score, false), counts.negatives[i] ?? 0)
  }
  const [sum, sum2, sum3] = [sums[0].total, sums[1].total, sums[2].total]
  return { n, sum, sum2, sum3, min, max } satisfies Moments
}

/** A sum that carries its rounding error along (Neumaier 1974): as exact for a million rows as for ten. */
class CompensatedSum {
  #sum = 0
  #lost = 0

  add(x: number): void {
    const next = this.#sum + x
    this.#lost += Math.abs(this.#sum) >= Math.abs(x) ? this.#sum - next + x : x - next + this.#sum
    this.#sum = next
  }

  get total(): number {
    return this.#sum + this.#lost
  }
}
