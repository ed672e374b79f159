// SHAP values by their definition: every coalition of features, one by one. For trees of a few features only.

import type { Contributions } from './contributions.ts'
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

/**
 * What each output is expected to be when only the coalition's features of the row are known; bit f stands for
 * feature f.
 */
type Game = (row: number, coalition: number) => Float64Array

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
const bitsIn = (mask: number): number => (mask === 0 ? 0 : (mask & 1) + bitsIn(mask >>> 1))

/** Shapley values of a game. */
export function byCoalitions(ensemble: TreeEnsemble, rows: Rows, game: Game): Contributions {
  const { features, outputs } = ensemble
  const values = new Float64Array(rows.count * outputs * features)
  for (let row = 0; row < rows.count; row++) {
    const worth = Array.from({ length: 2 ** features }, (_, coalition) => game(row, coalition))
    for (let feature = 0; feature < features; feature++)
      for (let coalition = 0; coalition < worth.length; coalition++) {
        if (((coalition >>> feature) & 1) === 1) continue
        const size = bitsIn(coalition)
        const weight = (factorial(size) * factorial(features - size - 1)) / factorial(features)
        for (let output = 0; output < outputs; output++) {
          const at = (row * outputs + output) * features + feature
          const gain =
            (worth[coalition | (1 << feature)]?.[output] ?? 0) - (worth[coalition]?.[output] ?? 0)
          values[at] = (values[at] ?? 0) + weight * gain
        }
      }
  }
  return { values, expected: game(0, 0) }
}

/** Unknown features follow the covers. */
export function coverGame(ensemble: TreeEnsemble, rows: Rows): Game {
  return (row, coalition) => {
    const sums = Float64Array.from(ensemble.base)
    const visit = (tree: number, node: number, share: number): void => {
      if (ensemble.test[node] === nodeTest.leaf) {
        const to = firstOutput(ensemble, tree)
        for (let k = 0; k < ensemble.width; k++)
          sums[to + k] =
            (sums[to + k] ?? 0) + share * (ensemble.values[node * ensemble.width + k] ?? 0)
        return
      }
      const feature = ensemble.feature[node] ?? 0
      const isLeft = goesLeft(ensemble, node, valueAt(ensemble, rows, row, feature))
      const isKnown = ((coalition >>> feature) & 1) === 1
      const [left, right] = [ensemble.left[node] ?? 0, ensemble.right[node] ?? 0]
      if (!isKnown || isLeft)
        visit(tree, left, share * (isKnown ? 1 : shareOf(ensemble, node, left)))
      if (!isKnown || !isLeft)
        visit(tree, right, share * (isKnown ? 1 : shareOf(ensemble, node, right)))
    }
    for (const [tree, root] of ensemble.roots.entries()) visit(tree, root, 1)
    return sums
  }
}

/** Unknown features take the background rows' values. */
export function backgroundGame(ensemble: TreeEnsemble, rows: Rows, background: Rows): Game {
  const { features, outputs } = ensemble
  return (row, coalition) => {
    const mixed = Float64Array.from(background.values, (value, n) => {
      const feature = n % features
      const isKnown = ((coalition >>> feature) & 1) === 1
      return isKnown ? (rows.values[row * features + feature] ?? 0) : value
    })
    const sums = margins(ensemble, { count: background.count, values: mixed })
    return Float64Array.from({ length: outputs }, (_, output) => {
      let total = 0
      for (let n = output; n < sums.length; n += outputs) total += sums[n] ?? 0
      return total / background.count
    })
  }
}
