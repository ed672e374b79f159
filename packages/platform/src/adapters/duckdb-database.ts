// One private in-memory DuckDB: a memory limit it must not pass, no disk to spill rows to, no extensions to fetch,
// and no file system beyond the files it was opened for. Its configuration is locked before any data is read.

import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
} from '@duckdb/node-api'
import { OperatingError } from '@proofhouse/evidence'
import { interruption, throwIfAborted } from '../assess/index.ts'
import type { DataFiles } from './data-files.ts'
import { literal } from './duckdb-sql.ts'

/** DuckDB's own size of a vector: a data chunk holds no more rows. */
export const chunkRowsMax = 2048

/** How much of the machine an engine may use. */
export interface DuckdbLimits {
  readonly threads: number
  readonly memoryBytes: number
}

/** A connection pool of one writer and as many readers as there are open streams. */
export class DuckdbDatabase {
  readonly #instance: DuckDBInstance
  readonly #limits: DuckdbLimits
  readonly #files: DataFiles
  #closed = false

  private constructor(instance: DuckDBInstance, limits: DuckdbLimits, files: DataFiles) {
    this.#instance = instance
    this.#limits = limits
    this.#files = files
  }

  /** A database that may read these files and nothing else. */
  static async create(files: DataFiles, limits: DuckdbLimits): Promise<DuckdbDatabase> {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      threads: String(limits.threads),
      memory_limit: `${limits.memoryBytes}B`,
      temp_directory: '',
      preserve_insertion_order: 'true',
    })
    const database = new DuckdbDatabase(instance, limits, files)
    // DuckDB looks for the log of a database file beside it, and is refused any that is there.
    const paths = files.parts.flatMap(({ file }) => [file, `${file}.wal`])
    const allowed = paths.map(literal).join(', ')
    await database.query(`SET allowed_paths = [${allowed}]`)
    await database.query('SET enable_external_access = false')
    await database.query('SET lock_configuration = true')
    return database
  }

  /** Runs one statement and returns its rows. */
  async query(sql: string, signal?: AbortSignal): Promise<readonly DuckDBValue[][]> {
    const rows: DuckDBValue[][] = []
    for await (const chunk of this.stream(sql, signal)) rows.push(...chunk.getRows())
    return rows
  }

  /** Runs one statement and yields its result chunk by chunk, in order, without holding all of it. */
  async *stream(sql: string, signal?: AbortSignal): AsyncGenerator<DuckDBDataChunk> {
    throwIfAborted(signal)
    const connection = await this.connect()
    const interrupt = () => connection.interrupt()
    signal?.addEventListener('abort', interrupt)
    try {
      const result = await connection.stream(sql)
      for (;;) {
        throwIfAborted(signal)
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) return
        yield chunk
      }
    } catch (error) {
      throw this.translated(error, signal)
    } finally {
      signal?.removeEventListener('abort', interrupt)
      connection.closeSync()
    }
  }

  /** A connection of its own, for an appender; the caller closes it. */
  connect(): Promise<DuckDBConnection> {
    return this.#instance.connect()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#instance.closeSync()
  }

  /** An error of DuckDB in our words; what is no fault of the data stays as it is. */
  translated(error: unknown, signal: AbortSignal | undefined): unknown {
    if (error instanceof OperatingError) return error
    if (signal?.aborted === true) return interruption(error)
    if (error instanceof Error && error.message.startsWith('Out of Memory Error')) {
      const mebibytes = Math.round(this.#limits.memoryBytes / 2 ** 20)
      return new OperatingError(
        'limit-exceeded',
        `the data need more than the ${mebibytes} MiB of memory they may use; ` +
          'leave out columns that are not needed, or assess fewer rows',
        { cause: error },
      )
    }
    return isDefect(error) ? error : this.#malformed(error)
  }

  #malformed(error: Error): OperatingError {
    const { path, parts } = this.#files
    const told = (error.message.split('\n')[0] ?? '').trim()
    const problem = parts.reduce((text, part) => text.replaceAll(part.file, part.path), told)
    const unicode = /not utf-8|invalid unicode/i.test(error.message)
    const line = /CSV Error on Line: (\d+)/.exec(error.message)?.[1]
    return new OperatingError(
      'data-malformed',
      unicode
        ? `${path}: ${line === undefined ? '' : `line ${line}: `}is not UTF-8 text; save the file as UTF-8`
        : `${path}: cannot be read as a table: ${problem}`,
      { cause: error },
    )
  }
}

/** Whether an error says that our own SQL is wrong, rather than the file. */
function isDefect(error: unknown): error is unknown {
  if (!(error instanceof Error)) return true
  return /^(Parser|Binder|Catalog|Permission) Error/.test(error.message)
}
