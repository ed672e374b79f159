// Opens data files as a table of DuckDB. The bytes are named by digest first. A CSV file has its structure checked on the way
// (duckdb-csv.ts); it, Arrow and the table of a DuckDB file are loaded; Parquet stays where it is, as a view. Once rows were
// read from a file its bytes are digested again, so that the digest in the evidence is that of the rows that were measured, even if somebody rewrites a file meanwhile.

import { existsSync } from 'node:fs'
import { OperatingError } from '@proofhouse/evidence'
import {
  type AggregateEngine,
  type DataColumn,
  type DataSource,
  type DataTable,
  exactScoresRowsMax,
  throwIfAborted,
} from '../assess/index.ts'
import { arrowSizeMaxBytes, isArrow } from './arrow-format.ts'
import {
  changedError,
  type DataFiles,
  digestDataFiles,
  findDataFiles,
  readingFile,
} from './data-files.ts'
import { CsvScanner, type CsvStructure } from './duckdb-csv.ts'
import { DuckdbDatabase, type DuckdbLimits } from './duckdb-database.ts'
import { DuckdbEngine } from './duckdb-engine.ts'
import { copyTable } from './duckdb-file.ts'
import { viewParquet } from './duckdb-parquet.ts'
import { columnAt, literal } from './duckdb-sql.ts'
import { openRegularFile } from './regular-file.ts'

interface SourceOptions extends DuckdbLimits {
  /** Above this many rows, scores are counted on a grid. */
  readonly exactScoresRowsMax: number
}

/** With what Node itself takes, a process stays below 4 GiB. */
const defaults: SourceOptions = { threads: 2, memoryBytes: 3 * 2 ** 30, exactScoresRowsMax }

/** A data source that keeps each table in a memory-bounded DuckDB of its own. */
export function duckdbSource(options: Partial<SourceOptions> = {}): DataSource {
  const all = { ...defaults, ...options }
  return { open: (path, signal) => openTable(path, all, signal) }
}

async function openTable(
  path: string,
  options: SourceOptions,
  signal: AbortSignal | undefined,
): Promise<AggregateEngine> {
  throwIfAborted(signal)
  const files = await findDataFiles(path)
  const format = await formatOf(files)
  const scanner = format === 'csv' ? new CsvScanner(path) : null
  const arrow: Buffer[] = []
  const { sha256, sizeBytes } = await digestDataFiles(files, signal, (piece, total) => {
    scanner?.push(piece)
    if (format === 'arrow') {
      checkArrowSize(path, total)
      arrow.push(piece)
    }
  })
  const structure = scanner?.end() ?? null
  const database = await DuckdbDatabase.create(files, options)
  const checkUnchanged = async () => {
    const after = await digestDataFiles(files, signal, null)
    if (after.sha256 !== sha256) throw changedError(path)
  }
  const load = async () => {
    if (structure !== null) return loadCsv(database, files, structure, signal)
    if (format === 'duckdb') return copyTable(database, files, signal)
    if (format === 'arrow') {
      // Loaded for those who have such files: the reader of Arrow is half as large as the program.
      const { loadArrow } = await import('./duckdb-arrow.ts')
      return loadArrow(database, path, Buffer.concat(arrow), signal)
    }
    return viewParquet(database, files, signal)
  }
  try {
    const { rows, columns } = await load()
    if (format === 'csv' || format === 'duckdb') await checkUnchanged()
    if (rows === 0)
      throw new OperatingError(
        'data-malformed',
        `${path}: has no rows; add at least one row of data`,
      )
    const table = { path, format, rows, sizeBytes, sha256, columns }
    return new DuckdbEngine(database, table, {
      exactScoresRowsMax: options.exactScoresRowsMax,
      checkUnchanged: format === 'parquet' ? checkUnchanged : null,
    })
  } catch (error) {
    database.close()
    throw error
  }
}

function checkArrowSize(path: string, sizeBytes: number): void {
  if (sizeBytes > arrowSizeMaxBytes)
    throw new OperatingError(
      'limit-exceeded',
      `${path}: is larger than ${arrowSizeMaxBytes / 2 ** 20} MiB; write it as Parquet, which is read in pieces`,
    )
}

/** The format by content, not by name. */
async function formatOf({ path, isFolder, parts, table }: DataFiles): Promise<DataTable['format']> {
  if (isFolder) return 'parquet'
  const start = await readingFile(path, async () => {
    const handle = await openRegularFile(parts[0].file)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  })
  const magic = start.toString('latin1')
  const refuse = (what: string): never => {
    throw new OperatingError('data-malformed', `${path}: ${what}`)
  }
  if (magic.slice(8) === 'DUCK') {
    if (existsSync(`${parts[0].file}.wal`))
      refuse('has changes in its log that are not in the file; run `CHECKPOINT` and close it first')
    return 'duckdb'
  }
  if (table !== null) refuse(`names the table \`${table}\`, but the file is no DuckDB database`)
  if (isArrow(start)) return 'arrow'
  if (magic.startsWith('\x1f\x8b')) refuse('is compressed with gzip; decompress it first')
  if (magic.startsWith('PK')) refuse('is a zip archive or a spreadsheet; save the table as CSV')
  if (magic.startsWith('FEA1'))
    refuse('is a Feather file of version 1; write version 2 with `compression="zstd"`, or Parquet')
  if (magic.startsWith('\xff\xfe') || magic.startsWith('\xfe\xff'))
    refuse('is UTF-16 text; save it as UTF-8')
  if (magic.startsWith('PARE')) refuse('is an encrypted Parquet file; write it without encryption')
  return magic.startsWith('PAR1') ? 'parquet' : 'csv'
}

async function loadCsv(
  database: DuckdbDatabase,
  { path, parts }: DataFiles,
  structure: CsvStructure,
  signal: AbortSignal | undefined,
): Promise<{ rows: number; columns: DataColumn[] }> {
  const types = structure.names.map((_, i) => `${literal(columnAt(i))}: 'VARCHAR'`)
  await database.query(
    `CREATE TABLE data AS SELECT * FROM read_csv(${literal(parts[0].file)}, auto_detect = false,
      delim = ${literal(structure.delimiter)}, quote = '"', escape = '"', comment = '',
      header = false, skip = 1, columns = {${types.join(', ')}},
      compression = 'none', strict_mode = true, null_padding = false, nullstr = '')`,
    signal,
  )
  const rows = Number((await database.query('SELECT count(*) FROM data', signal))[0]?.[0])
  if (structure.rows !== rows && rows > 0)
    throw new OperatingError(
      'data-malformed',
      `${path}: has ${structure.rows} records, of which ${rows} could be read as rows; ` +
        'write the file again with every text field in double quotes',
    )
  return { rows, columns: structure.names.map((name) => ({ name, kind: 'text', type: 'text' })) }
}
