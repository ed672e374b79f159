// SHAP values of many rows: in each small subtree rows share a few patterns, so what a pattern is worth to each feature is worked
// out when it is first seen, and every row after that looks it up. Exact: nothing is sampled, binned or rounded.

import { cellsOf, cellsOfRows, type FeatureCells } from './tree-cells.ts'
import { firstOutput, nodeTest, type Rows, type TreeEnsemble } from './tree-ensemble.ts'
import {
  backgroundWeights,
  coverWeights,
  type LeafWeights,
  type MetByBackground,
  metBy,
  metByBackground,
} from './leaf-weights.ts'
import { type PatternWords, patternWords } from './pattern-words.ts'
import { type LeafPath, type Subtree, subtreesOf } from './tree-subtrees.ts'

/** Rows that pass through a tree together: what they need stays in the processor's cache. */
const blockRows = 2048
/** Bits of a pattern; more make fewer look-ups and more patterns. */
export const patternBitsMax = 12

/** Rows as cells, feature by feature. */
interface CodedRows {
  readonly count: number
  readonly cells: readonly Int32Array[]
}

/** Adds the contributions of trees to rows. */
export class TreeTables {
  readonly #ensemble: TreeEnsemble
  readonly #cells: readonly FeatureCells[]
  readonly #rows: CodedRows
  readonly #background: CodedRows | null
  /** Contributions, feature by feature within each output: what one feature's loop writes lies together. */
  readonly #sums: Float64Array
  #values = new Float64Array()
  readonly #memo = { values: new Float64Array(65536), used: 0 }
  readonly #work: Work = { local: [], out: [] }

  constructor(ensemble: TreeEnsemble, rows: Rows, background: Rows | null) {
    const splits = ensemble.test.keys().filter((node) => ensemble.test[node] !== nodeTest.leaf)
    this.#ensemble = ensemble
    this.#cells = cellsOf(ensemble, splits)
    const coded = (of: Rows) => ({ count: of.count, cells: cellsOfRows(ensemble, this.#cells, of) })
    this.#rows = coded(rows)
    this.#background = background === null ? null : coded(background)
    this.#sums = new Float64Array(rows.count * ensemble.outputs * ensemble.features)
  }

  /** Adds one tree; false, and nothing added, when its paths have too many features for tables. */
  add(tree: number): boolean {
    const ensemble = this.#ensemble
    const subtrees = subtreesOf(ensemble, ensemble.roots[tree] ?? 0, patternBitsMax)
    if (subtrees === null) return false
    const words = patternWords(ensemble, this.#cells, subtrees)
    const weights =
      this.#background === null
        ? coverWeights(patternBitsMax)
        : backgroundWeights(patternBitsMax, metOf(words, this.#background))
    const tables = this.#tables(words, weights)
    const first = firstOutput(ensemble, tree)
    for (let start = 0; start < this.#rows.count; start += blockRows) {
      const count = Math.min(blockRows, this.#rows.count - start)
      const found = patternsOf(words, this.#rows, start, count, this.#work)
      for (const [w, { places }] of words.words.entries())
        for (const { subtree, shift } of places) {
          const table = tables.of.get(subtree)
          if (table !== undefined) toSlots(table, found[w] ?? none, shift, count)
        }
      for (let k = 0; k < ensemble.width; k++)
        for (const terms of tables.terms)
          this.#addTerms(terms, { output: first + k, k, start, count })
    }
    return true
  }

  /** All contributions: rows × outputs × features. */
  contributions(): Float64Array {
    const { features, outputs } = this.#ensemble
    const { count } = this.#rows
    const values = new Float64Array(this.#sums.length)
    for (let output = 0; output < outputs; output++)
      for (let feature = 0; feature < features; feature++) {
        const from = (output * features + feature) * count
        const to = output * features + feature
        for (let row = 0; row < count; row++)
          values[row * outputs * features + to] = this.#sums[from + row] ?? 0
      }
    return values
  }

  #tables(words: PatternWords, weights: LeafWeights) {
    const memo = this.#memo
    memo.used = 0
    const of = new Map<Subtree, Table>()
    const byFeature = new Map<number, Term[]>()
    let at = 0
    for (const { places } of words.words)
      for (const { subtree } of places) {
        const capacity = Math.min(2 ** subtree.bits.length, this.#rows.count)
        const size = capacity * subtree.features.length
        const table = {
          subtree, capacity, weights, at, size,
          slotOf: new Int32Array(2 ** subtree.bits.length).fill(-1),
          slots: new Int32Array(blockRows),
          used: { count: 0 },
          owner: this.#ensemble,
          values: none64,
          memo,
          leafSlots: subtree.leaves.map(({ masks }) => new Int32Array(2 ** masks.length).fill(-1)),
        }
        for (const [place, feature] of subtree.features.entries()) {
          const terms = byFeature.get(feature) ?? []
          terms.push({ table, at: at + place * capacity })
          byFeature.set(feature, terms)
        }
        of.set(subtree, table)
        at += size * this.#ensemble.width
      }
    if (this.#values.length < at) this.#values = new Float64Array(at)
    for (const table of of.values()) table.values = this.#values
    return { of, terms: [...byFeature].map(([feature, terms]) => ({ feature, terms })) }
  }

  #addTerms(
    { feature, terms }: { readonly feature: number; readonly terms: readonly Term[] },
    { output, k, start, count }: { readonly output: number; readonly k: number; readonly start: number; readonly count: number },
  ): void {
    const to = (output * this.#ensemble.features + feature) * this.#rows.count + start
    const at = (term: Term) => term.at + k * term.table.size
    let n = 0
    for (; n + 3 < terms.length; n += 4) {
      const [a, b, c, d] = [terms[n], terms[n + 1], terms[n + 2], terms[n + 3]]
      if (a === undefined || b === undefined || c === undefined || d === undefined) return
      addFour(this.#sums, to, count, this.#values, at(a), a.table.slots, at(b), b.table.slots, at(c), c.table.slots, at(d), d.table.slots)
    }
    for (; n < terms.length; n++) {
      const term = terms[n]
      if (term === undefined) return
      addOne(this.#sums, to, count, this.#values, at(term), term.table.slots)
    }
  }
}

const none = new Int32Array()
const none64 = new Float64Array()

interface Table {
  readonly subtree: Subtree
  readonly capacity: number
  readonly weights: LeafWeights
  readonly at: number
  readonly size: number
  readonly slotOf: Int32Array
  readonly slots: Int32Array
  readonly used: { count: number }
  readonly owner: TreeEnsemble
  values: Float64Array
  readonly memo: Memo
  readonly leafSlots: readonly Int32Array[]
}
interface Memo { values: Float64Array; used: number }
interface Work { readonly local: Int32Array[]; readonly out: Int32Array[] }
interface Term {
  readonly table: Table
  readonly at: number
}

function addFour(sums: Float64Array, to: number, count: number, values: Float64Array, a: number, as: Int32Array, b: number, bs: Int32Array, c: number, cs: Int32Array, d: number, ds: Int32Array): void {
  for (let n = 0; n < count; n++)
    sums[to + n] =
      (sums[to + n] ?? 0) +
      (values[a + (as[n] ?? 0)] ?? 0) +
      (values[b + (bs[n] ?? 0)] ?? 0) +
      (values[c + (cs[n] ?? 0)] ?? 0) +
      (values[d + (ds[n] ?? 0)] ?? 0)
}
function addOne(sums: Float64Array, to: number, count: number, values: Float64Array, a: number, as: Int32Array): void {
  for (let n = 0; n < count; n++)
    sums[to + n] = (sums[to + n] ?? 0) + (values[a + (as[n] ?? 0)] ?? 0)
}

function toSlots(table: Table, words: Int32Array, shift: number, count: number): void {
  const { slotOf, slots } = table
  const mask = slotOf.length - 1
  for (let n = 0; n < count; n++) {
    const pattern = ((words[n] ?? 0) >>> shift) & mask
    let slot = slotOf[pattern] ?? 0
    if (slot < 0) slot = fill(table, pattern)
    slots[n] = slot
  }
}

function fill(table: Table, pattern: number): number {
  const { subtree, capacity, at, size, owner, values, weights, memo } = table
  const slot = table.used.count++
  table.slotOf[pattern] = slot
  const width = owner.width
  for (let k = 0; k < width; k++)
    for (let f = 0; f < subtree.features.length; f++) values[at + k * size + f * capacity + slot] = 0
  for (let l = 0; l < subtree.leaves.length; l++) {
    const path = subtree.leaves[l]
    if (path === undefined) break
    const length = path.places.length
    const met = metBy(path, pattern)
    const leafSlots = table.leafSlots[l] ?? none
    let from = leafSlots[met] ?? 0
    if (from < 0) {
      from = memo.used
      memo.used += length
      leafSlots[met] = from
      if (memo.used > memo.values.length) {
        const larger = new Float64Array(2 * memo.used)
        larger.set(memo.values)
        memo.values = larger
      }
      weights(path, met, memo.values, from)
    }
    const known = memo.values
    for (let k = 0; k < width; k++) {
      const value = owner.values[path.leaf * width + k] ?? 0
      const base = at + k * size + slot
      for (let n = 0; n < length; n++) {
        const to = base + (path.places[n] ?? 0) * capacity
        values[to] = (values[to] ?? 0) + value * (known[from + n] ?? 0)
      }
    }
  }
  return slot
}

function patternsOf(words: PatternWords, rows: CodedRows, start: number, count: number, work: Work = { local: [], out: [] }): Int32Array[] {
  const { local, out } = work
  for (let u = 0; u < words.used.length; u++) {
    const used = words.used[u]
    if (used === undefined) break
    const { feature, cellOf } = used
    const codes = rows.cells[feature] ?? none
    const to = (local[u] ??= new Int32Array(Math.max(count, blockRows)))
    for (let n = 0; n < count; n++) to[n] = cellOf[codes[start + n] ?? 0] ?? 0
  }
  for (let w = 0; w < words.words.length; w++) {
    const to = (out[w] ??= new Int32Array(Math.max(count, blockRows)))
    to.fill(0)
    const tables = words.words[w]?.tables ?? []
    let n = 0
    for (; n + 3 < tables.length; n += 4) {
      const [a, b, c, d] = [tables[n], tables[n + 1], tables[n + 2], tables[n + 3]]
      if (a === undefined || b === undefined || c === undefined || d === undefined) break
      orFour(to, count, words.pool, a.at, local[a.used] ?? none, b.at, local[b.used] ?? none, c.at, local[c.used] ?? none, d.at, local[d.used] ?? none)
    }
    for (; n < tables.length; n++) {
      const a = tables[n]
      if (a === undefined) break
      orOne(to, count, words.pool, a.at, local[a.used] ?? none)
    }
  }
  return out
}
function orOne(out: Int32Array, count: number, pool: Int32Array, at: number, cells: Int32Array): void {
  for (let n = 0; n < count; n++) out[n] = (out[n] ?? 0) | (pool[at + (cells[n] ?? 0)] ?? 0)
}
function orFour(out: Int32Array, count: number, pool: Int32Array, a: number, as: Int32Array, b: number, bs: Int32Array, c: number, cs: Int32Array, d: number, ds: Int32Array): void {
  for (let n = 0; n < count; n++)
    out[n] =
      (out[n] ?? 0) |
      (pool[a + (as[n] ?? 0)] ?? 0) |
      (pool[b + (bs[n] ?? 0)] ?? 0) |
      (pool[c + (cs[n] ?? 0)] ?? 0) |
      (pool[d + (ds[n] ?? 0)] ?? 0)
}

function metOf(words: PatternWords, background: CodedRows): Map<LeafPath, MetByBackground> {
  const found = patternsOf(words, background, 0, background.count)
  const all = new Map<LeafPath, MetByBackground>()
  for (const [w, { places }] of words.words.entries())
    for (const { subtree, shift } of places) {
      const counts = new Map<number, number>()
      const mask = 2 ** subtree.bits.length - 1
      for (let n = 0; n < background.count; n++) {
        const word = found[w]?.[n] ?? 0
        const pattern = (word >>> shift) & mask
        counts.set(pattern, (counts.get(pattern) ?? 0) + 1)
      }
      for (const path of subtree.leaves) all.set(path, metByBackground(path, counts, background.count))
    }
  return all
}
