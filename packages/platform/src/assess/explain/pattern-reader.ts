// Reads the patterns of rows, block by block: first the cell of every feature, then each word as the union of its
// tables.

import { type Four, inFours } from './fours.ts'
import type { PatternWords } from './pattern-words.ts'
import type { FeatureCodes } from './tree-cells.ts'

/** A table of the pool, and where the cells begin that say for each row of the block which of its entries counts. */
interface Lookup {
  readonly at: number
  readonly cellsAt: number
}

/** Patterns of rows, a block of them at a time, in buffers that the next block uses again. */
export class PatternReader {
  readonly #words: PatternWords
  readonly #codes: ReadonlyMap<number, FeatureCodes>
  /** The cells of a block, feature by feature, after a block of zeros. */
  readonly #cells: Uint16Array | Int32Array
  readonly #blockRows: number
  readonly #lookups: readonly (readonly Four<Lookup>[])[]
  readonly #patterns: readonly Int32Array[]

  constructor(words: PatternWords, codes: ReadonlyMap<number, FeatureCodes>, blockRows: number) {
    this.#words = words
    this.#codes = codes
    this.#blockRows = blockRows
    const size = (words.used.length + 1) * blockRows
    const isSmall = words.cellsMax <= 2 ** 16
    this.#cells = isSmall ? new Uint16Array(size) : new Int32Array(size)
    this.#lookups = words.words.map(({ tables }) => {
      const all = tables.map(({ used, at }) => ({ at, cellsAt: (used + 1) * blockRows }))
      return inFours(all, { at: 0, cellsAt: 0 })
    })
    this.#patterns = words.words.map(() => new Int32Array(blockRows))
  }

  /** The words of `count` rows from row `start` on, word by word. */
  read(start: number, count: number): readonly Int32Array[] {
    const [cells, { used, pool }] = [this.#cells, this.#words]
    for (const [n, { feature, cellOf }] of used.entries()) {
      const codes = this.#codes.get(feature)?.codes
      const to = (n + 1) * this.#blockRows
      if (codes !== undefined)
        for (let row = 0; row < count; row++) cells[to + row] = cellOf[codes[start + row] ?? 0] ?? 0
    }
    for (const [n, lookups] of this.#lookups.entries()) {
      const word = this.#patterns[n]?.fill(0, 0, count)
      if (word !== undefined)
        for (const four of lookups) unite({ word, count }, { pool, cells }, four)
    }
    return this.#patterns
  }
}

/** The union of four tables' entries. */
function unite(
  { word, count }: { readonly word: Int32Array; readonly count: number },
  { pool, cells }: { readonly pool: Int32Array; readonly cells: Uint16Array | Int32Array },
  [one, two, three, four]: Four<Lookup>,
): void {
  const [{ at: a, cellsAt: inA }, { at: b, cellsAt: inB }] = [one, two]
  const [{ at: c, cellsAt: inC }, { at: d, cellsAt: inD }] = [three, four]
  for (let n = 0; n < count; n++)
    word[n] =
      (word[n] ?? 0) |
      (pool[a + (cells[inA + n] ?? 0)] ?? 0) |
      (pool[b + (cells[inB + n] ?? 0)] ?? 0) |
      (pool[c + (cells[inC + n] ?? 0)] ?? 0) |
      (pool[d + (cells[inD + n] ?? 0)] ?? 0)
}
