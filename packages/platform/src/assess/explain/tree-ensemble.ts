// Sums of decision trees in one form, whatever library grew them: nodes of all trees lie in the same typed arrays,
// and every reader (ONNX, XGBoost, LightGBM) and every explanation meets here. A row goes left when it passes a
// node's test.

import { assert } from '@proofhouse/evidence'

/** What a node asks of its feature's value; passing it leads left. */
export const nodeTest = {
  /** No question: the node is a leaf. */
  leaf: 0,
  /** value < threshold */
  below: 1,
  /** value <= threshold */
  atMost: 2,
  /** value = threshold */
  equal: 3,
  /** The value without its fraction is in the node's set; negative values are in no set (XGBoost). */
  member: 4,
  /** The same, where values between -1 and 0 count as category 0 (LightGBM). */
  memberTruncated: 5,
} as const

/** What a node does with a value that is missing. */
export const missingRule = {
  /** NaN goes right. */
  right: 0,
  /** NaN goes left. */
  left: 1,
  /** NaN is read as zero. */
  asZero: 2,
  /** NaN, and zeros (see {@link zeroMax}), go right. */
  zeroRight: 3,
  /** NaN, and zeros, go left. */
  zeroLeft: 4,
} as const

/** Absolute values up to this one count as zero where zeros are missing: LightGBM's `kZeroThreshold`, a float32. */
export const zeroMax = Math.fround(1e-35)

/**
 * How a margin becomes a prediction: as it is, by the logistic function per output, by softmax over outputs, by exp.
 */
export type Link = 'identity' | 'logistic' | 'softmax' | 'exponential'

/** Nodes of all trees, index by index. */
export interface TreeNodes {
  /** Column of the rows that a split reads; unused in leaves. */
  readonly feature: Int32Array
  /** One of {@link nodeTest}. */
  readonly test: Uint8Array
  /** Number that the test compares with, or the index of its set in `sets`. */
  readonly threshold: Float64Array
  /** One of {@link missingRule}. */
  readonly missing: Uint8Array
  /** Node indices of the children; unused in leaves. */
  readonly left: Int32Array
  readonly right: Int32Array
  /** What a leaf adds: `width` numbers per node, unused in splits. */
  readonly values: Float64Array
}

/** A sum of trees. */
export interface TreeEnsemble extends TreeNodes {
  /** Columns of a row. */
  readonly features: number
  readonly outputs: number
  readonly link: Link
  /** Whether values are rounded to float32 before they are compared. */
  readonly rounded: boolean
  /** What is added to each output's sum of leaves. */
  readonly base: Float64Array
  /** Node index of each tree's root. */
  readonly roots: Int32Array
  /** Numbers in a leaf: 1, or `outputs`. */
  readonly width: number
  /** The output that each tree adds to where `width` is 1. */
  readonly output: Int32Array
  /** Category sets as bits: category c is bit c mod 32 of word c div 32. */
  readonly sets: readonly Uint32Array[]
  /** Weight of the training rows that reached each node; null where the model does not say. */
  readonly cover: Float64Array | null
}

/** Rows of numbers; NaN is a missing value. */
export interface Rows {
  readonly count: number
  /** Row after row: `count` × the ensemble's `features`. */
  readonly values: Float64Array
}

/** Arrays for a number of nodes, all leaves of value zero, for a reader to fill. */
export function emptyNodes(count: number, width: number): TreeNodes {
  return {
    feature: new Int32Array(count),
    test: new Uint8Array(count),
    threshold: new Float64Array(count),
    missing: new Uint8Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
    values: new Float64Array(count * width),
  }
}

/** A set of categories as bits. */
export function categorySet(categories: Iterable<number>): Uint32Array {
  const all = [...categories]
  const top = all.reduce((most, category) => Math.max(most, category), -1)
  const bits = new Uint32Array(Math.floor(top / 32) + 1)
  for (const category of all)
    bits[category >>> 5] = (bits[category >>> 5] ?? 0) | (1 << (category & 31))
  return bits
}

/**
 * Whether a row with this value of the node's feature goes left. The value is already rounded where the ensemble
 * rounds.
 */
export function goesLeft(ensemble: TreeEnsemble, node: number, value: number): boolean {
  const rule = ensemble.missing[node] ?? 0
  const isZero = rule >= missingRule.zeroRight && Math.abs(value) <= zeroMax
  if (isZero || (Number.isNaN(value) && rule !== missingRule.asZero))
    return rule === missingRule.left || rule === missingRule.zeroLeft
  const known = Number.isNaN(value) ? 0 : value
  const threshold = ensemble.threshold[node] ?? 0
  const test = ensemble.test[node]
  if (test === nodeTest.below) return known < threshold
  if (test === nodeTest.atMost) return known <= threshold
  if (test === nodeTest.equal) return known === threshold
  if (test === nodeTest.member && known < 0) return false
  return isIn(ensemble.sets[threshold], Math.trunc(known))
}

function isIn(set: Uint32Array | undefined, category: number): boolean {
  if (set === undefined || !(category >= 0 && category < 32 * set.length)) return false
  return (((set[category >>> 5] ?? 0) >>> (category & 31)) & 1) === 1
}

/** A row's value of a feature, as the ensemble compares it. */
export function valueAt(ensemble: TreeEnsemble, rows: Rows, row: number, feature: number): number {
  const value = rows.values[row * ensemble.features + feature] ?? Number.NaN
  return ensemble.rounded ? Math.fround(value) : value
}

/** Share of a split's training rows that went to a child, 0 to 1; 0 where none reached the split. Needs `cover`. */
export function shareOf(ensemble: TreeEnsemble, split: number, child: number): number {
  const whole = ensemble.cover?.[split] ?? 0
  return whole > 0 ? (ensemble.cover?.[child] ?? 0) / whole : 0
}

/** The outputs that a tree adds to: the first of them, with `width` in a row. */
export function firstOutput(ensemble: TreeEnsemble, tree: number): number {
  return ensemble.width === 1 ? (ensemble.output[tree] ?? 0) : 0
}

/** The sums of leaves and base: `rows.count` × `outputs`, row after row. */
export function margins(ensemble: TreeEnsemble, rows: Rows): Float64Array {
  const { features, outputs, width, roots, base, values } = ensemble
  assert(rows.values.length === rows.count * features, 'every row has every feature')
  const sums = new Float64Array(rows.count * outputs)
  for (let row = 0; row < rows.count; row++) {
    const at = row * outputs
    for (let output = 0; output < outputs; output++) sums[at + output] = base[output] ?? 0
    for (const [tree, root] of roots.entries()) {
      const leaf = leafOf(ensemble, root, rows, row)
      const to = at + firstOutput(ensemble, tree)
      for (let k = 0; k < width; k++)
        sums[to + k] = (sums[to + k] ?? 0) + (values[leaf * width + k] ?? 0)
    }
  }
  return sums
}

function leafOf(ensemble: TreeEnsemble, root: number, rows: Rows, row: number): number {
  let node = root
  while (ensemble.test[node] !== nodeTest.leaf) {
    const value = valueAt(ensemble, rows, row, ensemble.feature[node] ?? 0)
    node = (goesLeft(ensemble, node, value) ? ensemble.left[node] : ensemble.right[node]) ?? 0
  }
  return node
}

/** What one row's margins predict. */
export function predictionOf(link: Link, margin: Float64Array): Float64Array {
  if (link === 'identity') return margin
  if (link === 'logistic') return margin.map((value) => 1 / (1 + Math.exp(-value)))
  if (link === 'exponential') return margin.map((value) => Math.exp(value))
  const top = margin.reduce((most, value) => Math.max(most, value), -Infinity)
  const powers = margin.map((value) => Math.exp(value - top))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}
