// TensorFlow operators that reach beyond tensors, by what they do. Operators of reading and writing checkpoints are in every
// saved model, and are judged by the path they are given.

type OperatorEffect = 'code' | 'write' | 'read' | 'network'

const table: Readonly<Record<OperatorEffect, string>> = {
  code:
    'PyFunc PyFuncStateless EagerPyFunc XlaCustomCall XlaCustomCallV2 TfLiteSubgraphExecute RemoteFusedGraphExecute ' +
    'ShellExecute Exec LoadLibrary LoadOpLibrary Abort',
  write:
    'WriteFile Save SaveSlices CreateSummaryFileWriter SaveDataset SaveDatasetV2 DistributedSave SnapshotDataset ' +
    'SnapshotDatasetV2 WriteRawProtoSummary DebugIdentity DebugIdentityV2 DebugIdentityV3 DebugNanCount DebugNumericSummary ' +
    'DebugNumericSummaryV2 DeleteFile MoveFile CopyFile CreateSummaryDbWriter',
  read:
    'ReadFile MatchingFiles MatchingFilesDataset Restore RestoreSlice ImmutableConst TextLineDataset TFRecordDataset ' +
    'TFRecordDatasetV2 FixedLengthRecordDataset FixedLengthRecordDatasetV2 TextLineReader TextLineReaderV2 WholeFileReader ' +
    'WholeFileReaderV2 TFRecordReader TFRecordReaderV2 FixedLengthRecordReader FixedLengthRecordReaderV2 LMDBDataset LMDBReader ' +
    'LoadDataset CSVDataset CSVDatasetV2 SqlDataset ExperimentalSqlDataset ExperimentalLMDBDataset ExperimentalCSVDataset',
  network:
    'RpcCall RpcClient RpcServer RpcServerRegister RpcServerStart TryRpc Rpc DataServiceDataset DataServiceDatasetV2 ' +
    'DataServiceDatasetV3 DataServiceDatasetV4 BigQueryReader CloudBigtableTableReader',
}

const effects: ReadonlyMap<string, OperatorEffect> = new Map(
  (['code', 'write', 'read', 'network'] as const).flatMap((effect) =>
    table[effect].split(' ').map((name): [string, OperatorEffect] => [name, effect]),
  ),
)

/** What an operator does beyond tensors; null for one that only computes. */
export function effectOfOperator(name: string): OperatorEffect | null {
  // Later versions of an operator do the same, but for those whose path decides.
  const first = pathOperators.has(name) ? name : name.replace(/V\d{1,2}$/, '')
  return effects.get(name) ?? effects.get(first) ?? null
}

/** Operators whose first input is a path, and which files have for good reasons. */
export const pathOperators: ReadonlyMap<string, 'read' | 'write'> = new Map([
  ['RestoreV2', 'read'],
  ['SaveV2', 'write'],
  ['MergeV2Checkpoints', 'write'],
  ['InitializeTableFromTextFile', 'read'],
  ['InitializeTableFromTextFileV2', 'read'],
  ['FileSystemSetConfiguration', 'read'],
])

/** What each effect is, for people. */
export const effectText: Readonly<Record<OperatorEffect, string>> = {
  code: 'runs code that is not part of TensorFlow',
  write: 'writes or deletes files',
  read: 'reads files',
  network: 'reaches the network',
}

/** The rule that each effect falls under. */
export const ruleOfEffect: Readonly<
  Record<
    OperatorEffect,
    'tensorflow-code-operator' | 'tensorflow-write-operator' | 'tensorflow-read-operator'
  >
> = {
  code: 'tensorflow-code-operator',
  write: 'tensorflow-write-operator',
  read: 'tensorflow-read-operator',
  network: 'tensorflow-read-operator',
}
