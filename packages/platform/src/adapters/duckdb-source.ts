// Opens a CSV or Parquet file as a table of DuckDB. The bytes are read once to be named by digest and, for CSV, to
// have their structure checked (duckdb-csv.ts); DuckDB loads them; and they are digested again, so that the digest in
// the evidence is that of the rows that were measured, even if somebody rewrites the file meanwhile.

import { createHash } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { type HexDigest, OperatingError } from '@proofhouse/evidence'
import {
  type AggregateEngine,
  type DataColumn,
  type DataSource,
  type DataTable,
  throwIfAborted,
} from '../assess/index.ts'
import { checkColumnNames, CsvScanner, type CsvStructure } from './duckdb-csv.ts'
import { DuckdbDatabase, type DuckdbLimits } from './duckdb-database.ts'
import { DuckdbEngine } from './duckdb-engine.ts'
import { columnAt, kindOfType, literal } from './duckdb-sql.ts'
import { openRegularFile } from './regular-file.ts'

const defaults: DuckdbLimits = { threads: 2, memoryBytes: 4 * 2 ** 30 }
const readSizeBytes = 1024 * 1024

/** A data source that keeps each table in a memory-bounded DuckDB of its own. */
export function duckdbSource(limits: Partial<DuckdbLimits> = {}): DataSource {
  const bounds = { ...defaults, ...limits }
  return { open: (path, signal) => openTable(path, bounds, signal) }
}

async function openTable(
  path: string,
  limits: DuckdbLimits,
  signal: AbortSignal | undefined,
): Promise<AggregateEngine> {
  throwIfAborted(signal)
  const file = resolve(path)
  const format = await formatOf(path, file)
  const scanner = format === 'csv' ? new CsvScanner(path) : null
  const { sha256, sizeBytes } = await digestFile(path, file, signal, scanner)
  const structure = scanner?.end() ?? null
  const database = await DuckdbDatabase.create(file, limits)
  try {
    const columns =
      structure === null
        ? await loadParquet(database, path, file, signal)
        : await loadCsv(database, path, file, structure, signal)
    const after = await digestFile(path, file, signal, null)
    if (after.sha256 !== sha256)
      throw new OperatingError(
        'data-malformed',
        `${path}: the file changed while it was read; run again once it is complete`,
      )
    const rows = Number((await database.query('SELECT count(*) FROM data', signal))[0]?.[0])
    if (rows === 0)
      throw new OperatingError(
        'data-malformed',
        `${path}: has no rows; add at least one row of data`,
      )
    if (structure !== null && structure.rows !== rows)
      throw new OperatingError(
        'data-malformed',
        `${path}: has ${structure.rows} records, of which ${rows} could be read as rows; ` +
          'write the file again with every text field in double quotes',
      )
    const table: DataTable = { path, format, rows, sizeBytes, sha256, columns }
    return new DuckdbEngine(database, table)
  } catch (error) {
    database.close()
    throw error
  }
}

/** The format by content, not by name: Parquet files begin with `PAR1`. */
async function formatOf(path: string, file: string): Promise<'csv' | 'parquet'> {
  const start = await readingFile(path, async () => {
    const handle = await openRegularFile(file)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  })
  const magic = start.toString('latin1')
  const refuse = (what: string) => {
    throw new OperatingError('data-malformed', `${path}: ${what}`)
  }
  if (magic.startsWith('\x1f\x8b')) refuse('is compressed with gzip; decompress it first')
  if (magic.startsWith('PK')) refuse('is a zip archive or a spreadsheet; save the table as CSV')
  if (magic.startsWith('\xff\xfe') || magic.startsWith('\xfe\xff'))
    refuse('is UTF-16 text; save it as UTF-8')
  if (magic === 'PARE') refuse('is an encrypted Parquet file; write it without encryption')
  return magic === 'PAR1' ? 'parquet' : 'csv'
}

async function digestFile(
  path: string,
  file: string,
  signal: AbortSignal | undefined,
  scanner: CsvScanner | null,
): Promise<{ sha256: HexDigest; sizeBytes: number }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  await readingFile(path, async () => {
    const handle = await openRegularFile(file)
    const stream: AsyncIterable<Buffer> = handle.createReadStream({ highWaterMark: readSizeBytes })
    for await (const piece of stream) {
      throwIfAborted(signal)
      hash.update(piece)
      sizeBytes += piece.length
      scanner?.push(piece)
    }
  })
  return { sha256: hash.digest('hex'), sizeBytes }
}

async function readingFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof OperatingError) throw error
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new OperatingError(
        'file-missing',
        `${path}: there is no such file; check the path under \`data\``,
        { cause: error },
      )
    throw new OperatingError(
      'file-unreadable',
      `${path}: cannot be read (${code ?? 'unknown error'}); check its permissions`,
      { cause: error },
    )
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

async function loadCsv(
  database: DuckdbDatabase,
  path: string,
  file: string,
  structure: CsvStructure,
  signal: AbortSignal | undefined,
): Promise<DataColumn[]> {
  const types = structure.names.map((_, i) => `${literal(columnAt(i))}: 'VARCHAR'`)
  await loading(path, () =>
    database.query(
      `CREATE TABLE data AS SELECT * FROM read_csv(${literal(file)}, auto_detect = false,
        delim = ${literal(structure.delimiter)}, quote = '"', escape = '"', comment = '',
        header = false, skip = 1, columns = {${types.join(', ')}},
        compression = 'none', strict_mode = true, null_padding = false, nullstr = '')`,
      signal,
    ),
  )
  return structure.names.map((name) => ({ name, kind: 'text', type: 'text' }))
}

async function loadParquet(
  database: DuckdbDatabase,
  path: string,
  file: string,
  signal: AbortSignal | undefined,
): Promise<DataColumn[]> {
  const from = `read_parquet(${literal(file)}, hive_partitioning = false, binary_as_string = true)`
  const described = await loading(path, () => database.query(`DESCRIBE FROM ${from}`, signal))
  const names = described.map((row) => String(row[0]))
  checkColumnNames(path, names)
  const aliases = names.map((_, i) => columnAt(i)).join(', ')
  await loading(path, () =>
    database.query(`CREATE TABLE data AS SELECT * FROM ${from} AS file(${aliases})`, signal),
  )
  return described.map((row) => {
    const type = String(row[1])
    return { name: String(row[0]), kind: kindOfType(type), type }
  })
}

async function loading<T>(path: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (error instanceof OperatingError || !(error instanceof Error)) throw error
    const problem = (error.message.split('\n')[0] ?? '').replaceAll(resolve(path), basename(path))
    const unicode = /not utf-8|invalid unicode/i.test(error.message)
    const line = /CSV Error on Line: (\d+)/.exec(error.message)?.[1]
    throw new OperatingError(
      'data-malformed',
      unicode
        ? `${path}: ${line === undefined ? '' : `line ${line}: `}is not UTF-8 text; save the file as UTF-8`
        : `${path}: cannot be read as a table: ${problem}`,
      { cause: error },
    )
  }
}
