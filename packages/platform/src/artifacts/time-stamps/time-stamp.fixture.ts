// A time stamp authority for tests, written in DER and signed by Node: its answers can be wrong in exactly one way.

import { createHash, sign } from 'node:crypto'
import { concatBytes, utf8 } from '@proofhouse/evidence'
import {
  der,
  digitalSignature,
  extension,
  type Issued,
  issue,
  keyUsage,
  newRoot,
  oid,
} from '../certificates/certificates.fixture.ts'
import { childrenOf, readDer } from '../certificates/der.ts'

/** What to do otherwise than RFC 3161 asks. */
export interface StampChanges {
  readonly at?: string
  readonly nonce?: Uint8Array
  /** Content type in the signed attributes. */
  readonly contentType?: string
  readonly imprint?: Uint8Array
  readonly digestAttribute?: Uint8Array
  /** Names this certificate in the signed attributes. */
  readonly names?: Uint8Array
  readonly withoutName?: boolean
  readonly withoutCertificate?: boolean
  readonly status?: number
  readonly signatureOid?: string
}

/** An authority: its root, and what it answers. */
export interface StampAuthority {
  readonly root: Issued
  readonly leaf: Issued
  answer(request: Uint8Array, changes?: StampChanges): Uint8Array<ArrayBuffer>
}

const timeStampingOid = '1.3.6.1.5.5.7.3.8'
const sha256Identifier = der(0x30, oid('2.16.840.1.101.3.4.2.1'))
const set = (...parts: readonly Uint8Array[]) => der(0x31, ...parts)
const attribute = (id: string, value: Uint8Array) => der(0x30, oid(id), set(value))
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

/** An authority whose certificate is for these purposes: time stamps, where none are given. */
export function stampAuthority(purposeIds: readonly string[] = [timeStampingOid]): StampAuthority {
  const root = newRoot('stamp root')
  const purposes = extension('2.5.29.37', der(0x30, ...purposeIds.map((id) => oid(id))), true)
  const leaf = issue({
    subject: 'stamp authority',
    issuer: root,
    extensions: [keyUsage(digitalSignature), purposes],
    serial: 9,
  })
  return {
    root,
    leaf,
    answer: (request, changes = {}) => new Uint8Array(answerTo({ request, leaf, changes })),
  }
}

function answerTo(given: {
  readonly request: Uint8Array
  readonly leaf: Issued
  readonly changes: StampChanges
}): Uint8Array {
  const { request, leaf, changes } = given
  const [, imprint, nonce] = childrenOf(readDer(request, 0x30))
  const time = (changes.at ?? '2026-06-01T12:00:00').replaceAll(/[-:T]/g, '')
  const info = der(
    0x30,
    der(0x02, Uint8Array.of(1)),
    oid('1.3.6.1.4.1.99999.1'),
    changes.imprint ?? imprint?.whole ?? new Uint8Array(),
    der(0x02, Uint8Array.of(7)),
    der(0x18, utf8(`${time}Z`)),
    changes.nonce === undefined ? (nonce?.whole ?? new Uint8Array()) : der(0x02, changes.nonce),
  )
  const certificate = leaf.certificate.der
  const named = der(0x30, der(0x30, der(0x30, der(0x04, digestOf(changes.names ?? certificate)))))
  const attributes = [
    attribute('1.2.840.113549.1.9.3', oid(changes.contentType ?? '1.2.840.113549.1.9.16.1.4')),
    attribute('1.2.840.113549.1.9.4', der(0x04, changes.digestAttribute ?? digestOf(info))),
    ...(changes.withoutName ? [] : [attribute('1.2.840.113549.1.9.16.2.47', named)]),
  ]
  const signer = der(
    0x30,
    der(0x02, Uint8Array.of(1)),
    der(0x30, leaf.certificate.issuerName, der(0x02, Uint8Array.of(1, 9))),
    sha256Identifier,
    der(0xa0, ...attributes),
    der(0x30, oid(changes.signatureOid ?? '1.2.840.10045.4.3.2')),
    der(0x04, sign('sha256', set(...attributes), leaf.key)),
  )
  const signedData = der(
    0x30,
    der(0x02, Uint8Array.of(3)),
    set(sha256Identifier),
    der(0x30, oid('1.2.840.113549.1.9.16.1.4'), der(0xa0, der(0x04, info))),
    ...(changes.withoutCertificate ? [] : [der(0xa0, certificate)]),
    set(signer),
  )
  const token = der(0x30, oid('1.2.840.113549.1.7.2'), der(0xa0, signedData))
  const status = changes.status ?? 0
  const parts = [der(0x30, der(0x02, Uint8Array.of(status)))]
  return der(0x30, concatBytes(...parts, ...(status > 1 ? [] : [token])))
}
