// Rows to counts, in SQL: GROUP BY the finest intersection of the protected columns and, where there are scores, by
// score. Only counts are formed here, so the answer is exact and the same for any number of threads.

import { assert, OperatingError } from '@proofhouse/evidence'
import {
  type CellStatistics,
  cellStatistics,
  type DataTable,
  intersectionsMax,
  listed,
  missingGroup,
  type PredictionSource,
  type Statistics,
  statisticsOf,
  type StatisticsRequest,
} from '../assess/index.ts'
import type { DuckdbDatabase } from './duckdb-database.ts'
import { findColumn } from './duckdb-profile.ts'
import { asDouble, canonicalText, literal } from './duckdb-sql.ts'

/** Counts what the request asks for. */
export async function countOutcomes(
  database: DuckdbDatabase,
  table: DataTable,
  request: StatisticsRequest,
): Promise<Statistics> {
  const { signal, protectedColumns } = request
  const rows = rowsQuery(table, request)
  const keys = protectedColumns.map((_, i) => `k${i}`)
  const cells = await database.query(
    `SELECT ${[...keys, ...outcomeCounts].join(', ')}, count(*) FROM (${rows})
      ${keys.length === 0 ? '' : `GROUP BY ${keys.join(', ')} ORDER BY ${keys.join(', ')}`}
      LIMIT ${intersectionsMax + 1}`,
    signal,
  )
  if (cells.length > intersectionsMax)
    throw new OperatingError(
      'data-unsuitable',
      `${table.path}: the protected columns ${listed(protectedColumns)} have more than ` +
        `${intersectionsMax} combinations; group their values, or protect fewer columns`,
    )
  const hasScores = await scored(database, request)
  const scores = hasScores ? await scoreCounts(database, rows, keys, signal) : null
  const counted: CellStatistics[] = cells.map((row) => {
    const cell = row.slice(0, keys.length).map(String)
    const [tp = 0, fp = 0, tn = 0, fn = 0, all = 0] = row.slice(keys.length).map(Number)
    assert(tp + fp + tn + fn === all, 'every row has a label and a prediction')
    const found = scores === null ? null : scores.get(JSON.stringify(cell))
    assert(found !== undefined, 'every cell has its scores')
    return cellStatistics(cell, { tp, fp, tn, fn }, found === null ? null : found.finish())
  })
  return statisticsOf(protectedColumns, counted)
}

const outcomeCounts = ['y AND p', 'NOT y AND p', 'NOT y AND NOT p', 'y AND NOT p'].map(
  (condition) => `count(*) FILTER (${condition})`,
)

/** One row per row of the data: its groups k0, k1, …, its label y, its prediction p, its score s. */
function rowsQuery(table: DataTable, request: StatisticsRequest): string {
  const text = (name: string) => {
    const { column, sql } = findColumn(table, name)
    return canonicalText(sql, column)
  }
  const double = (name: string) => {
    const { column, sql } = findColumn(table, name)
    return asDouble(sql, column)
  }
  const positive = literal(request.positiveClass)
  const groups = request.protectedColumns.map(
    (name, i) => `coalesce(${text(name)}, ${literal(missingGroup)}) AS k${i}`,
  )
  const { p, s, from } = predictionSql(request.predictions, { text, double, positive })
  return `SELECT ${[...groups, `${text(request.label)} = ${positive} AS y`, `${p} AS p`, `${s} AS s`].join(', ')}
    FROM ${from}`
}

function predictionSql(
  source: PredictionSource,
  sql: {
    text: (name: string) => string
    double: (name: string) => string
    positive: string
  },
): { p: string; s: string; from: string } {
  switch (source.from) {
    case 'attached':
      return {
        p: 'predicted.positive',
        s: 'predicted.score',
        from: 'data JOIN predicted ON data.rowid = predicted.rowid',
      }
    case 'prediction':
      return {
        p: `${sql.text(source.prediction)} = ${sql.positive}`,
        s: source.score === null ? 'CAST(NULL AS DOUBLE)' : sql.double(source.score),
        from: 'data',
      }
    case 'score': {
      const s = sql.double(source.score)
      return { p: `${s} >= CAST('${source.threshold}' AS DOUBLE)`, s, from: 'data' }
    }
  }
}

async function scored(database: DuckdbDatabase, request: StatisticsRequest): Promise<boolean> {
  if (request.predictions.from === 'score') return true
  if (request.predictions.from === 'prediction') return request.predictions.score !== null
  const [row] = await database.query('SELECT count(*), count(score) FROM predicted', request.signal)
  const [all, withScore] = [Number(row?.[0]), Number(row?.[1])]
  assert(withScore === 0 || withScore === all, 'either every prediction has a score or none has')
  return withScore > 0
}

/** Rows by score and label, per cell; the cells keyed by their values as JSON. */
async function scoreCounts(
  database: DuckdbDatabase,
  rows: string,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, ScoreList>> {
  const group = [...keys, 's'].join(', ')
  // Adding 0.0 turns −0 into 0, so that one score is one group. Cells are numbered to keep the long result narrow.
  const counted = `SELECT ${keys.map((k) => `${k}, `).join('')}s + 0.0 AS s, count(*) FILTER (y) AS yes,
      count(*) FILTER (NOT y) AS no FROM (${rows}) GROUP BY ${group}`
  const lists: ScoreList[] = []
  const byCell = new Map<string, ScoreList>()
  const cells = await database.query(
    keys.length === 0
      ? 'SELECT 0'
      : `SELECT row_number() OVER (ORDER BY ${keys.join(', ')}) - 1, ${keys.join(', ')}
          FROM (SELECT DISTINCT ${keys.join(', ')} FROM (${rows})) ORDER BY 1`,
    signal,
  )
  for (const [, ...cell] of cells) {
    const list = new ScoreList()
    lists.push(list)
    byCell.set(JSON.stringify(cell.map(String)), list)
  }
  const rank = keys.length === 0 ? '1' : `dense_rank() OVER (ORDER BY ${keys.join(', ')})`
  const sql = `SELECT CAST(${rank} - 1 AS INTEGER) AS cell, s, CAST(yes AS DOUBLE), CAST(no AS DOUBLE)
    FROM (${counted}) ORDER BY s`
  for await (const chunk of database.stream(sql, signal)) {
    const [cell, s, yes, no] = [0, 1, 2, 3].map((i) => chunk.getColumnVector(i))
    for (let i = 0; i < chunk.rowCount; i++) {
      const [c, score] = [Number(cell?.getItem(i)), s?.getItem(i)]
      assert(typeof score === 'number', 'scores are checked before they are counted')
      lists[c]?.add(score, Number(yes?.getItem(i)), Number(no?.getItem(i)))
    }
  }
  return byCell
}

/** Score counts that grow by ascending score. */
class ScoreList {
  #columns = [0, 1, 2].map(() => new Float64Array(16)) as [Float64Array, Float64Array, Float64Array]
  #size = 0

  add(score: number, positives: number, negatives: number): void {
    const [scores] = this.#columns
    if (this.#size === scores.length)
      this.#columns = this.#columns.map((old) => {
        const grown = new Float64Array(2 * old.length)
        grown.set(old)
        return grown
      }) as [Float64Array, Float64Array, Float64Array]
    this.#columns[0][this.#size] = score
    this.#columns[1][this.#size] = positives
    this.#columns[2][this.#size] = negatives
    this.#size += 1
  }

  finish() {
    const [scores, positives, negatives] = this.#columns.map((c) => c.slice(0, this.#size)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    return { scores, positives, negatives }
  }
}
