// Every distinct value of a column with its rows: what the comparison of two periods is made of.

import { assert } from '@proofhouse/evidence'
import {
  type CategoryCountsProfile,
  type DataTable,
  distinctCategoriesMax,
  type NumberCountsProfile,
} from '../assess/index.ts'
import { findColumn } from './duckdb-columns.ts'
import type { DuckdbDatabase } from './duckdb-database.ts'
import { asDouble, canonicalText, isWhole, onNumberGrid } from './duckdb-sql.ts'

interface CountRequest {
  readonly column: string
  /** Above this many rows, numbers are counted on a grid. */
  readonly exactRowsMax: number
  readonly signal: AbortSignal | undefined
}

/** The finite numbers of a column, ascending. */
export async function countNumbers(
  database: DuckdbDatabase,
  table: DataTable,
  { column: name, exactRowsMax, signal }: CountRequest,
): Promise<NumberCountsProfile> {
  const { column, sql } = findColumn(table, name)
  const double = asDouble(sql, column)
  const value = `${table.rows > exactRowsMax ? onNumberGrid(double) : double} + 0.0`
  const [values, counts]: [number[], number[]] = [[], []]
  const chunks = database.stream(
    `SELECT d, CAST(count(*) AS DOUBLE) FROM (SELECT ${value} AS d FROM data)
      WHERE isfinite(d) GROUP BY d ORDER BY d`,
    signal,
  )
  for await (const chunk of chunks) {
    const [found, rows] = [chunk.getColumnVector(0), chunk.getColumnVector(1)]
    const { rowCount } = chunk
    for (let i = 0; i < rowCount; i++) {
      values.push(Number(found.getItem(i)))
      counts.push(Number(rows.getItem(i)))
    }
  }
  const counted = counts.reduce((sum, rows) => sum + rows, 0)
  return {
    as: 'number-counts',
    column: name,
    values: Float64Array.from(values),
    counts: Float64Array.from(counts),
    missing: table.rows - counted,
    whole: counted === table.rows && (await isStoredWhole(database, table, { name, signal })),
  }
}

/** Whether every cell is written as an integer, as a reader that guesses types would take it. */
async function isStoredWhole(
  database: DuckdbDatabase,
  table: DataTable,
  { name, signal }: { name: string; signal: AbortSignal | undefined },
): Promise<boolean> {
  const { column, sql } = findColumn(table, name)
  if (column.kind !== 'text') return isWhole(column.type)
  const [row] = await database.query(
    `SELECT count(*) FROM data WHERE NOT regexp_full_match(${sql}, '[+-]?[0-9]+')`,
    signal,
  )
  return Number(row?.[0]) === 0
}

/** The categories of a column by code unit; null where there are more than are worth comparing. */
export async function countCategories(
  database: DuckdbDatabase,
  table: DataTable,
  { column: name, signal }: CountRequest,
): Promise<CategoryCountsProfile> {
  const { column, sql } = findColumn(table, name)
  const rows = await database.query(
    `SELECT v, count(*) FROM (SELECT ${canonicalText(sql, column)} AS v FROM data)
      WHERE v IS NOT NULL GROUP BY v LIMIT ${distinctCategoriesMax + 1}`,
    signal,
  )
  const tooMany = rows.length > distinctCategoriesMax
  const counted = rows
    .map(([value, count]) => ({ value: String(value), count: Number(count) }))
    .toSorted((a, b) => (a.value < b.value ? -1 : 1))
  const total = counted.reduce((sum, { count }) => sum + count, 0)
  assert(tooMany || total <= table.rows, 'no row is counted twice')
  return {
    as: 'category-counts',
    column: name,
    values: tooMany ? null : counted.map(({ value }) => value),
    counts: Float64Array.from(tooMany ? [] : counted.map(({ count }) => count)),
    missing: tooMany ? 0 : table.rows - total,
  }
}
