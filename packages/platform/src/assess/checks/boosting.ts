// Gradient-boosted trees for yes or no, over coded columns: how well do these columns tell who belongs to a group? Small and
// quick rather than the last word: what it finds is there, what it misses may still be there.
// Friedman, "Greedy function approximation" (2001), with second-order leaves as in Chen & Guestrin, "XGBoost" (2016).

import { pause } from '../scoring-interruption.ts'
import type { CodedColumn } from './coding.ts'

const rounds = 60
const depth = 3
const learningRate = 0.2
/** Added to the second derivatives of a leaf, against leaves of few rows. */
const regularisation = 1
const leafRowsMin = 10
const codesMax = 256

/** A split: rows whose code is marked go left. A leaf has no split. */
interface Node {
  readonly value: number
  readonly split: { readonly column: number; readonly goesLeft: Uint8Array } | null
}

/** Trees as arrays: the children of node n are 2n + 1 and 2n + 2. */
type Tree = readonly (Node | undefined)[]

/** Trees whose values add up to the log odds. */
export interface Boosted {
  readonly base: number
  readonly trees: readonly Tree[]
}

/** Gradients of the rows at work. */
interface Gradients {
  readonly first: Float64Array
  readonly second: Float64Array
}

/** What to learn from. */
export interface BoostRequest {
  readonly columns: readonly CodedColumn[]
  readonly target: Uint8Array
  readonly rows: Uint32Array
}

/** Learns who has `target` 1 from the columns, over the given rows. */
export function boost(
  columns: readonly CodedColumn[],
  target: Uint8Array,
  rows: Uint32Array,
): Boosted {
  const learning = boosting({ columns, target, rows })
  for (;;) {
    const { done, value } = learning.next()
    if (done === true) return value
  }
}

/**
 * The same, with a look at the signal before every tree.
 * @throws `interrupted` once it has fired
 */
export async function boostBetweenSignals(
  request: BoostRequest,
  signal: AbortSignal | undefined,
): Promise<Boosted> {
  const learning = boosting(request)
  for (;;) {
    await pause(signal)
    const { done, value } = learning.next()
    if (done === true) return value
  }
}

/** Tree by tree. */
function* boosting({ columns, target, rows }: BoostRequest): Generator<undefined, Boosted> {
  let positives = 0
  for (const row of rows) positives += target[row] ?? 0
  const share = (positives + 0.5) / (rows.length + 1)
  const base = Math.log(share / (1 - share))
  const odds = new Float64Array(target.length).fill(base)
  const gradients = {
    first: new Float64Array(target.length),
    second: new Float64Array(target.length),
  }
  const trees: Tree[] = []
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      const p = 1 / (1 + Math.exp(-(odds[row] ?? 0)))
      gradients.first[row] = p - (target[row] ?? 0)
      gradients.second[row] = p * (1 - p)
    }
    const tree: (Node | undefined)[] = []
    grow({ columns, gradients, tree }, rows, 0)
    for (const row of rows) odds[row] = (odds[row] ?? 0) + valueIn(tree, columns, row)
    trees.push(tree)
    yield
  }
  return { base, trees }
}

/** The columns that some split asks about. */
export function columnsRead({ trees }: Boosted): ReadonlySet<number> {
  return new Set(trees.flatMap((tree) => tree.flatMap((node) => node?.split?.column ?? [])))
}

/** The log odds of a row. */
export function boostedOdds(model: Boosted, columns: readonly CodedColumn[], row: number): number {
  return model.trees.reduce((sum, tree) => sum + valueIn(tree, columns, row), model.base)
}

function valueIn(tree: Tree, columns: readonly CodedColumn[], row: number): number {
  let at = 0
  for (;;) {
    const node = tree[at]
    if (node === undefined) return 0
    if (node.split === null) return node.value
    const code = columns[node.split.column]?.codes[row] ?? 0
    at = 2 * at + (node.split.goesLeft[code] === 1 ? 1 : 2)
  }
}

interface Growing {
  readonly columns: readonly CodedColumn[]
  readonly gradients: Gradients
  readonly tree: (Node | undefined)[]
}

function grow(growing: Growing, rows: Uint32Array, at: number): void {
  const { columns, gradients, tree } = growing
  let [first, second] = [0, 0]
  for (const row of rows) {
    first += gradients.first[row] ?? 0
    second += gradients.second[row] ?? 0
  }
  const value = (-learningRate * first) / (second + regularisation)
  const isDeep = at + 1 >= 2 ** depth
  const split = isDeep ? null : bestSplit(growing, rows, { first, second })
  tree[at] = { value, split }
  if (split === null) return
  const codes = columns[split.column]?.codes
  const isLeft = (row: number) => split.goesLeft[codes?.[row] ?? 0] === 1
  grow(
    growing,
    rows.filter((row) => isLeft(row)),
    2 * at + 1,
  )
  grow(
    growing,
    rows.filter((row) => !isLeft(row)),
    2 * at + 2,
  )
}

/** The split with the largest gain; null when none gains. Codes without an order are ordered by their mean gradient (Fisher 1958). */
function bestSplit(
  { columns, gradients }: Growing,
  rows: Uint32Array,
  total: { readonly first: number; readonly second: number },
): Node['split'] {
  const score = (first: number, second: number) => (first * first) / (second + regularisation)
  let best: { gain: number; column: number; left: readonly number[] } | null = null
  for (const [column, coded] of columns.entries()) {
    const sums = histogram(coded, rows, gradients)
    const order: number[] = []
    for (let code = 0; code < sums.rows.length; code++)
      if ((sums.rows[code] ?? 0) > 0) order.push(code)
    const mean = (code: number) => (sums.first[code] ?? 0) / ((sums.second[code] ?? 0) + 1e-9)
    if (!coded.ordered) order.sort((a, b) => mean(a) - mean(b))
    let [first, second, count] = [0, 0, 0]
    for (let position = 0; position < order.length - 1; position++) {
      const code = order[position] ?? 0
      first += sums.first[code] ?? 0
      second += sums.second[code] ?? 0
      count += sums.rows[code] ?? 0
      if (count < leafRowsMin || rows.length - count < leafRowsMin) continue
      const gain =
        score(first, second) +
        score(total.first - first, total.second - second) -
        score(total.first, total.second)
      if (gain > (best?.gain ?? 1e-9)) best = { gain, column, left: order.slice(0, position + 1) }
    }
  }
  if (best === null) return null
  const goesLeft = new Uint8Array(codesMax)
  for (const code of best.left) goesLeft[code] = 1
  return { column: best.column, goesLeft }
}

function histogram({ codes, labels }: CodedColumn, rows: Uint32Array, gradients: Gradients) {
  const sums = {
    first: new Float64Array(labels.length),
    second: new Float64Array(labels.length),
    rows: new Float64Array(labels.length),
  }
  for (const row of rows) {
    const code = codes[row] ?? 0
    sums.first[code] = (sums.first[code] ?? 0) + (gradients.first[row] ?? 0)
    sums.second[code] = (sums.second[code] ?? 0) + (gradients.second[row] ?? 0)
    sums.rows[code] = (sums.rows[code] ?? 0) + 1
  }
  return sums
}
