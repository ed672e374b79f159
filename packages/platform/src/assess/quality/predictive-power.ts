// How well one column alone tells the label: Wetschoreck's predictive power score ("RIP correlation. Introducing the Predictive Power
// Score", 2020), as the Python package ppscore computes it. One that tells nearly all is more often a leak than a find.
// The score is the cross-validated F1 (classes) or absolute error (numbers) of a decision tree without a limit of depth, between
// a naive baseline, 0, and perfection, 1. Over one column such a tree ends with each of its values in a leaf of its own, so
// here each value answers for itself and a number between two known ones goes to the nearer: no tree is grown.

import { assert } from '@proofhouse/evidence'
import { meanOverFolds, weightedF1 } from './prediction-scores.ts'

/** Parts of the rows, each predicted by what the others teach: ppscore's. */
const folds = 4
/** Numbers this near are one to scikit-learn's trees, which read single precision. */
const nearest = Math.fround(1e-7)

/** A column without missing values: numbers, or categories as whole numbers from 0. */
export interface PowerColumn {
  readonly kind: 'number' | 'category'
  readonly values: Float64Array
}

/** A score, and what it came from. */
export interface PredictivePower {
  readonly score: number
  /** F1, weighted by class, or mean absolute error: of the column, and of the baseline. */
  readonly model: number
  readonly baseline: number
  /** The prediction for each row, in the order the rows were dealt in, with its truth and its fold. */
  readonly predictions: Predictions
  /** The truths that the baseline was asked for, and what it named at random. */
  readonly asked: Float64Array
  readonly guessed: Float64Array
}

/** What was predicted, row by row. */
export interface Predictions {
  readonly truth: Float64Array
  readonly predicted: Float64Array
  readonly fold: Uint8Array
}

/**
 * The score of one column for a target; null where it is not defined: fewer than four rows, or a target with one value.
 * A category that the other three parts do not have is predicted by all of their rows; scikit-learn sends it into
 * whichever leaf its random order of splits left for it.
 * @param order a random order of the rows: they are dealt into parts in it, and it is the random baseline
 */
export function predictivePower(
  feature: PowerColumn,
  target: PowerColumn,
  order: Uint32Array,
): PredictivePower | null {
  const rows = target.values.length
  assert(
    feature.values.length === rows && order.length === rows,
    'feature, target and order have the same rows',
  )
  if (rows < folds || target.values.every((value) => value === target.values[0])) return null
  const truth = Float64Array.from(order, (row) => target.values[row] ?? 0)
  const known = Float64Array.from(order, (row) => feature.values[row] ?? 0)
  const fold = target.kind === 'category' ? stratifiedFolds(truth) : plainFolds(rows)
  const predicted = new Float64Array(rows)
  for (let part = 0; part < folds; part++) {
    const learn = [...fold.keys()].filter((row) => fold[row] !== part)
    const answer = learnt(
      { kind: feature.kind, values: known },
      { kind: target.kind, values: truth },
      learn,
    )
    for (const [row, of] of fold.entries())
      if (of === part) predicted[row] = answer(known[row] ?? 0)
  }
  const predictions = { truth, predicted, fold }
  const model = modelScore(predictions, target.kind)
  const { kind, values: asked } = target
  // The random guess names the labels in the order of the dealing.
  const baseline = baselineScore({ kind, asked, guessed: truth })
  const score = Math.max(0, openScore(model, baseline, kind))
  return { score, model, baseline, predictions, asked, guessed: truth }
}

/** The score of predictions: the mean over the folds that have rows. */
export function modelScore(predictions: Predictions, kind: PowerColumn['kind']): number {
  return meanOverFolds(predictions, kind === 'category' ? weightedF1 : meanAbsoluteError)
}

/** A model's score on the way from its baseline, 0, to perfection, 1; below 0 for one that is worse than the baseline. */
export function openScore(model: number, baseline: number, kind: PowerColumn['kind']): number {
  if (kind === 'number') return 1 - model / baseline
  return baseline === 1 ? 0 : (model - baseline) / (1 - baseline)
}

function meanAbsoluteError(truth: Float64Array, predicted: Float64Array): number {
  return (
    truth.reduce((sum, value, n) => sum + Math.abs(value - (predicted[n] ?? 0)), 0) / truth.length
  )
}

/**
 * The score of guessing. Of classes: the better of always naming the most frequent and of naming at random. Of numbers:
 * the median.
 * @param of the rows' truths and, of classes, what was named at random for each
 */
export function baselineScore(of: {
  readonly kind: PowerColumn['kind']
  readonly asked: Float64Array
  readonly guessed: Float64Array
}): number {
  const { kind, asked, guessed } = of
  if (kind === 'number') {
    const sorted = asked.toSorted()
    const upper = sorted.length >> 1
    const lower = sorted.length % 2 === 0 ? upper - 1 : upper
    const median = ((sorted[lower] ?? 0) + (sorted[upper] ?? 0)) / 2
    return meanAbsoluteError(
      asked,
      asked.map(() => median),
    )
  }
  const commonest = mostFrequent({ kind, values: asked }, [...asked.keys()])
  return Math.max(
    weightedF1(
      asked,
      asked.map(() => commonest),
    ),
    weightedF1(asked, guessed),
  )
}

/** Parts one after the other, the first ones a row longer: scikit-learn's KFold. */
function plainFolds(rows: number): Uint8Array {
  const size = Math.floor(rows / folds)
  const longer = rows % folds
  return Uint8Array.from({ length: rows }, (_, row) =>
    row < longer * (size + 1)
      ? Math.floor(row / (size + 1))
      : longer + Math.floor((row - longer * (size + 1)) / size),
  )
}

/** Parts with as even a share of each class as can be: scikit-learn's StratifiedKFold. */
function stratifiedFolds(truth: Float64Array): Uint8Array {
  const classes = new Map<number, number>()
  const codes = Array.from(truth, (value) => classes.getOrInsertComputed(value, () => classes.size))
  const sorted = codes.toSorted((a, b) => a - b)
  // How many rows of each class each part takes: those of every fourth row of the sorted classes.
  const takes = Array.from({ length: classes.size }, () => Array.from({ length: folds }, () => 0))
  for (const [n, code] of sorted.entries()) {
    const of = takes[code]
    if (of !== undefined) of[n % folds] = (of[n % folds] ?? 0) + 1
  }
  const part = takes.map(() => 0)
  return Uint8Array.from(codes, (code) => {
    const of = takes[code] ?? []
    while ((of[part[code] ?? 0] ?? 1) === 0) part[code] = (part[code] ?? 0) + 1
    const now = part[code] ?? 0
    of[now] = (of[now] ?? 0) - 1
    return now
  })
}

/** What rows teach of one column: the prediction for a value. */
function learnt(
  feature: PowerColumn,
  target: PowerColumn,
  learn: readonly number[],
): (value: number) => number {
  const answer = target.kind === 'category' ? mostFrequent : mean
  if (feature.kind === 'category') {
    const groups = Map.groupBy(learn, (row) => feature.values[row] ?? 0)
    const answers = new Map(Array.from(groups, ([value, rows]) => [value, answer(target, rows)]))
    const otherwise = answer(target, learn)
    return (value) => answers.get(value) ?? otherwise
  }
  const singles = learn.map((row) => ({ row, value: Math.fround(feature.values[row] ?? 0) }))
  singles.sort((a, b) => a.value - b.value || a.row - b.row)
  const edges: number[] = []
  const groups: number[][] = []
  for (const [n, { row, value }] of singles.entries()) {
    const before = singles[n - 1]?.value
    if (before === undefined || value > Math.fround(before + nearest)) {
      if (before !== undefined) edges.push(before / 2 + value / 2)
      groups.push([])
    }
    groups.at(-1)?.push(row)
  }
  const answers = groups.map((rows) => answer(target, rows))
  return (value) => answers[placeOf(edges, Math.fround(value))] ?? 0
}

/** How many edges lie below a value. */
function placeOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (value <= (edges[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low
}

/** The most frequent class; of several, the lowest. */
function mostFrequent({ values }: PowerColumn, rows: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const row of rows) {
    const value = values[row] ?? 0
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  let [best, most] = [Infinity, 0]
  for (const [value, count] of counts)
    if (count > most || (count === most && value < best)) [best, most] = [value, count]
  return best
}

function mean({ values }: PowerColumn, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (values[row] ?? 0), 0) / rows.length
}
