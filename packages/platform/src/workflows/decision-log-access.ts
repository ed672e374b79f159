// A workspace's decision log, opened for one use: interrupted erasures are carried on first, and what a restored copy has forgotten is
// emptied again, before anything is read or written; its head is stated in the evidence log at the end.

import {
  type Bytes,
  decisionLog,
  erasure,
  fromBase64,
  type JsonObject,
  makeStatement,
  OperatingError,
  parseLedgerEntry,
  parseStatement,
  type PredicateType,
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
  type KeyWrapper,
  resumeErasures,
  type StatedErasure,
  stateFinal,
} from '../decisions/index.ts'
import { type Keyring, keyWrapper, wrappedUnder } from '../keys/index.ts'
import { type KeyringServices, withKeyring } from './open-keyring.ts'
import { rotationAlarm, rotationOf } from './rotation-alarm.ts'
import type { Services, Workspace } from './services.ts'

/** A decision log in use. */
export interface DecisionLogInUse {
  readonly log: DecisionLog
  readonly workspace: Workspace
  readonly verifierKey: string
  readonly host: ErasureHost
  /** A statement of erasure with what proves it, for receipts. */
  readonly erasureOf: (index: number) => Promise<ReceiptErasure>
  /** What is to be said of the age of the tenant's key; null while there is nothing. */
  readonly keyAlarm: () => Promise<string | null>
}

type Needed = KeyringServices & Pick<Services, 'openDecisions'>

/** A workspace is one tenant's. */
const tenant = 'local'

/** Statement subject of a decision log. */
const logSubject = (origin: string): ResourceDescriptor => ({
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
  return withKeyring(services, folder, async ({ keyring, workspace, settings }) => {
    const wrapper = wrapperOf(keyring)
    const decisions = await services.openDecisions(workspace, { tenant, wrapper })
    const { log, verifierKey } = decisions
    try {
      const host = hostOf(workspace, services, log.place.origin)
      const keyAlarm = async () =>
        rotationAlarm(tenant, await rotationOf(keyring, tenant, { now: services.now(), settings }))
      const opened = { log, workspace, verifierKey, host, erasureOf: proofs(workspace), keyAlarm }
      if (log.isNew) await stateHead(opened, 'opened', services.now())
      await resumeErasures(log, host, await statedErasures(workspace, log.place.origin))
      await stateFinal(log, host)
      const before = log.size
      const result = await use(opened)
      if (log.size > before) await stateHead(opened, 'head', services.now())
      return result
    } finally {
      await decisions.close()
    }
  })
}

/**
 * Wraps the keys of a decision log under keys of the tenant's keyring, one for each, so that re-wrapping and retiring the tenant's
 * key knows of them.
 */
function wrapperOf({ keys }: Keyring): KeyWrapper {
  const addressOf = (data: Uint8Array) =>
    ({ tenant, kind: 'epoch', id: `decisions.${sha256Hex(data).slice(0, 40)}` }) as const
  const wrapperFor = ({ key, version }: Awaited<ReturnType<Keyring['keys']['open']>>) => {
    const wrapper = keyWrapper({ key, version })
    key.fill(0)
    return wrapper
  }
  return {
    async wrap(plain, data) {
      const address = addressOf(data)
      // An epoch whose beginning was interrupted had its key destroyed, and begins anew with another.
      const key = await keys.ensure(address).catch((cause: unknown) => {
        if (!(cause instanceof OperatingError) || cause.code !== 'key-destroyed') throw cause
        return keys.rotate(address, 'requested')
      })
      const wrapper = wrapperFor(key)
      const wrapped = wrapper.wrap(plain, { ...address, version: wrapper.version })
      wrapper.drop()
      return wrapped
    },
    async unwrap(wrapped, data) {
      const address = addressOf(data)
      try {
        const wrapper = wrapperFor(await keys.open(address, wrappedUnder(wrapped)))
        const plain = wrapper.unwrap(wrapped, { ...address, version: wrapper.version })
        wrapper.drop()
        return plain
      } catch (cause) {
        if (!(cause instanceof OperatingError) || cause.code !== 'key-unwrap-failed') throw cause
        throw new OperatingError('key-malformed', cause.message, { cause })
      }
    },
    async forget(data) {
      try {
        await keys.destroy(addressOf(data), { reason: 'erasure' })
      } catch (cause) {
        if (!(cause instanceof OperatingError) || cause.code !== 'key-missing') throw cause
      }
    },
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

/** What the evidence log says was erased from a decision log. */
async function statedErasures(workspace: Workspace, origin: string): Promise<StatedErasure[]> {
  const stated: StatedErasure[] = []
  for await (const { index, entry } of workspace.entries()) {
    const found = await statementIn(workspace, entry, erasure)
    if (found?.entries.some(({ log }) => log === origin) === true)
      stated.push({ index, erasure: found })
  }
  return stated
}

/** Heads of a decision log that the evidence log states, in its order. */
export async function statedHeads({
  workspace,
  log,
}: Pick<DecisionLogInUse, 'workspace' | 'log'>): Promise<StatedHead[]> {
  const heads: StatedHead[] = []
  for await (const { index, entry } of workspace.entries()) {
    const found = await statementIn(workspace, entry, decisionLog)
    if (found?.origin !== log.place.origin) continue
    heads.push({ index, size: found.size, root: fromBase64(found.root) })
  }
  return heads
}

/** A head, as the entry `index` of the evidence log states it. */
export interface StatedHead {
  readonly index: number
  readonly size: number
  readonly root: Bytes
}

/**
 * What an entry states, where that is of a type; null for others.
 * @throws signature-invalid where it is not signed by this workspace
 */
async function statementIn<Predicate extends JsonObject>(
  workspace: Workspace,
  entry: Uint8Array,
  type: PredicateType<Predicate>,
): Promise<Predicate | null> {
  const parsed = parseLedgerEntry(entry)
  if (parsed.kind === 'reference' && parsed.reference.predicateType !== type.uri) return null
  if (parsed.kind === 'envelope' && typeOf(parsed.envelope.payload) !== type.uri) return null
  const envelope =
    parsed.kind === 'envelope'
      ? parsed.envelope
      : resolveReference(parsed.reference, await workspace.blobs.get(parsed.reference.digest))
  const { payload } = await verifyEnvelope(envelope, workspace.verifiers)
  return parseStatement(payload).predicateType === type.uri
    ? readStatement(payload, type).predicate
    : null
}

/** What a payload is about, before its signature is checked. */
const typeOf = (payload: string): string => parseStatement(fromBase64(payload)).predicateType

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
    throw new OperatingError(
      'ledger-corrupt',
      `the erasure is stated in entry ${index} of the evidence log, which ends before it: it is an older copy; restore its newest`,
    )
  }
}
