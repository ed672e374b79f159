// Wraps the keys below a tenant's anew under its newest version, in the background: page by page,
// no faster than told, with a durable
// place to go on from after a crash. Old versions stay readable all the while. Only when a look at
// every key finds none left under an
// older version, and nobody can hold an older one any more, may the minimum be raised.
// INVARIANT: a key is replaced only by the same key under the newer version, and only if nobody
// changed its record meanwhile.

import { isJsonObject, type JsonValue, OperatingError } from '@proofhouse/evidence'
import { isKeyId, isKeyVersion, type KeyAddress, type KeyKind, keyKinds } from './key-binding.ts'
import { changeKey, eventOf, type KeyReason, readKey } from './key-changes.ts'
import type { KeyWrapper } from './key-wrapper.ts'
import { type KeysElsewhere, requireNoneBelow, rewrapElsewhere } from './keys-elsewhere.ts'
import type { KeyStore, RecordAddress } from './ports.ts'
import { addressText, encodeStoredKey, newestOf } from './stored-key.ts'
import {
  graceMs,
  heldMs,
  tenantKeyAddress,
  type TenantKeyPorts,
  type TenantKeys,
} from './tenant-keys.ts'

const pageSize = 100
/** Others may be first this many times in a row. */
const attemptsMax = 5
/** Between the last moment a version can wrap and the moment what it wrapped must be stored. */
const writeMarginMs = 4 * 60_000

/** For so long after a rotation somebody may still wrap under the version before. */
export const settleMs = heldMs + graceMs + writeMarginMs

/** What to wrap anew. */
export interface RewrapRequest {
  readonly tenant: string
  /** Where the wrapped keys lie; every store has its own progress. */
  readonly store: KeyStore
  /** Other places with keys of the tenant, after the store. */
  readonly elsewhere?: readonly KeysElsewhere[]
  readonly reason: KeyReason
  readonly keysPerSecondMax: number
  readonly signal: AbortSignal
}

/** What came of it. */
export interface Rewrapped {
  /** The version of the tenant's key that keys are now wrapped under. */
  readonly version: number
  /** Keys that are, by kind. */
  readonly keys: Readonly<Record<string, number>>
  /** Keys that do not open: they stay as they are, and the minimum cannot be raised. */
  readonly failed: readonly string[]
  /** False when interrupted: the next call goes on from there. */
  readonly done: boolean
}

interface Progress {
  readonly version: number
  readonly after: KeyAddress | null
  readonly keys: Readonly<Record<string, number>>
  readonly failed: readonly string[]
}

/**
 * Wraps every key of a tenant in a store anew under the tenant's newest version. Goes on where an
 * earlier call was cut off.
 * @throws key-provider-unavailable, key-provider-refused, key-missing, key-conflict,
 * storage-failed; what was done until then is kept
 */
export async function rewrapKeys(
  ports: TenantKeyPorts,
  tenants: TenantKeys,
  { tenant, store, elsewhere = [], reason, keysPerSecondMax, signal }: RewrapRequest,
): Promise<Rewrapped> {
  const place: RecordAddress = { tenant, kind: 'progress', id: 'rewrap' }
  tenants.forget(tenant)
  const version = newestOf((await tenants.status(tenant)) ?? refuseMissing(tenant)).version
  const record = await store.read(place)
  let revision = record?.revision ?? 0
  const earlier = record === null ? null : progressIn(record.body['progress'])
  let progress: Progress =
    earlier?.version === version ? earlier : { version, after: null, keys: {}, failed: [] }
  const save = async (next: Progress | null) => {
    if (!(await store.swap(place, revision, { progress: next && { ...next } })))
      throw new OperatingError(
        'key-conflict',
        `another process wraps the keys of \`${tenant}\` anew`,
      )
    revision++
  }
  const { monotonicMs } = ports
  const pace = (count: number, startedMs: number) => {
    const leftMs = (count / keysPerSecondMax) * 1_000 - (monotonicMs() - startedMs)
    return leftMs > 0 ? pause(leftMs, signal) : Promise.resolve()
  }
  for (;;) {
    const startedMs = monotonicMs()
    const page = await store.list(tenant, progress.after, pageSize)
    if (page.length === 0) break
    const keys: Record<string, number> = { ...progress.keys }
    const failed = [...progress.failed]
    for (const address of page) {
      if (signal.aborted) return resultOf(progress, false)
      if (address.kind === 'tenant') continue
      const outcome = await rewrapOne(
        tenants,
        store,
        address,
        await newest(tenants, tenant, version),
      )
      if (outcome === 'wrapped') keys[address.kind] = (keys[address.kind] ?? 0) + 1
      if (outcome === 'failed') failed.push(addressText(address))
    }
    progress = { version, after: page.at(-1) ?? null, keys, failed }
    await save(progress)
    await pace(page.length, startedMs)
  }
  const outside = await rewrapElsewhere(elsewhere, { tenant, version, signal, pace, monotonicMs })
  progress = withElsewhere(progress, outside)
  if (!outside.done) return resultOf(progress, false)
  await changeKey(ports, tenantKeyAddress(tenant), async (present) => {
    if (present === null) return refuseMissing(tenant)
    const { kind, id } = tenantKeyAddress(tenant)
    const { keys } = progress
    const event = eventOf(ports, {
      event: 'rewrapped',
      tenant,
      kind,
      keyId: id,
      version,
      keys,
      reason,
    })
    return { ...present, pending: [...present.pending, event] }
  })
  await save(null)
  return resultOf(progress, true)
}

function withElsewhere(
  { keys, failed, ...progress }: Progress,
  outside: Pick<Progress, 'keys' | 'failed'>,
): Progress {
  const all = { ...keys }
  for (const [kind, count] of Object.entries(outside.keys)) all[kind] = (all[kind] ?? 0) + count
  return { ...progress, keys: all, failed: [...failed, ...outside.failed] }
}

function resultOf({ version, keys, failed }: Progress, done: boolean): Rewrapped {
  return { version, keys, failed, done }
}

function pause(forMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, forMs)
    signal.addEventListener('abort', end)
  })
}

/** The tenant's newest key; refuses to go on under another than the one that the pass began with. */
async function newest(tenants: TenantKeys, tenant: string, version: number): Promise<KeyWrapper> {
  const wrapper = await tenants.wrapWith(tenant)
  if (wrapper.version !== version)
    throw new OperatingError('key-conflict', `\`${tenant}\` was rotated meanwhile; begin again`)
  return wrapper
}

async function rewrapOne(
  tenants: TenantKeys,
  store: KeyStore,
  address: KeyAddress,
  wrapper: KeyWrapper,
): Promise<'wrapped' | 'destroyed' | 'failed'> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const present = await readKey(store, address)
    if (present === null || present.key.versions.every(({ wrapped }) => wrapped === null))
      return 'destroyed'
    const { key, revision } = present
    if (isUnder(present, wrapper.version)) return 'wrapped'
    const versions: (typeof key.versions)[number][] = []
    try {
      for (const each of key.versions) {
        if (each.wrapped === null) {
          versions.push(each)
          continue
        }
        const binding = { ...address, version: each.version }
        const plain = (await tenants.openFor(address.tenant, each.wrapped)).unwrap(
          each.wrapped,
          binding,
        )
        const wrapped = wrapper.wrap(plain, binding)
        plain.fill(0)
        versions.push({ ...each, wrapped, wrappedUnder: wrapper.version })
      }
    } catch (cause) {
      const isDamaged =
        cause instanceof OperatingError &&
        /^key-(unwrap-failed|destroyed|missing)$/.test(cause.code)
      if (isDamaged) return 'failed'
      throw cause
    }
    if (await store.swap(address, revision, encodeStoredKey({ ...key, versions }))) return 'wrapped'
  }
  throw new OperatingError('key-conflict', `others change \`${addressText(address)}\` all the time`)
}

type Present = NonNullable<Awaited<ReturnType<typeof readKey>>>

function isUnder({ key }: Present, version: number): boolean {
  return key.versions.every((each) => each.wrapped === null || (each.wrappedUnder ?? 0) >= version)
}

/**
 * Raises the lowest version of the tenant's key that is accepted, after looking at every key in the stores.
 * @throws key-conflict when a key is still wrapped under a lower version, or somebody may still
 * wrap under one; says until when
 */
export async function raiseMinimum(
  ports: TenantKeyPorts,
  tenants: TenantKeys,
  given: {
    readonly tenant: string
    readonly minimum: number
    /** Every store that holds keys of the tenant. */
    readonly stores: readonly KeyStore[]
    /** Every other place that does. */
    readonly elsewhere: readonly KeysElsewhere[]
    readonly reason: KeyReason
  },
): Promise<void> {
  const { tenant, minimum, stores, elsewhere, reason } = given
  const stored = (await tenants.status(tenant)) ?? refuseMissing(tenant)
  const version = stored.versions.find((each) => each.version === minimum)
  if (version === undefined)
    throw new OperatingError('key-missing', `the key of \`${tenant}\` has no version ${minimum}`)
  if (minimum <= stored.minimum) return
  const fromMs = Date.parse(version.createdAt) + settleMs
  if (ports.now().getTime() < fromMs)
    throw new OperatingError(
      'key-conflict',
      `a process may still wrap under an older key of \`${tenant}\`; the minimum can be raised after ${new Date(fromMs).toISOString()}`,
    )
  for (const store of stores)
    for await (const address of addressesOf(store, tenant)) {
      const present = await readKey(store, address)
      if (address.kind !== 'tenant' && present !== null && !isUnder(present, minimum))
        throw new OperatingError(
          'key-conflict',
          `\`${addressText(address)}\` is still wrapped under an older version; wrap the keys anew first`,
        )
    }
  await requireNoneBelow(elsewhere, { tenant, minimum })
  await changeKey(ports, tenantKeyAddress(tenant), async (present) => {
    if (present === null || present.minimum >= minimum) return null
    const { kind, id } = tenantKeyAddress(tenant)
    const event = eventOf(ports, {
      event: 'minimum-raised',
      tenant,
      kind,
      keyId: id,
      version: minimum,
      reason,
      previousVersion: present.minimum,
    })
    return { ...present, minimum, pending: [...present.pending, event] }
  })
  tenants.forget(tenant)
}

/** Every address of a tenant's keys in a store. */
export async function* addressesOf(store: KeyStore, tenant: string): AsyncGenerator<KeyAddress> {
  let after: KeyAddress | null = null
  for (;;) {
    const page: readonly KeyAddress[] = await store.list(tenant, after, pageSize)
    yield* page
    after = page.at(-1) ?? null
    if (after === null) return
  }
}

/** Progress that was stored; null when there is none, or none that can be gone on from. */
function progressIn(value: JsonValue | undefined): Progress | null {
  if (!isJsonObject(value)) return null
  const { version, after, keys, failed } = value
  if (!isKeyVersion(version) || !isJsonObject(keys) || !Array.isArray(failed)) return null
  const counts = Object.entries(keys).map(([kind, count]) => [kind, Number(count)] as const)
  const from = isJsonObject(after) ? addressIn(after) : null
  if (after !== null && from === null) return null
  return { version, after: from, keys: Object.fromEntries(counts), failed: failed.map(String) }
}

function addressIn(value: Readonly<Record<string, JsonValue>>): KeyAddress | null {
  const { tenant, kind, id } = value
  const known: KeyKind | undefined = keyKinds.find((each) => each === kind)
  if (known === undefined || typeof tenant !== 'string' || typeof id !== 'string') return null
  return isKeyId(tenant) && isKeyId(id) ? { tenant, kind: known, id } : null
}

function refuseMissing(tenant: string): never {
  throw new OperatingError('key-missing', `the tenant \`${tenant}\` has no key yet`)
}
