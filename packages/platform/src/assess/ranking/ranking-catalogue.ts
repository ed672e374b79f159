// What is measured of a system that ranks the rows of a query. NDCG is scikit-learn's; exposure and representation are those of Singh &
// Joachims (2018), pairwise accuracy is Beutel et al.'s (2019). docs/tasks.md explains each at length.

import { type FigureFacts, groupCatalogue } from '../tasks/group-catalogue.ts'

const share = {
  ideal: 1,
  low: 0,
  high: 1,
  needsScores: true,
  standard: true,
  compared: [],
} as const

/** The figures of one group: means over the queries that it is in. */
export const rankingFigures = {
  ndcg: {
    ...share,
    title: 'NDCG',
    definition:
      'gain of the first k places, less the further down, as a share of what the best order would gain; mean over the queries',
    compared: ['difference', 'group_min'],
  },
  pairwise_accuracy: {
    ...share,
    title: 'Pairwise accuracy',
    definition:
      'share of pairs in which the more relevant row is ranked higher; of a group, the pairs whose more relevant row is its own and the other one is not',
    compared: ['difference', 'group_min'],
  },
  exposure: {
    ...share,
    title: 'Exposure',
    definition:
      'mean attention that a row of the group gets by its place, as a multiple of the mean of all rows of the query; 1 is an equal part',
    high: Infinity,
    compared: ['difference', 'ratio', 'group_min'],
  },
  top_k_rate: {
    ...share,
    title: 'Top-k rate',
    definition: 'share of the rows of the group that are among the first k places',
    ideal: null,
    compared: ['difference', 'ratio'],
  },
  top_k_share: {
    ...share,
    title: 'Top-k share',
    definition: 'share of the first k places that rows of the group hold',
    ideal: null,
  },
} as const satisfies Record<string, FigureFacts>

/** The name of a figure. */
export type RankingFigure = keyof typeof rankingFigures

/** Facts about every measure of a system that ranks. */
export const rankingCatalogue = groupCatalogue('ranking', rankingFigures)
