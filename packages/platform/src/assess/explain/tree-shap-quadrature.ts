// Path-dependent SHAP values of a few rows: one walk through each tree, with the Shapley weights as a short
// quadrature instead of the textbook's growing and shrinking of paths. Quicker than tables as long as there are too
// few rows to fill them.

import { quadratureFor } from './quadrature.ts'
import {
  firstOutput,
  goesLeft,
  nodeTest,
  type Rows,
  shareOf,
  type TreeEnsemble,
  valueAt,
} from './tree-ensemble.ts'

/** Adds one tree's contributions to each row's `values`: rows × outputs × features. Needs cover. */
export function addByQuadrature(
  ensemble: TreeEnsemble,
  tree: number,
  rows: Rows,
  values: Float64Array,
): void {
  const root = ensemble.roots[tree] ?? 0
  const depth = depthOf(ensemble, root)
  const walk = new Walk(ensemble, rows, depth)
  const row = ensemble.outputs * ensemble.features
  const first = firstOutput(ensemble, tree) * ensemble.features
  for (let n = 0; n < rows.count; n++) walk.add(root, n, values, n * row + first)
}

function depthOf({ test, left, right }: TreeEnsemble, root: number): number {
  const visit = (node: number): number =>
    test[node] === nodeTest.leaf ? 0 : 1 + Math.max(visit(left[node] ?? 0), visit(right[node] ?? 0))
  return visit(root)
}

class Walk {
  readonly #ensemble: TreeEnsemble
  readonly #rows: Rows
  readonly #points: Float64Array
  readonly #weights: Float64Array
  /** Level by level and point by point, the product over the features of the path of p + t (o - p). */
  readonly #products: Float64Array
  /** Level by level, output by output and point by point, what all leaves below are worth. */
  readonly #below: Float64Array
  /** Per feature, the share p of training rows that meets what the path asks of it, and whether the row does (o). */
  readonly #shares: Float64Array
  readonly #met: Float64Array

  constructor(ensemble: TreeEnsemble, rows: Rows, depth: number) {
    const { points, weights } = quadratureFor(Math.min(depth, ensemble.features))
    this.#ensemble = ensemble
    this.#rows = rows
    this.#points = points
    this.#weights = weights
    this.#products = new Float64Array((depth + 1) * points.length).fill(1)
    this.#below = new Float64Array((depth + 1) * points.length * ensemble.width)
    this.#shares = new Float64Array(ensemble.features).fill(1)
    this.#met = new Float64Array(ensemble.features).fill(1)
  }

  /** Adds the contributions to a row from place `to` of the values on. */
  add(root: number, row: number, values: Float64Array, to: number): void {
    this.#visit(root, 0, { row, values, to })
  }

  #visit(node: number, level: number, at: Place): void {
    const ensemble = this.#ensemble
    const [count, width] = [this.#points.length, ensemble.width]
    const own = level * count * width
    if (ensemble.test[node] === nodeTest.leaf) {
      for (let k = 0; k < width; k++) {
        const value = ensemble.values[node * width + k] ?? 0
        for (let q = 0; q < count; q++)
          this.#below[own + k * count + q] =
            value * (this.#weights[q] ?? 0) * (this.#products[level * count + q] ?? 0)
      }
      return
    }
    this.#below.fill(0, own, own + count * width)
    const feature = ensemble.feature[node] ?? 0
    const value = valueAt(ensemble, this.#rows, at.row, feature)
    const isLeft = goesLeft(ensemble, node, value)
    this.#follow(node, ensemble.left[node] ?? 0, isLeft, level, at)
    this.#follow(node, ensemble.right[node] ?? 0, !isLeft, level, at)
  }

  /** Goes down one side of a split, and gives its feature what that adds beyond what the path already gave it. */
  #follow(node: number, child: number, isTaken: boolean, level: number, at: Place): void {
    const ensemble = this.#ensemble
    const [count, width] = [this.#points.length, ensemble.width]
    const feature = ensemble.feature[node] ?? 0
    const [before, metBefore] = [this.#shares[feature] ?? 1, this.#met[feature] ?? 1]
    const share = before * shareOf(ensemble, node, child)
    const met = isTaken ? metBefore : 0
    // Neither the row nor any training row comes here: nothing below counts.
    if (share === 0 && met === 0) return
    for (let q = 0; q < count; q++) {
      const t = this.#points[q] ?? 0
      const ratio = (share + t * (met - share)) / (before + t * (metBefore - before))
      this.#products[(level + 1) * count + q] = (this.#products[level * count + q] ?? 0) * ratio
    }
    this.#shares[feature] = share
    this.#met[feature] = met
    this.#visit(child, level + 1, at)
    this.#shares[feature] = before
    this.#met[feature] = metBefore
    for (let k = 0; k < width; k++) {
      const own = (level * width + k) * count
      const below = ((level + 1) * width + k) * count
      let sum = 0
      for (let q = 0; q < count; q++) {
        const t = this.#points[q] ?? 0
        const worth = this.#below[below + q] ?? 0
        this.#below[own + q] = (this.#below[own + q] ?? 0) + worth
        const gained = (met - share) / (share + t * (met - share))
        sum += worth * (gained - (metBefore - before) / (before + t * (metBefore - before)))
      }
      const to = at.to + k * ensemble.features + feature
      at.values[to] = (at.values[to] ?? 0) + sum
    }
  }
}

/** The row at work, and where its contributions belong. */
interface Place {
  readonly row: number
  readonly values: Float64Array
  readonly to: number
}
