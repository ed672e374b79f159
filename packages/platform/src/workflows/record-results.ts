// Turns what was measured and judged into statements: data sets, model signature, measures, test result, verdict.
// Each is about artifacts named by digest; none holds a value of any row.

import { hash } from 'node:crypto'
import {
  dataSet,
  type Envelope,
  type JsonObject,
  makeStatement,
  type ModelRun,
  measures as measuresPredicate,
  modelSignature,
  report as reportPredicate,
  type ResourceDescriptor,
  type Statement,
  summarizeGate,
  testResult,
  verificationSummary,
} from '@proofhouse/evidence'
import type { Confinement, DataTable, Measure, RuleOutcome, Verdict } from '../assess/index.ts'
import {
  type DataDigests,
  type DataRole,
  measuredAs,
  type RecordedStatement,
  type SystemFile,
} from '../registry/index.ts'
import { reportFormat } from '../reports/index.ts'
import type { ModelScan } from './scan-model.ts'
import { type ModelVerification, signerOf } from './verify-model-bytes.ts'
import { scanStatements } from './scan-statement.ts'
import type { Workspace } from './services.ts'

/** URI of the verifier that gates name: this program. */
export const verifierId = 'https://proofhouse.dev/assess'

/** What a run produced. */
export interface RunResults {
  readonly runId: string
  readonly file: SystemFile
  readonly policyDigest: string
  readonly tables: readonly { readonly role: DataRole; readonly table: DataTable }[]
  /** The envelope of the model's signature; null when it was not signed. */
  readonly signature: Envelope | null
  /** What was found in the model's files before they were loaded; null without a model. */
  readonly scan: ModelScan | null
  /** What held the model while it ran; null where none did. */
  readonly confinement: Confinement | null
  /** Whose signature holds for the model's bytes; null where none was demanded. */
  readonly verification: ModelVerification | null
  /** Statements about artifacts beside the model. */
  readonly beside: readonly Statement<JsonObject>[]
  readonly measures: readonly Measure[]
  readonly rules: readonly RuleOutcome[]
  readonly verdict: Verdict
  /** Model and test data: what the measures are about. */
  readonly subject: readonly ResourceDescriptor[]
  /** The model by its root digest; none where a column of predictions was assessed. */
  readonly model: readonly ResourceDescriptor[]
  readonly toolVersion: string
  readonly now: Date
}

/** The URI that names a system in statements. */
export const systemUri = (file: SystemFile): string => `urn:proofhouse:system:${file.system.id}`

/** The policy as a statement names it. */
export const policyDescriptor = (results: Pick<RunResults, 'file' | 'policyDigest'>) => ({
  uri: `${systemUri(results.file)}:policy`,
  digest: { sha256: results.policyDigest },
})

/** Appends the statements of a run, in the order in which one rests on another. */
export async function recordResults(
  workspace: Workspace,
  results: RunResults,
): Promise<readonly RecordedStatement[]> {
  const { recorder } = workspace
  const recorded: RecordedStatement[] = []
  for (const { role, table } of results.tables)
    recorded.push(await recorder.record(dataSetStatement(results, role, table)))
  if (results.signature !== null)
    recorded.push(await recorder.recordEnvelope(results.signature, modelSignature.uri))
  for (const statement of [...scanned(results), ...results.beside])
    recorded.push(await recorder.record(statement))
  const measured = await recorder.record(measuresStatement(results))
  const tested = await recorder.record(testStatement(results))
  recorded.push(measured, tested)
  recorded.push(await recorder.record(verdictStatement(results, [measured, tested])))
  return recorded
}

/** The scan of the model's files, about them and about what the measures are about. */
function scanned({ scan, model, toolVersion }: RunResults) {
  return scan === null ? [] : scanStatements({ ...scan, roots: model, toolVersion })
}

function dataSetStatement(results: RunResults, role: DataRole, table: DataTable) {
  const { columns } = results.file
  return makeStatement(dataSet, [{ name: role, digest: { sha256: table.sha256 } }], {
    runId: results.runId,
    role,
    format: table.format,
    rows: table.rows,
    sizeBytes: table.sizeBytes,
    columns: table.columns.map((column) => column.name),
    label: columns.label,
    protected: columns.protected,
    identifiers: columns.identifiers,
    time: columns.time,
  })
}

function measuresStatement(results: RunResults) {
  const { runId, file, measures, subject, tables, confinement } = results
  const { mode, confidence, interval } = file.assessment
  return makeStatement(measuresPredicate, subject, {
    runId,
    mode,
    confidence,
    interval,
    measuredAs: measuredAs(file, digestsOf(tables)),
    columns: file.columns.protected,
    measures,
    suppressedCells: [],
    ...(confinement === null ? {} : { modelRun: modelRunOf(confinement, results) }),
  })
}

function modelRunOf(confinement: Confinement, { verification }: RunResults): ModelRun {
  return {
    ...confinement,
    signature:
      verification === null
        ? { verdict: 'not verified', signer: null }
        : { verdict: 'verified', signer: signerOf(verification) },
  }
}

const digestsOf = (tables: RunResults['tables']): DataDigests =>
  Object.fromEntries(tables.map(({ role, table }) => [role, table.sha256]))

function testStatement(results: RunResults) {
  const { rules, tables, subject } = results
  const named = (...verdicts: readonly Verdict[]) =>
    rules.filter((rule) => verdicts.includes(rule.verdict)).map((rule) => rule.id)
  const failedTests = named('fail', 'inconclusive')
  const warnedTests = named('warn')
  return makeStatement(testResult, subject, {
    result: failedTests.length > 0 ? 'FAILED' : warnedTests.length > 0 ? 'WARNED' : 'PASSED',
    configuration: [
      policyDescriptor(results),
      ...tables.map(({ role, table }) => ({ name: role, digest: { sha256: table.sha256 } })),
    ],
    passedTests: named('pass'),
    warnedTests,
    failedTests,
  })
}

function verdictStatement(results: RunResults, inputs: readonly RecordedStatement[]) {
  return makeStatement(
    verificationSummary,
    results.subject,
    summarizeGate({
      verdict: results.verdict,
      verifierId,
      toolVersion: results.toolVersion,
      timeVerified: results.now.toISOString(),
      resourceUri: systemUri(results.file),
      policy: policyDescriptor(results),
      inputAttestations: inputs.map(({ digest, predicateType }) => ({
        digest: { sha256: digest },
        annotations: { predicateType },
      })),
    }),
  )
}

/** Appends the statement that names the files of a report. */
export function recordReport(
  { recorder }: Workspace,
  runId: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<RecordedStatement> {
  const subject = [...files].map(([name, content]) => ({
    name,
    digest: { sha256: hash('sha256', content, 'hex') },
  }))
  return recorder.record(makeStatement(reportPredicate, subject, { runId, format: reportFormat }))
}
