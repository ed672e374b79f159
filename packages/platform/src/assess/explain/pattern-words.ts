// Packs the patterns of subtrees into words of 32 bits, so that a row's patterns are the union of one look-up per word and feature:
// by the row's cell of the feature, the bits that this feature decides.

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
  const takes = turnTables(ensemble, cells)
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
      if (bits.length === 0) return []
      const at = pool.length
      const count = (cells.get(feature)?.starts.length ?? 0) + 2
      for (let cell = 0; cell < count; cell++) {
        const isMet = (of: readonly Turn[]) => of.every((turn) => takes(turn, cell))
        pool.push(bits.reduce((word, bit) => word | (Number(isMet(bit.turns)) << bit.to), 0))
      }
      return [{ used: n, at }]
    }),
  }))
  const counts = Array.from(cells.values(), ({ starts }) => starts.length + 2)
  return { used, words, cellsMax: Math.max(0, ...counts), pool: Int32Array.from(pool) }
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

/** Whether the values of a cell take a turn; each split is asked once per cell. */
function turnTables(
  ensemble: TreeEnsemble,
  cells: ReadonlyMap<number, FeatureCells>,
): (turn: Turn, cell: number) => boolean {
  const values = new Map(Array.from(cells, ([feature, own]) => [feature, valuesOfCells(own)]))
  const answers = new Map<number, Uint8Array>()
  return ({ node, isLeft }, cell) => {
    let lefts = answers.get(node)
    if (lefts === undefined) {
      const of = values.get(ensemble.feature[node] ?? 0) ?? new Float64Array()
      lefts = Uint8Array.from(of, (value) => Number(goesLeft(ensemble, node, value)))
      answers.set(node, lefts)
    }
    return (lefts[cell] === 1) === isLeft
  }
}
