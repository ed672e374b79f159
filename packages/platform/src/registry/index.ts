// Registry: systems as their files describe them, their runs, and the statements that record both.

export { measuredAs, otherwiseMeasured } from './measured-as.ts'
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
export {
  type DataRole,
  policyDigest,
  readSystemFile,
  type SystemFile,
} from './system-file-reader.ts'
