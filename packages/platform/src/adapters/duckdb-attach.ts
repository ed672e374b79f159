// Puts predictions beside the rows they belong to: a table of its own with one row per row of the data, in the same
// order. A run that fails half-way leaves the earlier predictions, or none, never some.

import { BOOLEAN, DOUBLE, type DuckDBAppender, DuckDBDataChunk } from '@duckdb/node-api'
import { assert } from '@proofhouse/evidence'
import type { DataTable, PredictionBatch } from '../assess/index.ts'
import { chunkRowsMax, type DuckdbDatabase } from './duckdb-database.ts'

/** Appends every batch, then swaps the finished table in. */
export async function attachPredictions(
  database: DuckdbDatabase,
  table: DataTable,
  predictions: AsyncIterable<PredictionBatch>,
): Promise<void> {
  await database.query('CREATE OR REPLACE TABLE incoming (positive BOOLEAN, score DOUBLE)')
  const connection = await database.connect()
  try {
    const appender = await connection.createAppender('incoming')
    let rows = 0
    for await (const batch of predictions) {
      assert(batch.firstRow === rows, 'predictions arrive in the order of the rows')
      assert(
        batch.score === null || batch.score.length === batch.positive.length,
        'a score for every prediction',
      )
      appendBatch(appender, batch)
      rows += batch.positive.length
    }
    appender.closeSync()
    assert(rows === table.rows, 'one prediction for every row')
    await database.query('DROP TABLE IF EXISTS predicted')
    await database.query('ALTER TABLE incoming RENAME TO predicted')
  } finally {
    connection.closeSync()
  }
}

function appendBatch(appender: DuckDBAppender, { positive, score }: PredictionBatch): void {
  for (let start = 0; start < positive.length; start += chunkRowsMax) {
    const end = Math.min(start + chunkRowsMax, positive.length)
    const chunk = DuckDBDataChunk.create([BOOLEAN, DOUBLE], end - start)
    const scores: (number | null)[] = []
    const classes: boolean[] = []
    for (let i = start; i < end; i++) {
      classes.push(positive[i] === 1)
      scores.push(score === null ? null : (score[i] ?? null))
    }
    chunk.setColumns([classes, scores])
    appender.appendDataChunk(chunk)
  }
}
