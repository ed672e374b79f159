// The measures a ledger holds as evidence: signed by a key that is believed, by a run that was completed.

import {
  encodeEnvelope,
  fromBase64,
  type Measures,
  measures as measuresPredicate,
  readStatement,
  type ResourceDescriptor,
  sha256Hex,
} from '@proofhouse/evidence'
import { isVouched, readRunHistory } from '../registry/index.ts'
import type { Workspace } from './services.ts'
import { statementEnvelope } from './statement-envelopes.ts'

/** One statement of measures. */
export interface RecordedMeasures {
  readonly index: number
  /** SHA-256 of the envelope. */
  readonly digest: string
  readonly subject: readonly ResourceDescriptor[]
  readonly predicate: Measures
}

/** Every statement of measures that is evidence, oldest first. */
export async function* recordedMeasures(
  workspace: Pick<Workspace, 'entries' | 'blobs' | 'verifiers'>,
): AsyncGenerator<RecordedMeasures> {
  const completed = new Set(
    (await readRunHistory(workspace.entries(), workspace.verifiers))
      .filter(({ closure, vouched }) => vouched && closure?.outcome === 'completed')
      .map(({ announcement }) => announcement.runId),
  )
  for await (const { index, entry } of workspace.entries()) {
    const envelope = await statementEnvelope(workspace, entry, measuresPredicate.uri)
    if (envelope === null || !(await isVouched(envelope, workspace.verifiers))) continue
    const { subject, predicate } = readStatement(fromBase64(envelope.payload), measuresPredicate)
    if (!completed.has(predicate.runId)) continue
    yield { index, digest: sha256Hex(encodeEnvelope(envelope)), subject, predicate }
  }
}
