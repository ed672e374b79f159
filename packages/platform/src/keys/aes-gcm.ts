// AES-256-GCM (NIST SP 800-38D) in its one shape here: keys of 32 bytes, nonces of 12, tags of 16
// behind the ciphertext. Whoever calls sees to it that no nonce repeats under a key.

import { createCipheriv, createDecipheriv } from 'node:crypto'
import { assert, type Bytes, OperatingError } from '@proofhouse/evidence'

/** Length of a key in bytes. */
export const gcmKeySizeBytes = 32
/** Length of a nonce in bytes. */
export const gcmNonceSizeBytes = 12
/** Length of the tag behind a ciphertext in bytes. */
export const gcmTagSizeBytes = 16

const cipherName = 'aes-256-gcm'

/** A key and nonce for one message, and what is authenticated beside it (nothing unless given). */
export interface GcmMessage {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly associatedData?: Uint8Array
}

/**
 * Ciphertext and tag of a message.
 * @throws key-malformed when key or nonce have another length
 */
export function sealGcm(plain: Uint8Array, message: GcmMessage): Bytes {
  const sealed = new Uint8Array(plain.length + gcmTagSizeBytes)
  sealGcmInto(sealed, plain, message)
  return sealed
}

/**
 * The same, written into room that is exactly as long: for what stands in the middle of something longer.
 * @throws as `sealGcm`
 */
export function sealGcmInto(room: Uint8Array, plain: Uint8Array, message: GcmMessage): void {
  requireSizes(message)
  assert(room.length === plain.length + gcmTagSizeBytes, 'the room is that of message and tag')
  const cipher = createCipheriv(cipherName, message.key, message.nonce)
  if (message.associatedData !== undefined) cipher.setAAD(message.associatedData)
  room.set(cipher.update(plain))
  cipher.final()
  room.set(cipher.getAuthTag(), plain.length)
}

/**
 * The message of a ciphertext with its tag, in bytes of its own; nothing of it is left elsewhere, also where it does
 * not open.
 * @throws ciphertext-invalid when anything was altered, or key, nonce or associated data are others
 * @throws key-malformed when key or nonce have another length
 */
export function openGcm(sealed: Uint8Array, message: GcmMessage): Bytes {
  requireSizes(message)
  const bodySizeBytes = sealed.length - gcmTagSizeBytes
  if (bodySizeBytes < 0) throw invalid()
  const decipher = createDecipheriv(cipherName, message.key, message.nonce, {
    authTagLength: gcmTagSizeBytes,
  })
  if (message.associatedData !== undefined) decipher.setAAD(message.associatedData)
  decipher.setAuthTag(sealed.subarray(bodySizeBytes))
  const plain = decipher.update(sealed.subarray(0, bodySizeBytes))
  try {
    decipher.final()
    // What Node hands out may be part of a pool.
    return Uint8Array.from(plain)
  } catch (cause) {
    throw invalid(cause)
  } finally {
    plain.fill(0)
  }
}

function requireSizes({ key, nonce }: GcmMessage): void {
  if (key.length !== gcmKeySizeBytes || nonce.length !== gcmNonceSizeBytes)
    throw new OperatingError(
      'key-malformed',
      `AES-256-GCM takes a key of ${gcmKeySizeBytes} bytes and a nonce of ${gcmNonceSizeBytes}, ` +
        `not ${key.length} and ${nonce.length}`,
    )
}

function invalid(cause?: unknown): OperatingError {
  return new OperatingError(
    'ciphertext-invalid',
    'ciphertext does not open: it was altered, or belongs to another key or place',
    { cause },
  )
}
