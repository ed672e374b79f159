import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { utf8, OperatingError, fromHex, fromBase64 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { certificatesFromPem } from '../certificates/certificate.ts'
import { newRoot } from '../certificates/certificates.fixture.ts'
import { timeStampRequest, tokenInAnswer, verifyTimeStamp } from './time-stamp.ts'
import { stampAuthority, type StampChanges } from './time-stamp.fixture.ts'

/** What OpenSSL made; scripts/conformance/time-stamps.mjs asked it. */
interface Reference {
  readonly message: string
  readonly tokens: readonly {
    readonly name: string
    readonly token: string
    readonly certificates: string
    readonly at: string
  }[]
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of this repository
const byOpenssl = JSON.parse(
  readFileSync(join(import.meta.dirname, 'openssl.reference.json'), 'utf8'),
) as Reference
const authority = stampAuthority()
const message = utf8('a checkpoint')
const nonce = fromHex('80112233445566778899aabbccddeeff')
const roots = [authority.root.certificate]
const request = timeStampRequest(message, nonce)
const tokenOf = (changes?: StampChanges, by = authority) =>
  tokenInAnswer(by.answer(request, changes))
const claim = { message, roots, nonce }
const codeOf = (task: () => unknown) => {
  try {
    task()
  } catch (error) {
    return error instanceof OperatingError ? error.code : error
  }
  return null
}

describe('a time stamp', () => {
  test('holds under the root of its authority, at the moment it states', () => {
    const stamp = verifyTimeStamp({ ...claim, token: tokenOf() })
    expect(stamp).toMatchObject({ authority: 'CN=stamp authority', established: true })
    expect(stamp.at.toISOString()).toBe('2026-06-01T12:00:00.000Z')
    const fraction = verifyTimeStamp({ ...claim, token: tokenOf({ at: '2026-06-01T12:00:00.25' }) })
    expect(fraction.at.toISOString()).toBe('2026-06-01T12:00:00.250Z')
  })

  test('shows itself whole without roots, and not whose it is', () => {
    const token = tokenOf()
    expect(verifyTimeStamp({ ...claim, roots: null, nonce: null, token })).toMatchObject({
      established: false,
    })
    const bare = tokenOf({ withoutCertificate: true })
    expect(() => verifyTimeStamp({ ...claim, roots: null, token: bare })).toThrow(
      /does not come with/,
    )
    const given = [authority.leaf.certificate, ...roots]
    expect(verifyTimeStamp({ ...claim, roots: given, token: bare })).toMatchObject({
      established: true,
    })
  })

  test.each<[string, StampChanges, RegExp]>([
    ['of another request', { nonce: Uint8Array.of(0x44) }, /another request/],
    ['that signs something else', { contentType: '1.2.840.113549.1.7.1' }, /signs something else/],
    ['over another statement', { digestAttribute: new Uint8Array(32) }, /does not sign what/],
    ['that names another certificate', { names: new Uint8Array(3) }, /does not come with/],
    ['that names no certificate', { withoutName: true }, /does not name/],
    ['signed otherwise than it says', { signatureOid: '1.2.840.10045.4.3.4' }, /is not signed by/],
    ['signed with what is weak', { signatureOid: '1.2.840.10045.4.1' }, /not understood/],
    ['before its certificate was valid', { at: '2025-06-01T12:00:00' }, /not valid before/],
    ['after its certificate expired', { at: '2037-06-01T12:00:00' }, /expired/],
    ['with a month that is none', { at: '2026-13-01T12:00:00' }, /time that is none/],
  ])('%s does not hold', (_, changes, problem) => {
    const token = tokenOf(changes)
    expect(() => verifyTimeStamp({ ...claim, token })).toThrow(problem)
  })

  test('does not hold over other bytes, under another root, or by a key that is for something else', () => {
    const token = tokenOf()
    expect(() => verifyTimeStamp({ ...claim, message: utf8('another'), token })).toThrow(
      /other bytes/,
    )
    const stranger = [newRoot('stranger').certificate]
    expect(() => verifyTimeStamp({ ...claim, roots: stranger, token })).toThrow(/does not lead to/)
    const same = [newRoot('stamp root').certificate]
    expect(() => verifyTimeStamp({ ...claim, roots: same, token })).toThrow(/does not lead to/)
    for (const ids of [['1.3.6.1.5.5.7.3.3'], ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.3']]) {
      const other = stampAuthority(ids)
      const by = { ...claim, roots: [other.root.certificate], token: tokenOf({}, other) }
      expect(() => verifyTimeStamp(by)).toThrow(/not for time stamps alone/)
    }
  })

  test('each changed byte is refused', () => {
    const token = tokenOf()
    for (let at = 0; at < token.length; at++) {
      const changed = token.map((byte, n) => (n === at ? byte ^ 0x41 : byte))
      const code = codeOf(() => verifyTimeStamp({ ...claim, token: changed }))
      // The version numbers, the list of digests and the names of issuer and algorithm parameters are beside the signature and
      // decide nothing: what is stated, and by whom, is the same.
      if (code === null)
        expect(verifyTimeStamp({ ...claim, token: changed })).toEqual(
          verifyTimeStamp({ ...claim, token }),
        )
      else expect(code, `byte ${at}`).toBe('certificate-untrusted')
    }
  })

  test('an authority that refuses, or answers with something else, gives none', () => {
    expect(codeOf(() => tokenOf({ status: 2 }))).toBe('server-refused')
    expect(codeOf(() => tokenInAnswer(utf8('<html>')))).toBe('certificate-untrusted')
    expect(codeOf(() => tokenInAnswer(new Uint8Array()))).toBe('certificate-untrusted')
  })

  test.each(byOpenssl.tokens)('by OpenSSL: $name', ({ token, certificates, at }) => {
    const known = certificatesFromPem(certificates, 'reference')
    const bytes = fromBase64(token)
    const stamped = { message: utf8(byOpenssl.message), token: bytes, nonce: null }
    const stamp = verifyTimeStamp({ ...stamped, roots: known })
    expect(stamp.at.toISOString()).toBe(at)
    expect(() => verifyTimeStamp({ ...stamped, roots })).toThrow(/does not lead to/)
    expect(() => verifyTimeStamp({ ...stamped, message, roots: known })).toThrow(/other bytes/)
  })
})
