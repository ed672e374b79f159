// Registry: systems as their files describe them, their runs, and the statements that record both.

export { type DataDigests, measuredAs, otherwiseMeasured } from './measured-as.ts'
export {
  isVouched,
  type KnownRun,
  readRunHistory,
  runsOverSameData,
} from './run-history.ts'
export {
  type BlobStore,
  type RecordedStatement,
  type StatementRecorder,
  statementRecorder,
} from './statement-recorder.ts'
export { policyDigest } from './policy-digest.ts'
export { readSystemFile } from './read-system-file.ts'
export type { ArtifactSettings } from './artifact-settings.ts'
export type { ModelSettings } from './model-settings.ts'
export type { SignatureSettings } from './signature-settings.ts'
export type { DataRole, SystemFile } from './system-file-reader.ts'
export {
  type BucketSettings,
  readDecisionStorage,
  type SecretPlace,
  storageSettingsName,
} from './storage-settings.ts'
export { parseYaml } from './yaml-document.ts'
