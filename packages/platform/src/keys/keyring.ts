// The keys of a place, from the root down: root (at its provider) → tenant keys → keys of epochs,
// artifacts, tokens and signatures.
// One keyring per process; everything it needs comes in through ports.

import type { KeyReason } from './key-changes.ts'
import { settleKey } from './key-changes.ts'
import { DataKeys } from './data-keys.ts'
import type { KeysElsewhere } from './keys-elsewhere.ts'
import type { KeyStore } from './ports.ts'
import {
  addressesOf,
  raiseMinimum,
  rewrapKeys,
  type Rewrapped,
  type RewrapRequest,
} from './rewrap.ts'
import { TenantKeys, type TenantKeyPorts } from './tenant-keys.ts'

/** Days before a key is due to be rotated from which it is said to be due soon. */
const noticeDays = 14
const dayMs = 86_400_000

/** Whether a key's newest version is young enough. */
export type RotationState = 'fresh' | 'due-soon' | 'overdue'

/** How a version that was made then stands now. */
export function rotationState(
  createdAt: string,
  { now, rotationDays }: { readonly now: Date; readonly rotationDays: number },
): { readonly state: RotationState; readonly dueAt: Date } {
  const dueAt = new Date(Date.parse(createdAt) + rotationDays * dayMs)
  const leftMs = dueAt.getTime() - now.getTime()
  const state = leftMs <= 0 ? 'overdue' : leftMs <= noticeDays * dayMs ? 'due-soon' : 'fresh'
  return { state, dueAt }
}

/** The keys of a place in use. */
export interface Keyring {
  readonly tenants: TenantKeys
  readonly keys: DataKeys
  /** Wraps a tenant's keys anew under its newest version, going on where an earlier call was cut off. */
  rewrap(request: Omit<RewrapRequest, 'store'> & { readonly store?: KeyStore }): Promise<Rewrapped>
  /** Refuses older versions of a tenant's key from now on, once nothing is wrapped under them. @throws key-conflict */
  raiseMinimum(given: {
    readonly tenant: string
    readonly minimum: number
    readonly reason: KeyReason
    /** Other stores with keys of the tenant. */
    readonly others?: readonly KeyStore[]
    /** Other places with keys of the tenant; whoever leaves one out makes what lies there unreadable. */
    readonly elsewhere: readonly KeysElsewhere[]
  }): Promise<void>
  /** Hands all events of a tenant that wait over to the ledger. @returns how many keys still have some */
  settle(tenant: string): Promise<number>
  /** Zeroes every key in memory. */
  close(): void
}

/** The keyring over its ports. */
export function openKeyring(ports: TenantKeyPorts): Keyring {
  const tenants = new TenantKeys(ports)
  return {
    tenants,
    keys: new DataKeys(ports, tenants),
    rewrap: (request) => rewrapKeys(ports, tenants, { store: ports.store, ...request }),
    raiseMinimum: ({ others = [], ...given }) =>
      raiseMinimum(ports, tenants, { ...given, stores: [ports.store, ...others] }),
    async settle(tenant) {
      let waiting = 0
      for await (const address of addressesOf(ports.store, tenant))
        if ((await settleKey(ports, address)) > 0) waiting++
      return waiting
    },
    close: () => tenants.close(),
  }
}
