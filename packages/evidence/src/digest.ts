// SHA-256 (FIPS 180-4), the only digest of Proofhouse's formats, synchronously and in every host.

import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { type Bytes, toHex } from './encoding.ts'

/** A 32-byte digest as 64 lower-case hexadecimal characters, as in-toto writes it. */
export type HexDigest = string

/** A function from bytes to their 32-byte SHA-256; a host may pass a faster one than ours. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** Length of a SHA-256 digest in bytes. */
export const digestSizeBytes = 32

/** SHA-256 of the bytes. */
export function sha256(bytes: Uint8Array): Bytes {
  return nobleSha256(bytes)
}

/** SHA-256 of the bytes, in lower-case hexadecimal. */
export function sha256Hex(bytes: Uint8Array): HexDigest {
  return toHex(sha256(bytes))
}
