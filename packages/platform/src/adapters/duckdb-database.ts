// One private in-memory DuckDB: a memory limit it must not pass, no disk to spill rows to, no extensions to fetch,
// and no file system beyond the one file it was opened for. Its configuration is locked before any data is read.

import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
} from '@duckdb/node-api'
import { OperatingError } from '@proofhouse/evidence'
import { interruption, throwIfAborted } from '../assess/index.ts'
import { literal } from './duckdb-sql.ts'

/** How much of the machine an engine may use. */
export interface DuckdbLimits {
  readonly threads: number
  readonly memoryBytes: number
}

/** A connection pool of one writer and as many readers as there are open streams. */
export class DuckdbDatabase {
  readonly #instance: DuckDBInstance
  readonly #limits: DuckdbLimits
  #closed = false

  private constructor(instance: DuckDBInstance, limits: DuckdbLimits) {
    this.#instance = instance
    this.#limits = limits
  }

  /** A database that may read `file` and nothing else. */
  static async create(file: string, limits: DuckdbLimits): Promise<DuckdbDatabase> {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      threads: String(limits.threads),
      memory_limit: `${limits.memoryBytes}B`,
      temp_directory: '',
      preserve_insertion_order: 'true',
    })
    const database = new DuckdbDatabase(instance, limits)
    await database.query(`SET allowed_paths = [${literal(file)}]`)
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
      throw this.#translated(error, signal)
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

  #translated(error: unknown, signal: AbortSignal | undefined): unknown {
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
    return error
  }
}
