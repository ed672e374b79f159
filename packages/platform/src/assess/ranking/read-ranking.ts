// A table of queries and their rows. Which row is ranked above which needs the rows of a query side by side, so they are read, not
// counted; what leaves this file are figures per query and group.

import { assert, OperatingError } from '@proofhouse/evidence'
import { canonicalText, missingGroup } from '../dataset-values.ts'
import type { AggregateEngine, ColumnBatch } from '../ports.ts'
import type { CellTable } from '../tasks/cells.ts'
import type { TaskView } from '../tasks/task-view.ts'
import { measureRanking } from './measure-ranking.ts'
import type { QueryRows } from './ranked-query.ts'
import { type RankingCell, rankingTable } from './ranking-cells.ts'
import { rankingFindings } from './ranking-findings.ts'

/** Rows that are held in memory at most. */
const rankedRowsMax = 5_000_000
/** Rows of one query at most: all pairs of them are compared. */
const queryRowsMax = 5_000
const batchRows = 4_096

/** Which columns to read. */
export interface RankingRequest {
  readonly label: string
  /** Null for the scores that a model attached. */
  readonly score: string | null
  /** What made the scores, as a report names it. */
  readonly said: string
  readonly query: string
  readonly topK: number
  readonly groupColumns: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** Reads the queries of a table. */
export async function readRanking(
  engine: AggregateEngine,
  request: RankingRequest,
): Promise<TaskView> {
  const { label, said, query, topK, groupColumns } = request
  const { table } = engine
  if (table.rows > rankedRowsMax)
    throw new OperatingError(
      'limit-exceeded',
      `${table.path}: has ${table.rows} rows; rankings of at most ${rankedRowsMax} are assessed, so take a sample of the queries`,
    )
  const rows = await readRows(engine, request)
  const queries = [...Map.groupBy(rows.queries.keys(), (row) => rows.queries[row])].map(
    ([name, own]) => {
      if (own.length > queryRowsMax)
        throw new OperatingError(
          'limit-exceeded',
          `${table.path}: the query \`${name}\` has ${own.length} rows, of at most ${queryRowsMax}`,
        )
      return Uint32Array.from(own)
    },
  )
  const known = new Map<string, CellTable<RankingCell>>()
  const tableOf = (over: readonly string[]) => {
    const key = JSON.stringify(over)
    const found = known.get(key) ?? tableOver(rows, queries, { over, groupColumns, topK })
    known.set(key, found)
    return found
  }
  return {
    sizes: (over) => tableOf(over).cells.map((cell) => ({ cell: cell.cell, rows: cell.rows })),
    measure: (options) => measureRanking(tableOf, options),
    findings: (overs) =>
      rankingFindings(tableOf, overs, { label, score: said, query, top_k: topK }),
  }
}

interface Rows {
  readonly queries: readonly string[]
  /** One list per protected column. */
  readonly groups: readonly (readonly string[])[]
  readonly relevance: Float64Array
  readonly scores: Float64Array
}

/** The groups of a column set numbered, and each query's rows in them. */
function tableOver(
  rows: Rows,
  queries: readonly Uint32Array[],
  by: {
    readonly over: readonly string[]
    readonly groupColumns: readonly string[]
    readonly topK: number
  },
): CellTable<RankingCell> {
  const positions = by.over.map((column) => by.groupColumns.indexOf(column))
  const numbers = new Map<string, number>()
  const groups: (readonly string[])[] = []
  const groupOf = Uint32Array.from(rows.queries, (_, row) => {
    const cell = positions.map((position) => rows.groups[position]?.[row] ?? missingGroup)
    const key = JSON.stringify(cell)
    const number = numbers.get(key) ?? groups.push(cell) - 1
    numbers.set(key, number)
    return number
  })
  const ranked = queries.map(
    (own): QueryRows => ({
      relevance: Float64Array.from(own, (row) => rows.relevance[row] ?? 0),
      scores: Float64Array.from(own, (row) => rows.scores[row] ?? 0),
      groups: own.map((row) => groupOf[row] ?? 0),
    }),
  )
  return rankingTable(by.over, { groups, queries: ranked }, by.topK)
}

async function readRows(
  engine: AggregateEngine,
  { label, score, query, groupColumns, signal }: RankingRequest,
): Promise<Rows> {
  const texts = [query, ...groupColumns]
  const found = texts.map((): string[] => [])
  const relevance = new Float64Array(engine.table.rows)
  const scores = new Float64Array(engine.table.rows)
  const batches = engine.read({
    columns: [
      ...texts.map((name) => ({ name, as: 'text' as const })),
      { name: label, as: 'number' },
      ...(score === null ? [] : [{ name: score, as: 'number' as const }]),
    ],
    ...(score === null
      ? { outcomes: { label: null, positiveClass: '', predictions: { from: 'attached' } } }
      : {}),
    batchRows,
    signal,
  })
  for await (const { columns, firstRow, outcomes } of batches) {
    for (const [position, list] of found.entries())
      for (const cell of columns[position] ?? []) list.push(canonicalText(cell) ?? missingGroup)
    relevance.set(numbersOf(columns, texts.length), firstRow)
    scores.set(outcomes?.score ?? numbersOf(columns, texts.length + 1), firstRow)
  }
  const [queries = [], ...groups] = found
  return { queries, groups, relevance, scores }
}

function numbersOf(columns: ColumnBatch['columns'], position: number): Float64Array {
  const column = columns[position]
  assert(column instanceof Float64Array, 'the column was asked for as numbers')
  return column
}
