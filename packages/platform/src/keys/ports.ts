// What the keys domain needs from the world: files that hold secrets and their public halves, a
// provider that keeps the root key,
// and a store of wrapped keys. Each port says what its adapters promise; one contract suite runs
// over all adapters of a port.

import type { Bytes, JsonObject } from '@proofhouse/evidence'
import type { KeyAddress, KeyBinding } from './key-binding.ts'

/** Key files by path. */
export interface KeyFiles {
  /**
   * Text of the file of a private key or of its passphrase; null when there is none.
   * @throws key-malformed when others than its owner may read it, saying how to mend that
   * @throws file-unreadable
   */
  readPrivate(path: string): Promise<string | null>
  /**
   * Creates a private key's file that only its owner may read, whole or not at all, durable on
   * return.
   * @returns false when there is one already: it is never replaced
   * @throws file-unwritable
   */
  createPrivate(path: string, text: string): Promise<boolean>
  /** Replaces the file of a public key. @throws file-unwritable */
  writePublic(path: string, text: string): Promise<void>
}

/** Which kind of place keeps root keys. */
export const providerKinds = ['file', 'vault', 'pkcs11', 'aws-kms'] as const

/** Which kind of place keeps root keys. */
export type ProviderKind = (typeof providerKinds)[number]

/** A root key as its provider tells of it. */
export interface RootKey {
  readonly name: string
  /** The version that wraps now; null where the provider does not number them (AWS KMS). */
  readonly version: number | null
  /** Whether the provider would hand out the key itself. */
  readonly extractable: boolean
}

/** A key as the provider wrapped it. */
interface RootWrapped {
  /** In the provider's own form. */
  readonly bytes: Bytes
  /** Of the root key it was wrapped under; null where the provider does not number them. */
  readonly rootVersion: number | null
}

/**
 * Keeps root keys and wraps with them what others keep. A root key never leaves it, the key file's
 * excepted. Nothing opens under
 * another binding than it was wrapped with. There is no re-wrap: Vault's takes no associated data,
 * so it is unwrap, then wrap.
 * Every method throws key-provider-unavailable when the provider cannot be reached or is sealed,
 * and key-provider-refused when it
 * does not allow what is asked.
 */
export interface KeyProvider {
  readonly kind: ProviderKind
  /** The root key of a name; null when there is none. */
  find(name: string): Promise<RootKey | null>
  /** Creates a root key, or finds the one there is: its first version, of 256 bits, not extractable where it can be. */
  create(name: string): Promise<RootKey>
  /** Adds a version, which wraps from now on; all there were still unwrap. @throws key-missing */
  rotate(name: string): Promise<RootKey>
  /** @throws key-missing */
  wrap(name: string, plain: Uint8Array, binding: KeyBinding): Promise<RootWrapped>
  /** @throws key-missing; key-unwrap-failed when altered, or wrapped for another place or under another key */
  unwrap(name: string, wrapped: Uint8Array, binding: KeyBinding): Promise<Bytes>
}

/** What is stored of a key: never the key itself unless it is wrapped. */
export interface KeyRecord {
  /** Counts the writes of this record, from 1. */
  readonly revision: number
  readonly body: JsonObject
}

/** A place in a store: of a key, or of the progress of a re-wrap. */
export type RecordAddress =
  | KeyAddress
  | { readonly tenant: string; readonly kind: 'progress'; readonly id: string }

/**
 * Wrapped keys by address. Nothing is ever removed: a key that was destroyed leaves an empty
 * record, so revisions only grow.
 */
export interface KeyStore {
  /** @throws storage-failed */
  read(address: RecordAddress): Promise<KeyRecord | null>
  /**
   * Replaces a record whose revision is `expected`, 0 for none; durable on return, whole or not at all.
   * @returns false when another was there first
   * @throws storage-failed, after which the record is the old or the new one
   */
  swap(address: RecordAddress, expected: number, body: JsonObject): Promise<boolean>
  /**
   * Up to `limit` addresses of a tenant's keys behind one of them, ordered by kind, then id, as
   * UTF-16. @throws storage-failed
   */
  list(tenant: string, after: KeyAddress | null, limit: number): Promise<readonly KeyAddress[]>
}
