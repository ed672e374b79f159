// Workflows: one file per use case that spans domains. Each is loaded when it is first asked for: a command needs one of them,
// and loading all would be most of its time.

export type { CheckedInventory, VulnerabilityRequest } from './check-vulnerabilities.ts'
export type { Recheck } from './recheck-boms.ts'
export type { ExplainedRow } from './explain-row.ts'
export type { FoundSecrets } from './find-secrets.ts'
export type { Imported } from './import-results.ts'
export type { TracedProvenance } from './trace-provenance.ts'
export type { ListedKeys, LoggedKeyEvent, RewrappedKeys, RotatedKeys } from './manage-keys.ts'
export type { RecordedChecks } from './record-in-workspace.ts'
export type { RecordedDescription, RecordedProvenance } from './record-provenance.ts'
export type {
  FileDigest,
  Files,
  Operator,
  Services,
  WitnessListener,
  Workspace,
} from './services.ts'

const whenAsked =
  <Given extends unknown[], T>(load: () => Promise<(...given: Given) => Promise<T>>) =>
  async (...given: Given): Promise<T> =>
    (await load())(...given)

/** `assessSystem` of `assess-system.ts`. */
export const assessSystem = whenAsked(async () => (await import('./assess-system.ts')).assessSystem)

/** `compareKeyEvents` of `compare-key-events.ts`. */
export const compareKeyEvents = whenAsked(
  async () => (await import('./compare-key-events.ts')).compareKeyEvents,
)

/** `openHeldWorkspaceKeys` of `held-keys.ts`. */
export const openHeldWorkspaceKeys = whenAsked(
  async () => (await import('./held-keys.ts')).openHeldWorkspaceKeys,
)

/** Formats of bills of materials. */
export { bomFormats } from './bom-formats.ts'

/** `recheckBoms` of `recheck-boms.ts`. */
export const recheckBoms = whenAsked(async () => (await import('./recheck-boms.ts')).recheckBoms)

/** `writeBom` of `write-bom.ts`. */
export const writeBom = whenAsked(async () => (await import('./write-bom.ts')).writeBom)

/** `checkVulnerabilities` of `check-vulnerabilities.ts`. */
export const checkVulnerabilities = whenAsked(
  async () => (await import('./check-vulnerabilities.ts')).checkVulnerabilities,
)

/** `explainRow` of `explain-row.ts`. */
export const explainRow = whenAsked(async () => (await import('./explain-row.ts')).explainRow)

/** `putArtifact` of `keep-artifacts.ts`. */
export const putArtifact = whenAsked(async () => (await import('./keep-artifacts.ts')).putArtifact)

/** `getArtifact` of `keep-artifacts.ts`. */
export const getArtifact = whenAsked(async () => (await import('./keep-artifacts.ts')).getArtifact)

/** `listArtifacts` of `keep-artifacts.ts`. */
export const listArtifacts = whenAsked(
  async () => (await import('./keep-artifacts.ts')).listArtifacts,
)

/** `removeArtifact` of `keep-artifacts.ts`. */
export const removeArtifact = whenAsked(
  async () => (await import('./keep-artifacts.ts')).removeArtifact,
)

/** `checkLedger` of `check-ledger.ts`. */
export const checkLedger = whenAsked(async () => (await import('./check-ledger.ts')).checkLedger)

export type { AnchorState } from './anchor-ledger.ts'
/** `anchorLedger` of `anchor-ledger.ts`. */
export const anchorLedger = whenAsked(async () => (await import('./anchor-ledger.ts')).anchorLedger)

/** `readAnchors` of `anchor-ledger.ts`. */
export const readAnchors = whenAsked(async () => (await import('./anchor-ledger.ts')).readAnchors)

/** `cleanLedger` of `clean-ledger.ts`. */
export const cleanLedger = whenAsked(async () => (await import('./clean-ledger.ts')).cleanLedger)

export type {
  IndexedLedger,
  IndexState,
  LedgerAudit,
  LedgerSearch,
  RebuiltIndex,
} from './index-ledger.ts'
/** `indexLedger` of `index-ledger.ts`. */
export const indexLedger = whenAsked(async () => (await import('./index-ledger.ts')).indexLedger)

/** `rebuildIndex` of `index-ledger.ts`. */
export const rebuildIndex = whenAsked(async () => (await import('./index-ledger.ts')).rebuildIndex)

/** `searchLedger` of `index-ledger.ts`. */
export const searchLedger = whenAsked(async () => (await import('./index-ledger.ts')).searchLedger)

/** `auditLedger` of `index-ledger.ts`. */
export const auditLedger = whenAsked(async () => (await import('./index-ledger.ts')).auditLedger)

/** `mirrorLedger` of `mirror-ledger.ts`. */
export const mirrorLedger = whenAsked(async () => (await import('./mirror-ledger.ts')).mirrorLedger)

/** `findSecrets` of `find-secrets.ts`. */
export const findSecrets = whenAsked(async () => (await import('./find-secrets.ts')).findSecrets)

/** `gateEvidence` of `gate-evidence.ts`. */
export const gateEvidence = whenAsked(async () => (await import('./gate-evidence.ts')).gateEvidence)

/** `importResults` of `import-results.ts`. */
export const importResults = whenAsked(
  async () => (await import('./import-results.ts')).importResults,
)

/** `proveEntry` of `prove-entry.ts`. */
export const proveEntry = whenAsked(async () => (await import('./prove-entry.ts')).proveEntry)

/** `signReceipt` of `prove-entry.ts`. */
export const signReceipt = whenAsked(async () => (await import('./prove-entry.ts')).signReceipt)

/** `scanPaths` of `scan-paths.ts`. */
export const scanPaths = whenAsked(async () => (await import('./scan-paths.ts')).scanPaths)
/** `recordProvenance` of `record-provenance.ts`. */
export const recordProvenance = whenAsked(
  async () => (await import('./record-provenance.ts')).recordProvenance,
)

/** `recordDescription` of `record-provenance.ts`. */
export const recordDescription = whenAsked(
  async () => (await import('./record-provenance.ts')).recordDescription,
)

/** `exportLineage` of `export-lineage.ts`. */
export const exportLineage = whenAsked(
  async () => (await import('./export-lineage.ts')).exportLineage,
)

/** `traceProvenance` of `trace-provenance.ts`. */
export const traceProvenance = whenAsked(
  async () => (await import('./trace-provenance.ts')).traceProvenance,
)

export type { SignRequest } from './sign-path.ts'
/** `signPath` of `sign-path.ts`. */
export const signPath = whenAsked(async () => (await import('./sign-path.ts')).signPath)

/** `verifyPackFile` of `verify-pack.ts`. */
export const verifyPackFile = whenAsked(
  async () => (await import('./verify-pack.ts')).verifyPackFile,
)

export type { PathVerdict, VerifyTrust } from './verify-path.ts'
/** `verifyPath` of `verify-path.ts`. */
export const verifyPath = whenAsked(async () => (await import('./verify-path.ts')).verifyPath)

export type { ReceiptAnswer } from './verify-receipt.ts'
/** `verifyReceiptFile` of `verify-receipt.ts`. */
export const verifyReceiptFile = whenAsked(
  async () => (await import('./verify-receipt.ts')).verifyReceiptFile,
)

/** `writeVerifierPage` of `write-verifier-page.ts`. */
export const writeVerifierPage = whenAsked(
  async () => (await import('./write-verifier-page.ts')).writeVerifierPage,
)

/** `recordDecisions` of `record-decisions.ts`. */
export const recordDecisions = whenAsked(
  async () => (await import('./record-decisions.ts')).recordDecisions,
)

export { indexOf } from './entry-index.ts'
export type { Accessor } from './state-access.ts'
/** `searchDecisions` of `answer-about-decisions.ts`. */
export const searchDecisions = whenAsked(
  async () => (await import('./answer-about-decisions.ts')).searchDecisions,
)

/** `showDecision` of `answer-about-decisions.ts`. */
export const showDecision = whenAsked(
  async () => (await import('./answer-about-decisions.ts')).showDecision,
)

/** `receiptOfDecision` of `answer-about-decisions.ts`. */
export const receiptOfDecision = whenAsked(
  async () => (await import('./answer-about-decisions.ts')).receiptOfDecision,
)

/** `correctDecision` of `correct-decision.ts`. */
export const correctDecision = whenAsked(
  async () => (await import('./correct-decision.ts')).correctDecision,
)

/** `listSources` of `answer-about-decisions.ts`. */
export const listSources = whenAsked(
  async () => (await import('./answer-about-decisions.ts')).listSources,
)

/** `exportSubject` of `export-subject.ts`. */
export const exportSubject = whenAsked(
  async () => (await import('./export-subject.ts')).exportSubject,
)

/** `verifyExportFile` of `verify-export.ts`. */
export const verifyExportFile = whenAsked(
  async () => (await import('./verify-export.ts')).verifyExportFile,
)

/** `eraseDecisions` of `erase-decisions.ts`. */
export const eraseDecisions = whenAsked(
  async () => (await import('./erase-decisions.ts')).eraseDecisions,
)

export type { Serving } from './serve-decisions.ts'
/** `serveDecisions` of `serve-decisions.ts`. */
export const serveDecisions = whenAsked(
  async () => (await import('./serve-decisions.ts')).serveDecisions,
)

/** `checkDecisions` of `check-decisions.ts`. */
export const checkDecisions = whenAsked(
  async () => (await import('./check-decisions.ts')).checkDecisions,
)

export type { RetainedDeployment } from './retain-decisions.ts'
/** `reportRetention` of `retain-decisions.ts`. */
export const reportRetention = whenAsked(
  async () => (await import('./retain-decisions.ts')).reportRetention,
)

/** `expireDecisions` of `retain-decisions.ts`. */
export const expireDecisions = whenAsked(
  async () => (await import('./retain-decisions.ts')).expireDecisions,
)

/** `holdDecisions` of `hold-decisions.ts`. */
export const holdDecisions = whenAsked(
  async () => (await import('./hold-decisions.ts')).holdDecisions,
)

/** `releaseDecisions` of `hold-decisions.ts`. */
export const releaseDecisions = whenAsked(
  async () => (await import('./hold-decisions.ts')).releaseDecisions,
)

/** `restoreDecisions` of `restore-decisions.ts`. */
export const restoreDecisions = whenAsked(
  async () => (await import('./restore-decisions.ts')).restoreDecisions,
)

/** `endEpoch` of `erase-decisions.ts`. */
export const endEpoch = whenAsked(async () => (await import('./erase-decisions.ts')).endEpoch)

/** `declareDeployment` of `declare-deployment.ts`. */
export const declareDeployment = whenAsked(
  async () => (await import('./declare-deployment.ts')).declareDeployment,
)
/** `readTrustOf` of `trust-files.ts`. */
export const readTrustOf = whenAsked(async () => (await import('./trust-files.ts')).readTrustOf)

export type { ReadyWitness } from './run-witness.ts'
/** `runWitness` of `run-witness.ts`. */
export const runWitness = whenAsked(async () => (await import('./run-witness.ts')).runWitness)

/** `witnessHead` of `witness-head.ts`. */
export const witnessHead = whenAsked(async () => (await import('./witness-head.ts')).witnessHead)
/** `listKeys` of `manage-keys.ts`. */
export const listKeys = whenAsked(async () => (await import('./manage-keys.ts')).listKeys)

/** `rotateKeys` of `manage-keys.ts`. */
export const rotateKeys = whenAsked(async () => (await import('./manage-keys.ts')).rotateKeys)

/** `rewrapWorkspaceKeys` of `manage-keys.ts`. */
export const rewrapWorkspaceKeys = whenAsked(
  async () => (await import('./manage-keys.ts')).rewrapWorkspaceKeys,
)

/** `keyEvents` of `manage-keys.ts`. */
export const keyEvents = whenAsked(async () => (await import('./manage-keys.ts')).keyEvents)
