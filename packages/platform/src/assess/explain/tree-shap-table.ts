// SHAP values of many rows: in each small subtree rows share a few patterns, so what a pattern is worth to each
// feature is worked out when it is first seen, and every row after that looks it up. Exact: nothing is sampled,
// binned or rounded.

import { noContributions } from './contributions.ts'
import {
  type BackgroundPatterns,
  backgroundWeights,
  coverWeights,
  metByBackground,
} from './leaf-weights.ts'
import { type Four, inFours } from './fours.ts'
import { PatternReader } from './pattern-reader.ts'
import { PatternTable, type TableGroup, tableSize, WeightPool } from './pattern-table.ts'
import { type PatternWords, patternWords } from './pattern-words.ts'
import { codedRows, type FeatureCodes } from './tree-cells.ts'
import { firstOutput, type Rows, type TreeEnsemble } from './tree-ensemble.ts'
import { type LeafPath, type Subtree, subtreesOf } from './tree-subtrees.ts'

/**
 * Rows that go through a group of tables together: few enough for the cache, enough to make up for loading the tables
 * into it.
 */
const blockRows = 2048
/** Bits of a pattern: more make fewer look-ups per row and more patterns to work out; measured on trees of depth 8. */
const patternBitsMax = 12
/** Numbers that the tables in use at a time may hold: 64 MB. */
const tableNumbersMax = 2 ** 23

/** For each row of a block, its slot's entry of `worth` from `at` on; the slots begin at `slotsAt`. */
interface Term {
  readonly at: number
  readonly slotsAt: number
}

/** What adds to one feature of one output. */
interface Sum {
  readonly feature: number
  /** Among the outputs that the tree adds to. */
  readonly output: number
  readonly terms: Term[]
}

/** Adds up the contributions of trees to rows. */
export class TreeTables {
  readonly #ensemble: TreeEnsemble
  readonly #rows: Rows
  readonly #background: Rows | null
  /** Codes of the rows, and after them of the background. */
  readonly #codes: ReadonlyMap<number, FeatureCodes>
  /** Contributions feature by feature within each output: what one loop writes lies together. */
  readonly #sums: Float64Array
  #worth = new Float64Array()

  constructor(ensemble: TreeEnsemble, rows: Rows, background: Rows | null) {
    this.#ensemble = ensemble
    this.#rows = rows
    this.#background = background
    this.#codes = codedRows(ensemble, background === null ? [rows] : [rows, background])
    this.#sums = noContributions(ensemble, rows)
  }

  /** Adds a tree; false, and nothing added, when its paths have too many features for tables. */
  add(tree: number): boolean {
    const subtrees = subtreesOf(this.#ensemble, this.#ensemble.roots[tree] ?? 0, patternBitsMax)
    if (subtrees === null) return false
    const size = (subtree: Subtree) => this.#numbersOf(subtree)
    for (const group of grouped(subtrees, size)) this.#addGroup(tree, group)
    return true
  }

  /** All contributions: rows × outputs × features. */
  contributions(): Float64Array {
    const { features, outputs } = this.#ensemble
    const { count } = this.#rows
    const values = noContributions(this.#ensemble, this.#rows)
    const columns = features * outputs
    for (let column = 0; column < columns; column++)
      for (let row = 0; row < count; row++)
        values[row * columns + column] = this.#sums[column * count + row] ?? 0
    return values
  }

  #numbersOf(subtree: Subtree): number {
    const patterns = subtree.leaves.reduce((sum, { masks }) => sum + 2 ** masks.length, 0)
    return tableSize(subtree, this.#rows.count) * this.#ensemble.width + patterns
  }

  #addGroup(tree: number, subtrees: readonly Subtree[]): void {
    const ensemble = this.#ensemble
    const words = patternWords(ensemble, subtrees, this.#codes)
    const { tables, sums, slots } = this.#tablesOf(words, subtrees)
    const reader = new PatternReader(words, this.#codes, blockRows)
    const first = firstOutput(ensemble, tree)
    for (let start = 0; start < this.#rows.count; start += blockRows) {
      const count = Math.min(blockRows, this.#rows.count - start)
      const patterns = reader.read(start, count)
      for (const [n, { places }] of words.words.entries())
        for (const { subtree, shift } of places)
          tables.get(subtree)?.find(patterns[n] ?? none, shift, count)
      for (const { feature, output, terms } of sums) {
        const column = (first + output) * ensemble.features + feature
        const to = { sums: this.#sums, at: column * this.#rows.count + start, count }
        for (const four of terms) addFour(to, { worth: this.#worth, slots }, four)
      }
    }
  }

  /** An empty table for each subtree, and what its columns add to. */
  #tablesOf(words: PatternWords, subtrees: readonly Subtree[]) {
    const { width } = this.#ensemble
    const rows = this.#rows.count
    const sizes = subtrees.map((subtree) => tableSize(subtree, rows) * width)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    if (this.#worth.length <= total) this.#worth = new Float64Array(1 + total)
    const weigh =
      this.#background === null
        ? coverWeights(patternBitsMax)
        : backgroundWeights(patternBitsMax, this.#metByBackground(words, this.#background))
    const slots = new Uint16Array((subtrees.length + 1) * blockRows)
    const [pool, worth] = [new WeightPool(), this.#worth]
    const group = { ensemble: this.#ensemble, weigh, pool, worth, slots }
    const tables = new Map<Subtree, PatternTable>()
    const sums = new Map<string, Sum>()
    // The first number, and the first block of slots, are for terms that are not there.
    this.#worth[0] = 0
    let at = 1
    for (const [n, subtree] of subtrees.entries()) {
      const table = new PatternTable(subtree, group, { at, rows, slotsAt: (n + 1) * blockRows })
      tables.set(subtree, table)
      for (const [place, feature] of subtree.features.entries())
        for (let output = 0; output < width; output++) {
          const sum = sums.get(`${feature} ${output}`) ?? { feature, output, terms: [] }
          sum.terms.push({ at: table.column(place, output), slotsAt: table.slotsAt })
          sums.set(`${feature} ${output}`, sum)
        }
      at += sizes[n] ?? 0
    }
    const nothing = { at: 0, slotsAt: 0 }
    const fours = Array.from(sums.values(), (sum) => ({
      ...sum,
      terms: inFours(sum.terms, nothing),
    }))
    return { tables, sums: fours, slots }
  }

  #metByBackground({ words, ...rest }: PatternWords, { count }: Rows) {
    const reader = new PatternReader({ words, ...rest }, this.#codes, count)
    const patterns = reader.read(this.#rows.count, count)
    const found = new Map<LeafPath, ReturnType<typeof metByBackground>>()
    for (const [n, { places }] of words.entries())
      for (const { subtree, shift } of places) {
        const background = patternsAmong(patterns[n] ?? none, shift, subtree.bits.length)
        for (const path of subtree.leaves) found.set(path, metByBackground(path, background))
      }
    return found
  }
}

const none = new Int32Array()

/** The different patterns in the words of background rows. */
function patternsAmong(words: Int32Array, shift: number, bits: number): BackgroundPatterns {
  const rowsOf = new Int32Array(2 ** bits)
  for (let n = 0; n < words.length; n++) {
    const pattern = ((words[n] ?? 0) >>> shift) & (rowsOf.length - 1)
    rowsOf[pattern] = (rowsOf[pattern] ?? 0) + 1
  }
  let different = 0
  for (let n = 0; n < rowsOf.length; n++) if (rowsOf[n] !== 0) different += 1
  const [patterns, counts] = [new Int32Array(different), new Int32Array(different)]
  for (let n = 0, to = 0; n < rowsOf.length; n++)
    if (rowsOf[n] !== 0) {
      patterns[to] = n
      counts[to++] = rowsOf[n] ?? 0
    }
  return { patterns, counts, rows: words.length }
}

/** Subtrees in their order, in groups whose tables fit together; one that is too large alone is a group of its own. */
function grouped(subtrees: readonly Subtree[], size: (subtree: Subtree) => number): Subtree[][] {
  const groups: Subtree[][] = []
  let left = 0
  for (const subtree of subtrees) {
    const needed = size(subtree)
    if (groups.length === 0 || needed > left) {
      groups.push([])
      left = tableNumbersMax
    }
    groups.at(-1)?.push(subtree)
    left -= needed
  }
  return groups
}

/** A stretch of the sums: one feature of one output, for the rows of a block. */
interface Stretch {
  readonly sums: Float64Array
  readonly at: number
  readonly count: number
}

function addFour(
  { sums, at, count }: Stretch,
  { worth, slots }: Pick<TableGroup, 'worth' | 'slots'>,
  [one, two, three, four]: Four<Term>,
): void {
  const [{ at: a, slotsAt: inA }, { at: b, slotsAt: inB }] = [one, two]
  const [{ at: c, slotsAt: inC }, { at: d, slotsAt: inD }] = [three, four]
  for (let n = 0; n < count; n++)
    sums[at + n] =
      (sums[at + n] ?? 0) +
      (worth[a + (slots[inA + n] ?? 0)] ?? 0) +
      (worth[b + (slots[inB + n] ?? 0)] ?? 0) +
      (worth[c + (slots[inC + n] ?? 0)] ?? 0) +
      (worth[d + (slots[inD + n] ?? 0)] ?? 0)
}
