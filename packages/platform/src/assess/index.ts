// Assess: data and model in, statistics, measures, verdict out. Everything other domains may use of it.

// Measuring and judging: pure.
export {
  type IntervalMethod,
  isMeasureName,
  type Measure,
  measureCatalogue,
  type MeasureDefinition,
  type MeasureName,
  measureNames,
  type MeasureOptions,
  type Mode,
} from './measure.ts'
export { addMoments, emptyMoments, type Moments, momentsOf } from './moments.ts'
export { nearestName } from './nearest-name.ts'
export type { Rule, RuleOutcome, Verdict } from './policy.ts'
export { addScoreCounts, emptyScoreCounts, type ScoreCounts } from './score-counts.ts'
export {
  type CellStatistics,
  logLossClip,
  marginal,
  mergeStatistics,
  type OutcomeCounts,
  rowsOf,
  type Statistics,
  statisticsOf,
} from './statistics.ts'
