// Performance without labels, from calibrated scores: a row predicted positive with probability 0.9 is 0.9 of a true positive.
// NannyML's CBPE. It holds as far as a score still means what it meant in the reference period; labels alone can tell.

import { assert } from '@proofhouse/evidence'
import { drawBinomial } from '../intervals/bootstrap.ts'
import type { Limits } from '../intervals/proportion.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import { normalQuantile } from '../intervals/special-functions.ts'
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
function expectedPerformance(
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

/** Cells of scores that the bootstrap draws from. */
const cellsMax = 200
const draws = 200

/**
 * Estimates with limits for what the performance is in the population that the current rows come from, if a score means
 * what it meant: by a bootstrap over both periods, the calibration fitted anew in each draw.
 * @param tail share of error on either side
 */
export function estimateWithLimits(
  reference: ScoredRows & { readonly label: Uint8Array },
  current: ScoredRows,
  { tail, seed }: { readonly tail: number; readonly seed: number },
): Readonly<Record<EstimatedName, Estimate>> {
  const values = estimatePerformance(reference, current)
  const cells = cellsOf(reference, current)
  const random = seededRandom(seed)
  const drawn = Array.from({ length: draws }, () => drawOnce(random, cells))
  const z = -normalQuantile(tail)
  const estimate = (name: EstimatedName): Estimate => {
    const value = values[name]
    if (!Number.isFinite(value)) return { value: null, limits: null }
    const all = drawn.map((one) => one[name]).filter((one) => Number.isFinite(one))
    const mean = all.reduce((sum, one) => sum + one, 0) / all.length
    const variance = all.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (all.length - 1)
    const reach = z * Math.sqrt(variance)
    return { value, limits: { low: Math.max(0, value - reach), high: Math.min(1, value + reach) } }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a record of every name
  return Object.fromEntries(estimatedNames.map((name) => [name, estimate(name)])) as Record<
    EstimatedName,
    Estimate
  >
}

/** Both periods in the same cells of scores: quantiles of both together. */
interface Cells {
  readonly centres: Float64Array
  readonly positives: Float64Array
  readonly negatives: Float64Array
  readonly selected: Float64Array
  readonly refused: Float64Array
}

function cellsOf(
  reference: ScoredRows & { readonly label: Uint8Array },
  current: ScoredRows,
): Cells {
  const sorted = Float64Array.from([...reference.score, ...current.score]).toSorted()
  const step = sorted.length / cellsMax
  const edges = Array.from(
    { length: cellsMax - 1 },
    (_, n) => sorted[Math.floor((n + 1) * step)] ?? 0,
  )
  const cuts = Float64Array.from(new Set(edges))
  const size = cuts.length + 1
  const empty = () => new Float64Array(size)
  const cells = { positives: empty(), negatives: empty(), selected: empty(), refused: empty() }
  const [sums, rows] = [empty(), empty()]
  const add = (counts: Float64Array, score: number): void => {
    const at = cellAt(cuts, score)
    counts[at] = (counts[at] ?? 0) + 1
    sums[at] = (sums[at] ?? 0) + score
    rows[at] = (rows[at] ?? 0) + 1
  }
  for (const [row, score] of reference.score.entries())
    add(reference.label[row] === 1 ? cells.positives : cells.negatives, score)
  for (const [row, score] of current.score.entries())
    add(current.predicted[row] === 1 ? cells.selected : cells.refused, score)
  return { ...cells, centres: sums.map((sum, n) => sum / Math.max(1, rows[n] ?? 0)) }
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

function drawOnce(random: Random, cells: Cells): Performance {
  const { centres } = cells
  const [positives, negatives] = redraw(random, [cells.positives, cells.negatives])
  const [selected, refused] = redraw(random, [cells.selected, cells.refused])
  assert(
    positives !== undefined &&
      negatives !== undefined &&
      selected !== undefined &&
      refused !== undefined,
    'two lists in, two lists out',
  )
  const rows = positives.map((count, n) => count + (negatives[n] ?? 0))
  const seen = [...rows.keys()].filter((n) => (rows[n] ?? 0) > 0)
  const only = (values: Float64Array) => Float64Array.from(seen, (n) => values[n] ?? 0)
  const calibration = calibrate({
    scores: only(centres),
    positives: only(positives),
    rows: only(rows),
  })
  const chance = centres.map((score) => calibrated(calibration, score))
  return expectedPerformance(chance, selected, refused)
}

/** As many rows drawn anew, with replacement, over all cells of all lists together. */
function redraw(random: Random, lists: readonly Float64Array[]): Float64Array[] {
  const total = lists.reduce((sum, list) => sum + list.reduce((part, count) => part + count, 0), 0)
  let [rowsLeft, weightLeft] = [total, total]
  return lists.map((list) =>
    list.map((weight) => {
      const count =
        weight === 0 ? 0 : drawBinomial(random, rowsLeft, Math.min(1, weight / weightLeft))
      weightLeft -= weight
      rowsLeft -= count
      return count
    }),
  )
}
