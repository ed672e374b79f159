import fc from 'fast-check'
import { expect, test } from 'vitest'
import keys from '../../../spec/vectors/keys.json' with { type: 'json' }
import { canonicalJson } from './canonical-json.ts'
import {
  type Envelope,
  encodeEnvelope,
  pae,
  parseEnvelope,
  signEnvelope,
  verifyEnvelope,
} from './dsse.ts'
import { ecdsaVerifier, rawToDerSignature } from './ecdsa.ts'
import { ecdsaSigner } from './ecdsa-signer.ts'
import { fromBase64, textOf, toBase64, utf8 } from './encoding.ts'
import { OperatingError } from './errors.ts'

/** The worked example of the DSSE protocol; its signature is r ‖ s, which its author's tool wrote. */
const example = {
  payloadType: 'http://example.com/HelloWorld',
  payload: 'hello world',
  rawSignature:
    'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==',
  publicKeyPem:
    '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZ805D3eqNZywjCI19lInBJOp7YMr\nCrzAH3CVTAOQ0jgMeCvVTiaRJaRPRDOv8UMs6U4SvKc6pnrIDOoSYI3fdA==\n-----END PUBLIC KEY-----\n',
}

test('PAE as the protocol spells it, lengths in bytes', () => {
  expect(textOf(pae(example.payloadType, utf8(example.payload)))).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  )
  expect(textOf(pae('é', utf8('')))).toBe('DSSEv1 2 é 0 ')
})

test('verifies the worked example of the protocol', async () => {
  const sig = toBase64(rawToDerSignature(fromBase64(example.rawSignature), 'P-256'))
  const payload = toBase64(utf8(example.payload))
  const verifier = await ecdsaVerifier(example.publicKeyPem)
  for (const keyid of ['', null, 'anything']) {
    const envelope = { payloadType: example.payloadType, payload, signatures: [{ keyid, sig }] }
    const read = parseEnvelope(canonicalJson(envelope))
    expect(textOf((await verifyEnvelope(read, [verifier])).payload)).toBe(example.payload)
  }
  const bare = { payloadType: example.payloadType, payload, signatures: [{ sig }] }
  expect(encodeEnvelope(parseEnvelope(canonicalJson(bare)))).toEqual(canonicalJson(bare))
  await expect(verifyEnvelope(bare, [])).rejects.toMatchObject({
    code: 'envelope-signature-invalid',
  })
})

test('tells which of several keys signed', async () => {
  const signer = await ecdsaSigner(keys['P-384'])
  const verifiers = await Promise.all(
    (['P-256', 'P-384', 'P-521'] as const).map((curve) => ecdsaVerifier(keys[curve].publicKeyPem)),
  )
  const envelope = await signEnvelope({ payloadType: 'a/b', payload: utf8('x') }, signer)
  expect((await verifyEnvelope(envelope, verifiers)).keyId).toBe(keys['P-384'].hint)
})

test('refuses an envelope with any byte of its text changed', async () => {
  const signer = await ecdsaSigner(keys['P-256'])
  const verifier = await ecdsaVerifier(keys['P-256'].publicKeyPem)
  const envelope = await signEnvelope({ payloadType: 'a/b', payload: utf8('payload') }, signer)
  const { signatures, ...rest } = envelope
  // The hint is not authenticated, so it is left out here: changing it must not matter.
  const bytes = canonicalJson({ ...rest, signatures: signatures.map(({ sig }) => ({ sig })) })
  await expect(verifyEnvelope(parseEnvelope(bytes), [verifier])).resolves.toBeDefined()
  for (let at = 0; at < bytes.length; at++)
    for (const bit of [1, 0x20, 0x80]) {
      const copy = bytes.slice()
      copy[at] = (copy[at] ?? 0) ^ bit
      const opened = async () => verifyEnvelope(parseEnvelope(copy), [verifier])
      await expect(opened(), `byte ${at}, bit ${bit}`).rejects.toBeInstanceOf(OperatingError)
    }
})

test.each<[string, unknown]>([
  ['no object', []],
  ['no payload type', { payload: '', signatures: [{ sig: 'AA==' }] }],
  ['an empty payload type', { payloadType: '', payload: '', signatures: [{ sig: 'AA==' }] }],
  ['URL-safe base64', { payloadType: 'a', payload: '_w==', signatures: [{ sig: 'AA==' }] }],
  ['unpadded base64', { payloadType: 'a', payload: '/w', signatures: [{ sig: 'AA==' }] }],
  ['stray bits', { payloadType: 'a', payload: '/x==', signatures: [{ sig: 'AA==' }] }],
  ['no signature', { payloadType: 'a', payload: '', signatures: [] }],
  ['an empty signature', { payloadType: 'a', payload: '', signatures: [{ sig: '' }] }],
  [
    'a number for a hint',
    { payloadType: 'a', payload: '', signatures: [{ keyid: 1, sig: 'AA==' }] },
  ],
  [
    '17 signatures',
    {
      payloadType: 'a',
      payload: '',
      signatures: Array.from({ length: 17 }, () => ({ sig: 'AA==' })),
    },
  ],
])('refuses an envelope with %s', (_, value) => {
  expect(() => parseEnvelope(utf8(JSON.stringify(value)))).toThrow(
    expect.objectContaining({ code: 'envelope-malformed' }),
  )
})

test('two different contents never have the same PAE', () => {
  const content = fc.record({ type: fc.string(), payload: fc.uint8Array() })
  fc.assert(
    fc.property(content, content, (a, b) => {
      const same = toBase64(pae(a.type, a.payload)) === toBase64(pae(b.type, b.payload))
      const equal = a.type === b.type && toBase64(a.payload) === toBase64(b.payload)
      expect(same).toBe(equal)
    }),
  )
})

test('an envelope survives its encoding', () => {
  const base64 = fc.uint8Array({ minLength: 1 }).map((bytes) => toBase64(bytes))
  const envelope: fc.Arbitrary<Envelope> = fc.record({
    payloadType: fc.string({ minLength: 1 }),
    payload: base64,
    signatures: fc.array(
      fc.record({ keyid: fc.option(fc.string()), sig: base64 }, { requiredKeys: ['sig'] }),
      { minLength: 1, maxLength: 16 },
    ),
  })
  fc.assert(
    fc.property(envelope, (value) => {
      expect(parseEnvelope(encodeEnvelope(value))).toEqual(value)
    }),
  )
})
