// Time stamps of RFC 3161: that some bytes existed at a moment, by the word of an authority. A token is CMS signed data (RFC 5652)
// over what the authority states. Read strictly: DER throughout, one signer, the certificate named in the signed attributes.
// INVARIANT: trust comes from the given roots alone. Without any, a token is checked against the certificate that it carries,
// which shows it whole and not whose it is.

import { createHash, hash, verify, constants } from 'node:crypto'
import { type Bytes, concatBytes, equalBytes, OperatingError } from '@proofhouse/evidence'
import { type Certificate, parseCertificate, subjectText } from '../certificates/certificate.ts'
import { findPath, timeStamping } from '../certificates/certificate-path.ts'
import {
  childrenOf,
  countOf,
  type DerValue,
  derTags,
  expectTag,
  oidOf,
  readDer,
} from '../certificates/der.ts'

const oids = {
  signedData: '1.2.840.113549.1.7.2',
  stampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  /** RFC 2634 §5.4 (SHA-1), RFC 5035 §3. */
  certificate: '1.2.840.113549.1.9.16.2.12',
  certificateV2: '1.2.840.113549.1.9.16.2.47',
} as const

const digests: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

/** Signature algorithms with the digest that they name; null where the signer names it beside. */
const algorithms: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512' | 'beside' | 'none'>> = {
  '1.2.840.113549.1.1.1': 'beside',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': 'none',
}

const context0 = 0xa0
const generalizedTime = 0x18
const version1 = 1
/** `granted` and `grantedWithMods` (RFC 3161 §2.4.2). */
const granted: readonly number[] = [0, 1]
const certificatesMax = 20

const untrusted = (problem: string, cause?: unknown) =>
  new OperatingError('certificate-untrusted', `time stamp ${problem}`, { cause })

/** What an authority stated. */
export interface TimeStamp {
  readonly at: Date
  /** Its certificate's subject on one line. */
  readonly authority: string
  /** Whether a path leads from its certificate to one of the given roots. */
  readonly established: boolean
  /** The number that was asked with; null where none is in the token. */
  readonly nonce: Bytes | null
}

/** Of one value in DER: its header and content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const content = concatBytes(...parts)
  if (content.length > 127) throw new Error('assertion failed: a request is short')
  return concatBytes(Uint8Array.of(tag, content.length), content)
}

/** Asks for a time stamp over bytes: RFC 3161 §2.4.1, with SHA-256, a nonce, and the authority's certificate in the answer. */
export function timeStampRequest(message: Uint8Array, nonce: Uint8Array): Bytes {
  const algorithm = der(
    derTags.sequence,
    Uint8Array.fromHex('0609608648016503040201'),
    Uint8Array.of(5, 0),
  )
  const digest = hash('sha256', message, 'buffer')
  return der(
    derTags.sequence,
    der(derTags.integer, Uint8Array.of(version1)),
    der(derTags.sequence, algorithm, der(derTags.octetString, digest)),
    der(derTags.integer, nonceInteger(nonce)),
    der(derTags.boolean, Uint8Array.of(0xff)),
  )
}

/** A number above zero of as many bytes. */
function nonceInteger(nonce: Uint8Array): Uint8Array {
  return nonce.map((byte, n) => (n === 0 ? (byte & 0x3f) | 0x40 : byte))
}

/** The token in an authority's answer. @throws server-refused when it gave none, certificate-untrusted */
export function tokenInAnswer(answer: Uint8Array): Bytes {
  const [status, token] = read(() => childrenOf(readDer(answer, derTags.sequence)))
  const code = read(() =>
    countOf(expectTag(childrenOf(expectTag(status, derTags.sequence))[0], derTags.integer)),
  )
  if (!granted.includes(code) || token === undefined)
    throw new OperatingError(
      'server-refused',
      `the time stamp authority refused (status ${code} of RFC 3161); ask another, or later`,
    )
  return new Uint8Array(token.whole)
}

/** What to verify. */
export interface TimeStampClaim {
  readonly token: Uint8Array
  /** What must have been stamped. */
  readonly message: Uint8Array
  /** Certificates of authorities that are believed; null to check the token against the certificate in it alone. */
  readonly roots: readonly Certificate[] | null
  /** What was asked with; null where that is not known. */
  readonly nonce: Uint8Array | null
}

/** Verifies a token. @throws certificate-untrusted saying what does not hold */
export function verifyTimeStamp({ token, message, roots, nonce }: TimeStampClaim): TimeStamp {
  const { content, certificates, signer } = read(() => signedDataIn(token))
  const info = read(() => stampInfoIn(content))
  const { algorithm, imprint, at } = info
  if (!equalBytes(createHash(algorithm).update(message).digest(), imprint))
    throw untrusted('is over other bytes')
  if (nonce !== null && (info.nonce === null || !equalBytes(info.nonce, nonceInteger(nonce))))
    throw untrusted('answers another request')
  const { attributes, attributesDer, digest, signature, algorithmOid } = read(() =>
    signerIn(signer),
  )
  const told = read(() => attributesIn(attributes))
  if (told.contentType !== oids.stampInfo) throw untrusted('signs something else')
  if (!equalBytes(createHash(digest).update(content).digest(), told.messageDigest))
    throw untrusted('does not sign what it states')
  const leaf = [...certificates, ...(roots ?? [])].find(({ der: bytes }) =>
    told.isCertificate(bytes),
  )
  if (leaf === undefined) throw untrusted('does not come with the certificate that it names')
  if (leaf.extensions.purposes?.join(' ') !== timeStamping.oid)
    throw untrusted(`is signed by \`${subjectText(leaf)}\`, whose key is not for time stamps alone`)
  if (!signatureHolds({ algorithmOid, digest, attributesDer, signature, leaf }))
    throw untrusted(`is not signed by \`${subjectText(leaf)}\``)
  if (roots !== null) findPath({ leaf, between: certificates, roots, at, purpose: timeStamping })
  return { at, authority: subjectText(leaf), established: roots !== null, nonce: info.nonce }
}

/** Whatever cannot be read is no token. */
function read<T>(task: () => T): T {
  try {
    return task()
  } catch (cause) {
    if (cause instanceof OperatingError && cause.code === 'certificate-malformed')
      throw untrusted('cannot be read: it is not DER, or not of RFC 3161', cause)
    throw cause
  }
}

function signedDataIn(token: Uint8Array) {
  const [type, tagged] = childrenOf(readDer(token, derTags.sequence))
  if (oidOf(type) !== oids.signedData) throw untrusted('is no signed data')
  const [signedData] = childrenOf(expectTag(tagged, context0))
  const fields = childrenOf(expectTag(signedData, derTags.sequence))
  const [version, , encapsulated] = fields
  expectTag(version, derTags.integer)
  const [contentType, content] = childrenOf(expectTag(encapsulated, derTags.sequence))
  if (oidOf(contentType) !== oids.stampInfo) throw untrusted('states something else')
  const [octets] = childrenOf(expectTag(content, context0))
  const certificates = fields.find(({ tag }) => tag === context0)
  const listed = certificates === undefined ? [] : childrenOf(certificates)
  const signers = childrenOf(expectTag(fields.at(-1), derTags.set))
  if (signers.length !== 1 || listed.length > certificatesMax)
    throw untrusted('has not one signer, or too many certificates')
  return {
    content: expectTag(octets, derTags.octetString).content,
    certificates: listed.map(({ whole }) => parseCertificate(whole)),
    signer: signers[0],
  }
}

function stampInfoIn(content: Uint8Array) {
  const [version, policy, imprint, serial, time, ...rest] = childrenOf(
    readDer(content, derTags.sequence),
  )
  if (countOf(expectTag(version, derTags.integer)) !== version1)
    throw untrusted('is of another version')
  oidOf(policy)
  expectTag(serial, derTags.integer)
  const [algorithm, digest] = childrenOf(expectTag(imprint, derTags.sequence))
  const nonce = rest.find(({ tag }) => tag === derTags.integer)
  return {
    algorithm: digestNamed(algorithm),
    imprint: expectTag(digest, derTags.octetString).content,
    at: instantOf(expectTag(time, generalizedTime)),
    nonce: nonce === undefined ? null : new Uint8Array(nonce.content),
  }
}

function digestNamed(algorithm: DerValue | undefined): 'sha256' | 'sha384' | 'sha512' {
  const oid = oidOf(childrenOf(expectTag(algorithm, derTags.sequence))[0])
  const name = digests[oid]
  if (name === undefined) throw untrusted(`uses the digest ${oid}, which is weak or unknown`)
  return name
}

/** `20260131120000Z`, with or without a fraction (RFC 3161 §2.4.2). */
function instantOf({ content }: DerValue): Date {
  const text = new TextDecoder().decode(content)
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/.exec(text)
  const [, year, month, day, hour, minute, second, fraction = ''] = parts ?? []
  const date = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}Z`,
  )
  if (parts === null || Number.isNaN(date.getTime())) throw untrusted('has a time that is none')
  return date
}

function signerIn(signer: DerValue | undefined) {
  const [version, , digest, attributes, algorithm, signature] = childrenOf(
    expectTag(signer, derTags.sequence),
  )
  expectTag(version, derTags.integer)
  const { whole } = expectTag(attributes, context0)
  const attributesDer = whole.slice()
  // RFC 5652 §5.4: signed as a SET, whatever tag they stand under.
  attributesDer[0] = derTags.set
  return {
    attributes: expectTag(attributes, context0),
    attributesDer,
    digest: digestNamed(digest),
    algorithmOid: oidOf(childrenOf(expectTag(algorithm, derTags.sequence))[0]),
    signature: expectTag(signature, derTags.octetString).content,
  }
}

function attributesIn(attributes: DerValue) {
  const found = new Map<string, DerValue>()
  for (const attribute of childrenOf(attributes)) {
    const [type, values] = childrenOf(expectTag(attribute, derTags.sequence))
    const [value, ...others] = childrenOf(expectTag(values, derTags.set))
    if (value === undefined || others.length > 0 || found.has(oidOf(type)))
      throw untrusted('has an attribute of several values')
    found.set(oidOf(type), value)
  }
  const [v1, v2] = [found.get(oids.certificate), found.get(oids.certificateV2)]
  const named = v2 ?? v1
  if (named === undefined) throw untrusted('does not name its certificate')
  const [list] = childrenOf(expectTag(named, derTags.sequence))
  const [first] = childrenOf(expectTag(list, derTags.sequence))
  const parts = childrenOf(expectTag(first, derTags.sequence))
  const [algorithm] = parts
  const stated = v2 !== undefined && algorithm?.tag === derTags.sequence
  const digest = v2 === undefined ? 'sha1' : stated ? digestNamed(algorithm) : 'sha256'
  const identifier = expectTag(parts[stated ? 1 : 0], derTags.octetString).content
  return {
    contentType: oidOf(found.get(oids.contentType)),
    messageDigest: expectTag(found.get(oids.messageDigest), derTags.octetString).content,
    isCertificate: (bytes: Uint8Array) =>
      equalBytes(createHash(digest).update(bytes).digest(), identifier),
  }
}

function signatureHolds(given: {
  readonly algorithmOid: string
  readonly digest: string
  readonly attributesDer: Uint8Array
  readonly signature: Uint8Array
  readonly leaf: Certificate
}): boolean {
  const { algorithmOid, digest, attributesDer, signature, leaf } = given
  const named = algorithms[algorithmOid]
  if (named === undefined)
    throw untrusted(`is signed with ${algorithmOid}, which is not understood here`)
  const key = leaf.x509.publicKey
  const used = named === 'none' ? null : named === 'beside' ? digest : named
  try {
    return key.asymmetricKeyType === 'rsa'
      ? verify(used, attributesDer, { key, padding: constants.RSA_PKCS1_PADDING }, signature)
      : verify(used, attributesDer, key, signature)
  } catch {
    // A key of another kind than the signature.
    return false
  }
}
