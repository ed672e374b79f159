// The main job: assess one AI system, judge it, record both, and write what people and machines read.
// The order is the point: the run is announced before anything is computed, and closed whatever happens after that.

import { basename, dirname, join, relative, resolve } from 'node:path'
import { type ResourceDescriptor, textOf } from '@proofhouse/evidence'
import { checkPolicy } from '../assess/index.ts'
import { policyDigest, readSystemFile, type SystemFile } from '../registry/index.ts'
import type { AssessmentReport } from '../reports/index.ts'
import { type AssessmentInputs, openInputs } from './assessment-inputs.ts'
import { writeOutputs } from './assessment-outputs.ts'
import { buildReport } from './build-report.ts'
import { measureSystem, type Measured } from './measure-system.ts'
import { recordResults } from './record-results.ts'
import { announceRun, closeRun, endOfError, type OpenRun, settleHistory } from './run-record.ts'
import type { Services, Workspace } from './services.ts'
import { signModel } from './sign-model.ts'

/** Larger than any honest system file. */
const systemFileSizeMaxBytes = 1_048_576

/** What to assess and where to leave the results. */
export interface AssessRequest {
  readonly systemFile: string
  /** Folder for the workspace; null for `.proofhouse` beside the system file. */
  readonly out: string | null
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
 * @throws every operating error of its inputs, the model, the ledger and the disk; a run that was announced is closed first
 */
export async function assessSystem(request: AssessRequest, services: Services): Promise<Assessment> {
  const { signal, progress } = request
  const bytes = await services.files.read(request.systemFile, systemFileSizeMaxBytes)
  const file = readSystemFile(textOf(bytes), request.systemFile)
  checkPolicy(file.rules)
  const folder = dirname(resolve(request.systemFile))
  const out = resolve(request.out ?? join(folder, '.proofhouse'))
  const locate = (path: string) => resolve(folder, path)
  const inputs = await openInputs(services, { file, locate, signal, progress })
  try {
    progress('opening the ledger')
    const workspace = await services.openWorkspace(out)
    try {
      return await assessIn({ request, services, file, inputs, workspace, out })
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
  readonly inputs: AssessmentInputs
  readonly workspace: Workspace
  readonly out: string
}

async function assessIn(context: Context): Promise<Assessment> {
  const { request, services, file, inputs, workspace, out } = context
  const history = await settleHistory(workspace, services.now)
  const digest = policyDigest(file)
  const run = await announce(context, digest)
  try {
    const measured = await measureSystem(services, { file, inputs, ...request })
    const signature =
      inputs.model !== null && file.model?.sign === true
        ? await signModel(services, workspace, { model: inputs.model, file, out })
        : null
    request.progress('recording the evidence')
    const statements = await recordResults(workspace, {
      runId: run.announcement.runId,
      file,
      policyDigest: digest,
      tables: inputs.tables,
      signature: signature?.envelope ?? null,
      ...measured,
      subject: assessedSubject(file, inputs),
      toolVersion: services.toolVersion,
      now: services.now(),
    })
    const closed = await closeRun(
      workspace,
      run,
      { outcome: 'completed', verdict: measured.verdict, errorCode: null },
      services.now(),
    )
    const { checkpoint } = await workspace.ledger.checkpoint()
    const report = buildReport({
      file,
      inputs,
      policyDigest: digest,
      run,
      closedIndex: closed.index,
      history,
      ...measured,
      signature,
      statements: [run.recorded, ...statements, closed],
      checkpoint,
      verifierKey: workspace.verifierKey,
      toolVersion: services.toolVersion,
      now: services.now(),
      names: namesFor(request.systemFile, out),
    })
    request.progress('writing the report')
    await writeOutputs(services, workspace, { report, out, statements: [run.recorded, ...statements, closed], signature })
    return { report, workspace: out }
  } catch (error) {
    await closeFailed(context, run, error)
    throw error
  }
}

/** A run that fails after its closure (while its report is written) is closed already: the log keeps the first closure. */
async function closeFailed({ workspace, services }: Context, run: OpenRun, error: unknown) {
  // The first error is the one to report: when the disk is full, closing fails for the same reason, and the next run closes
  // this one as abandoned.
  await closeRun(workspace, run, endOfError(error), services.now()).catch(() => undefined)
}

async function announce({ services, file, inputs, workspace }: Context, digest: string) {
  const announcement = {
    runId: services.newId(),
    policyDigest: digest,
    dataDigests: Object.fromEntries(inputs.tables.map(({ role, table }) => [role, table.sha256])),
    modelRootDigest: inputs.model?.rootDigest ?? null,
    toolVersion: services.toolVersion,
    startedAt: services.now().toISOString(),
    preregistration: 'logged' as const,
  }
  return announceRun(workspace, announcement, [
    ...modelSubject(inputs),
    ...inputs.tables.map(({ role, table }) => ({ name: role, digest: { sha256: table.sha256 } })),
  ])
}

const modelSubject = ({ model }: AssessmentInputs): readonly ResourceDescriptor[] =>
  model === null ? [] : [{ name: basename(model.path), digest: { sha256: model.rootDigest } }]

/** What the measures are about: the model where there is one, and always the test data. */
const assessedSubject = (file: SystemFile, inputs: AssessmentInputs): readonly ResourceDescriptor[] => [
  ...modelSubject(inputs),
  { name: basename(file.data.test), digest: { sha256: inputs.test.table.sha256 } },
]

/** Paths as a reader of the report would type them: relative to where the command ran when that is shorter. */
function namesFor(systemFile: string, out: string) {
  const shown = relative('.', out)
  return {
    systemFile: systemFile.replaceAll('\\', '/'),
    workspace: (shown.startsWith('..') ? out : shown).replaceAll('\\', '/'),
  }
}
