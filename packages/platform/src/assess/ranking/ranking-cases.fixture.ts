// Cases on which our NDCG is held against scikit-learn's: ordinary ones, tied scores, queries of one row and without a relevant one. Made
// from a seed.

import { type Random, seededRandom } from '../intervals/random.ts'
import { measureRanking } from './measure-ranking.ts'
import { rankingTable } from './ranking-cells.ts'

/** A case as both sides read it. */
export interface RankingCase {
  readonly name: string
  readonly topK: number
  readonly queries: readonly string[]
  readonly labels: readonly number[]
  readonly scores: readonly number[]
  readonly groups: readonly string[]
}

interface Kind {
  readonly rows: (random: Random) => number
  readonly label: (random: Random) => number
  readonly score: (random: Random) => number
}

const whole = (random: Random, below: number) => Math.floor(below * random())
const kinds: Readonly<Record<string, Kind>> = {
  ordinary: { rows: (r) => 5 + whole(r, 20), label: (r) => whole(r, 4), score: (r) => r() },
  'tied scores': {
    rows: (r) => 3 + whole(r, 12),
    label: (r) => whole(r, 3),
    score: (r) => whole(r, 3),
  },
  'one row, or nothing relevant': {
    rows: (r) => 1 + whole(r, 3),
    label: (r) => whole(r, 2),
    score: (r) => r(),
  },
  'relevance that is no whole number': {
    rows: (r) => 2 + whole(r, 30),
    label: (r) => 5 * r(),
    score: (r) => Math.round(10 * r()) / 10,
  },
}

/** Every kind of case, the values drawn from a seed. */
export function rankingCases(seed: number): RankingCase[] {
  const random = seededRandom(seed)
  return Object.entries(kinds).flatMap(([name, kind]) =>
    [3, 10].map((topK) => {
      const queries = Array.from({ length: 15 }, (_, n) => n).flatMap((query) =>
        Array.from({ length: kind.rows(random) }, () => `q${query}`),
      )
      return {
        name: `${name}, the first ${topK}`,
        topK,
        queries,
        labels: queries.map(() => kind.label(random)),
        scores: queries.map(() => kind.score(random)),
        groups: queries.map(() => (random() < 0.4 ? 'a' : 'b')),
      }
    }),
  )
}

/** The cells of a case: everyone, or the groups. */
export function rankingTableOf(one: RankingCase, over: readonly string[]) {
  const names = over.length === 0 ? [[]] : [['a'], ['b']]
  const numberOf = (row: number) => (over.length > 0 && one.groups[row] === 'b' ? 1 : 0)
  const queries = [...Map.groupBy(one.queries.keys(), (row) => one.queries[row])].map(
    ([, rows]) => ({
      relevance: Float64Array.from(rows, (row) => one.labels[row] ?? 0),
      scores: Float64Array.from(rows, (row) => one.scores[row] ?? 0),
      groups: Uint32Array.from(rows, numberOf),
    }),
  )
  return rankingTable(over, { groups: names, queries }, one.topK)
}

/** Every measure of a case over everyone, by name, as scikit-learn defines it. */
export function rankingValues(one: RankingCase): ReadonlyMap<string, number | null> {
  const measures = measureRanking((over) => rankingTableOf(one, over), {
    also: new Set(),
    confidence: 0.95,
    overs: [[]],
    explored: [],
    mode: 'compatible',
  })
  return new Map(measures.map(({ measure, value }) => [measure.replace('ranking.', ''), value]))
}
