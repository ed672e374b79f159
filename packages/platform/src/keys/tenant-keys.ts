// The keys of tenants: random, 256 bits, wrapped by the provider of the root key, in versions.
// Unwrapped they live in this process
// for a bounded time and are zeroed then, as far as JavaScript allows: what the engine copied by
// itself is beyond reach.
// A provider that is down fails only what needs a key that is not in memory.

import { randomBytes } from 'node:crypto'
import { OperatingError } from '@proofhouse/evidence'
import type { KeyAddress } from './key-binding.ts'
import { changeKey, eventOf, type KeyChangePorts, type KeyReason, readKey } from './key-changes.ts'
import { type KeyWrapper, keySizeBytes, keyWrapper, wrappedUnder } from './key-wrapper.ts'
import type { KeyProvider, RootKey } from './ports.ts'
import { newestOf, type StoredKey, usableVersion } from './stored-key.ts'

/** Name of the one key of a tenant. */
const tenantKeyId = 'kek'

/** How long a tenant's key is handed out after it was unwrapped, and the key's record believed. */
export const heldMs = 5 * 60_000
/** How much longer who holds one may use it: after `heldMs` and this it is zeroed. */
export const graceMs = 60_000

/** What the keys of tenants need. */
export interface TenantKeyPorts extends KeyChangePorts {
  readonly provider: KeyProvider
  /** Name of the root key. */
  readonly rootName: string
  /** A clock that never goes back. */
  readonly monotonicMs: () => number
}

/** A key that only unwraps: an old version wraps nothing new. */
export type KeyUnwrapper = Pick<KeyWrapper, 'version' | 'unwrap'>

interface Held {
  readonly key: StoredKey
  readonly readAtMs: number
  /** By version. */
  readonly wrappers: Map<number, Promise<KeyWrapper>>
}

/** The address of a tenant's key. */
export function tenantKeyAddress(tenant: string): KeyAddress & { readonly kind: 'tenant' } {
  return { tenant, kind: 'tenant', id: tenantKeyId }
}

/** Keys of tenants, held for a while. */
export class TenantKeys {
  readonly #ports: TenantKeyPorts
  readonly #held = new Map<string, Held>()
  readonly #timers = new Map<NodeJS.Timeout, { readonly tenant: string; readonly held: Held }>()

  constructor(ports: TenantKeyPorts) {
    this.#ports = ports
  }

  /**
   * The tenant's newest key, made on first use, for wrapping and unwrapping; ask anew for each piece of work.
   * @throws key-provider-unavailable, key-provider-refused, key-missing, key-destroyed, storage-failed
   */
  async wrapWith(tenant: string): Promise<KeyWrapper> {
    const held = await this.#hold(tenant)
    return this.#open(tenant, held, null)
  }

  /** An older version of the tenant's key, for unwrapping. @throws as `wrapWith` */
  async openWith(tenant: string, version: number): Promise<KeyUnwrapper> {
    let held = await this.#hold(tenant)
    // Another process may have rotated since.
    if (version > newestOf(held.key).version) {
      this.forget(tenant)
      held = await this.#hold(tenant)
    }
    return this.#open(tenant, held, version)
  }

  /** The version of a wrapped key's tenant key, ready to unwrap it. @throws as `wrapWith`; key-unwrap-failed */
  async openFor(tenant: string, wrapped: Uint8Array): Promise<KeyUnwrapper> {
    return this.openWith(tenant, wrappedUnder(wrapped))
  }

  /** Makes the tenant's first key where there is none, and the root key. */
  async create(tenant: string, reason: KeyReason): Promise<StoredKey> {
    const address = tenantKeyAddress(tenant)
    const stored = await changeKey(this.#ports, address, async (present) => {
      if (present !== null) return null
      const { provider, rootName } = this.#ports
      const there = await provider.find(rootName)
      const root = there ?? (await provider.create(rootName))
      const created = eventOf(this.#ports, {
        event: 'created',
        tenant,
        kind: 'root',
        keyId: root.name,
        version: root.version,
        reason,
      })
      const none: StoredKey = { versions: [], minimum: 1, pending: there === null ? [created] : [] }
      return this.#withNewVersion(tenant, none, reason)
    })
    if (stored === null) throw new Error('assertion failed: a created key is there')
    return stored
  }

  /** Adds a version, which wraps from now on; keys under the old ones are to be wrapped anew (`rewrapKeys`). */
  async rotate(tenant: string, reason: KeyReason): Promise<StoredKey> {
    const stored = await changeKey(this.#ports, tenantKeyAddress(tenant), async (present) =>
      present === null ? null : this.#withNewVersion(tenant, present, reason),
    )
    this.forget(tenant)
    return stored ?? refuseMissing(tenant)
  }

  /**
   * Wraps every version anew under the newest root key, in one step; logs a rotation of the root key that it finds.
   * @param rotated whether the root key has just been rotated: of one without numbers nobody sees it later
   */
  async rewrapUnderRoot(tenant: string, reason: KeyReason, rotated = false): Promise<number> {
    const { provider, rootName } = this.#ports
    let count = 0
    await changeKey(this.#ports, tenantKeyAddress(tenant), async (present) => {
      if (present === null) return refuseMissing(tenant)
      const root = await provider.find(rootName)
      if (root === null) return refuseNoRoot(rootName)
      const versions = await Promise.all(
        present.versions.map(async (each) => {
          if (each.wrapped === null) return each
          const binding = { ...tenantKeyAddress(tenant), version: each.version }
          const key = await provider.unwrap(rootName, each.wrapped, binding)
          const { bytes, rootVersion } = await provider.wrap(rootName, key, binding)
          key.fill(0)
          return { ...each, wrapped: bytes, wrappedUnder: rootVersion }
        }),
      )
      count = versions.filter(({ wrapped }) => wrapped !== null).length
      return {
        ...present,
        versions,
        pending: this.#rootEvents(tenant, present, { root, count, reason, rotated }),
      }
    })
    return count
  }

  /** The tenant's key as it is stored; null when there is none. */
  async status(tenant: string): Promise<StoredKey | null> {
    return (await readKey(this.#ports.store, tenantKeyAddress(tenant)))?.key ?? null
  }

  /** Hands out the tenant's key no more before it is read again; who holds it may end what it does. */
  forget(tenant: string): void {
    this.#held.delete(tenant)
  }

  /** Forgets the tenant's key and zeroes every copy of it in this process now. */
  drop(tenant: string): void {
    this.forget(tenant)
    for (const [timer, { tenant: holder, held }] of this.#timers) {
      if (holder !== tenant) continue
      clearTimeout(timer)
      this.#timers.delete(timer)
      dropAll(held)
    }
  }

  /** Zeroes every key. */
  close(): void {
    for (const [timer, { held }] of this.#timers) {
      clearTimeout(timer)
      dropAll(held)
    }
    this.#timers.clear()
    this.#held.clear()
  }

  async #hold(tenant: string): Promise<Held> {
    const { monotonicMs, store } = this.#ports
    const present = this.#held.get(tenant)
    if (present !== undefined && monotonicMs() - present.readAtMs < heldMs) return present
    const readAtMs = monotonicMs()
    const stored = await readKey(store, tenantKeyAddress(tenant))
    const key = stored?.key ?? (await this.create(tenant, 'requested'))
    const held: Held = { key, readAtMs, wrappers: new Map() }
    this.#held.set(tenant, held)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (this.#held.get(tenant) === held) this.#held.delete(tenant)
      dropAll(held)
    }, heldMs + graceMs).unref()
    this.#timers.set(timer, { tenant, held })
    return held
  }

  async #open(tenant: string, held: Held, version: number | null): Promise<KeyWrapper> {
    const address = tenantKeyAddress(tenant)
    const chosen = usableVersion(held.key, address, version)
    const open = async () => {
      const { provider, rootName } = this.#ports
      const binding = { ...address, version: chosen.version }
      const key = await provider.unwrap(rootName, chosen.wrapped, binding)
      if (key.length !== keySizeBytes)
        throw new OperatingError('key-unwrap-failed', `the key of \`${tenant}\` has another size`)
      const wrapper = keyWrapper({ key, version: chosen.version })
      key.fill(0)
      return wrapper
    }
    const opened = held.wrappers.get(chosen.version) ?? open()
    held.wrappers.set(chosen.version, opened)
    try {
      return await opened
    } catch (cause) {
      // The next one asks the provider again.
      if (held.wrappers.get(chosen.version) === opened) held.wrappers.delete(chosen.version)
      throw cause
    }
  }

  async #withNewVersion(tenant: string, present: StoredKey, reason: KeyReason): Promise<StoredKey> {
    const { provider, rootName, now } = this.#ports
    const previous = present.versions.at(-1)?.version ?? null
    const version = (previous ?? 0) + 1
    const address = tenantKeyAddress(tenant)
    const key = randomBytes(keySizeBytes)
    const { bytes, rootVersion } = await provider.wrap(rootName, key, { ...address, version })
    key.fill(0)
    const made = eventOf(this.#ports, {
      event: previous === null ? 'created' : 'rotated',
      tenant,
      kind: 'tenant',
      keyId: tenantKeyId,
      version,
      reason,
      previousVersion: previous,
      wrappedBy: { key: 'root', provider: provider.kind, version: rootVersion },
    })
    const added = {
      version,
      createdAt: now().toISOString(),
      wrappedUnder: rootVersion,
      wrapped: bytes,
    }
    return {
      ...present,
      versions: [...present.versions, added],
      pending: [...present.pending, made],
    }
  }

  #rootEvents(
    tenant: string,
    present: StoredKey,
    given: { root: RootKey; count: number; reason: KeyReason; rotated: boolean },
  ) {
    const { root, count, reason, rotated } = given
    const of = { tenant, kind: 'root', keyId: root.name, version: root.version, reason } as const
    const seen = Math.max(0, ...present.versions.map((each) => each.wrappedUnder ?? 0))
    const isNew = root.version === null ? rotated : seen > 0 && root.version > seen
    const previousVersion = root.version === null ? null : seen
    return [
      ...present.pending,
      ...(isNew ? [eventOf(this.#ports, { ...of, event: 'rotated', previousVersion })] : []),
      eventOf(this.#ports, { ...of, event: 'rewrapped', keys: { tenant: count } }),
    ]
  }
}

function dropAll({ wrappers }: Held): void {
  for (const wrapper of wrappers.values())
    wrapper.then(
      (opened) => opened.drop(),
      () => undefined,
    )
  wrappers.clear()
}

function refuseMissing(tenant: string): never {
  throw new OperatingError('key-missing', `the tenant \`${tenant}\` has no key yet`)
}

function refuseNoRoot(name: string): never {
  throw new OperatingError('key-missing', `the provider has no root key \`${name}\``)
}
