// What an artifact came from and went into, by the statements of a ledger: `proofhouse provenance graph`.

import { join, resolve } from 'node:path'
import {
  type Bytes,
  fromBase64,
  OperatingError,
  parseLedgerEntry,
  parseStatement,
  provenance,
  readStatement,
  resolveReference,
  type Envelope,
  statementPayloadType,
} from '@proofhouse/evidence'
import { type ProvenanceGraph, ProvenanceIndex } from '../artifacts/provenance/index.ts'
import { isVouched } from '../registry/index.ts'
import type { Services, Workspace } from './services.ts'

/** What to trace. */
export interface TraceProvenanceRequest {
  /** A digest, its beginning (8 characters and more), or the path of a file. */
  readonly artifact: string
  readonly workspace: string
}

/** The graph around one artifact. */
export interface TracedProvenance {
  readonly digest: string
  /** Null when no statement names it. */
  readonly graph: ProvenanceGraph | null
  /** Statements that were read, and those that no believed key has signed, which were passed over. */
  readonly statements: number
  readonly passedOver: number
}

/** @throws ledger-missing, usage-invalid when a beginning fits several digests, file-missing */
export async function traceProvenance(
  services: Pick<Services, 'files' | 'openWorkspace'>,
  { artifact, workspace: folder }: TraceProvenanceRequest,
): Promise<TracedProvenance> {
  await requireLedger(services.files, folder)
  const asked = await digestAsked(services.files, artifact)
  const workspace = await services.openWorkspace(resolve(folder))
  const index = new ProvenanceIndex()
  let [statements, passedOver] = [0, 0]
  try {
    for await (const { index: at, payload } of vouchedStatements(workspace)) {
      if (payload === null) {
        passedOver++
        continue
      }
      statements++
      const { subject, predicateType } = parseStatement(payload)
      const dependencies =
        predicateType === provenance.uri
          ? (readStatement(payload, provenance).predicate.buildDefinition.resolvedDependencies ??
            [])
          : null
      index.add({ index: at, predicateType, subject, dependencies })
    }
  } finally {
    await workspace.close()
  }
  const found = [...new Set(index.digestsLike(asked))]
  if (found.length > 1)
    throw new OperatingError(
      'usage-invalid',
      `\`${asked}\` fits ${found.length} digests; give more of it`,
    )
  const digest = found[0] ?? asked
  return { digest, graph: index.around(digest), statements, passedOver }
}

/** Opening a workspace makes one where there is none. @throws ledger-missing */
export async function requireLedger(files: Services['files'], folder: string): Promise<void> {
  if ((await files.kind(join(folder, 'ledger', 'checkpoint'))) === null)
    throw new OperatingError(
      'ledger-missing',
      `there is no ledger in \`${folder}\`; name the workspace with --out`,
    )
}

/** The statements of a ledger; the payload is null where no believed key has signed it. */
export async function* vouchedStatements(
  workspace: Workspace,
): AsyncGenerator<{ readonly index: number; readonly payload: Bytes | null }> {
  for await (const { index, entry } of workspace.entries()) {
    const envelope = await envelopeOf(workspace, entry)
    if (envelope === null) continue
    const isOurs = await isVouched(envelope, workspace.verifiers)
    yield { index, payload: isOurs ? fromBase64(envelope.payload) : null }
  }
}

async function digestAsked(files: Services['files'], artifact: string): Promise<string> {
  if (/^(?:[A-Za-z0-9]+:)?[0-9a-fA-F]{8,128}$/.test(artifact)) {
    const cut = artifact.indexOf(':')
    return cut < 0 ? artifact.toLowerCase() : artifact
  }
  return `sha256:${(await files.digest(artifact)).sha256}`
}

async function envelopeOf(
  { blobs }: Pick<Workspace, 'blobs'>,
  entry: Uint8Array,
): Promise<Envelope | null> {
  const parsed = parseLedgerEntry(entry)
  const envelope =
    parsed.kind === 'reference'
      ? resolveReference(parsed.reference, await blobs.get(parsed.reference.digest))
      : parsed.envelope
  return envelope.payloadType === statementPayloadType ? envelope : null
}
