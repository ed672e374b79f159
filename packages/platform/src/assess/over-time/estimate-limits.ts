// Limits of performance without labels. The calibration is isotonic, as NannyML's is, and an isotonic curve makes a rise of noise: with
// some hundred labels what is estimated by it is too good, by more than its own spread tells. So limits are those of another estimate,
// which is not: the share of positives among reference rows that are alike in prediction and nearly so in score, each counted as
// often as such rows come now. They are widened to the value where that lies outside.
// Its variance comes from a bootstrap and becomes an effective number of rows, at which the exact binomial limits are taken. Every draw
// may see one row of either label in each predicted class beside those that were there, so that what was never wrong may be.

import { drawBinomial } from '../intervals/bootstrap.ts'
import { clopperPearson, f1OfJaccard, type Limits } from '../intervals/proportion.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import {
  type Estimate,
  type EstimatedName,
  estimatedNames,
  estimatePerformance,
  expectedPerformance,
  type Performance,
  type ScoredRows,
} from './expected-performance.ts'

/** Reference rows that a stratum holds at least, scores that are equal taken together. */
const stratumRowsMin = 8
/** Strata of a predicted class at most. */
const strataMax = 500
const draws = 200

type LabelledRows = ScoredRows & { readonly label: Uint8Array }

/**
 * Estimates with limits for what the performance is in the population that the current rows come from, if a score means
 * what it meant.
 * @param tail share of error on either side
 */
export function estimateWithLimits(
  reference: LabelledRows,
  current: ScoredRows,
  { tail, seed }: { readonly tail: number; readonly seed: number },
): Readonly<Record<EstimatedName, Estimate>> {
  const values = estimatePerformance(reference, current)
  const strata = strataOf(reference, current)
  const random = seededRandom(seed)
  const drawn = Array.from({ length: draws }, () => drawOnce(random, strata))
  const straight = performanceOf(strata)
  const rows = rowsConcerned(strata)
  const estimate = (name: EstimatedName): Estimate => {
    const value = values[name]
    if (!Number.isFinite(value)) return { value: null, limits: null }
    const limits = limitsOf(
      straight[name],
      drawn.map((one) => one[name]),
      { name, rows: rows[name], tail },
    )
    return {
      value,
      limits: { low: Math.min(value, limits.low), high: Math.max(value, limits.high) },
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a record of every name
  return Object.fromEntries(estimatedNames.map((name) => [name, estimate(name)])) as Record<
    EstimatedName,
    Estimate
  >
}

/** Exact limits at the effective number of rows, and as far as the current rows leave room for others. */
function limitsOf(
  centre: number,
  drawn: readonly number[],
  {
    name,
    rows,
    tail,
  }: { readonly name: EstimatedName; readonly rows: number; readonly tail: number },
): Limits {
  // F1 is no share of rows, but follows from one.
  const isF1 = name === 'f1'
  const shareOf = (value: number) => (isF1 ? value / (2 - value) : value)
  const shares = drawn.filter(Number.isFinite).map(shareOf)
  if (!Number.isFinite(centre) || shares.length < 2) return { low: 0, high: 1 }
  const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length
  const variance = shares.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (shares.length - 1)
  const trials = variance === 0 ? 0 : (mean * (1 - mean)) / variance
  const share = shareOf(centre)
  const found = clopperPearson({ successes: share * trials, trials }, tail)
  // A kind of row that none of the current ones is may be so frequent.
  const unseen = rows <= 0 ? 1 : 1 - tail ** (1 / rows)
  const low = Math.min(found.low, share * (1 - unseen))
  const high = Math.max(found.high, share * (1 - unseen) + unseen)
  return isF1 ? { low: f1OfJaccard(low), high: f1OfJaccard(high) } : { low, high }
}

/** Strata by ascending score, with the rows of either period in each. */
interface Strata {
  readonly positives: Float64Array
  readonly negatives: Float64Array
  readonly selected: Float64Array
  readonly refused: Float64Array
  /** What each has of the two rows that may not have been seen: its share of the current rows of its predicted class. */
  readonly share: Float64Array
}

function strataOf(reference: LabelledRows, current: ScoredRows): Strata {
  const all = Array.from(reference.score.keys())
  const byPrediction = [0, 1].map((mark) => all.filter((row) => reference.predicted[row] === mark))
  // Where the reference rarely predicts what is predicted now, its rows of either prediction tell.
  const isApart = byPrediction.every(({ length }) => length >= stratumRowsMin)
  const classes = (isApart ? byPrediction : [all]).map((rows) => classOf(reference, rows))
  const found = classes.flatMap(({ strata }) => strata)
  for (const [row, score] of current.score.entries()) {
    const isSelected = current.predicted[row] === 1
    const own = classes[isApart && isSelected ? 1 : 0]
    const stratum = own?.strata[cellAt(own.cuts, score)]
    if (stratum !== undefined) stratum[isSelected ? 'selected' : 'refused'] += 1
  }
  for (const { strata } of classes) {
    const rows = strata.reduce((sum, one) => sum + one.selected + one.refused, 0)
    for (const one of strata) one.share = (one.selected + one.refused) / Math.max(1, rows)
  }
  found.sort((a, b) => a.score - b.score)
  const column = (of: (stratum: Stratum) => number) => Float64Array.from(found, of)
  return {
    positives: column(({ positives }) => positives),
    negatives: column(({ rows, positives }) => rows - positives),
    selected: column(({ selected }) => selected),
    refused: column(({ refused }) => refused),
    share: column(({ share }) => share),
  }
}

interface Stratum {
  rows: number
  positives: number
  selected: number
  refused: number
  /** Mean score of its reference rows. */
  score: number
  share: number
}

/** Strata of some reference rows, about as many rows in each. */
function classOf({ score, label }: LabelledRows, rows: readonly number[]) {
  const sorted = Float64Array.from(rows, (row) => score[row] ?? 0).toSorted()
  const size = Math.max(stratumRowsMin, rows.length / strataMax)
  const count = Math.max(1, Math.floor(rows.length / size))
  const edges = Array.from(
    { length: count - 1 },
    (_, n) => sorted[Math.floor(((n + 1) * rows.length) / count)] ?? 0,
  )
  const cuts = Float64Array.from(new Set(edges)).filter((cut) => cut > (sorted[0] ?? 0))
  const strata = Array.from({ length: cuts.length + 1 }, (): Stratum => {
    return { rows: 0, positives: 0, selected: 0, refused: 0, score: 0, share: 0 }
  })
  for (const row of rows) {
    const own = strata[cellAt(cuts, score[row] ?? 0)]
    if (own === undefined) continue
    own.rows += 1
    own.positives += label[row] ?? 0
    own.score += ((score[row] ?? 0) - own.score) / own.rows
  }
  return { cuts, strata }
}

/** Number of cuts at or below a score. */
function cellAt(cuts: Float64Array, score: number): number {
  let [low, high] = [0, cuts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cuts[middle] ?? 0) <= score) low = middle + 1
    else high = middle
  }
  return low
}

function performanceOf({ positives, negatives, selected, refused }: Strata): Performance {
  const chance = positives.map((count, n) => count / (count + (negatives[n] ?? 0)))
  return expectedPerformance(chance, selected, refused)
}

/** Current rows that each measure is about, as expected. */
function rowsConcerned(strata: Strata): Record<EstimatedName, number> {
  let [tp, fp, fn, tn] = [0, 0, 0, 0]
  for (const [n, count] of strata.positives.entries()) {
    const p = count / (count + (strata.negatives[n] ?? 0))
    const [yes, no] = [strata.selected[n] ?? 0, strata.refused[n] ?? 0]
    tp += p * yes
    fp += (1 - p) * yes
    fn += p * no
    tn += (1 - p) * no
  }
  return {
    accuracy: tp + fp + fn + tn,
    precision: tp + fp,
    recall: tp + fn,
    specificity: tn + fp,
    f1: tp + fp + fn,
    roc_auc: Math.min(tp + fn, tn + fp),
  }
}

/** Labels drawn anew within each stratum, current rows over all of them. */
function drawOnce(random: Random, strata: Strata): Performance {
  const { positives, negatives, share } = strata
  const chance = positives.map((count, n) => {
    const rows = count + (negatives[n] ?? 0)
    const unseen = share[n] ?? 0
    const likely = (count + unseen) / (rows + 2 * unseen)
    // One row fewer, for the share that a stratum shows has lost as much of the variance.
    const trials = Math.max(1, rows - 1)
    return drawBinomial(random, trials, likely) / trials
  })
  const [selected, refused] = redraw(random, strata)
  return expectedPerformance(chance, selected, refused)
}

/** As many current rows drawn anew, with replacement. */
function redraw(random: Random, { selected, refused }: Strata) {
  const sum = (list: Float64Array) => list.reduce((part, count) => part + count, 0)
  let weightLeft = sum(selected) + sum(refused)
  let rowsLeft = weightLeft
  const drawn = (list: Float64Array) =>
    list.map((weight) => {
      const chance = weight === 0 ? 0 : Math.min(1, weight / weightLeft)
      const count = drawBinomial(random, rowsLeft, chance)
      weightLeft -= weight
      rowsLeft -= count
      return count
    })
  return [drawn(selected), drawn(refused)] as const
}
