// What an assessment leaves for people and machines: the report in its forms, and the pack that verifies offline.

import { join } from 'node:path'
import {
  buildPack,
  type Bytes,
  encodeEnvelope,
  encodeLedgerEntry,
  type PackStatement,
  utf8,
} from '@proofhouse/evidence'
import type { RecordedStatement } from '../registry/index.ts'
import {
  type AssessmentReport,
  renderGitlabCodeQuality,
  renderHtml,
  renderJson,
  renderJUnit,
  renderModelCard,
  renderSarif,
  renderSummary,
} from '../reports/index.ts'
import type { Services, Workspace } from './services.ts'
import { signatureName, type WrittenSignature } from './sign-checked-model.ts'

const renderers = {
  'report.html': renderHtml,
  'report.json': renderJson,
  'model-card.md': renderModelCard,
  'summary.md': renderSummary,
  'results.sarif': renderSarif,
  'junit.xml': renderJUnit,
  'gl-code-quality-report.json': renderGitlabCodeQuality,
} as const satisfies Record<string, (report: AssessmentReport) => string>

/** The rendered forms of a report, by file name. */
export type RenderedReport = ReadonlyMap<string, Bytes>

/** Renders every form. */
export function renderReport(report: AssessmentReport): RenderedReport {
  return new Map(
    Object.entries(renderers).map(([name, render]) => [name, utf8(render(report))] as const),
  )
}

interface Outputs {
  readonly rendered: RenderedReport
  /** The system file as it was read: the policy in the words it was written in. */
  readonly systemFile: Bytes
  readonly statements: readonly RecordedStatement[]
  readonly signature: WrittenSignature | null
}

/** Writes the report's files and the pack into the workspace. @throws file-unwritable */
export async function writeOutputs(
  { files }: Pick<Services, 'files'>,
  workspace: Workspace,
  { rendered, systemFile, statements, signature }: Outputs,
): Promise<void> {
  const packed = new Map<string, Bytes>([...rendered, ['proofhouse.yaml', systemFile]])
  if (signature !== null) packed.set(signatureName, new Uint8Array(signature.bytes))
  const { note } = await workspace.ledger.checkpoint()
  const pack = buildPack({
    checkpoint: note,
    verifierKey: workspace.verifierKey,
    statements: await Promise.all(
      statements.map((statement) => packStatement(workspace, statement)),
    ),
    publicKeys: [workspace.signingKey.publicKeyPem],
    files: packed,
  })
  for (const [name, content] of [...rendered, ['pack.zip', pack] as const])
    await files.write(join(workspace.folder, name), content)
}

async function packStatement(
  workspace: Workspace,
  recorded: RecordedStatement,
): Promise<PackStatement> {
  const { entry, blob } = encodeLedgerEntry(recorded.envelope)
  return {
    index: recorded.index,
    entry,
    proof: await workspace.ledger.proof(recorded.index),
    envelope: blob === null ? null : encodeEnvelope(recorded.envelope),
  }
}
