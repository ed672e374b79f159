import fc from 'fast-check'
import { expect, test } from 'vitest'
import keys from '../../../spec/vectors/keys.json' with { type: 'json' }
import {
  type CurveName,
  derToRawSignature,
  ecdsaVerifier,
  keyHint,
  rawToDerSignature,
} from './ecdsa.ts'
import { ecdsaSigner } from './ecdsa-signer.ts'
import { type Bytes, concatBytes, fromHex, toHex, utf8 } from './encoding.ts'

const curves: readonly CurveName[] = ['P-256', 'P-384', 'P-521']
const sizeBytes = { 'P-256': 32, 'P-384': 48, 'P-521': 66 } as const
const message = utf8('what was signed')

test.each(curves)('%s: names a key by the hint that model-signing 1.1.1 wrote', (curve) => {
  const { publicKeyPem, hint } = keys[curve]
  expect(keyHint(publicKeyPem)).toBe(hint)
  // Line ends and widths of the file do not matter, the key does.
  expect(keyHint(publicKeyPem.replaceAll('\n', '\r\n'))).toBe(hint)
})

test.each(curves)('%s: signs, verifies, and refuses every changed byte', async (curve) => {
  const signer = await ecdsaSigner(keys[curve])
  const verifier = await ecdsaVerifier(keys[curve].publicKeyPem)
  const signature = await signer.sign(message)
  expect(signer.keyId).toBe(verifier.keyId)
  expect(await verifier.verify(message, signature)).toBe(true)
  for (let at = 0; at < signature.length; at++)
    expect(await verifier.verify(message, flipped(signature, at)), `byte ${at}`).toBe(false)
  for (let at = 0; at < message.length; at++)
    expect(await verifier.verify(flipped(message, at), signature), `byte ${at}`).toBe(false)
  expect(await verifier.verify(message, concatBytes(signature, Uint8Array.of(0)))).toBe(false)
})

test.each(curves)('%s: DER and r ‖ s are each other’s inverse', (curve) => {
  const size = 2 * sizeBytes[curve]
  fc.assert(
    fc.property(fc.uint8Array({ minLength: size, maxLength: size }), (raw) => {
      expect(derToRawSignature(rawToDerSignature(raw, curve), curve)).toEqual(raw)
    }),
  )
})

test.each([
  ['empty', ''],
  ['not a sequence', '3106020101020101'],
  ['negative integer', '3006020180020101'],
  ['padded integer', '300702020001020101'],
  ['empty integer', '30050200020101'],
  ['trailing byte inside', '300702010102010100'],
  ['trailing byte outside', '300602010102010100'],
  ['long form of a short length', '308106020101020101'],
  ['indefinite length', '30800201010201010000'],
  ['cut short', '3006020101'],
  ['third integer', '3009020101020101020101'],
  ['wider than the curve', `3026022101${'00'.repeat(32)}020101`],
])('refuses DER that is %s', (_, hex) => {
  expect(() => derToRawSignature(fromHex(hex), 'P-256')).toThrow('not strict DER')
})

test('reads the smallest strict DER', () => {
  const raw = derToRawSignature(fromHex('3006020101020101'), 'P-256')
  const one = `${'00'.repeat(31)}01`
  expect(toHex(raw)).toBe(one + one)
})

test.each([
  ['no PEM', 'hello'],
  ['a private key', keys['P-256'].privateKeyPem],
  ['two blocks', keys['P-256'].publicKeyPem.repeat(2)],
  ['text around', `key: ${keys['P-256'].publicKeyPem}`],
])('refuses %s as a public key', async (_, pem) => {
  await expect(ecdsaVerifier(pem)).rejects.toMatchObject({ code: 'key-malformed' })
})

test('refuses other kinds of key, and points off the curve', async () => {
  const ed25519 =
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n'
  await expect(ecdsaVerifier(ed25519)).rejects.toMatchObject({ code: 'key-unsupported' })
  const off = keys['P-256'].publicKeyPem.replace('yqw==', 'yqg==')
  await expect(ecdsaVerifier(off)).rejects.toMatchObject({ code: 'key-malformed' })
})

test('refuses a private key with the public half of another', async () => {
  const other =
    '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZ805D3eqNZywjCI19lInBJOp7YMr\nCrzAH3CVTAOQ0jgMeCvVTiaRJaRPRDOv8UMs6U4SvKc6pnrIDOoSYI3fdA==\n-----END PUBLIC KEY-----\n'
  const { privateKeyPem } = keys['P-256']
  await expect(ecdsaSigner({ privateKeyPem, publicKeyPem: other })).rejects.toThrow(
    'do not belong together',
  )
  await expect(
    ecdsaSigner({ privateKeyPem, publicKeyPem: keys['P-384'].publicKeyPem }),
  ).rejects.toMatchObject({ code: 'key-malformed' })
})

function flipped(bytes: Bytes, at: number): Bytes {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
