// Which columns two tables are compared by, row for row: those of both, without columns that tell every row from every other, such as
// a number that each request gets anew. With few columns in common, strangers are alike, and equal rows say nothing.

import type { CellColumn } from './row-keys.ts'

/** Columns that rows are compared by, at least, and as a share of the columns of either table that could be. */
const columnsMin = 3
const shareMin = 0.5
/** Rows from which a column that never repeats a value is taken to tell rows apart on purpose. */
const distinctRowsMin = 100

/** How two tables are compared. */
export interface ComparedColumns {
  /** In the order of the test data. */
  readonly compared: readonly string[]
  /** Columns of one table that the other lacks. */
  readonly alone: readonly string[]
  /** Columns of both that differ in every row of either. */
  readonly distinct: readonly string[]
  /** Why nothing follows from equal rows; null where something does. */
  readonly note: string | null
}

/** The columns by which rows of the test data are looked for in the training data. */
export function comparedColumns(
  training: readonly CellColumn[],
  test: readonly CellColumn[],
): ComparedColumns {
  const known = new Map(training.map((column) => [column.name, column]))
  const names = new Set(test.map(({ name }) => name))
  const shared = test.filter(({ name }) => known.has(name))
  const distinct = shared
    .filter((column) => [column, known.get(column.name)].some(tellsRowsApart))
    .map(({ name }) => name)
  const compared = shared.map(({ name }) => name).filter((name) => !distinct.includes(name))
  const alone = [...test, ...training]
    .map(({ name }) => name)
    .filter((name) => !known.has(name) || !names.has(name))
  return { compared, alone, distinct, note: noteOf({ compared, alone }) }
}

function noteOf({ compared, alone }: Pick<ComparedColumns, 'compared' | 'alone'>): string | null {
  if (
    compared.length >= columnsMin &&
    compared.length >= shareMin * (compared.length + alone.length)
  )
    return null
  const which =
    compared.length === 0 ? 'no column' : compared.map((name) => `\`${name}\``).join(', ')
  return `undefined: rows can be compared by ${which} only; needed are ${columnsMin} columns that both tables have, and half of all`
}

/** Whether every row has another value, none is missing, and it is not a measurement: those rarely repeat either. */
function tellsRowsApart(column: CellColumn | undefined): boolean {
  if (column === undefined || column.cells.length < distinctRowsMin) return false
  const seen = new Set<string>()
  for (const text of column.cells) {
    const value = Number(text)
    const isMeasurement = Number.isFinite(value) && !Number.isInteger(value)
    if (text === null || isMeasurement || seen.has(text)) return false
    seen.add(text)
  }
  return true
}
