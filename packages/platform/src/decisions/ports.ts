// What a decision log needs of the world: append-only files that can be emptied in place, somebody who wraps its keys, and the
// ledger of its entries (another domain's).

import type { Bytes } from '@proofhouse/evidence'

/** Bytes and where they go. */
export interface Piece {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** The files of a decision log, by name. Every adapter passes the same contract suite. */
export interface VaultFiles {
  /**
   * Appends at a place, up to which the file is kept and beyond which it is cut; durable on return.
   * @throws storage-failed, also where the file ends before that place
   */
  append(name: string, at: number, bytes: Uint8Array): Promise<void>
  /** At most so many bytes of a file; fewer at its end, and null when there is no such file. @throws storage-failed */
  read(name: string, offset: number, length: number): Promise<Bytes | null>
  /**
   * Writes over what is there; durable on return. Not in one step: a crash may leave part of it.
   * @throws storage-failed, also where the file ends before a piece does
   */
  overwrite(name: string, pieces: readonly Piece[]): Promise<void>
  /**
   * Replaces a file in one step, or removes it with null, writing over its bytes first; durable on return.
   * @throws storage-failed
   */
  replace(name: string, bytes: Uint8Array | null): Promise<void>
  /** Every file and its size. @throws storage-failed */
  list(): Promise<readonly { readonly name: string; readonly sizeBytes: number }[]>
  /** Lets go of what is open. Safe to repeat. */
  close(): Promise<void>
}

/** Who wraps a log's own keys: the tenant's keyring. */
export interface KeyWrapper {
  /** @throws key-provider-unavailable */
  wrap(key: Uint8Array, associatedData: Uint8Array): Promise<Bytes>
  /** @throws key-provider-unavailable; key-malformed where it does not open */
  unwrap(wrapped: Uint8Array, associatedData: Uint8Array): Promise<Bytes>
  /** Destroys what opens keys wrapped with this, where there is something for each. Safe to repeat. @throws storage-failed */
  forget(associatedData: Uint8Array): Promise<void>
}
