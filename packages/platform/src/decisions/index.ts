// Decisions: the log of what deployed models decided, which nobody can change and people can be erased from.

export { checkDecision, type Decision, type OpenDeployment, openDeployment } from './decision.ts'
export { DecisionLog, type DecisionLogStores, type Outcome } from './decision-log.ts'
export { type Deployment, readDeployment } from './deployment.ts'
export {
  closeEpoch,
  eraseEntries,
  type ErasureHost,
  type ErasureOrder,
  eraseSubject,
  resumeErasures,
  stateFinal,
} from './emptying.ts'
export type { ErasureRecord } from './erasures.ts'
export type { IndexRow } from './index-segment.ts'
export type { KeyWrapper, Piece, VaultFiles } from './ports.ts'
export {
  type DecisionSearch,
  findDecisions,
  makeReceipt,
  type ReadDecision,
  readDecision,
  type ReceiptRequest,
} from './reading.ts'
export type { SealPlace } from './sealing.ts'
export type { Gap } from './sources.ts'
