// The measures a ledger holds as evidence: signed by a key that is believed, by a run that was completed.

import {
  type Envelope,
  encodeEnvelope,
  fromBase64,
  type Measures,
  measures as measuresPredicate,
  parseLedgerEntry,
  parseStatement,
  readStatement,
  type ResourceDescriptor,
  resolveReference,
  sha256Hex,
  statementPayloadType,
} from '@proofhouse/evidence'
import { isVouched, readRunHistory } from '../registry/index.ts'
import type { Workspace } from './services.ts'

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
    const envelope = await measuresEnvelope(workspace, entry)
    if (envelope === null || !(await isVouched(envelope, workspace.verifiers))) continue
    const { subject, predicate } = readStatement(fromBase64(envelope.payload), measuresPredicate)
    if (!completed.has(predicate.runId)) continue
    yield { index, digest: sha256Hex(encodeEnvelope(envelope)), subject, predicate }
  }
}

async function measuresEnvelope(
  { blobs }: Pick<Workspace, 'blobs'>,
  entry: Uint8Array,
): Promise<Envelope | null> {
  const parsed = parseLedgerEntry(entry)
  if (parsed.kind === 'reference') {
    const { reference } = parsed
    if (reference.predicateType !== measuresPredicate.uri) return null
    return resolveReference(reference, await blobs.get(reference.digest))
  }
  if (parsed.envelope.payloadType !== statementPayloadType) return null
  const { predicateType } = parseStatement(fromBase64(parsed.envelope.payload))
  return predicateType === measuresPredicate.uri ? parsed.envelope : null
}
