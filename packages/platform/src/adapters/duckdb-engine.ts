// The aggregate engine over one DuckDB table: `data` holds the file, `predicted` the attached predictions, and row n
// of one is row n of the other (DuckDB numbers the rows of a table in insertion order, from 0, as `rowid`).

import { assert } from '@proofhouse/evidence'
import type {
  AggregateEngine,
  ColumnBatch,
  ColumnProfile,
  DataTable,
  PredictionBatch,
  ProfileRequest,
  ReadRequest,
  Statistics,
  StatisticsRequest,
} from '../assess/index.ts'
import { attachPredictions } from './duckdb-attach.ts'
import type { DuckdbDatabase } from './duckdb-database.ts'
import { profileColumn } from './duckdb-profile.ts'
import { readBatches } from './duckdb-read.ts'
import { countOutcomes } from './duckdb-statistics.ts'

/** An {@link AggregateEngine} whose rows live in DuckDB's memory. */
export class DuckdbEngine implements AggregateEngine {
  readonly table: DataTable
  readonly #database: DuckdbDatabase
  #attached = false

  constructor(database: DuckdbDatabase, table: DataTable) {
    this.#database = database
    this.table = table
  }

  async profile(
    requests: readonly ProfileRequest[],
    signal?: AbortSignal,
  ): Promise<readonly ColumnProfile[]> {
    const profiles: ColumnProfile[] = []
    for (const request of requests)
      profiles.push(await profileColumn(this.#database, this.table, request, signal))
    return profiles
  }

  read(request: ReadRequest): AsyncIterable<ColumnBatch> {
    return readBatches(this.#database, this.table, request)
  }

  async attach(predictions: AsyncIterable<PredictionBatch>): Promise<void> {
    await attachPredictions(this.#database, this.table, predictions)
    this.#attached = true
  }

  async statistics(request: StatisticsRequest): Promise<Statistics> {
    assert(
      request.predictions.from !== 'attached' || this.#attached,
      'predictions are attached before they are counted',
    )
    return countOutcomes(this.#database, this.table, request)
  }

  close(): Promise<void> {
    this.#database.close()
    return Promise.resolve()
  }
}
