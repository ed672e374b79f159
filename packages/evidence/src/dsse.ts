// DSSE v1: signed envelopes over a typed payload (github.com/secure-systems-lab/dsse, protocol
// v1.0.2). What is signed is PAE(type, payload), never the JSON around it, so the envelope may be
// re-spelled but not reread. `keyid` is an unauthenticated hint: verification tries every key it
// was given and never trusts the hint.

import { canonicalJson } from './canonical-json.ts'
import { type Bytes, concatBytes, fromBase64, toBase64, utf8 } from './encoding.ts'
import { assert, type ErrorCode, OperatingError } from './errors.ts'
import { isJsonObject, type JsonValue, parseJson } from './json.ts'

/** One signature of an envelope. */
export interface EnvelopeSignature {
  /** Hint which key signed; some writers leave it empty, null or out. */
  readonly keyid?: string | null
  /** Base64 of the signature. */
  readonly sig: string
}

/** A DSSE envelope as it stands in JSON. */
export interface Envelope {
  readonly payloadType: string
  /** Base64 of the payload. */
  readonly payload: string
  readonly signatures: readonly EnvelopeSignature[]
}

/** Something that signs bytes: a key in a file, in an HSM, in a cloud. */
export interface DsseSigner {
  readonly keyId: string
  /** The signature over a message; for ECDSA in DER. */
  sign(message: Bytes): Promise<Bytes>
}

/**
 * A public key that checks signatures; false for a bad or malformed signature, never an exception.
 */
export interface DsseVerifier {
  readonly keyId: string
  verify(message: Bytes, signature: Bytes): Promise<boolean>
}

/** What an envelope proved: these bytes, of this type, under this key. */
export interface VerifiedPayload {
  readonly payloadType: string
  readonly payload: Bytes
  readonly keyId: string
}

/** Most signatures one envelope may carry. */
const envelopeSignaturesMax = 16

/**
 * Pre-authentication encoding: `DSSEv1 SP len(type) SP type SP len(payload) SP payload`, lengths in
 * bytes.
 */
export function pae(payloadType: string, payload: Uint8Array): Bytes {
  const typeSizeBytes = utf8(payloadType).length
  return concatBytes(utf8(`DSSEv1 ${typeSizeBytes} ${payloadType} ${payload.length} `), payload)
}

/** An envelope over a payload with one signature. */
export async function signEnvelope(
  content: { readonly payloadType: string; readonly payload: Bytes },
  signer: DsseSigner,
): Promise<Envelope> {
  const { payloadType, payload } = content
  assert(payloadType !== '', 'an envelope has a payload type')
  const signature = await signer.sign(pae(payloadType, payload))
  return {
    payloadType,
    payload: toBase64(payload),
    signatures: [{ keyid: signer.keyId, sig: toBase64(signature) }],
  }
}

/**
 * The payload of an envelope, once one of its signatures holds under one of the given keys.
 * @throws envelope-signature-invalid when none does, also when no key was given
 */
export async function verifyEnvelope(
  envelope: Envelope,
  verifiers: readonly DsseVerifier[],
): Promise<VerifiedPayload> {
  const { payloadType } = envelope
  const payload = fromBase64(envelope.payload)
  const message = pae(payloadType, payload)
  for (const { sig } of envelope.signatures) {
    const signature = fromBase64(sig)
    for (const verifier of verifiers)
      if (await verifier.verify(message, signature))
        return { payloadType, payload, keyId: verifier.keyId }
  }
  throw new OperatingError(
    'envelope-signature-invalid',
    `no signature of the envelope holds under the ${verifiers.length} given keys; ` +
      'check that these are its signer’s keys, otherwise it was changed',
  )
}

/** Canonical JSON bytes of an envelope. */
export function encodeEnvelope(envelope: Envelope): Bytes {
  return canonicalJson({
    payloadType: envelope.payloadType,
    payload: envelope.payload,
    signatures: envelope.signatures.map(({ keyid, sig }) =>
      keyid === undefined ? { sig } : { keyid, sig },
    ),
  })
}

/**
 * The envelope in JSON bytes. Fields it does not know are ignored, as DSSE asks; nothing signed can
 * hide in them.
 * @throws envelope-malformed
 */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  return readEnvelope(parseJson(bytes, 'envelope-malformed'))
}

/**
 * The envelope in a value of JSON, as inside a Sigstore bundle.
 * @throws envelope-malformed, or the code given
 */
export function readEnvelope(value: JsonValue, code: ErrorCode = 'envelope-malformed'): Envelope {
  const refuse = (problem: string) => new OperatingError(code, `envelope ${problem}`)
  if (!isJsonObject(value)) throw refuse('is not a JSON object')
  const { payloadType, payload, signatures } = value
  if (typeof payloadType !== 'string' || payloadType === '') throw refuse('has no `payloadType`')
  if (!isBase64(payload)) throw refuse('has no base64 `payload`')
  if (!Array.isArray(signatures) || signatures.length === 0) throw refuse('has no `signatures`')
  if (signatures.length > envelopeSignaturesMax)
    throw refuse(`has more than ${envelopeSignaturesMax} signatures`)
  return {
    payloadType,
    payload,
    signatures: (signatures as readonly JsonValue[]).map((signature) => {
      if (!isJsonObject(signature)) throw refuse('has a signature that is not an object')
      const { keyid, sig } = signature
      if (!isBase64(sig) || sig === '') throw refuse('has a signature without base64 `sig`')
      if (keyid === undefined) return { sig }
      if (keyid !== null && typeof keyid !== 'string') throw refuse('has a `keyid` that is no text')
      return { keyid, sig }
    }),
  }
}

function isBase64(value: JsonValue | undefined): value is string {
  if (typeof value !== 'string') return false
  try {
    fromBase64(value)
    return true
  } catch {
    return false
  }
}
