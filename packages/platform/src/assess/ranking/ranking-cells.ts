// What the queries say of a group: one value per query and figure, counted. A query is the unit: its rows displace each other, and only
// queries are independent. Counts of disjoint sets of queries add up.

import { addNumberCounts, type NumberCounts, numberCounts } from '../drift/distribution.ts'
import { type Cell, type CellTable, cellTable } from '../tasks/cells.ts'
import { ndcg, pairsOf, type Places, placesOf, type QueryRows } from './ranked-query.ts'
import type { RankingFigure } from './ranking-catalogue.ts'

/** The queries that a group is in. */
export interface RankingCell extends Cell {
  readonly rows: number
  readonly queries: number
  /** Those of several rows of which none is relevant: scikit-learn gives them an NDCG of 0. */
  readonly withoutGain: number
  /** Of each figure, its value by query; queries that do not define it are left out. */
  readonly values: Readonly<Record<RankingFigure, NumberCounts>>
  /** The group's share of the rows, by query. */
  readonly poolShares: NumberCounts
  /** The most exposure that a row can have, over the queries. */
  readonly exposureMax: number
}

/** Two groups of disjoint queries together. */
export function addRankingCells(a: RankingCell, b: RankingCell): RankingCell {
  const add = (figure: RankingFigure) => addNumberCounts(a.values[figure], b.values[figure])
  return {
    cell: a.cell,
    rows: a.rows + b.rows,
    queries: a.queries + b.queries,
    withoutGain: a.withoutGain + b.withoutGain,
    values: {
      ndcg: add('ndcg'),
      pairwise_accuracy: add('pairwise_accuracy'),
      exposure: add('exposure'),
      top_k_rate: add('top_k_rate'),
      top_k_share: add('top_k_share'),
    },
    poolShares: addNumberCounts(a.poolShares, b.poolShares),
    exposureMax: Math.max(a.exposureMax, b.exposureMax),
  }
}

/** Queries whose rows belong to groups. */
export interface Ranking {
  /** The values of each group, by its number. */
  readonly groups: readonly (readonly string[])[]
  readonly queries: readonly QueryRows[]
}

interface Found {
  rows: number
  queries: number
  withoutGain: number
  exposureMax: number
  readonly values: Record<RankingFigure, number[]>
  readonly poolShares: number[]
}

const nothing = (): Found => ({
  rows: 0,
  queries: 0,
  withoutGain: 0,
  exposureMax: 1,
  values: { ndcg: [], pairwise_accuracy: [], exposure: [], top_k_rate: [], top_k_share: [] },
  poolShares: [],
})

/**
 * The cells of the groups of a column set; with no columns, everyone.
 * @param ranking its groups are those of the column set
 */
export function rankingTable(
  columns: readonly string[],
  ranking: Ranking,
  topK: number,
): CellTable<RankingCell> {
  const found = ranking.groups.map(nothing)
  // NDCG is of a query: a group has it where every query is of one group, such as who asks.
  const isOfQueries = ranking.queries.every(({ groups }) =>
    groups.every((one) => one === groups[0]),
  )
  for (const query of ranking.queries)
    addQuery(found, query, { topK, isOfQueries, isEveryone: columns.length === 0 })
  const cells = found.flatMap((one, n): RankingCell[] =>
    one.queries === 0
      ? []
      : [
          {
            cell: ranking.groups[n] ?? [],
            rows: one.rows,
            queries: one.queries,
            withoutGain: one.withoutGain,
            exposureMax: one.exposureMax,
            values: {
              ndcg: numberCounts(one.values.ndcg),
              pairwise_accuracy: numberCounts(one.values.pairwise_accuracy),
              exposure: numberCounts(one.values.exposure),
              top_k_rate: numberCounts(one.values.top_k_rate),
              top_k_share: numberCounts(one.values.top_k_share),
            },
            poolShares: numberCounts(one.poolShares),
          },
        ],
  )
  return cellTable(columns, cells, addRankingCells)
}

function addQuery(
  found: readonly Found[],
  query: QueryRows,
  by: { readonly topK: number; readonly isOfQueries: boolean; readonly isEveryone: boolean },
): void {
  const all = query.scores.length
  const places = placesOf(query, by.topK)
  const mean = places.attention.reduce((sum, one) => sum + one, 0) / all
  const gained = by.isOfQueries && all > 1 ? ndcg(query, by.topK) : null
  const pairs = pairsOf(query)
  for (const [group, rows] of Map.groupBy(query.groups.keys(), (row) => query.groups[row] ?? 0)) {
    const own = found[group]
    if (own === undefined) continue
    const total = (of: keyof Places) => rows.reduce((sum, row) => sum + (places[of][row] ?? 0), 0)
    own.rows += rows.length
    own.queries += 1
    own.exposureMax = Math.max(own.exposureMax, 1 / mean)
    own.poolShares.push(rows.length / all)
    own.values.exposure.push(total('attention') / rows.length / mean)
    own.values.top_k_rate.push(total('inTop') / rows.length)
    own.values.top_k_share.push(total('inTop') / Math.min(by.topK, all))
    if (gained !== null) own.values.ndcg.push(gained)
    else if (by.isOfQueries && all > 1) own.withoutGain += 1
    const compared = by.isEveryone ? pairs.all : pairs.byGroup.get(group)
    if (compared !== undefined && compared.pairs > 0)
      own.values.pairwise_accuracy.push(compared.inOrder / compared.pairs)
  }
}
