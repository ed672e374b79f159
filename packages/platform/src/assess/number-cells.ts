// Whether a column is one of numbers. One cell that is none must not hide a column from every check: exports write `n/a`, `-` or `?`
// where a number is missing, and whoever writes the data could blind the checks with a single word.

/** Share of the values from which on a column is one of numbers, whatever the others are. */
const mostly = 0.95
/** Different texts that a column of numbers may hold where they are more frequent, as marks for what is missing. */
const marksMax = 5

/**
 * The cells as numbers, NaN where there is no value or another text, infinite where they say so; null for a column that
 * is not one of numbers: fewer than 95 % of its values are, and the others are no handful of marks in less than half of
 * them.
 * @param cells canonical texts
 */
export function numbersOfCells(cells: readonly (string | null)[]): Float64Array | null {
  const numbers = Float64Array.from(cells, numberOfCell)
  const marks = new Set<string>()
  let [found, others] = [0, 0]
  for (const [row, cell] of cells.entries()) {
    if (cell === null) continue
    if (!Number.isNaN(numbers[row])) found += 1
    else {
      others += 1
      if (marks.size <= marksMax) marks.add(cell)
    }
  }
  return isOfNumbers({ found, others, marks }) ? numbers : null
}

/** The values of a column, counted. */
export interface ValueCounts {
  /** Numbers, infinite ones included. */
  readonly found: number
  /** Values that are none. */
  readonly others: number
  /** Different values among these, all of a handful. */
  readonly marks: ReadonlySet<string>
}

/** Whether a column with these values is one of numbers. */
export function isOfNumbers({ found, others, marks }: ValueCounts): boolean {
  if (found === 0) return false
  const isMarked = marks.size <= marksMax && others < found
  return isMostly({ found, others }) || isMarked
}

/** Whether so many of the values are numbers that the others hardly count. */
export const isMostly = ({ found, others }: Pick<ValueCounts, 'found' | 'others'>): boolean =>
  found / (found + others) >= mostly

const infinite = /^[+-]?inf(?:inity)?$/i

/** The number of a cell, infinite where it says so; NaN where it holds none. */
export function numberOfCell(cell: string | null): number {
  if (cell === null || cell.trim() === '') return Number.NaN
  const number = Number(cell)
  if (!Number.isNaN(number) || !infinite.test(cell.trim())) return number
  return cell.trim().startsWith('-') ? -Infinity : Infinity
}
