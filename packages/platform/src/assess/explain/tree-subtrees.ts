// Splits a tree into subtrees so small that everything a row does in one fits a number: a bit for each feature on the
// path to the subtree (does the row meet all the path asks of it?) and a bit for each split inside (does it go
// left?).

import { nodeTest, shareOf, type TreeEnsemble } from './tree-ensemble.ts'

/** One way through a split. */
export interface Turn {
  readonly node: number
  readonly isLeft: boolean
}

/** A bit of a subtree's pattern: whether a row takes all these turns, which read the same feature. */
interface PatternBit {
  readonly feature: number
  readonly turns: readonly Turn[]
}

/** A leaf, with the different features on its path from the root. */
export interface LeafPath {
  readonly leaf: number
  /** Place of each feature among those of the subtree. */
  readonly places: Int32Array
  /** Share of the training rows that meet what the path asks of the feature, 0 to 1; 0 where covers are unknown. */
  readonly shares: Float64Array
  /** A row meets feature n when its pattern's bits `masks[n]` are `wanted[n]`. */
  readonly masks: Int32Array
  readonly wanted: Int32Array
  /**
   * The features, as bits, of which the pattern's own bits of the same numbers tell: those that only the path above
   * asks.
   */
  readonly direct: number
  /** The numbers of the others. */
  readonly asked: Int32Array
}

/** A part of a tree in which a row is known by its pattern. */
export interface Subtree {
  readonly bits: readonly PatternBit[]
  /** Features that any of its leaves depends on. */
  readonly features: Int32Array
  readonly leaves: readonly LeafPath[]
}

/** What the path to a node asks of one feature. */
interface Step extends PatternBit {
  readonly share: number
  readonly mask: number
  readonly wanted: number
}

/** The subtrees of a tree; null when some path has more features than there may be bits. */
export function subtreesOf(
  ensemble: TreeEnsemble,
  root: number,
  bitsMax: number,
): readonly Subtree[] | null {
  const splits = new Map<number, number>()
  countSplits(ensemble, root, splits)
  const found: Subtree[] = []
  const visit = (node: number, path: readonly Step[]): boolean => {
    if (path.length + (splits.get(node) ?? 0) <= bitsMax) {
      found.push(subtreeOf(ensemble, node, path))
      return true
    }
    if (ensemble.test[node] === nodeTest.leaf) return false
    return [true, false].every((isLeft) => {
      const turn = { node, isLeft }
      return visit(childOf(ensemble, turn), stepped(ensemble, path, turn, { mask: 0, wanted: 0 }))
    })
  }
  return visit(root, []) ? found : null
}

function countSplits(ensemble: TreeEnsemble, node: number, into: Map<number, number>): number {
  if (ensemble.test[node] === nodeTest.leaf) return 0
  const count =
    1 +
    countSplits(ensemble, ensemble.left[node] ?? 0, into) +
    countSplits(ensemble, ensemble.right[node] ?? 0, into)
  into.set(node, count)
  return count
}

function childOf(ensemble: TreeEnsemble, { node, isLeft }: Turn): number {
  return (isLeft ? ensemble.left[node] : ensemble.right[node]) ?? 0
}

/** A path with one more turn; a feature that it asks again keeps its place. */
function stepped(
  ensemble: TreeEnsemble,
  path: readonly Step[],
  turn: Turn,
  bit: { readonly mask: number; readonly wanted: number },
): Step[] {
  const feature = ensemble.feature[turn.node] ?? 0
  const share = shareOf(ensemble, turn.node, childOf(ensemble, turn))
  const seen = path.findIndex((step) => step.feature === feature)
  const before = path[seen]
  if (before === undefined) return [...path, { feature, share, turns: [turn], ...bit }]
  return path.with(seen, {
    feature,
    share: before.share * share,
    turns: [...before.turns, turn],
    mask: before.mask | bit.mask,
    wanted: before.wanted | bit.wanted,
  })
}

function subtreeOf(ensemble: TreeEnsemble, top: number, path: readonly Step[]): Subtree {
  const bits: PatternBit[] = path.map(({ feature, turns }) => ({ feature, turns }))
  const paths: { readonly leaf: number; readonly steps: readonly Step[] }[] = []
  const visit = (node: number, steps: readonly Step[]): void => {
    if (ensemble.test[node] === nodeTest.leaf) {
      paths.push({ leaf: node, steps })
      return
    }
    const mask = 1 << bits.length
    bits.push({ feature: ensemble.feature[node] ?? 0, turns: [{ node, isLeft: true }] })
    for (const isLeft of [true, false]) {
      const turn = { node, isLeft }
      const bit = { mask, wanted: isLeft ? mask : 0 }
      visit(childOf(ensemble, turn), stepped(ensemble, steps, turn, bit))
    }
  }
  visit(
    top,
    path.map((step, n) => ({ ...step, mask: 1 << n, wanted: 1 << n })),
  )
  const features = Int32Array.from(new Set(bits.map(({ feature }) => feature)))
  const isDirect = (step: Step, n: number) => n < path.length && step.mask === 1 << n
  const leaves = paths.map(({ leaf, steps }) => ({
    leaf,
    direct: steps.reduce((all, step, n) => (isDirect(step, n) ? all | (1 << n) : all), 0),
    asked: Int32Array.from(steps.flatMap((step, n) => (isDirect(step, n) ? [] : [n]))),
    places: Int32Array.from(steps, ({ feature }) => features.indexOf(feature)),
    shares: Float64Array.from(steps, ({ share }) => share),
    masks: Int32Array.from(steps, ({ mask }) => mask),
    wanted: Int32Array.from(steps, ({ wanted }) => wanted),
  }))
  return { bits, features, leaves }
}
