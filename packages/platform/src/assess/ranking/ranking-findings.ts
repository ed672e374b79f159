// What the report of a system that ranks shows beside its measures: who is in the pool, and who holds the first places.

import type { CellTable, FoundGroup } from '../tasks/cells.ts'
import { sliceOfCell } from '../tasks/cells.ts'
import { meanOf } from '../regression/regression-cells.ts'
import type { RankingCell } from './ranking-cells.ts'

/** The places of one group: means over the queries that it is in. */
interface GroupPlaces extends FoundGroup {
  readonly queries: number
  /** Share of the rows of a query that are the group's. */
  readonly pool_share: number
  /** Share of the first k places that its rows hold. */
  readonly top_k_share: number
}

/** What was found. Field names are those of the wire. */
export interface RankingFindings {
  readonly kind: 'ranking'
  readonly label: string
  readonly score: string
  readonly query: string
  readonly top_k: number
  readonly queries: number
  readonly groups: readonly GroupPlaces[]
}

/** The findings over the groups of each column set. */
export function rankingFindings(
  tableOf: (over: readonly string[]) => CellTable<RankingCell>,
  overs: readonly (readonly string[])[],
  by: Pick<RankingFindings, 'label' | 'score' | 'query' | 'top_k'>,
): RankingFindings {
  const groups = overs.flatMap((over) =>
    tableOf(over).cells.map((cell) => ({
      over,
      slice: over.length === 0 ? null : sliceOfCell(over, cell.cell),
      n: cell.rows,
      queries: cell.queries,
      pool_share: meanOf(cell.poolShares),
      top_k_share: meanOf(cell.values.top_k_share),
    })),
  )
  return { kind: 'ranking', ...by, queries: tableOf([]).cells[0]?.queries ?? 0, groups }
}
