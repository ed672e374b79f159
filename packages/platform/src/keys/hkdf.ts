// HMAC (RFC 2104) and HKDF (RFC 5869) with SHA-256 or SHA-512. HKDF-Expand stands alone too, for
// keys that are uniformly random already: Node offers only both steps at once.

import { createHmac } from 'node:crypto'
import { assert, type Bytes, concatBytes, joinBytes } from '@proofhouse/evidence'

/** Hashes by Node's names, with the length of their digests in bytes. */
const digestSizes = { sha256: 32, sha512: 64 } as const

/** A hash to derive keys with. */
export type HkdfHash = keyof typeof digestSizes

/** RFC 5869 §2.3: the counter is one byte. */
const blocksMax = 255

/** HMAC of the parts, one behind the other. */
export function hmac(hash: HkdfHash, key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes {
  const mac = createHmac(hash, key)
  for (const part of parts) mac.update(part)
  return concatBytes(mac.digest())
}

/** RFC 5869 §2.2: a pseudorandom key from key material; an empty salt stands for zeros. */
export function hkdfExtract(hash: HkdfHash, salt: Uint8Array, keyMaterial: Uint8Array): Bytes {
  return hmac(hash, salt.length === 0 ? new Uint8Array(digestSizes[hash]) : salt, keyMaterial)
}

/** What a key is expanded to: `info` says what for, `sizeBytes` how much. */
export interface Expansion {
  readonly info: Uint8Array
  readonly sizeBytes: number
}

/** RFC 5869 §2.3: bytes derived from a pseudorandom key. */
export function hkdfExpand(
  hash: HkdfHash,
  pseudorandomKey: Uint8Array,
  { info, sizeBytes }: Expansion,
): Bytes {
  assert(sizeBytes <= blocksMax * digestSizes[hash], 'an expansion has at most 255 blocks')
  const blocks: Bytes[] = []
  let block: Bytes = new Uint8Array()
  for (let n = 1; blocks.length * digestSizes[hash] < sizeBytes; n++) {
    block = hmac(hash, pseudorandomKey, block, info, Uint8Array.of(n))
    blocks.push(block)
  }
  return joinBytes(blocks).slice(0, sizeBytes)
}
