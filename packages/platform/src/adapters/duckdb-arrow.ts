// Loads an Arrow table into DuckDB, a chunk at a time.

import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, FLOAT, UBIGINT, VARCHAR } from '@duckdb/node-api'
import type { Bytes } from '@proofhouse/evidence'
import { type DataColumn, throwIfAborted } from '../assess/index.ts'
import { type ArrowBatch, type ArrowColumn, readArrow } from './arrow-file.ts'
import { chunkRowsMax, type DuckdbDatabase } from './duckdb-database.ts'
import { checkColumnNames } from './duckdb-csv.ts'
import { columnAt } from './duckdb-sql.ts'

const types = { BIGINT, UBIGINT, FLOAT, DOUBLE, BOOLEAN, VARCHAR }

/** Makes `data` a table with the rows of the bytes. */
export async function loadArrow(
  database: DuckdbDatabase,
  path: string,
  bytes: Bytes,
  signal: AbortSignal | undefined,
): Promise<{ rows: number; columns: DataColumn[] }> {
  const { columns, batches } = readArrow(path, bytes)
  checkColumnNames(
    path,
    columns.map(({ name }) => name),
  )
  const declared = columns.map(({ target }, i) => `${columnAt(i)} ${target}`)
  await database.query(`CREATE TABLE data (${declared.join(', ')})`, signal)
  const connection = await database.connect()
  let rows = 0
  try {
    const appender = await connection.createAppender('data')
    for (const batch of batches) {
      for (let start = 0; start < batch.rows; start += chunkRowsMax) {
        throwIfAborted(signal)
        const count = Math.min(chunkRowsMax, batch.rows - start)
        appender.appendDataChunk(chunkOf(columns, batch, { start, count }))
      }
      rows += batch.rows
    }
    appender.closeSync()
  } catch (error) {
    throw database.translated(error, signal)
  } finally {
    connection.closeSync()
  }
  return { rows, columns: columns.map(({ name, kind, type }) => ({ name, kind, type })) }
}

function chunkOf(
  columns: readonly ArrowColumn[],
  batch: ArrowBatch,
  { start, count }: { start: number; count: number },
): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(
    columns.map(({ target }) => types[target]),
    count,
  )
  chunk.setColumns(
    columns.map((_, column) =>
      Array.from({ length: count }, (__, row) => batch.value(column, start + row)),
    ),
  )
  return chunk
}
