// A workspace's decision log, opened for one use: interrupted erasures are carried on first, and what a restored copy has forgotten is
// emptied again, before anything is read or written; its head is stated in the evidence log at the end.

import {
  decisionLog,
  type Erasure,
  erasure,
  fromBase64,
  makeStatement,
  parseLedgerEntry,
  parseStatement,
  type ReceiptErasure,
  readStatement,
  resolveReference,
  type ResourceDescriptor,
  sha256Hex,
  textOf,
  toBase64,
  utf8,
  verifyEnvelope,
} from '@proofhouse/evidence'
import {
  type DecisionLog,
  type ErasureHost,
  type ErasureRecord,
  resumeErasures,
  stateFinal,
} from '../decisions/index.ts'
import type { Services, Workspace } from './services.ts'

/** A decision log in use. */
export interface DecisionLogInUse {
  readonly log: DecisionLog
  readonly workspace: Workspace
  readonly verifierKey: string
  readonly host: ErasureHost
  /** A statement of erasure with what proves it, for receipts. */
  readonly erasureOf: (index: number) => Promise<ReceiptErasure>
}

type Needed = Pick<Services, 'openWorkspace' | 'openDecisions' | 'now' | 'newId'>

/** Statement subject of a decision log. */
export const logSubject = (origin: string): ResourceDescriptor => ({
  name: origin,
  digest: { sha256: sha256Hex(utf8(origin)) },
})

/**
 * Opens the decision log of a workspace, does something with it, and closes both.
 * @throws ledger-busy, ledger-corrupt, key-provider-unavailable, storage-failed
 */
export async function withDecisionLog<Result>(
  services: Needed,
  folder: string,
  use: (opened: DecisionLogInUse) => Promise<Result>,
): Promise<Result> {
  const workspace = await services.openWorkspace(folder)
  try {
    const decisions = await services.openDecisions(workspace)
    const { log, verifierKey } = decisions
    try {
      const host = hostOf(workspace, services, log.place.origin)
      const opened = { log, workspace, verifierKey, host, erasureOf: proofs(workspace) }
      if (log.isNew) await stateHead(opened, 'opened', services.now())
      const known = new Set(log.erasures.list().map(({ erasureId }) => erasureId))
      for (const record of await statedErasures(workspace, log.place.origin))
        if (!known.has(record.erasureId)) await log.erasures.put(record)
      await resumeErasures(log, host)
      await stateFinal(log, host)
      const before = log.size
      const result = await use(opened)
      if (log.size > before) await stateHead(opened, 'head', services.now())
      return result
    } finally {
      await decisions.close()
    }
  } finally {
    await workspace.close()
  }
}

/** States the log's head in the evidence log. */
export async function stateHead(
  { log, workspace, verifierKey }: Pick<DecisionLogInUse, 'log' | 'workspace' | 'verifierKey'>,
  event: 'opened' | 'head' | 'closed',
  now: Date,
): Promise<void> {
  const { checkpoint } = await log.stores.ledger.checkpoint()
  const { origin, size, root } = checkpoint
  const statedAt = now.toISOString()
  const predicate = { event, origin, verifierKey, size, root: toBase64(root), statedAt }
  await workspace.recorder.record(makeStatement(decisionLog, [logSubject(origin)], predicate))
}

function hostOf(workspace: Workspace, { now }: Pick<Services, 'now'>, origin: string): ErasureHost {
  return {
    now,
    async state(predicate) {
      const statement = makeStatement(erasure, [logSubject(origin)], predicate)
      return (await workspace.recorder.record(statement)).index
    },
  }
}

/** What the evidence log says was erased from a decision log: the newest word on each erasure. */
async function statedErasures(workspace: Workspace, origin: string): Promise<ErasureRecord[]> {
  const records = new Map<string, ErasureRecord>()
  for await (const { index, entry } of workspace.entries()) {
    const stated = await erasureIn(workspace, entry)
    const ranges = stated?.entries.find(({ log }) => log === origin)?.ranges
    if (stated === null || ranges === undefined) continue
    const { erasureId, reason, requestedAt, epoch, stores, state, pendingIndex } = stated
    records.set(erasureId, {
      erasureId,
      reason,
      requestedAt,
      epoch,
      ranges,
      stores,
      pendingIndex: pendingIndex ?? index,
      finalIndex: state === 'final' ? index : null,
    })
  }
  return [...records.values()]
}

/** The erasure that an entry states; null for any other, and for one that is not signed by this workspace. */
async function erasureIn(workspace: Workspace, entry: Uint8Array): Promise<Erasure | null> {
  const parsed = parseLedgerEntry(entry)
  if (parsed.kind === 'reference' && parsed.reference.predicateType !== erasure.uri) return null
  if (parsed.kind === 'envelope' && !mentions(parsed.envelope.payload)) return null
  const envelope =
    parsed.kind === 'envelope'
      ? parsed.envelope
      : resolveReference(parsed.reference, await workspace.blobs.get(parsed.reference.digest))
  const { payload } = await verifyEnvelope(envelope, workspace.verifiers)
  return parseStatement(payload).predicateType === erasure.uri
    ? readStatement(payload, erasure).predicate
    : null
}

/** Whether a payload is about an erasure at all, before its signature is checked. */
function mentions(payload: string): boolean {
  return parseStatement(fromBase64(payload)).predicateType === erasure.uri
}

function proofs(workspace: Workspace) {
  return async (index: number): Promise<ReceiptErasure> => {
    for await (const { entry } of workspace.ledger.read(index, index + 1)) {
      const parsed = parseLedgerEntry(entry)
      const kept =
        parsed.kind === 'envelope' ? null : await workspace.blobs.get(parsed.reference.digest)
      return {
        entry: textOf(entry),
        envelope: kept === null ? null : textOf(kept),
        proof: await workspace.ledger.proof(index),
        logKey: workspace.verifierKey,
        publicKey: workspace.signingKey.publicKeyPem,
      }
    }
    throw new Error(`assertion failed: entry ${index} of the evidence log was stated`)
  }
}
