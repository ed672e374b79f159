// Streams columns out of DuckDB in file order, as typed arrays of numbers or as text, in batches of one size.
// INVARIANT: batches are contiguous from row 0 to the last; a gap is a bug and ends the run.

import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api'
import { assert, OperatingError } from '@proofhouse/evidence'
import { type ColumnBatch, type DataTable, type ReadRequest, shortened } from '../assess/index.ts'
import type { DuckdbDatabase } from './duckdb-database.ts'
import { findColumn } from './duckdb-profile.ts'
import { asDouble, rawText } from './duckdb-sql.ts'

type Buffered = Float64Array | (string | null)[]

/** Reads the requested columns of every row. */
export async function* readBatches(
  database: DuckdbDatabase,
  table: DataTable,
  request: ReadRequest,
): AsyncGenerator<ColumnBatch> {
  assert(request.batchRows > 0, 'a batch holds at least one row')
  const selected = request.columns.map(({ name, as }) => {
    const { column, sql } = findColumn(table, name)
    return as === 'number' ? asDouble(sql, column) : rawText(sql, column)
  })
  const sql = `SELECT ${['rowid', ...selected].join(', ')} FROM data`
  const empty = () =>
    request.columns.map(({ as }) =>
      as === 'number' ? new Float64Array(request.batchRows) : new Array<string | null>(),
    )
  let columns = empty()
  let [firstRow, rows] = [0, 0]
  for await (const chunk of database.stream(sql, request.signal)) {
    assert(Number(chunk.getColumnVector(0).getItem(0)) === firstRow + rows, 'rows arrive in order')
    for (let taken = 0; taken < chunk.rowCount; ) {
      const count = Math.min(request.batchRows - rows, chunk.rowCount - taken)
      const unreadable = copyRows({ chunk, from: taken, count, columns, to: rows })
      if (unreadable !== null)
        await refuseCell(database, table, request.columns[unreadable.column]?.name ?? '', {
          row: firstRow + rows + unreadable.offset,
        })
      taken += count
      rows += count
      if (rows < request.batchRows) continue
      yield { firstRow, rows, columns }
      firstRow += rows
      rows = 0
      columns = empty()
    }
  }
  if (rows > 0) yield { firstRow, rows, columns: columns.map((column) => column.slice(0, rows)) }
  assert(firstRow + rows === table.rows, 'every row is read')
}

interface Copy {
  readonly chunk: DuckDBDataChunk
  readonly from: number
  readonly count: number
  readonly columns: readonly Buffered[]
  readonly to: number
}

/** Copies rows of a chunk into the batch; says where a number was asked for and text was found. */
function copyRows(copy: Copy): { column: number; offset: number } | null {
  for (const [position, target] of copy.columns.entries()) {
    const vector = copy.chunk.getColumnVector(position + 1)
    if (target instanceof Float64Array) {
      const offset = copyNumbers(vector, copy, target)
      if (offset >= 0) return { column: position, offset }
    } else {
      for (let i = 0; i < copy.count; i++) {
        const text = vector.getItem(copy.from + i)
        target.push(text === null ? null : String(text))
      }
    }
  }
  return null
}

/** Returns -1, or the offset of the first cell that is no number. */
function copyNumbers(vector: DuckDBVector, copy: Copy, target: Float64Array): number {
  for (let i = 0; i < copy.count; i++) {
    const value = vector.getItem(copy.from + i)
    if (typeof value !== 'number') return i
    target[copy.to + i] = value
  }
  return -1
}

async function refuseCell(
  database: DuckdbDatabase,
  table: DataTable,
  name: string,
  { row }: { row: number },
): Promise<never> {
  const { sql } = findColumn(table, name)
  const [cell] = await database.query(
    `SELECT CAST(${sql} AS VARCHAR) FROM data WHERE rowid = ${row}`,
  )
  throw new OperatingError(
    'data-unsuitable',
    `${table.path}: row ${row + 1}, column \`${name}\`: \`${shortened(String(cell?.[0]))}\` is not a number, ` +
      'and the model takes this column as one; correct the cell, or leave it empty if the value is missing',
    { details: { row: row + 1, column: name } },
  )
}
