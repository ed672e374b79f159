// Copies one table out of a DuckDB file, which is attached for reading only. Views are never evaluated: what they select is
// the choice of whoever wrote the file.

import { OperatingError } from '@proofhouse/evidence'
import { type DataColumn, listed } from '../assess/index.ts'
import { nearestName } from '../nearest-name.ts'
import type { DataFiles } from './data-files.ts'
import { checkColumnNames } from './duckdb-csv.ts'
import type { DuckdbDatabase } from './duckdb-database.ts'
import { columnAt, kindOfType, literal } from './duckdb-sql.ts'

/** Makes `data` a copy of the table; without a name, of the only one there is. */
export async function copyTable(
  database: DuckdbDatabase,
  { path, parts, table }: DataFiles,
  signal: AbortSignal | undefined,
): Promise<{ rows: number; columns: DataColumn[] }> {
  await database.query(`ATTACH ${literal(parts[0].file)} AS source (READ_ONLY)`, signal)
  const found = await database.query(
    `SELECT table_name FROM duckdb_tables() WHERE database_name = 'source'
      AND schema_name = 'main' AND NOT internal ORDER BY table_name`,
    signal,
  )
  const names = found.map(([name]) => String(name))
  const chosen = choose(path, names, table)
  const from = `source.main.${quoted(chosen)}`
  const described = await database.query(`DESCRIBE ${from}`, signal)
  const columns = described.map((row): DataColumn => {
    const type = String(row[1])
    return { name: String(row[0]), kind: kindOfType(type), type }
  })
  checkColumnNames(
    path,
    columns.map(({ name }) => name),
  )
  const aliases = columns.map((_, i) => columnAt(i)).join(', ')
  await database.query(`CREATE TABLE data AS SELECT * FROM ${from} AS file(${aliases})`, signal)
  await database.query('DETACH source', signal)
  const [counted] = await database.query('SELECT count(*) FROM data', signal)
  return { rows: Number(counted?.[0]), columns }
}

function choose(path: string, names: readonly string[], table: string | null): string {
  const refuse = (problem: string): never => {
    throw new OperatingError('data-malformed', `${path}: ${problem}`)
  }
  if (table !== null) {
    if (names.includes(table)) return table
    const near = nearestName(table, names)
    return refuse(
      `has no table \`${table}\`; ` +
        (near === undefined ? `its tables are ${listed(names)}` : `did you mean \`${near}\`?`),
    )
  }
  const [only, ...others] = names
  if (only === undefined) return refuse('has no table')
  if (others.length > 0)
    return refuse(`has the tables ${listed(names)}; say which, as in \`${path}#${only}\``)
  return only
}

/** An identifier; doubling the quote is its only escape. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
