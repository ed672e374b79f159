// Keys for tests of notes and everything signed with them. Seeds count upwards from a first byte; the first two are the log and
// the witness of the worked example in spec/ledger.md. Signing is WebCrypto's, in Node and in browsers alike.

import { cosign } from './cosignature.ts'
import { type Bytes, concatBytes, fromHex } from './encoding.ts'
import {
  formatSignature,
  formatVerifierKey,
  keyIdOf,
  type NoteSigner,
  signatureType,
} from './note.ts'

/** Public keys by the first byte of their seed. */
const publicKeys = {
  0: '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
  32: '29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7',
  64: '2543b92ff1095511476adc8369db6ddc933665a11978dda1404ee1066ca9559d',
  96: '174553b456dddfc6908ecab1c101fe6ab21e2baa0617795b7d43a63482993fd5',
  128: 'cd14b37f956e953194ff7fb73b3d81dcc561d61a7538094b7c3e1a643ee5f3aa',
} as const

/** The first byte of a seed, which names a key pair here. */
export type SeedStart = keyof typeof publicKeys

/** DER of a PKCS#8 Ed25519 key up to its 32-byte seed (RFC 8410 §7). */
const pkcs8Prefix = fromHex('302e020100300506032b657004220420')

/** The 32 bytes of a seed. */
export const seedOf = (start: SeedStart): Bytes =>
  Uint8Array.from({ length: 32 }, (_, n) => start + n)

/** The public half. */
export const publicKeyOf = (start: SeedStart): Bytes => fromHex(publicKeys[start])

/** Plain Ed25519 with one of the keys. */
export async function signEd25519(start: SeedStart, message: Bytes): Promise<Bytes> {
  const pkcs8 = concatBytes(pkcs8Prefix, seedOf(start))
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, message))
}

/** A key that signs notes, with its public line. */
export function noteKey(
  name: string,
  start: SeedStart,
): { readonly vkey: string; readonly signer: NoteSigner } {
  const publicKey = publicKeyOf(start)
  return {
    vkey: formatVerifierKey({ name, type: signatureType.ed25519, publicKey }),
    signer: {
      name,
      keyId: keyIdOf(name, signatureType.ed25519, publicKey),
      sign: (message) => signEd25519(start, message),
    },
  }
}

/** A witness: its public line, and a signature line for a note's text. */
export function witnessKey(
  name: string,
  start: SeedStart,
): {
  readonly vkey: string
  readonly line: (text: Bytes, timeSeconds: number) => Promise<string>
} {
  const publicKey = publicKeyOf(start)
  const keyId = keyIdOf(name, signatureType.cosignatureV1, publicKey)
  return {
    vkey: formatVerifierKey({ name, type: signatureType.cosignatureV1, publicKey }),
    async line(text, timeSeconds) {
      const signature = await cosign(text, timeSeconds, (message) => signEd25519(start, message))
      return formatSignature({ name, keyId, signature })
    },
  }
}

/** The text with the character at a place replaced by its neighbour in code, which is always another one. */
export const flipAt = (text: string, index: number): string =>
  text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 1) + text.slice(index + 1)
