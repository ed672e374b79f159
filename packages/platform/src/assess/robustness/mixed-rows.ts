// Rows of numbers and categories side by side, as a model is asked about them, and single rows as points: one number
// per column, a category as its code, a missing value as NaN.

/** Numbers of a column; NaN is a missing value. */
export interface NumberColumn {
  readonly kind: 'number'
  readonly name: string
  readonly values: Float64Array
}

/** Categories of a column. */
interface CategoryColumn {
  readonly kind: 'category'
  readonly name: string
  /** One code per row: a position in `labels`, or {@link missingCode}. */
  readonly codes: Int32Array
  readonly labels: readonly string[]
}

/** The code of a category that is missing. */
export const missingCode = -1

/** A column of either kind. */
type MixedColumn = NumberColumn | CategoryColumn

/** A batch of rows. */
export interface MixedRows {
  readonly rows: number
  readonly columns: readonly MixedColumn[]
}

/** The model: the score of the positive class per row, or 1 and 0 for a decision without scores. */
export type Decide = (rows: MixedRows) => Promise<Float64Array>

/** One row: per column its number, or the code of its category; NaN where it is missing. */
export type Point = Float64Array

/** A row as a point. */
export function pointAt({ columns }: MixedRows, row: number): Point {
  return Float64Array.from(columns, (column) => {
    if (column.kind === 'number') return column.values[row] ?? Number.NaN
    const code = column.codes[row] ?? missingCode
    return code === missingCode ? Number.NaN : code
  })
}

/** Points as rows with the columns of `like`. */
export function rowsOfPoints(like: MixedRows, points: readonly Point[]): MixedRows {
  return {
    rows: points.length,
    columns: like.columns.map((column, n) => {
      const { name } = column
      if (column.kind === 'number') {
        const values = Float64Array.from(points, (point) => point[n] ?? Number.NaN)
        return { kind: 'number', name, values }
      }
      const codes = Int32Array.from(points, (point) => {
        const code = point[n] ?? Number.NaN
        return Number.isNaN(code) ? missingCode : code
      })
      return { kind: 'category', name, codes, labels: column.labels }
    }),
  }
}
