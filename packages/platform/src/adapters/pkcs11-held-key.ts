// Private keys on a PKCS#11 token that sign and stay there: ECDSA (CKM_ECDSA over a digest made here) and Ed25519 (CKM_EDDSA, PKCS#11
// v3.0 §6.3) where the token has it. A key of this label that could be taken off the token is none of ours.

import { createHash, createPublicKey, type webcrypto } from 'node:crypto'
import type { Handle, Template } from 'pkcs11js'
import { type Bytes, type CurveName, OperatingError, rawToDerSignature } from '@proofhouse/evidence'
import { type HeldKey, heldKeyKind } from '../keys/index.ts'
import { type Pkcs11Options, pkcs11Session, type Session } from './pkcs11-session.ts'

/** Of PKCS#11 v3.0; the driver has no name for it. */
const ckmEddsa = 0x1057
/** Room for any signature here. */
const signatureMaxBytes = 256

/** What CKA_EC_PARAMS says, in hex, and the coordinates that follow. */
const curvesByParameters = new Map<string, { readonly crv: CurveName; readonly sizeBytes: number }>(
  [
    ['06082a8648ce3d030107', { crv: 'P-256', sizeBytes: 32 }],
    ['06052b81040022', { crv: 'P-384', sizeBytes: 48 }],
    ['06052b81040023', { crv: 'P-521', sizeBytes: 66 }],
  ],
)
/** The same for Ed25519: its name as a printable string, or its OID (RFC 8410). */
const ed25519Parameters = ['130c656477617264733235353139', '06032b6570']
const ed25519SizeBytes = 32

/** Opens a private key by its label. @throws key-missing, key-unsupported, key-provider-unavailable, key-provider-refused */
export async function pkcs11HeldKey(options: Pkcs11Options, object: string): Promise<HeldKey> {
  const { use, close } = pkcs11Session(options)
  const name = `the token \`${options.tokenLabel}\`, key \`${object}\``
  try {
    const publicKeyPem = await use((open) => publicKeyOf(open, findKey(open, object), object))
    const kind = heldKeyKind(name, publicKeyPem)
    return {
      name,
      publicKeyPem,
      close,
      sign: (message) =>
        use((open) => {
          const key = findKey(open, object)
          if (kind.type === 'ed25519') return signWith(open, { key, mechanism: ckmEddsa, message })
          const { CKM_ECDSA: mechanism } = open.driver
          const digest = createHash(kind.hash).update(message).digest()
          return rawToDerSignature(signWith(open, { key, mechanism, message: digest }), kind.curve)
        }),
    }
  } catch (error) {
    close()
    throw error
  }
}

function signWith(
  { token, handle }: Session,
  given: { readonly key: Handle; readonly mechanism: number; readonly message: Uint8Array },
): Bytes {
  token.C_SignInit(handle, { mechanism: given.mechanism }, given.key)
  return Uint8Array.from(
    token.C_Sign(handle, Buffer.from(given.message), Buffer.alloc(signatureMaxBytes)),
  )
}

/** The private key of a label that cannot leave the token: exactly one. */
function findKey(open: Session, object: string): Handle {
  const { driver } = open
  const found = objectsOf(open, [
    { type: driver.CKA_CLASS, value: driver.CKO_PRIVATE_KEY },
    { type: driver.CKA_LABEL, value: object },
    { type: driver.CKA_EXTRACTABLE, value: false },
    { type: driver.CKA_SENSITIVE, value: true },
    { type: driver.CKA_SIGN, value: true },
  ])
  const [key] = found
  if (key === undefined)
    throw new OperatingError(
      'key-missing',
      `the token has no private key \`${object}\` that signs and stays on it`,
    )
  if (found.length > 1)
    throw new OperatingError(
      'key-provider-refused',
      `the token has ${found.length} private keys \`${object}\`; give each a label of its own`,
    )
  return key
}

/** The public half that stands beside a private key, by its id. */
function publicKeyOf(open: Session, key: Handle, object: string): string {
  const { driver, token, handle } = open
  const [id] = token.C_GetAttributeValue(handle, key, [{ type: driver.CKA_ID }])
  const [half] = objectsOf(open, [
    { type: driver.CKA_CLASS, value: driver.CKO_PUBLIC_KEY },
    { type: driver.CKA_ID, value: bufferIn(id?.value) },
  ])
  if (half === undefined)
    throw new OperatingError(
      'key-missing',
      `the token has no public key beside \`${object}\`: one with the same CKA_ID`,
    )
  const [parameters, point] = token
    .C_GetAttributeValue(handle, half, [
      { type: driver.CKA_EC_PARAMS },
      { type: driver.CKA_EC_POINT },
    ])
    .map(({ value }) => bufferIn(value))
  const found = pemOf(parameters?.toString('hex') ?? '', point ?? Buffer.alloc(0))
  if (found !== null) return found
  throw new OperatingError(
    'key-unsupported',
    `the key \`${object}\` on the token is on another curve than P-256, P-384, P-521 or Ed25519`,
  )
}

function pemOf(parameters: string, point: Buffer): string | null {
  if (ed25519Parameters.includes(parameters)) {
    const x = inOctets(point, ed25519SizeBytes)
    return x === null ? null : pem({ kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') })
  }
  const curve = curvesByParameters.get(parameters)
  if (curve === undefined) return null
  const { crv, sizeBytes } = curve
  const whole = inOctets(point, 1 + 2 * sizeBytes)
  if (whole === null || whole[0] !== 4) return null
  const x = whole.subarray(1, 1 + sizeBytes).toString('base64url')
  return pem({ kty: 'EC', crv, x, y: whole.subarray(1 + sizeBytes).toString('base64url') })
}

function pem(key: webcrypto.JsonWebKey): string {
  return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
}

/** A point in its DER octet string, or bare, as some tokens have it; null when it has another length. */
function inOctets(point: Buffer, sizeBytes: number): Buffer | null {
  const bare = point.subarray(-sizeBytes)
  const header = sizeBytes < 0x80 ? [0x04, sizeBytes] : [0x04, 0x81, sizeBytes]
  const before = point.subarray(0, point.length - bare.length)
  if (bare.length !== sizeBytes) return null
  return before.length === 0 || before.equals(Buffer.from(header)) ? bare : null
}

function objectsOf({ token, handle }: Session, template: Template): readonly Handle[] {
  token.C_FindObjectsInit(handle, template)
  try {
    const first = token.C_FindObjects(handle)
    const second = first === null ? null : token.C_FindObjects(handle)
    return [first, second].filter((each): each is Handle => each !== null)
  } finally {
    token.C_FindObjectsFinal(handle)
  }
}

function bufferIn(value: unknown): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0)
}
