// What an attacker computes from one answer to tell whether the person was in the training data: the higher, the more likely.
// Models answer rows they remember with less loss and more confidence. With two classes, of which one probability says all, the
// entropy ranks rows exactly as the confidence does, and the modified entropy of Song & Mittal (USENIX Security 2021) exactly as
// the loss; so one of each is computed, beside their thresholds per class.
// INVARIANT: what a row of the second half gets depends on the rows of the first half and on itself, and on nothing else.

import { boost, boostedOdds } from '../checks/boosting.ts'
import { everyNth } from '../checks/nearest-rows.ts'
import { logLossClip } from '../statistics.ts'
import { type AttackedRows, rowsOf } from './attacked-rows.ts'

/** Attacks by the score of one answer. */
type ScoreAttack =
  | 'loss'
  | 'loss_by_class'
  | 'confidence'
  | 'confidence_by_class'
  | 'difficulty'
  | 'likelihood_ratio'

/** Rows that a reference learns from at most. */
const learningRowsMax = 4_000
/** Standard deviations below this are taken as this: rows that are all alike say nothing of the others. */
const deviationMin = 1e-6

/** How likely each attack takes each row to be a member; `score` holds the probability of the positive class. */
export function membershipScores(
  rows: AttackedRows,
  score: Float64Array,
): Readonly<Record<ScoreAttack, Float64Array>> {
  const clipped = score.map((p) => Math.min(1 - logLossClip, Math.max(logLossClip, p)))
  // Of the probability given to the true label: its logarithm is the loss, with the sign changed.
  const right = clipped.map((p, row) => (rows.label[row] === 1 ? p : 1 - p))
  const loss = right.map(Math.log)
  const confidence = clipped.map((p) => Math.max(p, 1 - p))
  const odds = right.map((p) => Math.log(p) - Math.log1p(-p))
  const reference = referenceOdds(rows)
  const difficulty = odds.map((own, row) => own - (reference[row] ?? 0))
  return {
    loss,
    loss_by_class: rankedByClass(rows, loss),
    confidence,
    confidence_by_class: rankedByClass(rows, confidence),
    difficulty,
    likelihood_ratio: likelihoodRatio(rows, difficulty),
  }
}

/**
 * How easy a row is: the log odds of its label by trees that did not learn from it (difficulty calibration, Watson et
 * al., ICLR 2022). Two quarters of the first half teach one reference each; a row of the first half is asked of the one
 * that it did not teach, the others of either.
 */
function referenceOdds(rows: AttackedRows): Float64Array {
  const first = rowsOf(rows, { half: 0 })
  const part = new Uint8Array(rows.rows)
  for (const [n, row] of first.entries()) part[row] = n % 2
  for (const [n, row] of rowsOf(rows, { half: 1 }).entries()) part[row] = n % 2
  const references = ([1, 0] as const).map((taughtBy) => {
    const learn = first.filter((row) => part[row] === taughtBy)
    return boost(rows.columns, rows.label, everyNth(learn, learningRowsMax))
  })
  return Float64Array.from(rows.label, (label, row) => {
    const model = references[part[row] ?? 0]
    const odds = model === undefined ? 0 : boostedOdds(model, rows.columns, row)
    return label === 1 ? odds : -odds
  })
}

/** The share of non-members of the same class, in the first half, that lie below; ties count half. A row is not below itself. */
function rankedByClass(rows: AttackedRows, score: Float64Array): Float64Array {
  const known = rowsOf(rows, { half: 0, member: 0 })
  const sorted = ([0, 1] as const).map((label) =>
    Float64Array.from(
      known.filter((row) => rows.label[row] === label),
      (row) => score[row] ?? 0,
    ).toSorted(),
  )
  return score.map((own, row) => {
    const others = sorted[rows.label[row] ?? 0] ?? new Float64Array()
    const [below, upTo] = [countBelow(others, own), countBelow(others, own, 'or equal')]
    return others.length === 0 ? 0.5 : (below + upTo) / 2 / others.length
  })
}

/** How many of the ascending numbers lie below one. */
function countBelow(sorted: Float64Array, value: number, orEqual?: 'or equal'): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    const here = sorted[middle] ?? 0
    if (here < value || (orEqual !== undefined && here === value)) from = middle + 1
    else to = middle
  }
  return from
}

/**
 * Two normal distributions per class, of members and of others, fitted on the first half: how much likelier the first
 * makes a row. LiRA (Carlini et al., S&P 2022) fits a pair for each row by training models without it; where nobody
 * can, what is left of a row's difficulty stands in for that.
 */
function likelihoodRatio(rows: AttackedRows, score: Float64Array): Float64Array {
  const fits = ([0, 1] as const).map((label) =>
    ([0, 1] as const).map((member) =>
      normalOf(
        rowsOf(rows, { half: 0, member }).filter((row) => rows.label[row] === label),
        score,
      ),
    ),
  )
  return score.map((own, row) => {
    const [out, within] = fits[rows.label[row] ?? 0] ?? []
    if (out === undefined || within === undefined || out === null || within === null) return 0
    return logDensity(own, within) - logDensity(own, out)
  })
}

interface Normal {
  readonly mean: number
  readonly deviation: number
}

/** Null with fewer than two rows. */
function normalOf(rows: Uint32Array, score: Float64Array): Normal | null {
  if (rows.length < 2) return null
  const mean = rows.reduce((sum, row) => sum + (score[row] ?? 0), 0) / rows.length
  const squares = rows.reduce((sum, row) => sum + ((score[row] ?? 0) - mean) ** 2, 0)
  return { mean, deviation: Math.max(deviationMin, Math.sqrt(squares / (rows.length - 1))) }
}

const logDensity = (value: number, { mean, deviation }: Normal): number =>
  -Math.log(deviation) - ((value - mean) / deviation) ** 2 / 2
