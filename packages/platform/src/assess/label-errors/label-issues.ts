// Which labels are likely wrong: cleanlab's `find_label_issues` with its filters. The confident joint says how many rows of each
// given label truly are of each class; a filter says which rows those are.

import { type ClassProbabilities, likeliestClass, probabilityOf } from './class-probabilities.ts'
import {
  confidentClass,
  confidentJoint,
  confidentThresholds,
  countsOf,
  entryOf,
  type Joint,
} from './confident-joint.ts'
import { labelQuality, type LabelQualityMethod } from './label-quality.ts'

/** The filters there are, by cleanlab's names. */
export const labelIssueFilters = [
  'prune_by_noise_rate',
  'prune_by_class',
  'both',
  'confident_learning',
  'predicted_neq_given',
] as const

/** The name of a filter. */
export type LabelIssueFilter = (typeof labelIssueFilters)[number]

/** A label that is the likeliest but for this much is kept: cleanlab's. */
const closeEnough = 1e-6
/** Rows of a class that are never taken away. */
const keptPerClass = 1

/**
 * 1 for each row whose label is likely wrong. Equal probabilities are taken in the order of the rows.
 * @param probabilities of a model that did not learn from the rows
 */
export function findLabelIssues(
  labels: Uint8Array,
  probabilities: ClassProbabilities,
  filter: LabelIssueFilter = 'prune_by_noise_rate',
): Uint8Array {
  const issues = filters[filter](labels, probabilities)
  return issues.map((issue, row) =>
    issue === 1 && !isBelieved(probabilities, row, labels[row] ?? 0) ? 1 : 0,
  )
}

/** The rows of issues, the least believable first; equal ones in the order of the rows. */
export function rankedIssues(
  labels: Uint8Array,
  probabilities: ClassProbabilities,
  by: { readonly filter: LabelIssueFilter; readonly rankedBy: LabelQualityMethod },
): number[] {
  const issues = findLabelIssues(labels, probabilities, by.filter)
  const quality = labelQuality(labels, probabilities, by.rankedBy)
  return [...issues.keys()]
    .filter((row) => issues[row] === 1)
    .toSorted((a, b) => (quality[a] ?? 0) - (quality[b] ?? 0) || a - b)
}

type Filter = (labels: Uint8Array, probabilities: ClassProbabilities) => Uint8Array

const pruneByClass: Filter = (labels, probabilities) =>
  pruned(labels, probabilities, markLeastConfident)
const pruneByNoiseRate: Filter = (labels, probabilities) =>
  pruned(labels, probabilities, markLargestMargins)

const filters: Readonly<Record<LabelIssueFilter, Filter>> = {
  prune_by_class: pruneByClass,
  prune_by_noise_rate: pruneByNoiseRate,
  both: (labels, probabilities) => {
    const byClass = pruneByClass(labels, probabilities)
    return pruneByNoiseRate(labels, probabilities).map((issue, row) => issue & (byClass[row] ?? 0))
  },
  confident_learning: (labels, probabilities) => {
    const thresholds = confidentThresholds(labels, probabilities)
    return labels.map((label, row) => {
      const truth = confidentClass(probabilities, thresholds, row)
      return Number(truth !== null && truth !== label)
    })
  },
  predicted_neq_given: (labels, probabilities) =>
    labels.map((label, row) => Number(likeliestClass(probabilities, row) !== label)),
}

/** Whether the given label is the likeliest, or all but. */
function isBelieved(probabilities: ClassProbabilities, row: number, label: number): boolean {
  const own = probabilityOf(probabilities, row, label) + closeEnough
  for (let code = 0; code < probabilities.classes; code++) {
    if (code === label) continue
    const other = probabilityOf(probabilities, row, code)
    // Of equals the first class is the likeliest.
    if (other > own || (other === own && code < label)) return false
  }
  return true
}

interface Pruning {
  readonly probabilities: ClassProbabilities
  /** The rows labelled with the class. */
  readonly rows: Uint32Array
  readonly label: number
  /** Rows of the label by true class. */
  readonly counts: Joint
  readonly issues: Uint8Array
}

function pruned(
  labels: Uint8Array,
  probabilities: ClassProbabilities,
  mark: (pruning: Pruning) => void,
): Uint8Array {
  const issues = new Uint8Array(labels.length)
  const counts = pruneCounts(confidentJoint(labels, probabilities))
  const all = Uint32Array.from(labels.keys())
  for (const [label, count] of countsOf(labels, probabilities.classes).entries()) {
    if (count <= keptPerClass) continue
    const rows = all.filter((row) => labels[row] === label)
    mark({ probabilities, rows, label, counts, issues })
  }
  return issues
}

/** As many rows as the label has wrong ones, those whose probability of it is the smallest. */
function markLeastConfident({ probabilities, rows, label, counts, issues }: Pruning): void {
  const wrong = rows.length - entryOf(counts, label, label)
  const order = sortedBy(rows, (row) => probabilityOf(probabilities, row, label))
  for (const row of order.slice(0, Math.max(0, wrong))) issues[row] = 1
}

/** For each other class, as many rows as truly are of it, those with the largest margin of its probability over the label's. */
function markLargestMargins({ probabilities, rows, label, counts, issues }: Pruning): void {
  for (let truth = 0; truth < probabilities.classes; truth++) {
    const wrong = entryOf(counts, label, truth)
    if (truth === label || wrong <= 0) continue
    const order = sortedBy(
      rows,
      (row) => probabilityOf(probabilities, row, label) - probabilityOf(probabilities, row, truth),
    )
    for (const row of order.slice(0, wrong)) issues[row] = 1
  }
}

function sortedBy(rows: Uint32Array, valueOf: (row: number) => number): Uint32Array {
  const value = new Map(Array.from(rows, (row) => [row, valueOf(row)]))
  return rows.toSorted((a, b) => (value.get(a) ?? 0) - (value.get(b) ?? 0) || a - b)
}

/** The joint such that each label keeps a right row: what the diagonal lacks is taken from the label's wrong ones alike. */
function pruneCounts(joint: Joint): Joint {
  const { classes } = joint
  const values = new Float64Array(classes * classes)
  for (let given = 0; given < classes; given++) {
    const row = joint.values.subarray(given * classes, (given + 1) * classes)
    const right = row[given] ?? 0
    const kept = Math.max(right, keptPerClass)
    const sharers = Math.max(row.filter((count) => count !== 0).length - 1, 1)
    const less = (kept - right) / sharers
    values.set(
      row.map((count, truth) => (truth === given ? kept : Math.floor(Math.max(0, count - less)))),
      given * classes,
    )
  }
  return { classes, values }
}
