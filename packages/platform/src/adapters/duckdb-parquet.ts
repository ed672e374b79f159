// Parquet as a view: rows stay in the files, and each question reads only the columns it is about, so that a table far
// larger than memory can be assessed. What a hostile file hides in a page comes out when the page is read.

import { OperatingError } from '@proofhouse/evidence'
import { type DataColumn, throwIfAborted } from '../assess/index.ts'
import type { DataFiles } from './data-files.ts'
import { checkColumnNames } from './duckdb-csv.ts'
import type { DuckdbDatabase } from './duckdb-database.ts'
import { columnAt, kindOfType, literal } from './duckdb-sql.ts'

/** What a view shows. */
interface ParquetView {
  readonly rows: number
  readonly columns: readonly DataColumn[]
}

/** Makes `data` a view of the files, with the rows of all numbered through from 0 as `rowid`. */
export async function viewParquet(
  database: DuckdbDatabase,
  { path, parts }: DataFiles,
  signal: AbortSignal | undefined,
): Promise<ParquetView> {
  const [first, ...rest] = parts
  const columns = await describe(database, first.file, signal)
  checkColumnNames(
    first.path,
    columns.map(({ name }) => name),
  )
  for (const part of rest) {
    throwIfAborted(signal)
    const difference = differenceOf(columns, await describe(database, part.file, signal))
    if (difference !== null)
      throw new OperatingError(
        'data-malformed',
        `${part.path}: ${difference}, unlike ${first.path}; the parts of a table have the same columns`,
      )
  }
  const starts: number[] = []
  let rows = 0
  for (const part of parts) {
    starts.push(rows)
    const [footer] = await database.query(
      `SELECT num_rows FROM parquet_file_metadata(${literal(part.file)})`,
      signal,
    )
    rows += Number(footer?.[0])
  }
  if (!Number.isSafeInteger(rows))
    throw new OperatingError('data-malformed', `${path}: says that it has ${rows} rows`)
  const names = columns.map((_, i) => columnAt(i)).join(', ')
  await database.query(
    `CREATE VIEW data AS SELECT ${names},
      [${starts.join(', ')}][CAST(file_index AS BIGINT) + 1] + file_row_number AS rowid
      FROM ${scan(parts.map(({ file }) => file))} AS files(${names})`,
    signal,
  )
  return { rows, columns }
}

function scan(files: readonly string[]): string {
  const list = files.map(literal).join(', ')
  return `read_parquet([${list}], hive_partitioning = false, binary_as_string = true)`
}

async function describe(
  database: DuckdbDatabase,
  file: string,
  signal: AbortSignal | undefined,
): Promise<DataColumn[]> {
  const described = await database.query(`DESCRIBE FROM ${scan([file])}`, signal)
  return described.map((row) => {
    const type = String(row[1])
    return { name: String(row[0]), kind: kindOfType(type), type }
  })
}

function differenceOf(
  columns: readonly DataColumn[],
  others: readonly DataColumn[],
): string | null {
  if (others.length !== columns.length)
    return `has ${others.length} columns instead of ${columns.length}`
  for (const [i, column] of columns.entries()) {
    const other = others[i]
    if (other?.name !== column.name || other.type !== column.type)
      return `column ${i + 1} is \`${other?.name}\` (${other?.type}) instead of \`${column.name}\` (${column.type})`
  }
  return null
}
