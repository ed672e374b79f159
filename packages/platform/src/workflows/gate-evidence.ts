// A policy over the evidence already recorded about a model: nothing is measured again. The gate's verdict is itself recorded.

import { dirname, join, resolve } from 'node:path'
import {
  type Checkpoint,
  makeStatement,
  measures as measuresPredicate,
  OperatingError,
  omsRootDigest,
  singleFileName,
  summarizeGate,
  textOf,
  verificationSummary,
} from '@proofhouse/evidence'
import {
  applyPolicy,
  checkPolicy,
  type Measure,
  type RuleOutcome,
  type Verdict,
} from '../assess/index.ts'
import {
  type DataDigests,
  otherwiseMeasured,
  policyDigest,
  readSystemFile,
  type SystemFile,
} from '../registry/index.ts'
import { recordedMeasures } from './recorded-measures.ts'
import { policyDescriptor, systemUri, verifierId } from './record-results.ts'
import type { Services, Workspace } from './services.ts'

const systemFileSizeMaxBytes = 1_048_576

/** What to gate. */
export interface GateRequest {
  readonly systemFile: string
  /** `sha256:` and hexadecimal; null for the model of the system file, or its test data when it has none. */
  readonly digest: string | null
  /** The workspace; null for `.proofhouse` beside the system file. */
  readonly out: string | null
}

/** The evidence a gate rested on. */
interface GateEvidence {
  readonly index: number
  /** SHA-256 of the envelope that holds the measures. */
  readonly digest: string
  readonly runId: string
  /** SHA-256 of the test data that were measured on. */
  readonly testData: string
  readonly measures: readonly Measure[]
}

/** What a gate decided. */
export interface GateResult {
  readonly verdict: Verdict
  readonly digest: string
  readonly rules: readonly RuleOutcome[]
  /** Null when no completed run has measured the digest. */
  readonly evidence: GateEvidence | null
  /** Settings under which the newest measures about the digest were made otherwise than the system file says. */
  readonly otherwise: readonly string[]
  /** The ledger as the gate left it. */
  readonly checkpoint: Checkpoint
}

/**
 * Applies the policy of a system file to the latest measures recorded about a digest by a run that was
 * completed, with the columns and settings of that file, and over its test data where they are at hand.
 * @throws config-invalid, policy-invalid, usage-invalid, ledger-missing, ledger-busy, ledger-corrupt
 */
export async function gateEvidence(services: Services, request: GateRequest): Promise<GateResult> {
  const bytes = await services.files.read(request.systemFile, systemFileSizeMaxBytes)
  const file = await readSystemFile(textOf(bytes), request.systemFile)
  checkPolicy(file.rules, (n) => `${request.systemFile}:${file.ruleLines[n]}: `)
  const folder = dirname(resolve(request.systemFile))
  const out = resolve(request.out ?? join(folder, '.proofhouse'))
  const digests = await digestsAtHand(services, file, folder)
  const testData = digests.test ?? null
  const digest = await digestToGate(services, file, { folder, given: request.digest, testData })
  // Opening would create a workspace: a gate over nothing must not leave one behind.
  if ((await services.files.kind(join(out, 'ledger'))) !== 'folder')
    throw new OperatingError(
      'ledger-missing',
      `there is no evidence in \`${out}\` yet; run \`proofhouse assess\` first`,
    )
  const workspace = await services.openWorkspace(out)
  try {
    const { evidence, otherwise } = await latestMeasures(workspace, { file, digest, digests })
    // Without measures no rule can be decided, so the verdict is inconclusive.
    const judged = applyPolicy(file.rules, evidence?.measures ?? [])
    if (evidence !== null)
      await record(services, workspace, { file, digest, evidence, verdict: judged.verdict })
    const { checkpoint } = await workspace.ledger.checkpoint()
    return { ...judged, digest, evidence, otherwise, checkpoint }
  } finally {
    await workspace.close()
  }
}

async function digestToGate(
  { files }: Services,
  { model, data }: SystemFile,
  by: {
    readonly folder: string
    readonly given: string | null
    readonly testData: string | null
  },
): Promise<string> {
  if (by.given !== null) {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(by.given)?.[1]
    if (hex === undefined)
      throw new OperatingError('usage-invalid', '`--digest` is `sha256:` and 64 hexadecimal digits')
    return hex
  }
  if (model === null && by.testData !== null) return by.testData
  const { sha256 } = await files.digest(resolve(by.folder, model?.path ?? data.test))
  return omsRootDigest([{ name: singleFileName, algorithm: 'sha256', digest: sha256 }])
}

/** What evidence must be about: the data that the system file names, as far as they are there. */
const gatedRoles = ['test', 'reference', 'current', 'labels'] as const

async function digestsAtHand(
  services: Services,
  { data }: SystemFile,
  folder: string,
): Promise<DataDigests> {
  const found: [string, string][] = []
  for (const role of gatedRoles) {
    const path = data[role]
    const digest = path === undefined ? null : await dataDigest(services, resolve(folder, path))
    if (digest !== null) found.push([role, digest])
  }
  return Object.fromEntries(found)
}

/** The digest of a data set; null where a gate runs without it. */
async function dataDigest({ files, data }: Services, path: string): Promise<string | null> {
  if ((await files.kind(path)) === 'file') return (await files.digest(path)).sha256
  // A folder of parts, or a table within a file: only the reader of data knows their digest.
  try {
    const engine = await data.open(path)
    await engine.close()
    return engine.table.sha256
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'file-missing') return null
    throw error
  }
}

/** The newest measures about the digest that answer the policy's question; a run that was not completed is no evidence. */
async function latestMeasures(
  workspace: Workspace,
  wanted: { readonly file: SystemFile; readonly digest: string; readonly digests: DataDigests },
): Promise<Pick<GateResult, 'evidence' | 'otherwise'>> {
  let evidence: GateEvidence | null = null
  let otherwise: readonly string[] = []
  for await (const { index, digest, subject, predicate } of recordedMeasures(workspace)) {
    if (!subject.some((one) => one.digest?.['sha256'] === wanted.digest)) continue
    otherwise = otherwiseMeasured(predicate, wanted.file, wanted.digests)
    if (otherwise.length > 0) continue
    evidence = {
      index,
      digest,
      runId: predicate.runId,
      testData: predicate.measuredAs.testData,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- unknown names of measures match no rule
      measures: predicate.measures as readonly Measure[],
    }
  }
  return { evidence, otherwise }
}

async function record(
  services: Services,
  workspace: Workspace,
  gate: {
    readonly file: SystemFile
    readonly digest: string
    readonly evidence: GateEvidence
    readonly verdict: Verdict
  },
): Promise<void> {
  const { file, digest, evidence, verdict } = gate
  const summary = summarizeGate({
    verdict,
    verifierId,
    toolVersion: services.toolVersion,
    timeVerified: services.now().toISOString(),
    resourceUri: systemUri(file),
    policy: policyDescriptor({ file, policyDigest: policyDigest(file) }),
    inputAttestations: [
      {
        digest: { sha256: evidence.digest },
        annotations: { predicateType: measuresPredicate.uri },
      },
    ],
  })
  const subject = [{ name: file.system.id, digest: { sha256: digest } }]
  await workspace.recorder.record(makeStatement(verificationSummary, subject, summary))
}
