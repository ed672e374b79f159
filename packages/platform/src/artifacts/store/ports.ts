// What the artifact store needs from the world: a place for named byte strings, and somebody who holds the keys that keys are wrapped
// under. Both fit a directory as well as a bucket, a file as well as a key service.

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

/** Wraps keys under a key that does not leave its place. */
export interface KeyWrapper {
  /** What only `unwrap` with the same associated data opens. */
  wrap(plainKey: Uint8Array, associatedData: Uint8Array): Promise<Bytes>
  /** @throws ciphertext-invalid when altered, or wrapped elsewhere or with other associated data */
  unwrap(wrapped: Uint8Array, associatedData: Uint8Array): Promise<Bytes>
}
