// What `keys list`, `rotate`, `rewrap` and `events` do: the order of steps over the keyring of a workspace.

import {
  fromBase64,
  type KeyEvent,
  keyEvent,
  OperatingError,
  readStatement,
} from '@proofhouse/evidence'
import {
  addressesOf,
  isKeyId,
  type KeyReason,
  type KeysElsewhere,
  newestOf,
  type ProviderKind,
  readKey,
  type RootKey,
  type RotationState,
  tenantKeyAddress,
} from '../keys/index.ts'
import { keysInArtifacts } from './artifact-places.ts'
import { isVouched } from '../registry/index.ts'
import { type KeyringServices, type OpenedKeyring, withKeyring } from './open-keyring.ts'
import { rotationOf } from './rotation-alarm.ts'
import type { Services } from './services.ts'
import { statementEnvelope } from './statement-envelopes.ts'

type ManagingServices = KeyringServices & Pick<Services, 'openArtifactBlobs'>

/** Whose keys, and where. */
export interface KeysRequest {
  readonly workspace: string
  readonly tenant: string
}

/** One version of a tenant's key. */
export interface ListedVersion {
  readonly version: number
  readonly createdAt: string
  readonly rootVersion: number | null
  readonly status: 'current' | 'readable' | 'retired' | 'destroyed'
}

/** The keys of a tenant. */
export interface ListedKeys {
  readonly tenant: string
  readonly provider: ProviderKind
  /** Null when there is none yet, or the provider cannot be reached. */
  readonly root: RootKey | null
  /** Why the provider could not be asked; null when it was. */
  readonly unreachable: string | null
  readonly versions: readonly ListedVersion[]
  /** Null when there is no key yet. */
  readonly rotation: { readonly state: RotationState; readonly dueAt: string } | null
  /** Keys below the tenant's by kind: how many there are, were destroyed, and are still under an older version. */
  readonly keys: Readonly<
    Record<string, { readonly count: number; readonly destroyed: number; readonly older: number }>
  >
  /** Keys with events that the ledger does not have yet. */
  readonly waiting: number
}

/** What there is. Nothing is created, and no key is opened. @throws what `withKeyring` does */
export async function listKeys(
  services: ManagingServices,
  request: KeysRequest,
): Promise<ListedKeys> {
  requireTenant(request.tenant)
  return withKeyring(services, request.workspace, async (opened) => {
    const { keyring, settings, provider } = opened
    const elsewhere = await keysInArtifacts(services, request.workspace, { settings, keyring })
    const waiting = await keyring.settle(request.tenant)
    const { root, unreachable } = await provider.find(settings.root).then(
      (found) => ({ root: found, unreachable: null }),
      (cause: unknown) => {
        if (!(cause instanceof OperatingError)) throw cause
        return { root: null, unreachable: cause.message }
      },
    )
    const key = await keyring.tenants.status(request.tenant)
    const newest = key === null ? null : newestOf(key)
    const due = await rotationOf(keyring, request.tenant, { now: services.now(), settings })
    return {
      tenant: request.tenant,
      provider: provider.kind,
      root,
      unreachable,
      versions: (key?.versions ?? []).map(({ version, createdAt, wrapped, wrappedUnder }) => ({
        version,
        createdAt,
        rootVersion: wrappedUnder,
        status:
          wrapped === null
            ? 'destroyed'
            : version === newest?.version
              ? 'current'
              : version < (key?.minimum ?? 1)
                ? 'retired'
                : 'readable',
      })),
      rotation: due && { state: due.state, dueAt: due.dueAt.toISOString() },
      keys: await countKeys(opened, elsewhere, {
        tenant: request.tenant,
        newest: newest?.version ?? 0,
      }),
      waiting,
    }
  })
}

async function countKeys(
  { store }: OpenedKeyring,
  elsewhere: readonly KeysElsewhere[],
  { tenant, newest }: { readonly tenant: string; readonly newest: number },
): Promise<ListedKeys['keys']> {
  const counts = new Map<string, { count: number; destroyed: number; older: number }>()
  const of = (kind: string) => {
    const found = counts.get(kind) ?? { count: 0, destroyed: 0, older: 0 }
    counts.set(kind, found)
    return found
  }
  for await (const address of addressesOf(store, tenant)) {
    if (address.kind === 'tenant') continue
    const found = of(address.kind)
    const versions = (await readKey(store, address))?.key.versions ?? []
    found.count++
    if (versions.every(({ wrapped }) => wrapped === null)) found.destroyed++
    else if (versions.some((each) => each.wrapped !== null && (each.wrappedUnder ?? 0) < newest))
      found.older++
  }
  for (const place of elsewhere)
    for await (const { wrappedUnder } of place.list(tenant)) {
      const found = of(place.kind)
      found.count++
      if ((wrappedUnder ?? 0) < newest) found.older++
    }
  return Object.fromEntries(counts)
}

/** What a rotation made. */
export interface RotatedKeys {
  readonly tenant: string
  /** The tenant's new version; null when the root key was rotated. */
  readonly version: number | null
  /** The root key's new version, where it was rotated and its provider numbers them. */
  readonly rootVersion: number | null
  /** Versions of the tenant's key that were wrapped anew under the root key. */
  readonly rewrapped: number
}

/**
 * Adds a version to the tenant's key, creating the first where there is none; or to the root key,
 * and wraps the tenant's versions anew
 * under it.
 * @throws what `withKeyring` does; key-provider-unavailable, key-provider-refused, key-missing
 */
export async function rotateKeys(
  services: KeyringServices,
  request: KeysRequest & { readonly root: boolean; readonly reason: KeyReason },
): Promise<RotatedKeys> {
  const { tenant, root, reason, workspace } = request
  requireTenant(tenant)
  return withKeyring(services, workspace, async ({ keyring, provider, settings }) => {
    await keyring.settle(tenant)
    if (root) {
      if ((await keyring.tenants.status(tenant)) === null)
        await keyring.tenants.create(tenant, reason)
      const { version: rootVersion } = await provider.rotate(settings.root)
      const rewrapped = await keyring.tenants.rewrapUnderRoot(tenant, reason, true)
      return { tenant, version: null, rootVersion, rewrapped }
    }
    const isFirst = (await keyring.tenants.status(tenant)) === null
    const key = isFirst
      ? await keyring.tenants.create(tenant, reason)
      : await keyring.tenants.rotate(tenant, reason)
    const { version } = newestOf(key)
    return { tenant, version, rootVersion: null, rewrapped: 0 }
  })
}

/** What wrapping anew came to. */
export interface RewrappedKeys {
  readonly tenant: string
  readonly version: number
  readonly keys: Readonly<Record<string, number>>
  readonly failed: readonly string[]
  readonly done: boolean
  /** The lowest version that is accepted now. */
  readonly minimum: number
  /** Versions below it that are destroyed now, where that was asked for. */
  readonly destroyed: number
}

/**
 * Wraps every key of the tenant anew under the newest version of its key, and raises the minimum
 * where that is asked for.
 * @throws as `rotateKeys`; key-conflict when the minimum cannot be raised yet, saying until when
 */
export async function rewrapWorkspaceKeys(
  services: ManagingServices,
  request: KeysRequest & {
    readonly reason: KeyReason
    readonly keysPerSecondMax: number
    readonly raiseMinimum: boolean
    /** Whether to destroy the versions of the tenant's key that are accepted no more. */
    readonly destroyOlder: boolean
    readonly signal: AbortSignal
  },
): Promise<RewrappedKeys> {
  const { tenant, reason, raiseMinimum, destroyOlder, workspace, ...how } = request
  requireTenant(tenant)
  return withKeyring(services, workspace, async ({ keyring, settings }) => {
    await keyring.settle(tenant)
    const { keysPerSecondMax, signal } = how
    const elsewhere = await keysInArtifacts(services, workspace, { settings, keyring })
    const done = await keyring.rewrap({ tenant, reason, keysPerSecondMax, signal, elsewhere })
    if (raiseMinimum && done.done)
      await keyring.raiseMinimum({ tenant, minimum: done.version, reason, elsewhere })
    const key = await keyring.tenants.status(tenant)
    const minimum = key?.minimum ?? 1
    const older = (key?.versions ?? []).filter((each) => each.version < minimum)
    if (destroyOlder && done.done)
      for (const { version } of older)
        await keyring.keys.destroy(tenantKeyAddress(tenant), { version, reason })
    return { tenant, ...done, minimum, destroyed: destroyOlder ? older.length : 0 }
  })
}

/** An event with its place in the ledger. */
export interface LoggedKeyEvent extends KeyEvent {
  readonly index: number
}

/** Every key event of a tenant in the ledger that the workspace signed, oldest first, each once. */
export async function keyEvents(
  services: Pick<Services, 'openWorkspace'>,
  { workspace: folder, tenant }: KeysRequest,
): Promise<readonly LoggedKeyEvent[]> {
  requireTenant(tenant)
  const workspace = await services.openWorkspace(folder)
  try {
    const events = new Map<string, LoggedKeyEvent>()
    for await (const { index, entry } of workspace.entries()) {
      const envelope = await statementEnvelope(workspace, entry, keyEvent.uri)
      if (envelope === null || !(await isVouched(envelope, workspace.verifiers))) continue
      const { predicate } = readStatement(fromBase64(envelope.payload), keyEvent)
      if (predicate.tenant !== tenant || events.has(predicate.eventId)) continue
      events.set(predicate.eventId, { index, ...predicate })
    }
    return [...events.values()]
  } finally {
    await workspace.close()
  }
}

function requireTenant(tenant: string): void {
  if (!isKeyId(tenant))
    throw new OperatingError(
      'usage-invalid',
      `\`${tenant}\` is no name of a tenant: letters, digits, \`.\`, \`_\` and \`-\`, the first a letter or digit`,
    )
}
