// Packs the patterns of a tree's subtrees into words of 32 bits, so that a row's patterns are the union of one look-up per word
// and feature: by the row's cell of the feature, the bits that this feature decides.

import {
  cellCount,
  cellsOf,
  coarser,
  type FeatureCells,
  valueOfCell,
} from './tree-cells.ts'
import type { PatternBit, Subtree, Turn } from './tree-subtrees.ts'
import { goesLeft, type TreeEnsemble } from './tree-ensemble.ts'

const wordBits = 31

/** A feature that a tree reads, and for each of the ensemble's cells the tree's own. */
export interface UsedFeature {
  readonly feature: number
  readonly cellOf: Int32Array
}

/** Where a word's bits come from: a table of the pool, by the tree's cell of the used feature. */
interface WordTable {
  readonly used: number
  readonly at: number
}

/** Where a subtree's pattern lies. */
export interface PatternPlace {
  readonly subtree: Subtree
  readonly shift: number
}

/** A word: its tables, and the subtrees whose patterns it holds. */
export interface PatternWord {
  readonly tables: readonly WordTable[]
  readonly places: readonly PatternPlace[]
}

/** How to find the patterns of rows in one tree. */
export interface PatternWords {
  readonly used: readonly UsedFeature[]
  readonly words: readonly PatternWord[]
  /** Tables of all words. */
  readonly pool: Int32Array
}

/** Lays out the words of a tree, given the cells of the whole ensemble. */
export function patternWords(
  ensemble: TreeEnsemble,
  cells: readonly FeatureCells[],
  subtrees: readonly Subtree[],
): PatternWords {
  const turns = subtrees.flatMap(({ bits }) => bits.flatMap((bit) => bit.turns))
  const splits = new Set(turns.map(({ node }) => node))
  const own = cellsOf(ensemble, splits)
  const features = [...new Set(Array.from(splits, (node) => ensemble.feature[node] ?? 0))]
  const used = features.map((feature) => ({
    feature,
    cellOf: coarser(cells[feature] ?? noCells, own[feature] ?? noCells),
  }))
  const takes = turnTables(ensemble, own)
  const pool: number[] = []
  const words = packed(subtrees).map((places) => ({
    places,
    tables: features.flatMap((feature, n) => {
      const bits = places.flatMap(({ subtree, shift }) =>
        subtree.bits.flatMap((bit, k) => (bit.feature === feature ? [{ bit, at: shift + k }] : [])),
      )
      if (bits.length === 0) return []
      const at = pool.length
      for (let cell = 0; cell < cellCount(own[feature] ?? noCells); cell++)
        pool.push(bits.reduce((word, { bit, at: to }) => word | (met(takes, bit, cell) << to), 0))
      return [{ used: n, at }]
    }),
  }))
  return { used, words, pool: Int32Array.from(pool) }
}

const noCells: FeatureCells = { starts: new Float64Array() }

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

type TurnTables = (turn: Turn, cell: number) => boolean

/** Whether a value of a cell takes a turn; each split is asked once per cell. */
function turnTables(ensemble: TreeEnsemble, own: readonly FeatureCells[]): TurnTables {
  const answers = new Map<number, readonly boolean[]>()
  return ({ node, isLeft }, cell) => {
    let of = answers.get(node)
    if (of === undefined) {
      const cells = own[ensemble.feature[node] ?? 0] ?? noCells
      of = Array.from({ length: cellCount(cells) }, (_, n) =>
        goesLeft(ensemble, node, valueOfCell(cells, n)),
      )
      answers.set(node, of)
    }
    return of[cell] === isLeft
  }
}

function met(takes: TurnTables, bit: PatternBit, cell: number): number {
  return Number(bit.turns.every((turn) => takes(turn, cell)))
}
