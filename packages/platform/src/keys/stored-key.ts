// A key as it is stored: its versions, each wrapped, the lowest version that is still accepted, and
// the events about it that the
// ledger does not have yet. Events are stored with the change they tell of, in one step: a crash
// delays them and never loses them.

import {
  fromBase64,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KeyEvent,
  keyEvent,
  OperatingError,
  toBase64,
} from '@proofhouse/evidence'
import { isKeyVersion } from './key-binding.ts'
import type { RecordAddress } from './ports.ts'

/** One version of a key. */
export interface KeyVersion {
  readonly version: number
  /** UTC, RFC 3339. */
  readonly createdAt: string
  /** Version of the key that wraps it; null where the provider does not number root keys. */
  readonly wrappedUnder: number | null
  /** Null once destroyed. */
  readonly wrapped: Uint8Array | null
}

/** A key in all its versions. */
export interface StoredKey {
  /** In order; the last one wraps and encrypts from now on. */
  readonly versions: readonly KeyVersion[]
  /** Lower versions are accepted no more. */
  readonly minimum: number
  /** Events that are not in the ledger yet, in order. */
  readonly pending: readonly KeyEvent[]
}

/** A place as people read it. */
export function addressText({ tenant, kind, id }: RecordAddress): string {
  return `${tenant}/${kind}/${id}`
}

/** The JSON of a key. */
export function encodeStoredKey({ versions, minimum, pending }: StoredKey): JsonObject {
  return {
    versions: versions.map(({ wrapped, ...rest }) => ({
      ...rest,
      wrapped: wrapped === null ? null : toBase64(wrapped),
    })),
    minimum,
    pending,
  }
}

/** @throws key-malformed */
export function decodeStoredKey(body: JsonObject, address: RecordAddress): StoredKey {
  const refuse = (): never => {
    throw new OperatingError(
      'key-malformed',
      `the stored key \`${addressText(address)}\` is damaged; restore it from its backup`,
    )
  }
  const { versions, minimum, pending } = body
  const listed = listOf(versions)
  if (listed === null || listed.length === 0 || !isKeyVersion(minimum)) return refuse()
  const read = listed.map((value): KeyVersion => {
    if (!isJsonObject(value)) return refuse()
    const { version, createdAt, wrappedUnder, wrapped } = value
    if (!isKeyVersion(version) || typeof createdAt !== 'string') return refuse()
    if (Number.isNaN(Date.parse(createdAt))) return refuse()
    if (wrappedUnder !== null && !isKeyVersion(wrappedUnder)) return refuse()
    if (wrapped !== null && typeof wrapped !== 'string') return refuse()
    return {
      version,
      createdAt,
      wrappedUnder,
      wrapped: wrapped === null ? null : fromBase64(wrapped),
    }
  })
  if (read.some(({ version }, at) => version !== at + 1)) return refuse()
  return { versions: read, minimum, pending: decodePending(pending) ?? refuse() }
}

/** Events that wait; null when these are none. @throws statement-malformed */
function decodePending(value: JsonValue | undefined): readonly KeyEvent[] | null {
  const list = listOf(value)
  return list === null ? null : list.map((event) => keyEvent.shape(event, 'pending', 'read'))
}

/** The version that wraps and encrypts now. */
export function newestOf({ versions }: StoredKey): KeyVersion {
  const newest = versions.at(-1)
  if (newest === undefined) throw new Error('assertion failed: a stored key has a version')
  return newest
}

/**
 * A version that may be used: the newest where none is named.
 * @throws key-missing, key-destroyed
 */
export function usableVersion(
  key: StoredKey,
  address: RecordAddress,
  version: number | null,
): KeyVersion & { readonly wrapped: Uint8Array } {
  const found =
    version === null ? newestOf(key) : key.versions.find((each) => each.version === version)
  const name = `\`${addressText(address)}\``
  if (found === undefined)
    throw new OperatingError('key-missing', `the key ${name} has no version ${version}`)
  const { wrapped } = found
  if (wrapped === null)
    throw new OperatingError('key-destroyed', `version ${found.version} of ${name} was destroyed`)
  if (found.version < key.minimum)
    throw new OperatingError(
      'key-destroyed',
      `version ${found.version} of ${name} is below the minimum of ${key.minimum}`,
    )
  return { ...found, wrapped }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] | null {
  return Array.isArray(value) ? value : null
}
