// Packs the patterns of subtrees into words of 32 bits, so that a row's patterns are the union of one look-up per
// word and feature: by the row's cell of the feature, the bits that this feature decides.

import {
  cellOf,
  cellsOf,
  type FeatureCells,
  type FeatureCodes,
  valuesOfCells,
} from './tree-cells.ts'
import { goesLeft, type TreeEnsemble } from './tree-ensemble.ts'
import type { Subtree, Turn } from './tree-subtrees.ts'

/** Bits of a word in use: the sign stays out of it. */
const wordBits = 31

/** A feature that the subtrees read, and for each code of the rows the subtrees' own cell. */
interface UsedFeature {
  readonly feature: number
  readonly cellOf: Int32Array
}

/** The bits that one feature decides: a table of the pool, by the cell of the feature of number `used`. */
interface WordTable {
  readonly used: number
  readonly at: number
}

/** Where the pattern of a subtree lies in its word. */
interface PatternPlace {
  readonly subtree: Subtree
  readonly shift: number
}

interface PatternWord {
  readonly tables: readonly WordTable[]
  readonly places: readonly PatternPlace[]
}

/** How to find the patterns of rows. */
export interface PatternWords {
  readonly used: readonly UsedFeature[]
  readonly words: readonly PatternWord[]
  /** Cells of the feature that has the most. */
  readonly cellsMax: number
  /** The tables of all words, after a zero. */
  readonly pool: Int32Array
}

/** Lays out the words of some subtrees of a tree. */
export function patternWords(
  ensemble: TreeEnsemble,
  subtrees: readonly Subtree[],
  codes: ReadonlyMap<number, FeatureCodes>,
): PatternWords {
  const turns = subtrees.flatMap(({ bits }) => bits.flatMap((bit) => bit.turns))
  const cells = cellsOf(ensemble, new Set(turns.map(({ node }) => node)))
  const features = [...cells.keys()]
  const used = Array.from(cells, ([feature, own]) => {
    const values = codes.get(feature)?.values ?? new Float64Array()
    return { feature, cellOf: Int32Array.from(values, (value) => cellOf(own, value)) }
  })
  // The first entry is for tables that are not there.
  const pool = [0]
  const words = packed(subtrees).map((places) => ({
    places,
    tables: features.flatMap((feature, n) => {
      const bits = places.flatMap(({ subtree, shift }) =>
        subtree.bits.flatMap((bit, k) =>
          bit.feature === feature ? [{ turns: bit.turns, to: shift + k }] : [],
        ),
      )
      const own = cells.get(feature)
      if (bits.length === 0 || own === undefined) return []
      const at = pool.length
      for (const word of wordsByCell(ensemble, bits, own)) pool.push(word)
      return [{ used: n, at }]
    }),
  }))
  const cellsMax = cells.values().reduce((most, { starts }) => Math.max(most, starts.length + 2), 0)
  return { used, words, cellsMax, pool: Int32Array.from(pool) }
}

/** As many subtrees in a word as fit, in their order. */
function packed(subtrees: readonly Subtree[]): PatternPlace[][] {
  const words: PatternPlace[][] = []
  let shift = wordBits
  for (const subtree of subtrees) {
    if (shift + subtree.bits.length > wordBits) {
      words.push([])
      shift = 0
    }
    words.at(-1)?.push({ subtree, shift })
    shift += subtree.bits.length
  }
  return words
}

/** A bit of a word that one feature decides. */
interface WordBit {
  readonly turns: readonly Turn[]
  readonly to: number
}

/** For each cell of a feature, the bits of a word. Their splits draw fewer cells, so each of those is asked once. */
function wordsByCell(
  ensemble: TreeEnsemble,
  bits: readonly WordBit[],
  cells: FeatureCells,
): Int32Array {
  const nodes = bits.flatMap(({ turns }) => turns.map(({ node }) => node))
  const [rough] = cellsOf(ensemble, new Set(nodes)).values()
  const starts = rough?.starts ?? new Float64Array()
  const words = Int32Array.from(valuesOfCells({ starts }), (value) => {
    const isTaken = ({ node, isLeft }: Turn) => goesLeft(ensemble, node, value) === isLeft
    return bits.reduce((word, { turns, to }) => word | (Number(turns.every(isTaken)) << to), 0)
  })
  let at = 0
  return Int32Array.from(valuesOfCells(cells), (value) => {
    while (value >= (starts[at] ?? Number.NaN)) at += 1
    return words[Number.isNaN(value) ? starts.length + 1 : at] ?? 0
  })
}
