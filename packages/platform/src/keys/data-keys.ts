// The keys below a tenant's: of epochs, artifacts and tokens, and private keys that sign. Each is
// random, wrapped under the tenant's key
// with its place as associated data, and stored. Destroying one empties its record; what it
// encrypted is then beyond reading.
// Keys of subjects are not kept here: they are many, live under an epoch key, and are named in no
// event (spec/predicates/key-event.md).

import { randomBytes } from 'node:crypto'
import { type Bytes, OperatingError } from '@proofhouse/evidence'
import type { KeyAddress, KeyKind } from './key-binding.ts'
import { changeKey, eventOf, type KeyReason, readKey } from './key-changes.ts'
import { keySizeBytes } from './key-wrapper.ts'
import { addressText, newestOf, type StoredKey, usableVersion } from './stored-key.ts'
import { tenantKeyAddress, type TenantKeyPorts, type TenantKeys } from './tenant-keys.ts'

/** A key below a tenant's, by name. */
export interface DataKeyAddress extends KeyAddress {
  readonly kind: Exclude<KeyKind, 'tenant' | 'subject'>
}

/** A key in clear; whoever is done with it fills it with zeros. */
export interface OpenedKey {
  readonly version: number
  readonly key: Bytes
}

/** Keys below those of the tenants. */
export class DataKeys {
  readonly #ports: TenantKeyPorts
  readonly #tenants: TenantKeys

  constructor(ports: TenantKeyPorts, tenants: TenantKeys) {
    this.#ports = ports
    this.#tenants = tenants
  }

  /** The newest version of a key, made on first use. @throws as `open`, key-missing excepted; key-conflict */
  async ensure(address: DataKeyAddress, reason: KeyReason = 'requested'): Promise<OpenedKey> {
    const stored = await changeKey(this.#ports, address, async (present) =>
      present === null
        ? this.#withNewVersion(address, { versions: [], minimum: 1, pending: [] }, reason)
        : null,
    )
    if (stored === null) throw new Error('assertion failed: a key that is ensured is there')
    return this.#opened(stored, address, null)
  }

  /**
   * A version of a key, the newest where none is named.
   * @throws key-missing, key-destroyed, key-unwrap-failed, key-provider-unavailable,
   * key-provider-refused, storage-failed
   */
  async open(address: DataKeyAddress, version: number | null = null): Promise<OpenedKey> {
    const stored = await readKey(this.#ports.store, address)
    if (stored === null) return refuseMissing(address)
    return this.#opened(stored.key, address, version)
  }

  /** Adds a version, which encrypts from now on; the old ones still decrypt. @throws as `open`; key-conflict */
  async rotate(address: DataKeyAddress, reason: KeyReason): Promise<OpenedKey> {
    const stored = await changeKey(this.#ports, address, async (present) =>
      present === null ? refuseMissing(address) : this.#withNewVersion(address, present, reason),
    )
    return stored === null ? refuseMissing(address) : this.#opened(stored, address, null)
  }

  /**
   * Destroys a key, or one version of it: its wrapped bytes are gone from the store when this
   * resolves. Copies in backups die with the
   * tenant's key or the root key's version they are wrapped under. Safe to repeat.
   * A version of a tenant's key must be below the minimum by then; the whole key may go at any
   * time, and with it all it wraps.
   * @throws key-missing, key-conflict, storage-failed
   */
  async destroy(
    address: DataKeyAddress | ReturnType<typeof tenantKeyAddress>,
    { version = null, reason }: { readonly version?: number | null; readonly reason: KeyReason },
  ): Promise<void> {
    await changeKey(this.#ports, address, async (present) => {
      if (present === null) return refuseMissing(address)
      const isMeant = (each: number) => version === null || each === version
      const { versions } = present
      if (!versions.some((each) => isMeant(each.version)))
        throw new OperatingError(
          'key-missing',
          `the key \`${addressText(address)}\` has no version ${version}`,
        )
      if (address.kind === 'tenant' && version !== null && version >= present.minimum)
        throw new OperatingError(
          'key-conflict',
          `version ${version} of \`${addressText(address)}\` is still accepted; raise the minimum above it first`,
        )
      if (versions.every((each) => !isMeant(each.version) || each.wrapped === null)) return null
      const { tenant, kind, id } = address
      const event = eventOf(this.#ports, {
        event: 'destroyed',
        tenant,
        kind,
        keyId: id,
        version,
        reason,
      })
      return {
        ...present,
        versions: versions.map((each) =>
          isMeant(each.version) ? { ...each, wrapped: null } : each,
        ),
        pending: [...present.pending, event],
      }
    })
    if (address.kind === 'tenant') this.#tenants.drop(address.tenant)
  }

  async #opened(
    stored: StoredKey,
    address: DataKeyAddress,
    wanted: number | null,
  ): Promise<OpenedKey> {
    const { version, wrapped } = usableVersion(stored, address, wanted)
    const opener = await this.#tenants.openFor(address.tenant, wrapped)
    return { version, key: opener.unwrap(wrapped, { ...address, version }) }
  }

  async #withNewVersion(
    address: DataKeyAddress,
    present: StoredKey,
    reason: KeyReason,
  ): Promise<StoredKey> {
    const { tenant, kind, id } = address
    const wrapper = await this.#tenants.wrapWith(tenant)
    const previous = present.versions.length === 0 ? null : newestOf(present).version
    const version = (previous ?? 0) + 1
    const key = randomBytes(keySizeBytes)
    const wrapped = wrapper.wrap(key, { ...address, version })
    key.fill(0)
    const made = eventOf(this.#ports, {
      event: previous === null ? 'created' : 'rotated',
      tenant,
      kind,
      keyId: id,
      version,
      reason,
      previousVersion: previous,
      wrappedBy: { key: 'tenant', provider: null, version: wrapper.version },
    })
    const createdAt = this.#ports.now().toISOString()
    const added = { version, createdAt, wrappedUnder: wrapper.version, wrapped }
    return {
      ...present,
      versions: [...present.versions, added],
      pending: [...present.pending, made],
    }
  }
}

function refuseMissing(address: KeyAddress): never {
  throw new OperatingError('key-missing', `there is no key \`${addressText(address)}\``)
}
