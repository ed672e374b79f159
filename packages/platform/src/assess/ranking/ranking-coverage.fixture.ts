// Populations of queries whose true figures a very large sample tells, and how often our limits hold them: in every group at once, and of
// each comparison between groups.

import { type Random, seededRandom } from '../intervals/random.ts'
import type { Measure } from '../measure.ts'
import { measureRanking } from './measure-ranking.ts'
import { type RankingCase, rankingTableOf } from './ranking-cases.fixture.ts'

interface Population {
  /** The chance that a row is of group a, and what is taken from its score. */
  readonly shareOfA: number
  readonly malus: number
}

/** Populations by name. */
export const queryPopulations = {
  'alike but for chance': { shareOfA: 0.5, malus: 0 },
  'a few, ranked lower': { shareOfA: 0.2, malus: 0.5 },
} as const satisfies Record<string, Population>

const rowsOfQuery = 8

function draw(population: Population, queries: number, random: Random): RankingCase {
  const rows = Array.from({ length: queries * rowsOfQuery }, (_, n) => n)
  const groups = rows.map(() => (random() < population.shareOfA ? 'a' : 'b'))
  const labels = rows.map(() => Math.floor(3 * random()))
  return {
    name: 'drawn',
    topK: 3,
    queries: rows.map((n) => `q${Math.floor(n / rowsOfQuery)}`),
    labels,
    scores: rows.map(
      (n) => (labels[n] ?? 0) + 2 * random() - (groups[n] === 'a' ? population.malus : 0),
    ),
    groups,
  }
}

const measuresOf = (one: RankingCase): Measure[] =>
  measureRanking((over) => rankingTableOf(one, over), {
    also: new Set(['ranking.exposure_ratio', 'ranking.pairwise_accuracy_difference']),
    confidence: 0.95,
    overs: [[], ['group']],
    explored: [],
    mode: 'strict',
  })

/** Shares of the samples whose limits hold the truth, by measure; the measures of groups hold in every group at once. */
export function rankingCoverage(
  population: Population,
  {
    draws,
    seed,
    queries,
  }: { readonly draws: number; readonly seed: number; readonly queries: number },
): ReadonlyMap<string, number> {
  const random = seededRandom(seed)
  const keyOf = ({ measure, slice }: Measure) => `${measure} ${slice?.['group'] ?? ''}`
  const truths = new Map(
    measuresOf(draw(population, 3_000, seededRandom(1))).map((one) => [keyOf(one), one.value]),
  )
  const held = new Map<string, number>()
  for (let n = 0; n < draws; n++) {
    const byName = Map.groupBy(measuresOf(draw(population, queries, random)), (one) =>
      one.slice === null && one.over.length === 0 ? `${one.measure} of everyone` : one.measure,
    )
    for (const [name, measures] of byName) {
      const isHeld = measures.every((one) => {
        const truth = truths.get(keyOf(one)) ?? Number.NaN
        return one.value === null || ((one.low ?? 0) <= truth && truth <= (one.high ?? 0))
      })
      held.set(name, (held.get(name) ?? 0) + Number(isHeld) / draws)
    }
  }
  return held
}
