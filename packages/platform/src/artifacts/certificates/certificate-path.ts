// Path validation (RFC 5280 §6.1) from a signer's certificate to a root that the verifier gave.
// INVARIANT: trust comes from the given roots alone; certificates that came with a signature only
// help to get there. Stricter than the RFC: names compare byte by byte, authorities say that they
// are, SHA-1 and short RSA keys are refused, and a purpose given to an authority binds those below.
// Revocation is not checked: whoever reports a verified path has to say so.

import { equalBytes, OperatingError } from '@proofhouse/evidence'
import { type Certificate, isSelfIssued, sameCertificate, subjectText } from './certificate.ts'

/** A signer's certificate first, a trusted root last; the same one when it was itself given. */
export type CertificatePath = readonly [Certificate, ...Certificate[]]

/** Most certificates in a path, the signer's and the root included. */
const pathLengthMax = 8
/** Most issuers tried on the way to a root: names that lead in circles end here. */
const attemptsMax = 100
const rsaBitsMin = 2_048

/** What a signer's certificate must be for (RFC 5280 §4.2.1.12): signing code, or time stamps. */
export interface SignerPurpose {
  readonly oid: string
  /** For messages: what the key is to do. */
  readonly words: string
}

const codeSigning: SignerPurpose = { oid: '1.3.6.1.5.5.7.3.3', words: 'sign code' }
/** RFC 3161 §2.3. */
export const timeStamping: SignerPurpose = { oid: '1.3.6.1.5.5.7.3.8', words: 'sign time stamps' }
const anyPurpose = '2.5.29.37.0'

/** Signature algorithms of issuers: RSA (PKCS #1) and ECDSA with SHA-2, Ed25519, Ed448. */
const signatureAlgorithms: readonly string[] = [
  ...['11', '12', '13'].map((n) => `1.2.840.113549.1.1.${n}`),
  ...['2', '3', '4'].map((n) => `1.2.840.10045.4.3.${n}`),
  '1.3.101.112',
  '1.3.101.113',
]

/**
 * A path from a signer's certificate to one of the roots, valid at a moment.
 * @throws certificate-untrusted saying why there is none: that of the path that came furthest
 */
export function findPath(request: {
  readonly leaf: Certificate
  /** Authorities that are not trusted but may stand between. */
  readonly between: readonly Certificate[]
  readonly roots: readonly Certificate[]
  readonly at: Date
  /** Code signing, where none is named. */
  readonly purpose?: SignerPurpose
}): CertificatePath {
  const { leaf, roots, at, purpose = codeSigning } = request
  let attempts = 0
  let refusal: string | null = null
  const extend = (path: CertificatePath): CertificatePath | null => {
    const last = path.at(-1) ?? leaf
    if (roots.some((root) => sameCertificate(root, last))) {
      refusal = problemOf(path, at, purpose)
      return refusal === null ? path : null
    }
    const issuers = [...roots, ...request.between].filter(
      (one) =>
        equalBytes(one.subjectName, last.issuerName) &&
        !path.some((known) => sameCertificate(known, one)),
    )
    for (const issuer of issuers) {
      if (path.length >= pathLengthMax || ++attempts > attemptsMax) break
      if (!isSignedBy(last, issuer)) continue
      const found = extend([...path, issuer])
      if (found !== null) return found
    }
    return null
  }
  const found = extend([leaf])
  if (found !== null) return found
  throw untrusted(
    refusal ?? `certificate of \`${subjectText(leaf)}\` does not lead to any of the given roots`,
  )
}

/**
 * Checks certificates that a signer is about to hand out: each issued by the next, all valid now.
 * @throws certificate-untrusted
 */
export function assertChain(chain: CertificatePath, at: Date): void {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1]
    if (issuer === undefined) continue
    const named = equalBytes(issuer.subjectName, certificate.issuerName)
    if (!named || !isSignedBy(certificate, issuer))
      throw untrusted(
        `certificate of \`${subjectText(certificate)}\` was not issued by the next one, ` +
          `\`${subjectText(issuer)}\`; order the chain from the signer upwards`,
      )
  }
  const problem = problemOf(chain, at, codeSigning)
  if (problem !== null) throw untrusted(problem)
}

/** Whether an issuer's key made the signature on a certificate. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  try {
    return certificate.x509.verify(issuer.x509.publicKey)
  } catch {
    // A key of another kind than the signature.
    return false
  }
}

/** What is wrong with a path whose links hold; null when nothing is. */
function problemOf(path: CertificatePath, at: Date, purpose: SignerPurpose): string | null {
  // Authorities between an issuer and the signer, those that only renew a key not counted.
  let between = 0
  for (const [index, certificate] of path.entries()) {
    const why =
      problemAlone(certificate, at) ??
      (index === 0
        ? problemOfSigner(certificate, purpose)
        : problemOfAuthority(certificate, between, purpose)) ??
      (index === path.length - 1 ? null : problemOfSignature(certificate, path[index + 1]))
    if (why !== null) return `certificate of \`${subjectText(certificate)}\` ${why}`
    if (index > 0 && !isSelfIssued(certificate)) between++
  }
  return null
}

function problemAlone({ x509, extensions }: Certificate, at: Date): string | null {
  const [from, to] = [x509.validFromDate, x509.validToDate]
  if (!(at >= from)) return `is not valid before ${from.toISOString()}`
  if (!(at <= to)) return `expired on ${to.toISOString()}`
  const [unknown] = extensions.notUnderstood
  return unknown === undefined ? null : `has extension ${unknown}, which is not understood here`
}

/** At least one of the two usages must be stated, and neither may deny. */
function problemOfSigner(
  { extensions: { keyUsage, purposes } }: Certificate,
  purpose: SignerPurpose,
): string | null {
  if (keyUsage?.digitalSignature === false) return 'may not be used for signatures (key usage)'
  if (purposes?.includes(purpose.oid) === false)
    return `may not be used to ${purpose.words} (extended key usage)`
  return keyUsage === null && purposes === null ? 'does not say that its key may sign' : null
}

function problemOfAuthority(
  { extensions }: Certificate,
  between: number,
  purpose: SignerPurpose,
): string | null {
  const { isAuthority, pathLengthMax: limit, keyUsage, purposes } = extensions
  if (!isAuthority) return 'is not that of an authority (basic constraints)'
  if (keyUsage?.certificates === false) return 'may not sign certificates (key usage)'
  if (limit !== null && between > limit) return `allows only ${limit} authorities below it`
  return purposes === null || purposes.includes(purpose.oid) || purposes.includes(anyPurpose)
    ? null
    : `may not issue certificates that ${purpose.words} (extended key usage)`
}

function problemOfSignature(certificate: Certificate, issuer?: Certificate): string | null {
  if (!signatureAlgorithms.includes(certificate.signatureAlgorithm))
    return `is signed with ${certificate.signatureAlgorithm}, which is too weak or unknown`
  const bits = issuer?.x509.publicKey.asymmetricKeyDetails?.modulusLength
  return bits !== undefined && bits < rsaBitsMin
    ? `is signed with an RSA key of ${bits} bits`
    : null
}

function untrusted(message: string): OperatingError {
  return new OperatingError('certificate-untrusted', message)
}
