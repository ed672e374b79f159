// Whether a row's place, or a number that only names it, tells its label: files are often sorted by outcome, and numbers often
// given by it. A model that reads such a number learns how the file was made.

import type { CodedColumn } from '../checks/coding.ts'
import type { Limits } from '../intervals/proportion.ts'
import { rocAuc, rocAucInterval } from '../intervals/roc-auc.ts'
import type { ScoreCounts } from '../score-counts.ts'
import type { CellColumn } from './row-keys.ts'

/** Rows of a class, and of the others, below which nothing is said. */
const classRowsMin = 20
/** The name of the place of a row. */
const rowNumber = '(row number)'

/** What the place of a row tells of one class. */
export interface OrderLeak {
  /** The identifier, or `(row number)`. */
  readonly column: string
  readonly label: string
  readonly n: number
  /** Chance that a row of the class stands after one that is not; 0.5 tells nothing. */
  readonly auc: number
  readonly limits: Limits
  /** Whether 0.5 lies outside the limits. */
  readonly tells: boolean
}

/**
 * Every class by the row number and by every identifier whose values are numbers, with limits that hold for all at
 * once.
 * @param label the rows in the order of the file
 */
export function findOrderLeaks(
  label: CodedColumn,
  identifiers: readonly CellColumn[],
  error: number,
): OrderLeak[] {
  const places = [
    { name: rowNumber, values: Float64Array.from(label.codes.keys()) },
    ...identifiers.flatMap((column) => {
      const values = numbersOf(column)
      return values === null ? [] : [{ name: column.name, values }]
    }),
  ]
  // Of two classes, each is told by the other.
  const classes = [...label.labels.entries()].slice(label.labels.length === 2 ? 1 : 0)
  const tail = error / (2 * places.length * Math.max(1, classes.length))
  return places.flatMap(({ name, values }) =>
    classes.flatMap(([code, text]) => {
      const counts = countsOf(values, label.codes, code)
      const roc = rocAuc(counts)
      if (roc === null || Math.min(roc.positives, roc.negatives) < classRowsMin) return []
      const limits = rocAucInterval(roc, tail)
      const n = roc.positives + roc.negatives
      const tells = limits.low > 0.5 || limits.high < 0.5
      return [{ column: name, label: text, n, auc: roc.auc, limits, tells }]
    }),
  )
}

/** The values as numbers, NaN where there is none; null when one is no number. */
function numbersOf({ cells }: CellColumn): Float64Array | null {
  const values = Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell)))
  const isNumber = cells.every((cell, row) => cell === null || Number.isFinite(values[row]))
  return isNumber ? values : null
}

function countsOf(values: Float64Array, codes: Uint8Array, code: number): ScoreCounts {
  const rows = [...values.keys()]
    .filter((row) => !Number.isNaN(values[row]))
    .toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const scores: number[] = []
  const positives: number[] = []
  const negatives: number[] = []
  for (const row of rows) {
    const value = values[row] ?? 0
    if (scores.at(-1) !== value) {
      scores.push(value)
      positives.push(0)
      negatives.push(0)
    }
    const side = codes[row] === code ? positives : negatives
    side[side.length - 1] = (side.at(-1) ?? 0) + 1
  }
  return {
    scores: Float64Array.from(scores),
    positives: Float64Array.from(positives),
    negatives: Float64Array.from(negatives),
  }
}
