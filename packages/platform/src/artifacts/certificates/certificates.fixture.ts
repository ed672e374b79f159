// Real X.509 certificates for tests, written in DER and signed by Node: any of them can be wrong in
// exactly one way.

import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { concatBytes, formatPem, utf8 } from '@proofhouse/evidence'
import { type Certificate, parseCertificate } from './certificate.ts'

/** One value in DER. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...content)
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff]
  return concatBytes(Uint8Array.of(tag, ...length), body)
}

/** An object identifier in DER. */
export function oid(dotted: string): Uint8Array {
  const [a = 0, b = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [40 * a + b, ...rest].flatMap((part) => {
    const digits = [part & 0x7f]
    for (let left = part >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return der(0x06, Uint8Array.from(bytes))
}

const octets = (content: Uint8Array) => der(0x04, content)
const name = (common: string) =>
  der(0x30, der(0x31, der(0x30, oid('2.5.4.3'), der(0x0c, utf8(common)))))
const utcTime = (at: string) =>
  der(0x18, utf8(`${at.replaceAll(/[-:]/g, '').replace('T', '').slice(0, 14)}Z`))

/** An extension; `critical` is left out when false, as DER asks. */
export function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [der(0x01, Uint8Array.of(0xff))] : []
  return der(0x30, oid(id), ...flag, octets(value))
}

/** Basic constraints of an authority, with at most so many others below it. */
export function authority(pathLength?: number): Uint8Array {
  const limit = pathLength === undefined ? [] : [der(0x02, Uint8Array.of(pathLength))]
  return extension('2.5.29.19', der(0x30, der(0x01, Uint8Array.of(0xff)), ...limit), true)
}

/** Key usage by the first byte of its bits. */
export function keyUsage(bits: number): Uint8Array {
  return extension('2.5.29.15', der(0x03, Uint8Array.of(0, bits)), true)
}

/** Extended key usages. */
export function purposes(...ids: readonly string[]): Uint8Array {
  return extension('2.5.29.37', der(0x30, ...ids.map((id) => oid(id))))
}

/** An e-mail address as alternative name. */
export function email(address: string): Uint8Array {
  return extension('2.5.29.17', der(0x30, der(0x81, utf8(address))))
}

export const digitalSignature = 0x80
export const certificateSign = 0x04
export const codeSigning = '1.3.6.1.5.5.7.3.3'
export const serverAuth = '1.3.6.1.5.5.7.3.1'

interface Algorithm {
  readonly oid: string
  readonly hash: string
  readonly parameters: readonly Uint8Array[]
}

const ecdsaWithSha256: Algorithm = { oid: '1.2.840.10045.4.3.2', hash: 'sha256', parameters: [] }
/** RSA signatures over SHA-1, which are not to be accepted. */
export const rsaWithSha1 = {
  oid: '1.2.840.113549.1.1.5',
  hash: 'sha1',
  parameters: [Uint8Array.of(5, 0)],
}
/** RSA signatures over SHA-256. */
export const rsaWithSha256 = { ...rsaWithSha1, oid: '1.2.840.113549.1.1.11', hash: 'sha256' }

/** A certificate and the key it is for. */
export interface Issued {
  readonly certificate: Certificate
  readonly key: KeyObject
  readonly pem: string
}

interface Wanted {
  readonly subject: string
  /** Null for a certificate that signs itself. */
  readonly issuer: Issued | null
  readonly extensions: readonly Uint8Array[]
  readonly key?: KeyObject
  readonly from?: string
  readonly to?: string
  readonly algorithm?: Algorithm
  readonly serial?: number
}

/** A new key of a curve. */
export function newKey(namedCurve = 'P-256'): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey
}

/** Issues a certificate. */
export function issue(wanted: Wanted): Issued {
  const { subject, issuer, extensions, key = newKey(), algorithm = ecdsaWithSha256 } = wanted
  const algorithmIdentifier = der(0x30, oid(algorithm.oid), ...algorithm.parameters)
  const { from = '2026-01-01T00:00:00', to = '2036-01-01T00:00:00' } = wanted
  const tbs = der(
    0x30,
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, Uint8Array.of(1, (wanted.serial ?? serial++) & 0x7f)),
    algorithmIdentifier,
    issuer === null ? name(subject) : issuer.certificate.subjectName,
    der(0x30, utcTime(from), utcTime(to)),
    name(subject),
    (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, ...extensions)),
  )
  const signature = sign(algorithm.hash, tbs, issuer?.key ?? key)
  const whole = der(0x30, tbs, algorithmIdentifier, der(0x03, Uint8Array.of(0), signature))
  return { certificate: parseCertificate(whole), key, pem: formatPem(whole, 'CERTIFICATE') }
}

let serial = 1

/** A root. */
export function newRoot(subject = 'root', more: Partial<Wanted> = {}): Issued {
  const extensions = [authority(), keyUsage(certificateSign)]
  return issue({ subject, issuer: null, extensions, ...more })
}

/** An authority below another. */
export function newAuthority(subject: string, issuer: Issued, more: Partial<Wanted> = {}): Issued {
  return issue({ subject, issuer, extensions: [authority(), keyUsage(certificateSign)], ...more })
}

/** A signer's certificate. */
export function newSigner(issuer: Issued | null, more: Partial<Wanted> = {}): Issued {
  const extensions = [keyUsage(digitalSignature), purposes(codeSigning), email('ml@example.com')]
  return issue({ subject: 'signer', issuer, extensions, ...more })
}

/** Extensions of a signer's certificate with other usages. */
export function signerExtensions(...own: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...own, email('ml@example.com')]
}
