// What the artifact store needs from the world: a place for named byte strings, and somebody who
// holds the keys that keys are wrapped under. Both fit a directory as well as a bucket, a file as
// well as a key service.

import type { Bytes } from '@proofhouse/evidence'
import type { ByteRange } from '../ports.ts'

/** What is known of a blob without reading it. */
export interface BlobFacts {
  readonly sizeBytes: number
  /** When it was written, by the clock of the place. */
  readonly modifiedMs: number
}

/**
 * Named byte strings. Names are those of `requireBlobName`, and none lies below another, as files lie in
 * folders; any other is a defect of the caller.
 */
export interface ArtifactBlobs {
  /**
   * Writes a blob whole or not at all, durable on return; replaces one of that name. The pieces
   * are the writer's once given. When the source fails, nothing has changed.
   * @throws storage-failed; whatever the source throws
   */
  write(name: string, source: AsyncIterable<Uint8Array>): Promise<void>
  /**
   * The bytes of a blob, or of a range as far as there are any, in pieces.
   * @throws artifact-missing when there is none of that name; storage-failed
   */
  read(name: string, range?: ByteRange): AsyncIterable<Uint8Array>
  /** Null when there is none of that name. @throws storage-failed */
  stat(name: string): Promise<BlobFacts | null>
  /** Names of all blobs below a folder, in any order. @throws storage-failed */
  list(folder: string): AsyncIterable<string>
  /** Removes a blob, if there is one. @throws storage-failed */
  remove(name: string): Promise<void>
}

/** The place of an artifact's key: nobody opens it in any other. */
export interface ArtifactKeyPlace {
  readonly tenant: string
  readonly kind: 'artifact'
  /** The artifact's digest. */
  readonly id: string
  /** Of the layout of records. */
  readonly version: number
}

/**
 * Wraps keys of 32 bytes under a key that does not leave its place. The fields of the place are
 * authenticated with each, every one behind its length, or by name where a key service takes names.
 */
export interface ArtifactKeyWrapper {
  /** What only `unwrap` for the same place opens. */
  wrap(plainKey: Uint8Array, place: ArtifactKeyPlace): Promise<Bytes>
  /** The caller's to fill with zeros. @throws when altered, or wrapped elsewhere or for another place */
  unwrap(wrapped: Uint8Array, place: ArtifactKeyPlace): Promise<Bytes>
  /** Whether it was wrapped under the key that `wrap` wraps under now. */
  isCurrent(wrapped: Uint8Array, place: ArtifactKeyPlace): Promise<boolean>
}
