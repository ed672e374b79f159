// Reads a model that LightGBM saved as text, with LightGBM's own arithmetic: float64, `<=` leads left, a category in
// a node's set leads left, and each node has its own kind of missing value.
// Format: Tree::ToString and GBDT::SaveModelToString of LightGBM 4; bits of decision_type as in
// include/LightGBM/tree.h.

import {
  categoriesMax,
  checkedEnsemble,
  featuresMax,
  malformedModel,
  nodesMax,
  outputsMax,
  withinLimit,
} from './tree-ensemble-check.ts'
import {
  emptyNodes,
  type Link,
  missingRule,
  nodeTest,
  type TreeEnsemble,
  type TreeNodes,
} from './tree-ensemble.ts'

/** Bits of `decision_type`; the kind of missing value stands in the two bits above them: 0 none, 1 zero, 2 NaN. */
const [isCategoryBit, isLeftDefaultBit, missingShift] = [1, 2, 2]

const links: readonly (readonly [RegExp, Link])[] = [
  [/^(binary|multiclassova) /, 'logistic'],
  [/^(cross_entropy)( |$)/, 'logistic'],
  [/^multiclass /, 'softmax'],
  [/^(poisson|gamma|tweedie)( |$)/, 'exponential'],
  [/^(regression|regression_l1|huber|fair|quantile|mape|lambdarank|rank_xendcg)( |$)/, 'identity'],
]

/** A section's `key=value` lines. */
type Section = ReadonlyMap<string, string>

/**
 * The trees of a model saved by LightGBM as text.
 * @throws OperatingError `model-malformed`, also for an objective or leaves that are not read; `limit-exceeded`
 */
export function readLightgbmText(text: string): TreeEnsemble {
  const end = text.indexOf('\nend of trees')
  if (!text.startsWith('tree\n') || end < 0)
    throw malformedModel('it is no model that LightGBM saved as text')
  const [head = '', ...parts] = text.slice(0, end).split(/^Tree=\d+$/m)
  const header = sectionOf(head)
  const trees = parts.map(sectionOf)
  const outputs = wholeOf(header, 'num_tree_per_iteration')
  const features = wholeOf(header, 'max_feature_idx') + 1
  withinLimit('outputs', outputs, outputsMax)
  withinLimit('features', features, featuresMax)
  if (outputs < 1 || trees.length % outputs !== 0)
    throw malformedModel('its last round of trees is not complete')
  // A random forest predicts the mean of its trees, whose leaves already hold predictions.
  const isForest = /^average_output$/m.test(head)
  const scale = isForest ? outputs / Math.max(1, trees.length) : 1
  const link = linkOf(header.get('objective') ?? '')
  return checkedEnsemble({
    ...joined(trees, scale),
    features,
    outputs,
    link: isForest ? 'identity' : link,
    rounded: false,
    base: new Float64Array(outputs),
    width: 1,
    output: Int32Array.from(trees, (_, n) => n % outputs),
  })
}

function sectionOf(text: string): Section {
  return new Map(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trimEnd()] as const]
    }),
  )
}

function linkOf(objective: string): Link {
  const link = links.find(([names]) => names.test(`${objective} `))?.[1]
  const sigmoid = Number(/ sigmoid:(\S+)/.exec(objective)?.[1] ?? 1)
  if (link === undefined || sigmoid !== 1 || /\bsqrt\b/.test(objective))
    throw malformedModel(`its objective \`${objective}\` is not read`)
  return link
}

function wholeOf(section: Section, key: string): number {
  const value = Number(section.get(key) ?? Number.NaN)
  if (!Number.isSafeInteger(value) || value < 0)
    throw malformedModel(`\`${key}\` is no number of anything`)
  return value
}

/** The numbers of a line, of which there must be so many; a threshold may be `inf`. */
function numbersOf(section: Section, key: string, count: number): Float64Array {
  const text = section.get(key) ?? ''
  const found = text === '' ? [] : text.split(' ')
  if (found.length !== count)
    throw malformedModel(`\`${key}\` has ${found.length} numbers where ${count} belong`)
  return Float64Array.from(found, (word) => Number(word.replace('inf', 'Infinity')))
}

type Joined = TreeNodes &
  Pick<TreeEnsemble, 'roots' | 'sets'> & { readonly cover: Float64Array | null }
type Target = TreeNodes & { readonly cover: Float64Array; readonly sets: Uint32Array[] }

/** All trees in the same arrays, splits of a tree before its leaves. */
function joined(trees: readonly Section[], scale: number): Joined {
  const leaves = trees.map((tree, n) => {
    const count = wholeOf(tree, 'num_leaves')
    // Before there is room for so many: each takes a character at least.
    if (count < 1 || count > (tree.get('leaf_value') ?? '').length)
      throw malformedModel(`tree ${n} does not have its leaves`)
    return count
  })
  const total = leaves.reduce((sum, count) => sum + 2 * count - 1, 0)
  withinLimit('nodes', total, nodesMax)
  const into: Target = { ...emptyNodes(total, 1), cover: new Float64Array(total), sets: [] }
  const roots = new Int32Array(trees.length)
  let start = 0
  for (const [n, tree] of trees.entries()) {
    const count = leaves[n] ?? 0
    if (Number(tree.get('is_linear') ?? 0) !== 0)
      throw malformedModel(`the leaves of tree ${n} are linear models, which are not read`)
    roots[n] = start
    addLeaves(into, tree, start + count - 1, { leaves: count, scale })
    if (count > 1) addSplits(into, tree, start, count)
    start += 2 * count - 1
  }
  return { ...into, roots }
}

function addLeaves(
  into: Target,
  tree: Section,
  start: number,
  { leaves, scale }: { readonly leaves: number; readonly scale: number },
): void {
  for (const [leaf, value] of numbersOf(tree, 'leaf_value', leaves).entries())
    into.values[start + leaf] = value * scale
  // A tree of one leaf has no counts in some versions, and needs none.
  if (leaves > 1) into.cover.set(numbersOf(tree, 'leaf_count', leaves), start)
}

function addSplits(into: Target, tree: Section, start: number, leaves: number): void {
  const splits = leaves - 1
  const column = (key: string) => numbersOf(tree, key, splits)
  const [feature, threshold, kind] = [
    column('split_feature'),
    column('threshold'),
    column('decision_type'),
  ]
  const [left, right] = [column('left_child'), column('right_child')]
  into.cover.set(column('internal_count'), start)
  const sets = categoriesOf(tree)
  // Children below zero are leaves: -1 is leaf 0, which lies behind the splits.
  const childAt = (child: number) => {
    const isThere = Number.isInteger(child) && child < splits && child >= -leaves
    return isThere ? start + (child >= 0 ? child : splits - 1 - child) : -1
  }
  for (let split = 0; split < splits; split++) {
    const at = start + split
    const bits = kind[split] ?? 0
    into.feature[at] = feature[split] ?? 0
    into.left[at] = childAt(left[split] ?? Number.NaN)
    into.right[at] = childAt(right[split] ?? Number.NaN)
    if ((bits & isCategoryBit) === 0) {
      into.test[at] = nodeTest.atMost
      into.threshold[at] = threshold[split] ?? Number.NaN
      into.missing[at] = missingOf(bits)
    } else {
      const set = sets[threshold[split] ?? -1]
      if (set === undefined) throw malformedModel('a split by category has no categories')
      into.test[at] = nodeTest.memberTruncated
      into.threshold[at] = into.sets.push(set) - 1
      into.missing[at] = missingRule.right
    }
  }
}

function missingOf(bits: number): number {
  const kind = (bits >>> missingShift) & 3
  const isLeft = (bits & isLeftDefaultBit) !== 0
  if (kind === 0) return missingRule.asZero
  if (kind === 1) return isLeft ? missingRule.zeroLeft : missingRule.zeroRight
  return isLeft ? missingRule.left : missingRule.right
}

/** The category sets of a tree; LightGBM stores the bits themselves, 32 in a number. */
function categoriesOf(tree: Section): Uint32Array[] {
  const count = Number(tree.get('num_cat') ?? 0)
  if (count === 0) return []
  const bounds = numbersOf(tree, 'cat_boundaries', count + 1)
  const words = numbersOf(tree, 'cat_threshold', bounds.at(-1) ?? 0)
  if (words.length > categoriesMax / 32) throw malformedModel('its category sets are out of range')
  return Array.from({ length: count }, (_, n) => {
    const [from, to] = [bounds[n] ?? -1, bounds[n + 1] ?? -1]
    if (!(from >= 0 && to >= from)) throw malformedModel('its category sets are out of range')
    return Uint32Array.from(words.subarray(from, to))
  })
}
