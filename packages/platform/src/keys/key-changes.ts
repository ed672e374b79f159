// Changes of stored keys: read, change, compare and swap, then hand the events over to the ledger.
// Whoever loses a race reads again.
// INVARIANT: an event is stored in the same step as the change it tells of, and leaves the store
// only once the ledger has it.

import { type KeyEvent, OperatingError } from '@proofhouse/evidence'
import type { KeyAddress } from './key-binding.ts'
import type { KeyStore } from './ports.ts'
import { addressText, decodeStoredKey, encodeStoredKey, type StoredKey } from './stored-key.ts'

/** What changes of keys need. */
export interface KeyChangePorts {
  readonly store: KeyStore
  /** Appends an event to the ledger; it counts once this resolves. */
  readonly record: (event: KeyEvent) => Promise<void>
  readonly now: () => Date
  readonly newId: () => string
}

/** Why a key is changed. */
export type KeyReason = KeyEvent['reason']

/** Others may be first this many times in a row. */
const attemptsMax = 20

/** @throws key-malformed, storage-failed */
export async function readKey(
  store: KeyStore,
  address: KeyAddress,
): Promise<{ readonly key: StoredKey; readonly revision: number } | null> {
  const record = await store.read(address)
  return record === null
    ? null
    : { key: decodeStoredKey(record.body, address), revision: record.revision }
}

/**
 * Changes a key. `change` may run several times; it returns null when there is nothing to do.
 * @returns the key as it is stored then; null when there is none and nothing was to be done
 * @throws key-conflict, storage-failed, and what `change` throws
 */
export async function changeKey(
  ports: KeyChangePorts,
  address: KeyAddress,
  change: (present: StoredKey | null) => Promise<StoredKey | null>,
): Promise<StoredKey | null> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const present = await readKey(ports.store, address)
    const next = await change(present?.key ?? null)
    if (next === null) return present?.key ?? null
    if (await ports.store.swap(address, present?.revision ?? 0, encodeStoredKey(next))) {
      await settleKey(ports, address)
      return next
    }
  }
  throw new OperatingError(
    'key-conflict',
    `others change the key \`${addressText(address)}\` all the time; try again`,
  )
}

/**
 * Hands the events of a key that wait over to the ledger. When the ledger cannot take them they
 * stay, and the next change of the key
 * or `settle` tries again; the change itself has been made. Two processes may log one event twice, under one `eventId`.
 * @returns how many still wait
 */
export async function settleKey(ports: KeyChangePorts, address: KeyAddress): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const present = await readKey(ports.store, address)
    if (present === null || present.key.pending.length === 0) return 0
    const { pending } = present.key
    try {
      for (const event of pending) await ports.record(event)
    } catch (cause) {
      if (cause instanceof OperatingError) return pending.length
      throw cause
    }
    const settled = { ...present.key, pending: [] }
    if (await ports.store.swap(address, present.revision, encodeStoredKey(settled))) return 0
  }
  return 1
}

/** An event about a key, now. */
export function eventOf(
  { now, newId }: Pick<KeyChangePorts, 'now' | 'newId'>,
  given: Pick<KeyEvent, 'event' | 'tenant' | 'kind' | 'keyId' | 'version' | 'reason'> &
    Partial<KeyEvent>,
): KeyEvent {
  return {
    eventId: newId(),
    previousVersion: null,
    wrappedBy: null,
    keys: null,
    at: now().toISOString(),
    ...given,
  }
}
