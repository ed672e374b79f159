// Small random sums of trees, and their nearest adversarial change by going through every combination of leaves.

import { emptyNodes, margins, nodeTest, type TreeEnsemble } from '../explain/tree-ensemble.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import type { FeasibleSpace } from './feasible-changes.ts'
import type { Point } from './mixed-rows.ts'

/** Full trees with random splits of `features` numbers from about -2 to 2 and random leaves. */
export function randomTrees(
  seed: number,
  {
    trees,
    depth,
    features,
    rounded = false,
  }: {
    readonly trees: number
    readonly depth: number
    readonly features: number
    readonly rounded?: boolean
  },
): TreeEnsemble {
  const random = seededRandom(seed)
  const size = 2 ** (depth + 1) - 1
  const nodes = emptyNodes(trees * size, 1)
  for (let tree = 0; tree < trees; tree++)
    for (let n = 0; n < size; n++) fillNode(nodes, { at: tree * size, n, size, features, random })
  return {
    ...nodes,
    features,
    outputs: 1,
    link: 'logistic',
    rounded,
    base: Float64Array.of(0.05),
    roots: Int32Array.from({ length: trees }, (_, tree) => tree * size),
    width: 1,
    output: new Int32Array(trees),
    sets: [],
    cover: null,
  }
}

function fillNode(
  nodes: ReturnType<typeof emptyNodes>,
  by: {
    readonly at: number
    readonly n: number
    readonly size: number
    readonly features: number
    readonly random: Random
  },
): void {
  const { at, n, size, features, random } = by
  const node = at + n
  if (2 * n + 2 >= size) {
    nodes.values[node] = 2 * random() - 1
    return
  }
  nodes.test[node] = random() < 0.5 ? nodeTest.below : nodeTest.atMost
  nodes.feature[node] = Math.floor(random() * features)
  nodes.threshold[node] = Math.fround(4 * random() - 2)
  nodes.left[node] = at + 2 * n + 1
  nodes.right[node] = at + 2 * n + 2
}

/** The sum of the trees for a point. */
export function treeMargin(ensemble: TreeEnsemble, point: Point): number {
  return margins(ensemble, { count: 1, values: point })[0] ?? Number.NaN
}

/** The largest change of any number, in units of its scale, that every flip of the decision at 0 needs: an infimum. */
export function exactTreeDistance(
  ensemble: TreeEnsemble,
  point: Point,
  space: FeasibleSpace,
): number {
  const isPositive = treeMargin(ensemble, point) >= 0
  let nearest = Infinity
  const low = new Float64Array(ensemble.features).fill(-Infinity)
  const high = new Float64Array(ensemble.features).fill(Infinity)
  const distance = () =>
    point.reduce((most, value, n) => {
      const column = space[n]
      const scale = column?.kind === 'number' ? column.scale : 1
      const gap = Math.max(0, (low[n] ?? 0) - value, value - (high[n] ?? 0))
      return Math.max(most, gap === 0 || column?.direction !== 'fixed' ? gap / scale : Infinity)
    }, 0)
  const visit = (tree: number, node: number, sum: number): void => {
    if (distance() >= nearest) return
    if (ensemble.test[node] === nodeTest.leaf) {
      const total = sum + (ensemble.values[node] ?? 0)
      const root = ensemble.roots[tree + 1]
      if (root !== undefined) visit(tree + 1, root, total)
      else if (total >= 0 !== isPositive) nearest = distance()
      return
    }
    const [feature, threshold] = [ensemble.feature[node] ?? 0, ensemble.threshold[node] ?? 0]
    const [from, to] = [low[feature] ?? 0, high[feature] ?? 0]
    if (from < threshold) {
      high[feature] = Math.min(to, threshold)
      visit(tree, ensemble.left[node] ?? 0, sum)
      high[feature] = to
    }
    if (to > threshold) {
      low[feature] = Math.max(from, threshold)
      visit(tree, ensemble.right[node] ?? 0, sum)
      low[feature] = from
    }
  }
  visit(0, ensemble.roots[0] ?? 0, ensemble.base[0] ?? 0)
  return nearest
}
