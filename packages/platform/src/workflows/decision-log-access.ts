// A workspace's decision log, opened for one use: interrupted erasures are carried on first, and what a restored copy has forgotten is
// emptied again, before anything is read or written; its head is stated in the evidence log at the end.

import {
  decisionLog,
  erasure,
  makeStatement,
  OperatingError,
  parseLedgerEntry,
  type ReceiptErasure,
  sha256Hex,
  textOf,
  toBase64,
} from '@proofhouse/evidence'
import {
  type DecisionLog,
  type ErasureHost,
  type KeyWrapper,
  resumeErasures,
  stateFinal,
} from '../decisions/index.ts'
import { type Keyring, keyWrapper, wrappedUnder } from '../keys/index.ts'
import { earlierRoot } from '../ledger/index.ts'
import { erasuresWithin, olderThan, sharedSize } from './older-log.ts'
import { type KeyringServices, withKeyring } from './open-keyring.ts'
import { decisionPlaces } from './open-storage.ts'
import { rotationAlarm, rotationOf } from './rotation-alarm.ts'
import type { Services, Workspace } from './services.ts'
import { logSubject, StatedDecisions } from './stated-decisions.ts'
import { statedRetention, tellHeld } from './stated-retention.ts'

/** A decision log in use. */
export interface DecisionLogInUse {
  readonly log: DecisionLog
  readonly workspace: Workspace
  readonly verifierKey: string
  readonly host: ErasureHost
  /** A statement of erasure with what proves it, for receipts. */
  readonly erasureOf: (index: number) => Promise<ReceiptErasure>
  /** Whether the log, as it was opened, was not the one whose newest head the evidence log states. */
  readonly isOlder: boolean
  /** What is to be said of the age of the tenant's key; null while there is nothing. */
  readonly keyAlarm: () => Promise<string | null>
}

type Needed = KeyringServices & Pick<Services, 'openDecisions' | 'variable'>

/** A workspace is one tenant's. */
const tenant = 'local'

/**
 * Opens the decision log of a workspace, does something with it, and closes both.
 * @param options `mayBeOlder` takes a log that is older than, or another than, the evidence log states
 * @throws ledger-older, ledger-busy, ledger-corrupt, key-provider-unavailable, storage-failed
 */
export async function withDecisionLog<Result>(
  services: Needed,
  folder: string,
  use: (opened: DecisionLogInUse) => Promise<Result>,
  { ofOlder = 'refuse' }: { readonly ofOlder?: 'refuse' | 'look' | 'restore' } = {},
): Promise<Result> {
  return withKeyring(services, folder, async ({ keyring, workspace, settings }) => {
    const stated = await StatedDecisions.read(workspace, services.files, ofOlder !== 'refuse')
    const wrapper = wrapperOf(keyring)
    const places = await decisionPlaces(services, folder)
    const decisions = await services.openDecisions(workspace, {
      tenant,
      wrapper,
      places,
      deployments: (of) => stated.deployments(of),
    })
    const { log, verifierKey } = decisions
    try {
      const host = hostOf(workspace, services, log.place.origin)
      const { origin } = log.place
      const head = stated.head(origin)
      const why = await olderThan(log.stores, head)
      if (why !== null && ofOlder === 'refuse')
        throw new OperatingError(
          'ledger-older',
          `entry ${head?.index} of the evidence log states a head of ${head?.size} of this decision log, which ${why}; bring back the newest copy, or declare the loss with \`proofhouse decisions restore\``,
        )
      const isOlder = why !== null
      const erasureOf = proofs(workspace)
      const keyAlarm = async () =>
        rotationAlarm(tenant, await rotationOf(keyring, tenant, { now: services.now(), settings }))
      const opened = { log, workspace, verifierKey, host, erasureOf, isOlder, keyAlarm }
      // Of a log that was taken away it would hide that there was one.
      if (log.isNew && !isOlder) await stateHead(opened, 'opened', services.now())
      const known = new Set(
        log.erasures.list().flatMap((one) => [one.pendingIndex, one.finalIndex]),
      )
      const erasures = await stated.erasures(origin, (index) => known.has(index))
      // A log of another history may have other decisions under the numbers of those erased: who only looks destroys nothing.
      if (!isOlder) await resumeErasures(log, host, erasures)
      else if (ofOlder === 'restore') {
        const size = await sharedSize(log, workspace)
        await resumeErasures(log, host, erasuresWithin(erasures, { origin, size }))
      }
      if (!isOlder || ofOlder === 'restore') await stateFinal(log, host)
      // Only of who is remembered can anything come late.
      if (log.late.size > 0) tellHeld(opened, (await statedRetention(opened)).holds)
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

/** States the log's head, or an earlier one, in the evidence log. */
export async function stateHead(
  { log, workspace, verifierKey }: Pick<DecisionLogInUse, 'log' | 'workspace' | 'verifierKey'>,
  event: 'opened' | 'head' | 'restored' | 'closed',
  now: Date,
  earlierSize: number | null = null,
): Promise<number> {
  const { ledger } = log.stores
  const { checkpoint } = await ledger.checkpoint()
  const { origin, size, root } =
    earlierSize === null
      ? checkpoint
      : { ...checkpoint, size: earlierSize, root: await earlierRoot(ledger, earlierSize) }
  const statedAt = now.toISOString()
  const predicate = { event, origin, verifierKey, size, root: toBase64(root), statedAt }
  const statement = makeStatement(decisionLog, [logSubject(origin)], predicate)
  return (await workspace.recorder.record(statement)).index
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
