// Assess: data and model in, statistics, measures, verdict out. Everything other domains may use of it.

// Measuring and judging: pure.
export {
  isMeasureName,
  type Measure,
  measureCatalogue,
  type MeasureName,
  measureNames,
  type MeasureOptions,
} from './measure.ts'
export { checkCatalogue, type CheckName, checkNames } from './checks/check-catalogue.ts'
export { type CheckFindings, runChecks } from './checks/run-checks.ts'
export {
  type ColumnCurves,
  type CurveFindings,
  findCurves,
  type ScoreCurves,
} from './curves/find-curves.ts'
export {
  comparePeriods,
  type DriftFindings,
} from './drift/compare-periods.ts'
export type { ColumnDrift } from './drift/column-drift.ts'
export { type AttributedRow, attributeRow } from './attributions/attribute-row.ts'
export { type ExplanationFindings, explainModel } from './attributions/explain-model.ts'
export type { Unknowns } from './attributions/exact-values.ts'
export { type Recognised, recogniseModel } from './attributions/known-model.ts'
export { strongestTrigger } from './poisoning/trigger-measure.ts'
export { findTriggers, type TriggerSearch } from './poisoning/trigger-search.ts'
export { foldResults, type FoldResult, foldsMax } from './cross-validation/fold-results.ts'
export type { ColumnChange } from './robustness/feasible-changes.ts'
export { findRobustness, type RobustnessFindings } from './robustness/find-robustness.ts'
export { missableColumns } from './robustness/missable-columns.ts'
export { type Decide, missingCode, type MixedRows } from './robustness/mixed-rows.ts'
export { decisionByTrees } from './robustness/tree-decision.ts'
export { robustnessMeasures } from './robustness/robustness-measures.ts'
export type { AnsweredTable } from './privacy-attacks/attacked-rows.ts'
export { findPrivacyRisks, type PrivacyFindings } from './privacy-attacks/find-privacy-risks.ts'
export { isAttributeMeasure } from './privacy-attacks/privacy-catalogue.ts'
export { privacyMeasures } from './privacy-attacks/privacy-measures.ts'
export { type ReasonTemplates, tellReasons, type ToldReasons } from './attributions/reason-codes.ts'
export { fitSurrogate } from './attributions/surrogate.ts'
export { takeSample } from './checks/sample.ts'
export { SampledCells, sampleStride } from './row-sample.ts'
export { type ModelColumns, type Predictor, predictorOf } from './predictor.ts'
export {
  askClasses,
  askNumbers,
  inUnits,
  type ReadRows,
} from './task-predictor.ts'
export { type CodedColumn, codeColumn } from './checks/coding.ts'
export { summariseColumns } from './quality/column-summaries.ts'
export { type DataFindings, lookAtData } from './quality/look-at-data.ts'
export { artifactMeasure } from './artifact-measures.ts'
export { isDataMeasure } from './quality/is-data-measure.ts'
export { checkPeriods } from './over-time/check-periods.ts'
export { isOverTimeMeasure } from './over-time/over-time-catalogue.ts'
export { lookOverTime, type OverTimeFindings } from './over-time/over-time.ts'
export { overTimeMeasures } from './over-time/over-time-measures.ts'
export { isDriftMeasure } from './drift/drift-catalogue.ts'
export {
  defaultDriftOptions,
  type DriftOptions,
  driftTestNames,
  ownThreshold,
} from './drift/drift-tests.ts'
export { measure } from './measuring.ts'
export { needsPrivileged } from './measures/privileged.ts'
export {
  type Agreement,
  agreementOf,
  compareImported,
  comparerWith,
  type ComparedResult,
} from './imported/compare-imported.ts'
export { readEvidently } from './imported/evidently.ts'
export { readFairlearn } from './imported/fairlearn.ts'
export { parsePythonJson } from './imported/import-form.ts'
export {
  applyPolicy,
  checkPolicy,
  concerns,
  type Rule,
  type RuleOutcome,
  type Verdict,
} from './policy.ts'
export type { ScoreCounts } from './score-counts.ts'
export {
  exactNumbersRowsMax,
  exactScoresRowsMax,
  gridScore,
  scoreGridFactor,
} from './score-grid.ts'
export {
  marginal,
  type OutcomeCounts,
  rowsOf,
  type Statistics,
  statisticsOf,
} from './statistics.ts'

// Tasks beside one of two classes.
export { type CheckedTask, checkTaskData, withPredicted } from './tasks/check-task-data.ts'
export {
  type ExplainedScore,
  type Task,
  type TaskName,
  taskNames,
  taskOfMeasure,
  taskWords,
} from './tasks/task.ts'
export { type AttachingModel, readTask } from './tasks/read-task.ts'
export type { MeasuredTask, TaskFindings } from './tasks/task-view.ts'

// Data and models: ports for adapters, and the checks and mappings between them.
export {
  checkColumnExists,
  defaultThreshold,
  checkData,
  type ColumnRoles,
  neverPredicted,
  scoresOnGrid,
  type CheckedData,
} from './dataset.ts'
export { canonicalText, listed, missingGroup, shortened } from './dataset-values.ts'
export {
  type Confinement,
  type LoadModelRequest,
  type ModelRunner,
  type ModelRuntime,
  type ModelSession,
  type ModelValue,
  type Tensor,
  type TensorData,
} from './model-ports.ts'
export {
  type AggregateEngine,
  type CategoryCountsProfile,
  type CategoryProfile,
  type CellSample,
  type ColumnBatch,
  type ColumnKind,
  type ColumnProfile,
  type DataColumn,
  type DataSource,
  type DataTable,
  distinctCategoriesMax,
  type NumberCountsProfile,
  type NumberProfile,
  type PredictionSource,
  type ProfileRequest,
  intersectionsMax,
  type OutcomeRequest,
  type NumberSummaryProfile,
  profileRowsMax,
  profileValuesMax,
  summaryShares,
  type ReadColumn,
  type ReadRequest,
  type StatisticsRequest,
  valueLengthMax,
} from './ports.ts'
export {
  attachedClass,
  attachedScore,
  type ClassBatch,
  type ColumnReference,
  type PredictionBatch,
} from './attached.ts'
export type { CountedCell, CountsRequest, RowNumber } from './row-counts.ts'
export { type RunRequest, scoreModel, type ScoringRequest } from './scoring.ts'
export { scoreClasses } from './scoring-class-outputs.ts'
export { scoreNumbers } from './scoring-numbers.ts'
export { interruption, pause, throwIfAborted } from './scoring-interruption.ts'
export { cellStatistics } from './scoring-losses.ts'
