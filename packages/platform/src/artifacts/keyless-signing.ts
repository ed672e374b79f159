// Keyless signatures (Sigstore): a key of this moment, a certificate for it from an authority that knows who asks, an entry in a
// log, and a time stamp. Made by the services' own interfaces (Fulcio's v2, Rekor's v1 and v2, RFC 3161), over connections that
// are bounded and lead nowhere else, because what is sent lets others sign as us for some minutes.
// INVARIANT: the key never leaves this function, and is used once.

import { generateKeyPairSync, hash, sign, X509Certificate } from 'node:crypto'
import {
  buildOmsStatement,
  type Bytes,
  canonicalJson,
  concatBytes,
  encodeStatement,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  omsBundleMediaType,
  OperatingError,
  parseJson,
  signEnvelope,
  statementPayloadType,
  toBase64,
  utf8,
} from '@proofhouse/evidence'
import { signingKeyFromPem } from '../keys/index.ts'
import type { HttpServer } from './http-ports.ts'
import type { HashedModel } from './model-hash.ts'

const answerMaxBytes = 4 * 1_048_576

/** The services that a keyless signature rests on. */
export interface KeylessServices {
  readonly fulcio: HttpServer
  readonly rekor: HttpServer
  readonly rekorApi: 1 | 2
  /** Its whole address; null where the log proves the time. */
  readonly timeStamps: HttpServer | null
}

/** Whom an identity token is about, and until when it holds. */
interface TokenClaims {
  readonly subject: string
  readonly expiresOn: Date | null
}

/**
 * The bytes of a keyless signature over a hashed model. Nothing is checked that verifying it does not check: verify it.
 * @param token an OpenID Connect identity token
 * @throws key-malformed for a token that is none or has expired; server-unreachable, server-refused
 */
export async function signModelKeyless(
  model: HashedModel,
  services: KeylessServices,
  { token, at }: { readonly token: string; readonly at: Date },
): Promise<Bytes> {
  const { subject, expiresOn } = claimsOf(token)
  if (expiresOn !== null && expiresOn <= at)
    throw new OperatingError(
      'key-malformed',
      `the identity token expired at ${expiresOn.toISOString()}; get a new one`,
    )
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = await certificateFor(services.fulcio, {
    token,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }),
    proof: sign('sha256', utf8(subject), privateKey),
  })
  const { signer } = await signingKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const { name, serialization, resources } = model
  const payload = encodeStatement(buildOmsStatement({ name, serialization, resources }))
  const signed = await signEnvelope({ payloadType: statementPayloadType, payload }, signer)
  const signatures = signed.signatures.map(({ sig }) => ({ sig }))
  const envelope = { payload: signed.payload, payloadType: signed.payloadType, signatures }
  const { rekor, rekorApi, timeStamps } = services
  const [entry, stamp] = await Promise.all([
    rekorApi === 1
      ? entryOfFirstApi(rekor, { envelope, certificate })
      : entryOfSecondApi(rekor, { envelope, certificate }),
    timeStamps === null ? null : timeStampOver(timeStamps, signatures[0]?.sig ?? ''),
  ])
  return canonicalJson({
    mediaType: omsBundleMediaType,
    verificationMaterial: {
      certificate: { rawBytes: toBase64(certificate.raw) },
      tlogEntries: [entry],
      timestampVerificationData: {
        rfc3161Timestamps: stamp === null ? [] : [{ signedTimestamp: toBase64(stamp) }],
      },
    },
    dsseEnvelope: { ...envelope, signatures: signatures.map(({ sig }) => ({ keyid: '', sig })) },
  })
}

/** What the proof of possession is over, as Fulcio has it: the mail address where there is one, or else the subject. */
function claimsOf(token: string): TokenClaims {
  const refuse = (why: string): never => {
    throw new OperatingError('key-malformed', `the identity token ${why}; get a new one`)
  }
  const parts = token.split('.')
  const isToken = parts.length === 3 && parts.every((part) => /^[\w-]+$/.test(part))
  let claims: JsonValue = null
  try {
    if (isToken) claims = parseJson(Buffer.from(parts[1] ?? '', 'base64url'), 'json-not-canonical')
  } catch {
    // Told below, without what was in it.
  }
  if (!isJsonObject(claims)) return refuse('is no signed JSON Web Token')
  const { email, email_verified: isVerified, sub, exp } = claims
  if (typeof email === 'string' && email !== '' && isVerified !== true && isVerified !== 'true')
    return refuse('is for a mail address that its provider has not verified')
  const subject = typeof email === 'string' && email !== '' ? email : sub
  if (typeof subject !== 'string' || subject === '') return refuse('names nobody')
  return { subject, expiresOn: typeof exp === 'number' ? new Date(exp * 1_000) : null }
}

async function certificateFor(
  fulcio: HttpServer,
  {
    token,
    publicKeyPem,
    proof,
  }: { readonly token: string; readonly publicKeyPem: string; readonly proof: Uint8Array },
): Promise<X509Certificate> {
  const answer = await post(fulcio, '/api/v2/signingCert', {
    credentials: { oidcIdentityToken: token },
    publicKeyRequest: {
      publicKey: { algorithm: 'ECDSA', content: publicKeyPem },
      proofOfPossession: toBase64(proof),
    },
  })
  const held = objectOf(objectOf(answer['signedCertificateEmbeddedSct'])['chain'])['certificates']
  const [pem] = Array.isArray(held) ? (held as readonly JsonValue[]) : []
  if (typeof pem !== 'string')
    throw refusal(fulcio, 'gave no certificate with an entry in a certificate log in it')
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch {
    throw refusal(fulcio, 'gave a certificate that cannot be read')
  }
  if (certificate.publicKey.export({ type: 'spki', format: 'pem' }) !== publicKeyPem)
    throw refusal(fulcio, 'gave a certificate for another key')
  return certificate
}

/** An envelope as a log takes it: without the hint of a key, which the certificate names. */
type LoggedEnvelope = {
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly { readonly sig: string }[]
}

interface Logged {
  readonly envelope: LoggedEnvelope
  readonly certificate: X509Certificate
}

/** An entry of the type `dsse`, spelled as in a bundle. */
async function entryOfFirstApi(
  rekor: HttpServer,
  { envelope, certificate }: Logged,
): Promise<JsonObject> {
  const proposedContent = {
    envelope: JSON.stringify(envelope),
    verifiers: [toBase64(utf8(certificate.toString()))],
  }
  const answer = await post(rekor, '/api/v1/log/entries', {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: { proposedContent },
  })
  const [entry] = Object.values(answer).map((value) => objectOf(value))
  try {
    return bundledEntry(entry ?? {})
  } catch (cause) {
    throw refusal(rekor, 'answered with no entry of a log', cause)
  }
}

function bundledEntry(entry: JsonObject): JsonObject {
  const body = textOf(entry['body'])
  const { kind, apiVersion } = objectOf(parseJson(Buffer.from(body, 'base64'), 'encoding-invalid'))
  const { signedEntryTimestamp, inclusionProof } = objectOf(entry['verification'])
  const fromHex = (hex: JsonValue | undefined) => toBase64(Buffer.from(textOf(hex), 'hex'))
  const proof = objectOf(inclusionProof)
  const hashes = Array.isArray(proof['hashes']) ? (proof['hashes'] as readonly JsonValue[]) : []
  return {
    logIndex: numberOf(entry['logIndex']),
    logId: { keyId: fromHex(entry['logID']) },
    kindVersion: { kind: textOf(kind), version: textOf(apiVersion) },
    integratedTime: numberOf(entry['integratedTime']),
    ...(signedEntryTimestamp === undefined
      ? {}
      : { inclusionPromise: { signedEntryTimestamp: textOf(signedEntryTimestamp) } }),
    ...(inclusionProof === undefined
      ? {}
      : {
          inclusionProof: {
            logIndex: numberOf(proof['logIndex']),
            rootHash: fromHex(proof['rootHash']),
            treeSize: numberOf(proof['treeSize']),
            hashes: hashes.map(fromHex),
            checkpoint: { envelope: textOf(proof['checkpoint']) },
          },
        }),
    canonicalizedBody: body,
  }
}

/** The second interface answers with the entry as a bundle has it. */
async function entryOfSecondApi(
  rekor: HttpServer,
  { envelope, certificate }: Logged,
): Promise<JsonObject> {
  const verifier = {
    x509Certificate: { rawBytes: toBase64(certificate.raw) },
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
  }
  const entry = await post(rekor, '/api/v2/log/entries', {
    dsseRequestV002: { envelope, verifiers: [verifier] },
  })
  if (!('canonicalizedBody' in entry)) throw refusal(rekor, 'answered with no entry of a log')
  return entry
}

/** RFC 3161 §2.4: a request over the signature's SHA-256, with the authority's certificate asked for. */
async function timeStampOver(server: HttpServer, signature: string): Promise<Bytes> {
  const digest = hash('sha256', Buffer.from(signature, 'base64'), 'buffer')
  const request = concatBytes(
    // SEQUENCE of version 1, the imprint (OID 2.16.840.1.101.3.4.2.1, NULL, digest), and `certReq`.
    Buffer.from('30390201013031300d060960864801650304020105000420', 'hex'),
    digest,
    Buffer.from('0101ff', 'hex'),
  )
  const body = { type: 'application/timestamp-query', bytes: request }
  return server.ask({ path: '', body, bytesMax: answerMaxBytes })
}

async function post(server: HttpServer, path: string, value: JsonObject): Promise<JsonObject> {
  const body = { type: 'application/json', bytes: utf8(JSON.stringify(value)) }
  const answer = await server.ask({ path, body, bytesMax: answerMaxBytes })
  try {
    return objectOf(parseJson(answer, 'encoding-invalid'))
  } catch (cause) {
    throw refusal(server, `answered \`${path}\` with no JSON`, cause)
  }
}

const refusal = (server: HttpServer, what: string, cause?: unknown) =>
  new OperatingError('server-refused', `\`${server.url}\` ${what}`, { cause })

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw new OperatingError('encoding-invalid', 'a text is missing')
  return value
}

/** Protobuf spells 64-bit numbers as texts. */
function numberOf(value: JsonValue | undefined): string {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new OperatingError('encoding-invalid', 'a number is missing')
  return String(value)
}
