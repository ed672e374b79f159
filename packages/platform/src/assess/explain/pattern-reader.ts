// Reads the patterns of rows, block by block: first the cell of every feature, then each word as the union of its tables.

import { type Four, inFours } from './fours.ts'
import type { PatternWords } from './pattern-words.ts'
import type { FeatureCodes } from './tree-cells.ts'

/** A table, and for each row of the block which of its entries counts. */
interface Lookup {
  readonly at: number
  readonly cells: Int32Array
}

/** Patterns of rows, a block of them at a time, in buffers that the next block uses again. */
export class PatternReader {
  readonly #words: PatternWords
  readonly #codes: ReadonlyMap<number, FeatureCodes>
  readonly #cells: readonly Int32Array[]
  readonly #lookups: readonly (readonly Four<Lookup>[])[]
  readonly #patterns: readonly Int32Array[]

  constructor(words: PatternWords, codes: ReadonlyMap<number, FeatureCodes>, blockRows: number) {
    this.#words = words
    this.#codes = codes
    const cells = words.used.map(() => new Int32Array(blockRows))
    this.#cells = cells
    const nothing = { at: 0, cells: new Int32Array(blockRows) }
    this.#lookups = words.words.map(({ tables }) => {
      const all = tables.flatMap(({ used, at }) => {
        const of = cells[used]
        return of === undefined ? [] : [{ at, cells: of }]
      })
      return inFours(all, nothing)
    })
    this.#patterns = words.words.map(() => new Int32Array(blockRows))
  }

  /** The words of `count` rows from row `start` on, word by word. */
  read(start: number, count: number): readonly Int32Array[] {
    for (const [n, { feature, cellOf }] of this.#words.used.entries()) {
      const codes = this.#codes.get(feature)?.codes
      const cells = this.#cells[n]
      if (codes !== undefined && cells !== undefined)
        for (let row = 0; row < count; row++) cells[row] = cellOf[codes[start + row] ?? 0] ?? 0
    }
    for (const [n, lookups] of this.#lookups.entries()) {
      const word = this.#patterns[n]
      word?.fill(0, 0, count)
      if (word !== undefined) for (const four of lookups) unite(word, count, this.#words.pool, four)
    }
    return this.#patterns
  }
}

/** The union of four tables' entries. */
function unite(
  word: Int32Array,
  count: number,
  pool: Int32Array,
  [
    { at: a, cells: inA },
    { at: b, cells: inB },
    { at: c, cells: inC },
    { at: d, cells: inD },
  ]: Four<Lookup>,
): void {
  for (let n = 0; n < count; n++)
    word[n] =
      (word[n] ?? 0) |
      (pool[a + (inA[n] ?? 0)] ?? 0) |
      (pool[b + (inB[n] ?? 0)] ?? 0) |
      (pool[c + (inC[n] ?? 0)] ?? 0) |
      (pool[d + (inD[n] ?? 0)] ?? 0)
}
