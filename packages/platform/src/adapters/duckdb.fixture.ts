// Real files for the tests of the data adapters: a private folder, CSV text, and Parquet written by DuckDB.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** A folder for one test file. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'proofhouse-data-'))
  let files = 0
  const next = (extension: string) => join(folder, `data-${++files}.${extension}`)
  const write = async (sql: string, path: string) => {
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`)
    connection.closeSync()
    instance.closeSync()
  }
  return {
    folder,
    /** Writes text or bytes and returns the path. */
    csv(content: string | Uint8Array): string {
      const path = next('csv')
      writeFileSync(path, content)
      return path
    },
    /** Writes the result of a query and returns the path. */
    async parquet(sql: string): Promise<string> {
      const path = next('parquet')
      await write(sql, path)
      return path
    },
    /** Writes the result of each query as a part of a folder, and returns the folder. */
    async parts(...queries: readonly string[]): Promise<string> {
      const path = next('parts')
      mkdirSync(path)
      for (const [i, sql] of queries.entries()) await write(sql, join(path, `part-${i}.parquet`))
      return path
    },
    /** Writes a DuckDB database with what the statements make, and returns the path. */
    async database(...statements: readonly string[]): Promise<string> {
      const path = next('duckdb')
      const instance = await DuckDBInstance.create(path)
      const connection = await instance.connect()
      for (const statement of statements) await connection.run(statement)
      connection.closeSync()
      instance.closeSync()
      return path
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
