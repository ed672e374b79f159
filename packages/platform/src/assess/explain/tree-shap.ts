// Exact SHAP values of trees, one row at a time: what the faster kernel is held against, and what explains trees too
// large for it. Path-dependent: Lundberg, Erion & Lee, "Consistent individualized feature attribution for tree
// ensembles" (2018), Algorithm 2. Interventional: Lundberg et al., "From local explanations to global understanding"
// (2020), Algorithm 3.

import { assert, OperatingError } from '@proofhouse/evidence'
import {
  type Contributions,
  expectedByCover,
  meanMargins,
  noContributions,
  requireCover,
} from './contributions.ts'
import {
  firstOutput,
  goesLeft,
  margins,
  nodeTest,
  type Rows,
  shareOf,
  type TreeEnsemble,
  valueAt,
} from './tree-ensemble.ts'

/** Adds to the contributions of a row: `amount` times what a leaf gives. */
type Add = (leaf: number, feature: number, amount: number) => void

/**
 * SHAP values where an unknown feature follows the training rows down the tree, by the nodes' covers.
 * @throws OperatingError `model-malformed` without covers
 */
export function pathDependentShap(ensemble: TreeEnsemble, rows: Rows): Contributions {
  requireCover(ensemble)
  const values = noContributions(ensemble, rows)
  for (let row = 0; row < rows.count; row++)
    for (const [tree, root] of ensemble.roots.entries()) {
      const add = adder(ensemble, tree, values, row)
      descend({ ensemble, rows, row, add }, root, extended([], 1, 1, -1))
    }
  return { values, expected: expectedByCover(ensemble) }
}

/** SHAP values where an unknown feature takes its value from the background rows, one after the other. */
export function interventionalShap(
  ensemble: TreeEnsemble,
  rows: Rows,
  background: Rows,
): Contributions {
  requireBackground(background)
  const values = noContributions(ensemble, rows)
  for (const tree of ensemble.roots.keys())
    addInterventional(ensemble, tree, { rows, background }, values)
  return { values, expected: meanMargins(margins(ensemble, background), ensemble.outputs) }
}

/** Adds one tree's interventional contributions to each row's `values`: rows × outputs × features. */
export function addInterventional(
  ensemble: TreeEnsemble,
  tree: number,
  { rows, background }: { readonly rows: Rows; readonly background: Rows },
  values: Float64Array,
): void {
  const whose = new Uint8Array(ensemble.features)
  const root = ensemble.roots[tree] ?? 0
  for (let row = 0; row < rows.count; row++) {
    const add = adder(ensemble, tree, values, row, 1 / background.count)
    for (let other = 0; other < background.count; other++)
      compare({ ensemble, rows, row, background, other, add, whose }, root, 0, 0)
  }
}

/** @throws OperatingError `data-unsuitable` without a background row */
export function requireBackground(background: Rows): void {
  if (background.count === 0)
    throw new OperatingError('data-unsuitable', 'there is no background row to explain against')
}

function adder(
  ensemble: TreeEnsemble,
  tree: number,
  into: Float64Array,
  row: number,
  scale = 1,
): Add {
  const { features, outputs, width, values } = ensemble
  const first = row * outputs + firstOutput(ensemble, tree)
  return (leaf, feature, amount) => {
    for (let k = 0; k < width; k++) {
      const at = (first + k) * features + feature
      into[at] = (into[at] ?? 0) + scale * amount * (values[leaf * width + k] ?? 0)
    }
  }
}

/**
 * A feature on the path: the share of paths that flow through when it is unknown, whether the row's does, and the
 * paper's weight.
 */
interface Step {
  readonly feature: number
  readonly zero: number
  readonly one: number
  readonly weight: number
}

/** EXTEND: the path with one more feature, its weights by the number of known features. */
function extended(path: readonly Step[], zero: number, one: number, feature: number): Step[] {
  const length = path.length
  const weights = [...path.map(({ weight }) => weight), length === 0 ? 1 : 0]
  for (let i = length - 1; i >= 0; i--) {
    const weight = weights[i] ?? 0
    weights[i + 1] = (weights[i + 1] ?? 0) + (one * weight * (i + 1)) / (length + 1)
    weights[i] = (zero * weight * (length - i)) / (length + 1)
  }
  return [...path, { feature, zero, one, weight: 0 }].map((step, i) => ({
    ...step,
    weight: weights[i] ?? 0,
  }))
}

/** The weights of a path without its step n: EXTEND undone. */
function unwoundWeights(path: readonly Step[], n: number): number[] {
  const last = path.length - 1
  const { zero, one } = path[n] ?? { zero: 1, one: 1 }
  const weights = path.map(({ weight }) => weight)
  let next = weights[last] ?? 0
  for (let j = last - 1; j >= 0; j--) {
    const weight = weights[j] ?? 0
    if (one !== 0) {
      const undone = (next * (last + 1)) / ((j + 1) * one)
      weights[j] = undone
      next = weight - (undone * zero * (last - j)) / (last + 1)
    } else weights[j] = (weight * (last + 1)) / (zero * (last - j))
  }
  return weights.slice(0, last)
}

/** UNWIND: the path as if step n had never been taken. */
function unwound(path: readonly Step[], n: number): Step[] {
  const weights = unwoundWeights(path, n)
  return path.toSpliced(n, 1).map((step, i) => ({ ...step, weight: weights[i] ?? 0 }))
}

interface Descent {
  readonly ensemble: TreeEnsemble
  readonly rows: Rows
  readonly row: number
  readonly add: Add
}

/** RECURSE: every leaf below the node adds to the features of its path. */
function descend(descent: Descent, node: number, path: readonly Step[]): void {
  const { ensemble, rows, row, add } = descent
  if (ensemble.test[node] === nodeTest.leaf) {
    for (const [n, step] of path.entries()) {
      if (n === 0) continue
      const weight = unwoundWeights(path, n).reduce((sum, part) => sum + part, 0)
      add(node, step.feature, weight * (step.one - step.zero))
    }
    return
  }
  const feature = ensemble.feature[node] ?? 0
  const isLeft = goesLeft(ensemble, node, valueAt(ensemble, rows, row, feature))
  const seen = path.findIndex((step) => step.feature === feature)
  const { zero, one } = path[seen] ?? { zero: 1, one: 1 }
  const above = seen < 0 ? path : unwound(path, seen)
  const [left, right] = [ensemble.left[node] ?? 0, ensemble.right[node] ?? 0]
  for (const [child, isTaken] of [
    [left, isLeft],
    [right, !isLeft],
  ] as const) {
    const flow = { zero: zero * shareOf(ensemble, node, child), one: isTaken ? one : 0 }
    // Neither the row nor any training row comes here: nothing below counts.
    if (flow.zero === 0 && flow.one === 0) continue
    descend(descent, child, extended(above, flow.zero, flow.one, feature))
  }
}

interface Comparison extends Descent {
  readonly background: Rows
  readonly other: number
  /**
   * Per feature, whose value the path follows where the two rows part: 0 neither yet, 1 the row's, 2 the
   * background's.
   */
  readonly whose: Uint8Array
}

/**
 * Every leaf that some mixture of the two rows reaches; `mine` and `theirs` count the features that had to be the
 * one's or the other's.
 */
function compare(comparison: Comparison, node: number, mine: number, theirs: number): void {
  const { ensemble, rows, row, background, other, whose } = comparison
  if (ensemble.test[node] === nodeTest.leaf) {
    addMixture(comparison, node, mine, theirs)
    return
  }
  const feature = ensemble.feature[node] ?? 0
  const isLeft = goesLeft(ensemble, node, valueAt(ensemble, rows, row, feature))
  const isLeftThere = goesLeft(ensemble, node, valueAt(ensemble, background, other, feature))
  const [left, right] = [ensemble.left[node] ?? 0, ensemble.right[node] ?? 0]
  const held = whose[feature] ?? 0
  if (isLeft === isLeftThere || held === 1) compare(comparison, isLeft ? left : right, mine, theirs)
  else if (held === 2) compare(comparison, isLeftThere ? left : right, mine, theirs)
  else {
    whose[feature] = 1
    compare(comparison, isLeft ? left : right, mine + 1, theirs)
    whose[feature] = 2
    compare(comparison, isLeftThere ? left : right, mine, theirs + 1)
    whose[feature] = 0
  }
}

function addMixture(comparison: Comparison, leaf: number, mine: number, theirs: number): void {
  const { whose, add } = comparison
  for (const [feature, held] of whose.entries()) {
    if (held === 1) add(leaf, feature, mixtureWeight(mine - 1, theirs))
    else if (held === 2) add(leaf, feature, -mixtureWeight(mine, theirs - 1))
  }
}

/** (a! b!) / (a + b + 1)!: the share of orders in which a given feature comes after a certain others and before b. */
export function mixtureWeight(a: number, b: number): number {
  assert(a >= 0 && b >= 0, 'features are counted')
  let weight = 1 / (a + b + 1)
  for (let k = 1; k <= b; k++) weight *= k / (a + k)
  return weight
}
