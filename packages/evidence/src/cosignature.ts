// Cosignatures of witnesses (C2SP tlog-cosignature, type 4): `u64be(unix seconds) ‖ Ed25519` over
// `cosignature/v1\ntime <t>\n` and the whole text of the checkpoint's note.

import { verifyEd25519 } from './ed25519.ts'
import { type Bytes, concatBytes, utf8 } from './encoding.ts'
import { assert, OperatingError } from './errors.ts'
import { type NoteVerifier, readVerifierKey, signatureType } from './note.ts'

const timeSizeBytes = 8
const signatureSizeBytes = 64

/** A witness's verifier, and the time its cosignature claims. */
export interface CosignatureVerifier extends NoteVerifier {
  /** Unix seconds in a cosignature that has been verified. */
  timeOf(signature: Bytes): number
}

/** What a witness signs for a note's text at a time in Unix seconds. */
export function cosignedMessage(text: Uint8Array, timeSeconds: number): Bytes {
  return concatBytes(utf8(`cosignature/v1\ntime ${timeSeconds}\n`), text)
}

/** The signature of a cosignature line. `sign` is plain Ed25519 with the witness's dedicated key. */
export async function cosign(
  text: Bytes,
  timeSeconds: number,
  sign: (message: Bytes) => Promise<Bytes>,
): Promise<Bytes> {
  assert(Number.isSafeInteger(timeSeconds) && timeSeconds >= 0, 'a time is whole Unix seconds')
  const time = new Uint8Array(timeSizeBytes)
  new DataView(time.buffer).setBigUint64(0, BigInt(timeSeconds))
  return concatBytes(time, await sign(cosignedMessage(text, timeSeconds)))
}

function timeOf(signature: Uint8Array): number {
  return Number(
    new DataView(signature.buffer, signature.byteOffset, signature.byteLength).getBigUint64(0),
  )
}

/** A verifier of one witness's cosignatures. @throws key-malformed, key-unsupported */
export function parseWitnessKey(text: string): CosignatureVerifier {
  const { name, keyId, type, publicKey } = readVerifierKey(text)
  if (type !== signatureType.cosignatureV1)
    throw new OperatingError(
      'key-unsupported',
      `key \`${name}\` is not for cosignatures (type 4) but of type ${type}`,
    )
  return {
    name,
    keyId,
    type,
    timeOf,
    async verify(message, signature) {
      if (signature.length !== timeSizeBytes + signatureSizeBytes) return false
      const time = timeOf(signature)
      if (!Number.isSafeInteger(time)) return false
      return verifyEd25519(
        publicKey,
        cosignedMessage(message, time),
        signature.slice(timeSizeBytes),
      )
    },
  }
}
