// Real files for the tests of the data adapters: a private folder, CSV text, and Parquet written by DuckDB.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** A folder for one test file. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'proofhouse-data-'))
  let files = 0
  const next = (extension: string) => join(folder, `data-${++files}.${extension}`)
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
      const instance = await DuckDBInstance.create(':memory:')
      const connection = await instance.connect()
      await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`)
      connection.closeSync()
      instance.closeSync()
      return path
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
