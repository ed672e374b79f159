import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cosign, cosignedMessage, parseWitnessKey } from './cosignature.ts'
import { concatBytes, textOf, toBase64, utf8 } from './encoding.ts'
import { parseNote } from './note.ts'
import { flipAt, noteKey, signEd25519, witnessKey } from './note-keys.fixture.ts'
import { checkpointOf300, logKey, policy, proofOfBeta } from './tlog-vectors.fixture.ts'

const vkey = policy.split('\n')[1]?.split(' ')[2] ?? ''
const witness = parseWitnessKey(vkey)
const sign = (message: Uint8Array<ArrayBuffer>) => signEd25519(32, message)
const timeSeconds = 1_700_000_000
const code = (expected: string): unknown => expect.objectContaining({ code: expected })

const noteOfBeta = proofOfBeta.slice(proofOfBeta.indexOf('\n\n') + 2)
const cosignatureIn = (note: string) => {
  const { text, signatures } = parseNote(note)
  const signature = signatures[1]?.signature ?? new Uint8Array()
  return { text: utf8(text), signature }
}

test('the worked examples: key, signature and time', async () => {
  expect(witnessKey('witness.example/w1', 32).vkey).toBe(vkey)
  expect(witness).toMatchObject({ name: 'witness.example/w1', keyId: 0x20324abe, type: 4 })
  for (const note of [noteOfBeta, checkpointOf300]) {
    const { text, signature } = cosignatureIn(note)
    expect(await witness.verify(text, signature)).toBe(true)
    expect(witness.timeOf(signature)).toBe(timeSeconds)
    expect(toBase64(await cosign(text, timeSeconds, sign))).toBe(toBase64(signature))
  }
})

test('what is signed: a header, the time, and the whole text', () => {
  const { text } = cosignatureIn(noteOfBeta)
  expect(textOf(cosignedMessage(text, timeSeconds))).toBe(
    `cosignature/v1\ntime 1700000000\n${textOf(text)}`,
  )
})

test('property: a cosignature holds for its own text and time only', async () => {
  const anyTime = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER))
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), anyTime, anyTime, async (a, b, at, then) => {
      const signature = await cosign(utf8(a), at, sign)
      expect(await witness.verify(utf8(a), signature)).toBe(true)
      expect(witness.timeOf(signature)).toBe(at)
      expect(await witness.verify(utf8(b), signature)).toBe(a === b)
      const moved = signature.slice()
      new DataView(moved.buffer).setBigUint64(0, BigInt(then))
      expect(await witness.verify(utf8(a), moved)).toBe(at === then)
    }),
    { numRuns: 100 },
  )
})

test('negative space: every bit of time and signature counts', async () => {
  const { text, signature } = cosignatureIn(noteOfBeta)
  for (let bit = 0; bit < signature.length * 8; bit++) {
    const flipped = signature.slice()
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(await witness.verify(text, flipped), `bit ${bit}`).toBe(false)
  }
})

test('negative space: every character of the text counts', async () => {
  const { text, signature } = cosignatureIn(noteOfBeta)
  const read = textOf(text)
  for (let n = 0; n < read.length; n++)
    expect(await witness.verify(utf8(flipAt(read, n)), signature), `character ${n}`).toBe(false)
})

test('signatures of any other length or kind are false, never an exception', async () => {
  const { text, signature } = cosignatureIn(noteOfBeta)
  for (const size of [0, 1, 7, 8, 63, 64, 71])
    expect(await witness.verify(text, signature.slice(0, size)), `${size} bytes`).toBe(false)
  expect(await witness.verify(text, concatBytes(signature, Uint8Array.of(0)))).toBe(false)
  // A plain signature of the text is no cosignature, nor is one that lacks the header.
  const plain = await signEd25519(32, text)
  expect(await witness.verify(text, plain)).toBe(false)
  expect(await witness.verify(text, concatBytes(signature.slice(0, 8), plain))).toBe(false)
  const beyond = signature.slice()
  beyond.fill(0xff, 0, 8)
  expect(await witness.verify(text, beyond)).toBe(false)
})

test('another witness did not sign', async () => {
  const { text, signature } = cosignatureIn(noteOfBeta)
  const other = parseWitnessKey(witnessKey('witness.example/w1', 64).vkey)
  expect(await other.verify(text, signature)).toBe(false)
})

test('a log key is no witness key', () => {
  expect(() => parseWitnessKey(logKey)).toThrow(code('key-unsupported'))
  expect(() => parseWitnessKey(noteKey('w.example', 32).vkey)).toThrow(code('key-unsupported'))
  expect(() => parseWitnessKey('')).toThrow(code('key-malformed'))
})

test('a time is whole and not negative', async () => {
  for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53])
    await expect(cosign(utf8('a\n'), wrong, sign)).rejects.toThrow('assertion failed')
})
