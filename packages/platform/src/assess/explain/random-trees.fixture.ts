// Trees, rows and backgrounds out of a seed: every kind of split and of missing value, features that come back on a
// path, leaves that no training row reached, trees of one output and of several.

import { type Random, seededRandom } from '../intervals/random.ts'
import {
  categorySet,
  emptyNodes,
  missingRule,
  nodeTest,
  type Rows,
  type TreeEnsemble,
} from './tree-ensemble.ts'

/** How large, and whether only `<=` on numbers without missing values, as for a race. */
export interface TreeSizes {
  readonly features: number
  readonly trees: number
  readonly depth: number
  readonly outputs?: number
  readonly shared?: boolean
  readonly plain?: boolean
  /** Chance that a node above the full depth is a leaf. */
  readonly stop?: number
}

/** An ensemble of a seed. */
export function randomTrees(seed: number, sizes: TreeSizes): TreeEnsemble {
  const random = seededRandom(seed)
  const { features, trees, depth, outputs = 1, shared = false } = sizes
  const width = shared ? outputs : 1
  const count = trees * (2 ** (depth + 1) - 1)
  const nodes = emptyNodes(count, width)
  const cover = new Float64Array(count)
  const sets = Array.from({ length: 4 }, () =>
    categorySet([0, 1, 2, 3, 4, 40].filter(() => random() < 0.5)),
  )
  let next = 0
  const grow = (level: number, weight: number): number => {
    const node = next++
    cover[node] = weight
    if (level === depth || random() < (sizes.stop ?? 0)) {
      for (let k = 0; k < width; k++) nodes.values[node * width + k] = 2 * random() - 1
      return node
    }
    split(nodes, node, sizes, random)
    const share = sizes.plain !== true && random() < 0.05 ? 0 : 0.1 + 0.8 * random()
    nodes.left[node] = grow(level + 1, weight * share)
    nodes.right[node] = grow(level + 1, weight * (1 - share))
    return node
  }
  const roots = Int32Array.from({ length: trees }, () => grow(0, 1000))
  const base = Float64Array.from({ length: outputs }, random)
  const output = Int32Array.from({ length: trees }, (_, tree) => (shared ? 0 : tree % outputs))
  const rounded = random() < 0.5
  const link = 'identity'
  return { ...nodes, cover, sets, features, outputs, link, rounded, base, roots, width, output }
}

function split(
  nodes: ReturnType<typeof emptyNodes>,
  node: number,
  sizes: TreeSizes,
  random: Random,
): void {
  const below = (top: number) => Math.floor(top * random())
  nodes.feature[node] = below(sizes.features)
  nodes.test[node] = sizes.plain === true ? nodeTest.atMost : 1 + below(5)
  nodes.missing[node] = sizes.plain === true ? missingRule.right : below(5)
  const isSet = (nodes.test[node] ?? 0) >= nodeTest.member
  if (isSet) nodes.threshold[node] = below(4)
  else nodes.threshold[node] = sizes.plain === true ? random() : below(6) - 1
}

/** Rows of a seed: whole and broken numbers around the thresholds, zeros, categories far out, missing values. */
export function randomRows(seed: number, count: number, features: number): Rows {
  const random = seededRandom(seed)
  const draw = () => {
    const kind = random()
    if (kind < 0.15) return Number.NaN
    if (kind < 0.25) return 0
    if (kind < 0.3) return 40
    return kind < 0.6 ? Math.floor(7 * random()) - 2 : 7 * random() - 2
  }
  return { count, values: Float64Array.from({ length: count * features }, draw) }
}
