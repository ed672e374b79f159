// Columns by the names a file gives them.

import { assert } from '@proofhouse/evidence'
import type { DataColumn, DataTable } from '../assess/index.ts'
import { columnAt } from './duckdb-sql.ts'

/** A column of the table and its SQL name. */
export function findColumn(table: DataTable, name: string): { column: DataColumn; sql: string } {
  const position = table.columns.findIndex((column) => column.name === name)
  const column = table.columns[position]
  assert(column !== undefined, `column ${name} exists: names are checked before they are used`)
  return { column, sql: columnAt(position) }
}
