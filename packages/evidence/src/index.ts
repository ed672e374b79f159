// What @proofhouse/evidence offers: every wire format and all verification, pure and isomorphic.
// One block per owner of formats; explicit names only.

// Foundations
export { type HexDigest, type Sha256, digestSizeBytes, sha256, sha256Hex } from './digest.ts'
export {
  type Bytes,
  concatBytes,
  joinBytes,
  equalBytes,
  fromBase64,
  fromHex,
  textOf,
  toBase64,
  toHex,
  utf8,
} from './encoding.ts'
export { type ErrorCode, OperatingError, assert, errorRegistry } from './errors.ts'

// Transparency log
export {
  type ConsistencyClaim,
  type Frontier,
  type GetNode,
  type InclusionClaim,
  type NodeId,
  appendLeaf,
  emptyFrontier,
  emptyRoot,
  frontierRoot,
  leafHash,
  nodeHash,
  peakNodes,
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
export {
  type BundleId,
  type GetTile,
  type TileFile,
  type TileId,
  bundlesOfSize,
  decodeBundle,
  decodeTile,
  encodeBundle,
  entriesPath,
  maxEntrySizeBytes,
  nodeFromTiles,
  parseTilePath,
  tileHeight,
  tileOfNode,
  tilePath,
  tilesOfSize,
  tileWidth,
} from './tile.ts'
export {
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  type OpenedNote,
  addSignatures,
  formatSignature,
  formatSignerKey,
  formatVerifierKey,
  isKeyName,
  keyIdOf,
  openNote,
  parseNote,
  parseSignerKey,
  parseVerifierKey,
  readVerifierKey,
  signatureType,
  signNote,
} from './note.ts'
export { type Checkpoint, formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts'
export { type CosignatureVerifier, cosign, parseWitnessKey } from './cosignature.ts'
export {
  type AddCheckpoint,
  addCheckpointSizeMaxBytes,
  formatAddCheckpoint,
  parseAddCheckpoint,
} from './add-checkpoint.ts'
export {
  type TrustedCheckpoint,
  type TrustPolicy,
  checkTrust,
  isQuorum,
  parseTrustPolicy,
  trustLogOnly,
} from './trust-policy.ts'
export {
  type TlogProof,
  formatTlogProof,
  parseTlogProof,
  verifyTlogProof,
} from './tlog-proof.ts'
export {
  type CoseReceiptClaim,
  parseCoseReceipt,
  signCoseReceipt,
  verifyCoseReceipt,
} from './cose-receipt.ts'

// Statements and signatures
export { canonicalJson, parseCanonicalJson } from './canonical-json.ts'
export { type JsonObject, type JsonValue, isJsonObject, jsonDepthMax, parseJson } from './json.ts'
export { formatPem, parsePem } from './pem.ts'
export {
  type CurveName,
  type EcdsaVerifier,
  derToRawSignature,
  ecdsaVerifier,
  keyHint,
  rawToDerSignature,
} from './ecdsa.ts'
export { type EcdsaKeyPair, ecdsaSigner } from './ecdsa-signer.ts'
export {
  type DsseSigner,
  type DsseVerifier,
  type Envelope,
  type EnvelopeSignature,
  type VerifiedPayload,
  encodeEnvelope,
  pae,
  parseEnvelope,
  signEnvelope,
  verifyEnvelope,
} from './dsse.ts'
export {
  type PredicateType,
  type ResourceDescriptor,
  type Statement,
  encodeStatement,
  makeStatement,
  parseStatement,
  readStatement,
  statementPayloadType,
} from './statement.ts'
export {
  type EncodedEntry,
  type EnvelopeReference,
  type LedgerEntry,
  encodeLedgerEntry,
  parseLedgerEntry,
  resolveReference,
} from './ledger-entry.ts'
export { type Verdict, verdicts } from './verdict.ts'
export { type RunAnnounced, runAnnounced } from './predicates/run-announced.ts'
export { type RunClosed, runClosed } from './predicates/run-closed.ts'
export { type DataSet, dataSet } from './predicates/data-set.ts'
export { type Report, report } from './predicates/report.ts'
export {
  type ImportedResult,
  type ImportedResults,
  type ImportedTest,
  importedResults,
} from './predicates/imported-results.ts'
export {
  type MeasuredAs,
  type MeasuredValue,
  type Measures,
  measures,
} from './predicates/measures.ts'
export { type KeyEvent, keyEvent, keyEventReasons } from './predicates/key-event.ts'
export type { ModelRun } from './predicates/model-run.ts'
export { type Provenance, provenance, trainingBuildType } from './predicates/provenance.ts'
export {
  type FileScan,
  fileScanField,
  type SecretSearch,
  secretSearchField,
  type TestResult,
  testResult,
} from './predicates/test-result.ts'
export { type CycloneDxBom, cyclonedxBom } from './predicates/cyclonedx-bom.ts'
export {
  type ScannedVulnerability,
  type Vulnerabilities,
  type VulnerabilityCheck,
  vulnerabilities,
  vulnerabilityCheckField,
} from './predicates/vulnerabilities.ts'
export {
  type GateDecision,
  type VerificationSummary,
  summarizeGate,
  verdictField,
  verificationSummary,
} from './predicates/verification-summary.ts'
export {
  type ModelSignature,
  type OmsResource,
  type OmsSerialization,
  type ShardName,
  modelSignature,
  omsRootDigest,
  parseShardName,
  shardAlgorithm,
  singleFileName,
  sortResources,
} from './predicates/model-signature.ts'
export {
  type PackContent,
  type PackFile,
  type PackStatement,
  buildPack,
  packType,
  readPack,
} from './pack.ts'
export {
  type PackReport,
  type PackTrust,
  type VerifiedStatement,
  type VouchedFile,
  verifyPack,
} from './pack-verify.ts'
export {
  type ModelDifference,
  type OmsBundle,
  type SignedModel,
  assertUnchanged,
  buildOmsStatement,
  compareResources,
  makeOmsBundle,
  omsBundleMediaType,
  omsBundleSizeMaxBytes,
  openOmsBundle,
  openOmsEnvelope,
  parseOmsBundle,
  verifyOmsBundle,
} from './oms.ts'

// Decisions
export {
  commit,
  decisionGroups,
  groupSalt,
  groupSaltSizeBytes,
  isCommitment,
  isGroupName,
  type OpenedCommitment,
  recordSaltSizeBytes,
} from './commitment.ts'
export {
  type DecisionEntry,
  decisionType,
  encodeDecisionEntry,
  parseDecisionEntry,
} from './decision-entry.ts'
export {
  type DecisionContent,
  decodeDecisionContent,
  encodeDecisionContent,
  sealedAssociatedData,
  type SealedPlace,
} from './sealed-decision.ts'
export { type EntryRange, isInRanges } from './predicates/entry-ranges.ts'
export { type Access, access } from './predicates/access.ts'
export { type Retention, retention } from './predicates/retention.ts'
export {
  type ErasedStore,
  type Erasure,
  erasure,
  isErasedBy,
} from './predicates/erasure.ts'
export { storedArtifact } from './predicates/stored-artifact.ts'
export { type DecisionLog, decisionLog } from './predicates/decision-log.ts'
export { type DeploymentDeclared, deploymentDeclared } from './predicates/deployment.ts'
export {
  encodeReceipt,
  parseReceipt,
  type Receipt,
  type ReceiptErasure,
  type ReceiptReport,
  type ReceiptTrust,
  receiptType,
  verifyReceipt,
} from './receipt.ts'
export { receiptCorrectionsMax, type SupersedingEntry } from './receipt-corrections.ts'
export {
  type ExportedAccess,
  type ExportedDecision,
  encodeSubjectExport,
  parseSubjectExport,
  type SubjectExport,
  subjectExportType,
} from './subject-export.ts'
export { statedErasure } from './receipt-erasure.ts'
