// The main job: assess one AI system, judge it, record both, and write what people and machines read.
// The order is the point: the run is announced before anything is computed, and closed whatever happens after that.

import { basename, dirname, join, relative, resolve } from 'node:path'
import { type Bytes, OperatingError, type ResourceDescriptor, textOf } from '@proofhouse/evidence'
import { checkPolicy, type Confinement, throwIfAborted } from '../assess/index.ts'
import {
  type KnownRun,
  policyDigest,
  readSystemFile,
  type RecordedStatement,
  type SystemFile,
} from '../registry/index.ts'
import type { AssessmentReport } from '../reports/index.ts'
import { type AssessmentInputs, openInputs } from './assessment-inputs.ts'
import { packedFiles, renderReport, writeOutputs } from './assessment-outputs.ts'
import { buildReport } from './build-report.ts'
import { type CheckedArtifacts, checkArtifacts } from './check-artifacts.ts'
import { type Measured, measureSystem } from './measure-system.ts'
import { measureTask } from './measure-task.ts'
import { recordReport, recordResults } from './record-results.ts'
import { findImports, importRecords, type KnownImports } from './imports-beside.ts'
import { findMitigations, type KnownMitigation, mitigationRecords } from './mitigations.ts'
import { announceRun, closeRun, endOfError, type OpenRun, settleHistory } from './run-record.ts'
import type { Services, Workspace } from './services.ts'
import { signCheckedModel, type WrittenSignature } from './sign-checked-model.ts'
import { watchedModels } from './watched-models.ts'
import { checkHasWitnesses, witnessAnnouncement } from './witness-announcement.ts'

/** Larger than any honest system file. */
const systemFileSizeMaxBytes = 1_048_576

/** What to assess and where to leave the results. */
export interface AssessRequest {
  readonly systemFile: string
  /** Folder for the workspace; null for `.proofhouse` beside the system file. */
  readonly out: string | null
  /** Whether nothing may be computed before the workspace's witnesses have seen the announcement. */
  readonly witnessed: boolean
  readonly signal: AbortSignal
  readonly progress: (step: string) => void
}

/** The finished assessment. */
export interface Assessment {
  readonly report: AssessmentReport
  /** The workspace folder, as the caller may show it. */
  readonly workspace: string
}

/**
 * Assesses a system.
 * @throws every operating error of its inputs, the model, the ledger and the disk; a run that was
 *   announced is closed first
 */
export async function assessSystem(
  request: AssessRequest,
  services: Services,
): Promise<Assessment> {
  const { signal, progress } = request
  const bytes = await services.files.read(request.systemFile, systemFileSizeMaxBytes)
  const file = await readSystemFile(textOf(bytes), request.systemFile)
  checkPolicy(file.rules, (n) => `${request.systemFile}:${file.ruleLines[n]}: `)
  const folder = dirname(resolve(request.systemFile))
  const out = resolve(request.out ?? join(folder, '.proofhouse'))
  const locate = (path: string) => resolve(folder, path)
  const inputs = await openInputs(services, { file, locate, signal, progress })
  try {
    progress('opening the ledger')
    const workspace = await services.openWorkspace(out)
    try {
      return await assessIn({
        request,
        services,
        file,
        systemFileBytes: bytes,
        inputs,
        workspace,
        out,
      })
    } finally {
      await workspace.close()
    }
  } finally {
    await inputs.close()
  }
}

interface Context {
  readonly request: AssessRequest
  readonly services: Services
  readonly file: SystemFile
  readonly systemFileBytes: Bytes
  readonly inputs: AssessmentInputs
  readonly workspace: Workspace
  readonly out: string
}

async function assessIn(context: Context): Promise<Assessment> {
  const { request, services, workspace } = context
  if (request.witnessed) checkHasWitnesses(workspace)
  const history = await settleHistory(workspace, services.now)
  const mitigations = await findMitigations(workspace, context.file)
  const imports = await findImports(workspace, context.file)
  const run = await announce(context)
  let computed: Computed
  try {
    if (request.witnessed) {
      request.progress('waiting for witnesses')
      await witnessAnnouncement(workspace, run, services.files)
    }
    computed = await compute(context, run)
  } catch (error) {
    // The first error is the one to report. When the disk is full, closing fails for the same reason, and the next run closes this
    // one as abandoned.
    await closeRun(workspace, run, endOfError(error), services.now()).catch(() => undefined)
    throw located(error, context)
  }
  return report(context, { run, history, mitigations, imports, ...computed })
}

/** An error about a key of the system file, with the line on which the key stands. */
function located(error: unknown, { file, request }: Context): unknown {
  if (!(error instanceof OperatingError) || error.code !== 'config-invalid') return error
  const line = file.keyLines[String(error.details['key'])]
  if (line === undefined) return error
  return new OperatingError(error.code, `${request.systemFile}:${line}: ${error.message}`, {
    cause: error,
    details: error.details,
  })
}

interface Computed {
  readonly measured: Measured
  readonly artifacts: CheckedArtifacts
  /** What held the model; null where none was run. */
  readonly confinement: Confinement | null
  readonly signature: WrittenSignature | null
  /** Every statement of the run so far, in ledger order. */
  readonly statements: readonly RecordedStatement[]
  readonly closed: RecordedStatement
}

/** Everything between announcement and closure. */
async function compute(context: Context, run: OpenRun): Promise<Computed> {
  const { request, file, inputs, workspace, out } = context
  const watched = watchedModels(context.services.models)
  const services = { ...context.services, models: watched.models }
  const { task } = file
  const folder = dirname(resolve(request.systemFile))
  const locate = (path: string) => resolve(folder, path)
  const artifacts = await checkArtifacts(services, { ...context, ...request, folder, locate, out })
  const { measures: beside } = artifacts
  const measured =
    task.kind === 'binary'
      ? await measureSystem(services, { file, inputs, beside, ...request })
      : await measureTask(services, { file, inputs, beside, task, ...request })
  const signature =
    inputs.model !== null && file.model?.sign === true
      ? await signCheckedModel(services, workspace, inputs.model)
      : null
  throwIfAborted(request.signal)
  request.progress('recording the evidence')
  const statements = await recordResults(workspace, {
    runId: run.announcement.runId,
    file,
    policyDigest: run.announcement.policyDigest,
    tables: inputs.tables,
    signature: signature?.envelope ?? null,
    scan: inputs.model?.scan ?? null,
    confinement: watched.weakest(),
    verification: inputs.model?.verification ?? null,
    beside: artifacts.statements,
    ...measured,
    model: modelSubject(inputs),
    subject: assessedSubject(file, inputs),
    toolVersion: services.toolVersion,
    now: services.now(),
  })
  const end = { outcome: 'completed', verdict: measured.verdict, errorCode: null } as const
  const closed = await closeRun(workspace, run, end, services.now())
  return {
    measured,
    artifacts,
    confinement: watched.weakest(),
    signature,
    statements: [run.recorded, ...statements, closed],
    closed,
  }
}

/** After the closure: the report, a statement that names its files, and the pack. */
async function report(
  context: Context,
  done: Computed & {
    readonly run: OpenRun
    readonly history: readonly KnownRun[]
    readonly mitigations: readonly KnownMitigation[]
    readonly imports: KnownImports
  },
): Promise<Assessment> {
  const { request, services, file, inputs, workspace, out } = context
  request.progress('writing the report')
  const { checkpoint } = await workspace.ledger.checkpoint()
  const content = buildReport({
    file,
    inputs,
    policyDigest: done.run.announcement.policyDigest,
    run: done.run,
    closedIndex: done.closed.index,
    history: done.history,
    ...done.measured,
    mitigations: mitigationRecords(done.mitigations, {
      file,
      runId: done.run.announcement.runId,
      measures: done.measured.measures,
    }),
    imported: importRecords(done.imports, done.measured.measures),
    beside: done.artifacts,
    confinement: done.confinement,
    signature: done.signature,
    statements: done.statements,
    checkpoint,
    verifierKey: workspace.verifierKey,
    toolVersion: services.toolVersion,
    now: services.now(),
    names: namesFor(request.systemFile, out, inputs.model?.path ?? null),
  })
  const rendered = renderReport(content)
  const packed = packedFiles(rendered, context.systemFileBytes, done.signature)
  const named = await recordReport(workspace, done.run.announcement.runId, packed)
  await writeOutputs(services, workspace, {
    rendered,
    packed,
    statements: [
      ...done.imports.latest.map(({ statement }) => statement),
      ...done.statements,
      named,
    ],
  })
  return { report: content, workspace: out }
}

async function announce(context: Context): Promise<OpenRun> {
  const { request, services, file, inputs, workspace } = context
  const announcement = {
    runId: services.newId(),
    policyDigest: policyDigest(file),
    dataDigests: Object.fromEntries(inputs.tables.map(({ role, table }) => [role, table.sha256])),
    modelRootDigest: inputs.model?.rootDigest ?? null,
    toolVersion: services.toolVersion,
    startedAt: services.now().toISOString(),
    preregistration: request.witnessed ? ('witnessed' as const) : ('logged' as const),
  }
  return announceRun(workspace, announcement, [
    ...modelSubject(inputs),
    ...nativeSubject(inputs),
    ...inputs.tables.map(({ role, table }) => ({ name: role, digest: { sha256: table.sha256 } })),
  ])
}

const modelSubject = ({ model }: AssessmentInputs): readonly ResourceDescriptor[] =>
  model === null ? [] : [{ name: basename(model.path), digest: { sha256: model.rootDigest } }]

/** The file that only explanations are read from; measures are not about it. */
const nativeSubject = ({ model }: AssessmentInputs): readonly ResourceDescriptor[] =>
  model === null || model.native === null
    ? []
    : [{ name: basename(model.native.path), digest: { sha256: model.native.sha256 } }]

/** What the measures are about: the model where there is one, and always the test data. */
const assessedSubject = (
  file: SystemFile,
  inputs: AssessmentInputs,
): readonly ResourceDescriptor[] => [
  ...modelSubject(inputs),
  { name: basename(file.data.test), digest: { sha256: inputs.test.table.sha256 } },
]

/** Paths as a reader of the report would type them: relative to where the command ran, with forward slashes. */
function namesFor(systemFile: string, out: string, model: string | null) {
  const shown = (path: string) => (relative('.', path) || '.').replaceAll('\\', '/')
  return {
    systemFile: systemFile.replaceAll('\\', '/'),
    workspace: shown(out),
    model: model === null ? null : shown(resolve(dirname(systemFile), model)),
  }
}
