// ECDSA over the NIST curves P-256, P-384 and P-521 (FIPS 186-5), each with the SHA-2 of its
// strength, as Sigstore bundles and OpenSSF Model Signing use them. Public keys are
// SubjectPublicKeyInfo (RFC 5480) with an uncompressed point; signatures travel in DER (RFC 3279
// §2.2.3) and WebCrypto wants r ‖ s (IEEE P1363), so both ways are strict. Known weakness: ECDSA
// signatures are malleable (r, −s); nothing here may treat a signature as an identifier.

import { sha256Hex } from './digest.ts'
import type { DsseVerifier } from './dsse.ts'
import { type Bytes, concatBytes, fromHex, toHex, utf8 } from './encoding.ts'
import { assert, OperatingError } from './errors.ts'
import { formatPem, parsePem } from './pem.ts'

/** A curve by its WebCrypto name. */
export type CurveName = 'P-256' | 'P-384' | 'P-521'

interface Curve {
  readonly name: CurveName
  readonly hash: 'SHA-256' | 'SHA-384' | 'SHA-512'
  /** Length of a coordinate, and of r and of s, in bytes. */
  readonly sizeBytes: number
  /** DER of a SubjectPublicKeyInfo up to the coordinates of its uncompressed point. */
  readonly spkiPrefix: string
}

/** RFC 5480 §2: id-ecPublicKey, the named curve, and a bit string that starts with 04. */
const curves: readonly Curve[] = [
  {
    name: 'P-256',
    hash: 'SHA-256',
    sizeBytes: 32,
    spkiPrefix: '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
  },
  {
    name: 'P-384',
    hash: 'SHA-384',
    sizeBytes: 48,
    spkiPrefix: '3076301006072a8648ce3d020106052b8104002203620004',
  },
  {
    name: 'P-521',
    hash: 'SHA-512',
    sizeBytes: 66,
    spkiPrefix: '30819b301006072a8648ce3d020106052b810400230381860004',
  },
]

/** A verifier that also tells which key it is. */
export interface EcdsaVerifier extends DsseVerifier {
  readonly curve: CurveName
  /** The public key in its one PEM spelling. */
  readonly publicKeyPem: string
}

/**
 * A verifier for DER signatures under the public key of a PEM text; its `keyId` is the key's hint.
 * @throws key-malformed when the text is no SubjectPublicKeyInfo or the point is not on the curve
 * @throws key-unsupported for any other algorithm or curve, or a compressed point
 */
export async function ecdsaVerifier(publicKeyPem: string): Promise<EcdsaVerifier> {
  const spki = parsePem(publicKeyPem, 'PUBLIC KEY')
  const curve = curveOf(spki)
  const algorithm = { name: 'ECDSA', namedCurve: curve.name }
  const key = await crypto.subtle
    .importKey('spki', spki, algorithm, true, ['verify'])
    .catch((cause: unknown) => {
      throw new OperatingError('key-malformed', `public key is no point of ${curve.name}`, {
        cause,
      })
    })
  return {
    curve: curve.name,
    publicKeyPem: formatPem(spki, 'PUBLIC KEY'),
    keyId: hintOf(spki),
    async verify(message, signature) {
      const raw = tryDerToRaw(signature, curve)
      if (raw === null) return false
      return crypto.subtle.verify({ name: 'ECDSA', hash: curve.hash }, key, raw, message)
    },
  }
}

/**
 * The hint by which OMS bundles and our envelopes name a public key: hex SHA-256 of its PEM text,
 * 64 columns wide,
 * with a trailing line feed.
 * @throws key-malformed when the text is not a PEM public key
 */
export function keyHint(publicKeyPem: string): string {
  return hintOf(parsePem(publicKeyPem, 'PUBLIC KEY'))
}

/**
 * r ‖ s of a DER signature: minimal lengths, minimal positive integers, nothing after.
 * @throws encoding-invalid on any other spelling, or integers wider than the curve
 */
export function derToRawSignature(der: Uint8Array, curveName: CurveName): Bytes {
  const raw = tryDerToRaw(der, curveNamed(curveName))
  if (raw === null)
    throw new OperatingError('encoding-invalid', `signature is not strict DER for ${curveName}`)
  return raw
}

/**
 * DER of an r ‖ s signature.
 * @throws encoding-invalid when the length is not twice the curve's
 */
export function rawToDerSignature(raw: Uint8Array, curveName: CurveName): Bytes {
  const { sizeBytes } = curveNamed(curveName)
  if (raw.length !== 2 * sizeBytes)
    throw new OperatingError('encoding-invalid', `signature is not ${2 * sizeBytes} bytes long`)
  const body = concatBytes(
    derInteger(raw.subarray(0, sizeBytes)),
    derInteger(raw.subarray(sizeBytes)),
  )
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length]
  return concatBytes(Uint8Array.of(0x30, ...length), body)
}

/** The hash that goes with a curve, by its WebCrypto name. */
export function hashOf(curveName: CurveName): 'SHA-256' | 'SHA-384' | 'SHA-512' {
  return curveNamed(curveName).hash
}

function hintOf(spki: Uint8Array): string {
  return sha256Hex(utf8(formatPem(spki, 'PUBLIC KEY')))
}

function curveNamed(name: CurveName): Curve {
  const curve = curves.find((candidate) => candidate.name === name)
  assert(curve !== undefined, `curve ${name} is in the table`)
  return curve
}

function curveOf(spki: Uint8Array): Curve {
  const hex = toHex(spki)
  for (const curve of curves) {
    const sizeBytes = fromHex(curve.spkiPrefix).length + 2 * curve.sizeBytes
    if (spki.length === sizeBytes && hex.startsWith(curve.spkiPrefix)) return curve
  }
  throw new OperatingError(
    'key-unsupported',
    'public key is not an uncompressed point of P-256, P-384 or P-521; use one of these curves',
  )
}

function derInteger(unsigned: Uint8Array): Bytes {
  let start = 0
  while (start < unsigned.length - 1 && unsigned[start] === 0) start++
  const digits = unsigned.subarray(start)
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : []
  return concatBytes(Uint8Array.of(0x02, sign.length + digits.length, ...sign), digits)
}

/** r ‖ s, or null when the bytes are not strict DER. */
function tryDerToRaw(der: Uint8Array, curve: Curve): Bytes | null {
  // Both integers fit in 2 + 67 bytes, so the sequence's length is one byte, or 81 and one byte of
  // at least 80.
  const long = der[1] === 0x81
  const start = long ? 3 : 2
  const length = der[start - 1] ?? 0
  if (der[0] !== 0x30 || long !== length >= 0x80 || der.length !== start + length) return null
  const r = readInteger(der, start, curve.sizeBytes)
  if (r === null) return null
  const s = readInteger(der, r.end, curve.sizeBytes)
  if (s === null || s.end !== der.length) return null
  return concatBytes(r.unsigned, s.unsigned)
}

/**
 * A minimal positive integer at an offset, left-padded to the curve's width; null when it is not
 * one.
 */
function readInteger(
  der: Uint8Array,
  at: number,
  sizeBytes: number,
): { readonly unsigned: Bytes; readonly end: number } | null {
  const length = der[at + 1]
  if (der[at] !== 0x02 || length === undefined || length === 0 || length >= 0x80) return null
  const end = at + 2 + length
  if (end > der.length) return null
  const [first = 0, second = 0] = der.subarray(at + 2, end)
  const padded = first === 0 && length > 1
  if (first >= 0x80 || (padded && second < 0x80)) return null
  const digits = der.subarray(at + 2 + (padded ? 1 : 0), end)
  if (digits.length > sizeBytes) return null
  const unsigned = new Uint8Array(sizeBytes)
  unsigned.set(digits, sizeBytes - digits.length)
  return { unsigned, end }
}
