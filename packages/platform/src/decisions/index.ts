// Decisions: the log of what deployed models decided, which nobody can change and people can be erased from.

export { checkDecisionLog, type DecisionCheck } from './check.ts'
export { type OpenDeployment, openDeployment, openVersions } from './decision.ts'
export { DecisionLog } from './decision-log.ts'
export { type Deployment, readDeployment } from './deployment.ts'
export {
  closeEpoch,
  eraseEntries,
  type ErasureHost,
  type ErasureOrder,
  eraseSubject,
  resumeErasures,
  type StatedErasure,
  stateFinal,
} from './emptying.ts'
export type { IndexRow } from './index-segment.ts'
export { retentionLaws } from './retention-laws.ts'
export {
  type Hold,
  isDue,
  isFree,
  isOver,
  type RetentionRule,
  rulesOf,
  type Standing,
  standingOf,
} from './retention.ts'
export { type ErasureRecord, indexesOf, rangesOf } from './erasures.ts'
export type { KeyWrapper, Piece, VaultFiles } from './ports.ts'
export {
  type DecisionSearch,
  findDecisions,
  makeReceipt,
  readDecision,
} from './reading.ts'
export { decisionsIn, type PackedDecisions, preparedIn, unpack } from './preparing.ts'
export type { Gap } from './sources.ts'
export { type SpoolAnswers, spoolAnswers } from './spool-answers.ts'
export { Tagger } from './subject-keys.ts'
export type { Outcome } from './waiting-decisions.ts'
