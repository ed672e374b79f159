// How likely each class is for each row, from a model that did not learn from that row: what confident learning reads. Either
// the system's own score, or boosted trees learnt on the other parts of the rows.

import { assert } from '@proofhouse/evidence'
import { boost, boostedOdds } from '../checks/boosting.ts'
import type { CodedColumn } from '../checks/coding.ts'
import { everyNth } from '../checks/nearest-rows.ts'
import { seededRandom } from '../intervals/random.ts'

/** Probabilities of the classes, row after row. */
export interface ClassProbabilities {
  readonly classes: number
  /** `classes` numbers from 0 to 1 per row, which add up to 1. */
  readonly values: Float64Array
}

/** Parts the rows are dealt into: each is predicted by what the others teach. */
const folds = 5
/** Rows to learn from at most, for each part: of more classes fewer, for each class learns from them anew. */
const learningRowsMax = (classes: number) => Math.max(4_000, Math.floor(20_000 / classes))

/** The probability of one class for one row. */
export function probabilityOf(of: ClassProbabilities, row: number, label: number): number {
  return of.values[row * of.classes + label] ?? 0
}

/** The most likely class of a row; of several, the first. */
export function likeliestClass(of: ClassProbabilities, row: number): number {
  let best = 0
  for (let label = 1; label < of.classes; label++)
    if (probabilityOf(of, row, label) > probabilityOf(of, row, best)) best = label
  return best
}

/**
 * The probabilities of two classes from a score.
 * @param score the probability of the positive class, from 0 to 1, by a model that did not learn from these rows
 * @param positive the code of the positive class
 */
export function probabilitiesOfScore(score: Float64Array, positive: 0 | 1): ClassProbabilities {
  const values = new Float64Array(2 * score.length)
  for (const [row, p] of score.entries()) {
    assert(p >= 0 && p <= 1, 'a probability lies between 0 and 1')
    values[2 * row + positive] = p
    values[2 * row + 1 - positive] = 1 - p
  }
  return { classes: 2, values }
}

/**
 * Out-of-sample probabilities: each class against the others by boosted trees, over the columns. The rows are dealt
 * into five parts, each class evenly; what a row gets comes from the four parts that it is not in. With more than two
 * classes the shares are scaled to add up to 1.
 */
export function outOfSampleProbabilities(
  columns: readonly CodedColumn[],
  label: CodedColumn,
  seed: number,
): ClassProbabilities {
  const rows = label.codes.length
  const classes = label.labels.length
  const fold = dealt(label, seed)
  const values = new Float64Array(rows * classes)
  // Of two classes, the second says all of the first.
  const asked = classes === 2 ? [1] : [...label.labels.keys()]
  const targets = asked.map((code) => label.codes.map((found) => (found === code ? 1 : 0)))
  for (let part = 0; part < folds; part++) {
    const all = Uint32Array.from(label.codes.keys())
    const others = all.filter((row) => fold[row] !== part)
    const learn = everyNth(others, learningRowsMax(classes))
    const models = targets.map((target) => boost(columns, target, learn))
    for (const row of all) {
      if (fold[row] !== part) continue
      const shares = models.map((model) => 1 / (1 + Math.exp(-boostedOdds(model, columns, row))))
      const both = classes === 2 ? [1 - (shares[0] ?? 0), shares[0] ?? 0] : shares
      const sum = both.reduce((total, share) => total + share, 0)
      for (const [code, share] of both.entries()) values[row * classes + code] = share / sum
    }
  }
  return { classes, values }
}

/** The part of each row: the rows of a class in random order, one part after the other. */
function dealt(label: CodedColumn, seed: number): Uint8Array {
  const random = seededRandom(seed)
  const fold = new Uint8Array(label.codes.length)
  const order = Array.from(label.codes.keys(), (row) => ({ row, at: random() }))
  order.sort((a, b) => a.at - b.at || a.row - b.row)
  const next = label.labels.map(() => 0)
  for (const { row } of order) {
    const code = label.codes[row] ?? 0
    const given = next[code] ?? 0
    fold[row] = given % folds
    next[code] = given + 1
  }
  return fold
}
