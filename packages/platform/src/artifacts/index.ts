// Artifacts: models and other files by digest, signed, verified and checked.

// Signatures
export type {
  FoundPath,
  HashWork,
  KeylessChecker,
  KeylessIdentity,
  ModelFiles,
  OpenedFile,
} from './ports.ts'
export type { HttpRequest, HttpServer, HttpServers } from './http-ports.ts'
export { type KeylessServices, signModelKeyless } from './keyless-signing.ts'
export { parseDigestList } from './digest-list.ts'
export {
  defaultCut,
  type HashedModel,
  hashModel,
  type ModelCut,
  rootDigestOf,
} from './model-hash.ts'
export { openSignature, publicKeyPemOf, type SignerPolicy } from './model-signer.ts'
export {
  ignorePathsFor,
  type ModelVerifyPolicy,
  signModel,
  type VerifiedModel,
  verifyModel,
} from './model-signing.ts'

// Certificates
export {
  type Certificate,
  certificatesFromPem,
  isSelfIssued,
  subjectText,
} from './certificates/certificate.ts'
export { assertChain, isSignedBy } from './certificates/certificate-path.ts'

// The structural check of ONNX files
export { checkOnnx, requireCleanOnnx } from './onnx-check.ts'
export type { OnnxReport } from './onnx-check-report.ts'

// The scan of files for what loading them would do
export { bytesSource } from './scan/byte-source.ts'
export { scanDigested, scanRulesDigest } from './scan/scan-digested.ts'
export { scanFile } from './scan/scan-file.ts'
export {
  type ScannedFile,
  type ScanReport,
  worstVerdict,
} from './scan/scan-report.ts'

export { scanRules } from './scan/scan-rules.ts'

// Secrets
export {
  type Baseline,
  baselineSizeMaxBytes,
  formatBaseline,
  parseBaseline,
} from './secrets/baseline.ts'
export type { FileContent } from './secrets/file-content.ts'
export type { GitHistory, HistoryObject, ListedPath, SearchedFiles } from './secrets/ports.ts'
export { secretRulesDigest } from './secrets/rules-digest.ts'
export { type SearchedPaths, searchPaths } from './secrets/search-paths.ts'
export type { SecretFinding } from './secrets/secret-finding.ts'
export type { SecretSeverity } from './secrets/secret-rule.ts'

// Provenance
export { describedRun, type TrainingDescription } from './provenance/describe-run.ts'
export { dvcFile, dvcLock } from './provenance/dvc-stages.ts'
export { mlflowRun, type RunFiles } from './provenance/mlflow-run.ts'
export { loggedFolder, mlflowServerRun } from './provenance/mlflow-server.ts'
export { openLineageEvent, type RecordedRun } from './provenance/openlineage-events.ts'
export { openLineageRuns } from './provenance/openlineage-runs.ts'
export {
  type ProvenanceGraph,
  ProvenanceIndex,
} from './provenance/provenance-graph.ts'
export {
  artifact,
  type ProvenanceForm,
  rootOfFile,
  type RunArtifact,
  type TrainingRun,
} from './provenance/training-run.ts'
export { trainingStatement } from './provenance/training-statement.ts'
export { wandbRun } from './provenance/wandb-run.ts'
