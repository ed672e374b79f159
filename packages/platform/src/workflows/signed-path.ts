// What signing a model gives, with a key or keyless.

import type { Bytes } from '@proofhouse/evidence'
import type { HashedModel, KeylessIdentity } from '../artifacts/index.ts'

/** A signature that has been written. */
export interface SignedPath {
  readonly model: HashedModel
  readonly keyId: string
  /** Subject of the key's certificate; null for a bare key, or keyless. */
  readonly subject: string | null
  /** Who signed, and on whose word; null with a key. */
  readonly identity: KeylessIdentity | null
}

/** Makes the bytes of a signature over a model. */
export type ModelSigning = (
  model: HashedModel,
) => Promise<Omit<SignedPath, 'model'> & { readonly bytes: Bytes }>
