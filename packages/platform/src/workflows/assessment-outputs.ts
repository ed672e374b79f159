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

/**
 * The files of a pack: the report, the model's signature, and the system file as it was read, which is the policy in the words it was
 * written in.
 */
export function packedFiles(
  rendered: RenderedReport,
  systemFile: Bytes,
  signature: WrittenSignature | null,
): ReadonlyMap<string, Bytes> {
  const files = new Map<string, Bytes>([...rendered, ['proofhouse.yaml', systemFile]])
  if (signature !== null) files.set(signatureName, new Uint8Array(signature.bytes))
  return files
}

interface Outputs {
  readonly rendered: RenderedReport
  /** What goes into the pack beside the statements. */
  readonly packed: ReadonlyMap<string, Bytes>
  readonly statements: readonly RecordedStatement[]
}

/** Writes the report's files and the pack into the workspace. @throws file-unwritable */
export async function writeOutputs(
  { files }: Pick<Services, 'files'>,
  workspace: Workspace,
  { rendered, packed, statements }: Outputs,
): Promise<void> {
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
