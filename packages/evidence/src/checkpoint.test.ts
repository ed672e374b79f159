import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { fromBase64, toBase64 } from './encoding.ts'
import { isKeyName, openNote, parseVerifierKey, signNote } from './note.ts'
import { flipAt, noteKey } from './note-keys.fixture.ts'
import { checkpointOf300, logKey, proofOfBeta, rootOf3Base64 } from './tlog-vectors.fixture.ts'

const origin = 'ledger.example/eval'
const log = noteKey(origin, 0)
const verifier = parseVerifierKey(logKey)
const text = `${origin}\n3\n${rootOf3Base64}\n`
const code = (expected: unknown): unknown => expect.objectContaining({ code: expected })

test('the worked examples', async () => {
  const checkpoint = { origin, size: 3, root: fromBase64(rootOf3Base64) }
  expect(formatCheckpoint(checkpoint)).toBe(text)
  expect(parseCheckpoint(text)).toEqual(checkpoint)
  const note = proofOfBeta.slice(proofOfBeta.indexOf('\n\n') + 2)
  expect(await openCheckpoint(note, verifier)).toEqual(checkpoint)
  expect(await openCheckpoint(checkpointOf300, verifier)).toMatchObject({ origin, size: 300 })
})

const anyCheckpoint = fc.record({
  origin: fc.string({ minLength: 1, maxLength: 40 }).filter(isKeyName),
  size: fc.maxSafeNat(),
  root: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Uint8Array(bytes)),
})

test('property: a checkpoint reads back', () => {
  fc.assert(
    fc.property(anyCheckpoint, (checkpoint) => {
      expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint)
    }),
  )
})

test('property: a text that is read is the one text of its checkpoint', () => {
  fc.assert(
    fc.property(anyCheckpoint, fc.nat(), fc.string({ maxLength: 3 }), (checkpoint, at, other) => {
      const written = formatCheckpoint(checkpoint)
      const place = at % (written.length + 1)
      const changed = written.slice(0, place) + other + written.slice(place)
      const read = (() => {
        try {
          return formatCheckpoint(parseCheckpoint(changed))
        } catch (error) {
          return error
        }
      })()
      expect([changed, code('checkpoint-malformed')]).toContainEqual(read)
    }),
    { numRuns: 500 },
  )
})

test('negative space: every character of the signed text counts', async () => {
  const note = await signNote(text, [log.signer])
  await openCheckpoint(note, verifier)
  for (let n = 0; n < note.length; n++)
    await expect(openCheckpoint(flipAt(note, n), verifier), `character ${n}`).rejects.toEqual(
      code(expect.stringMatching(/^note-(malformed|signature-invalid)$/)),
    )
})

test.each([
  ['nothing', ''],
  ['two lines', `${origin}\n3\n`],
  ['no final line feed', text.slice(0, -1)],
  ['an extension line', `${text}extension\n`],
  ['an empty line', `${origin}\n\n3\n${rootOf3Base64}\n`],
  ['line endings of Windows', text.replaceAll('\n', '\r\n')],
  ['no origin', `\n3\n${rootOf3Base64}\n`],
  ['a space in its origin', `a b\n3\n${rootOf3Base64}\n`],
  ['a plus in its origin', `a+b\n3\n${rootOf3Base64}\n`],
  ['no size', `${origin}\n\n${rootOf3Base64}\n`],
  ['a leading zero', `${origin}\n03\n${rootOf3Base64}\n`],
  ['a sign', `${origin}\n+3\n${rootOf3Base64}\n`],
  ['a negative size', `${origin}\n-3\n${rootOf3Base64}\n`],
  ['a space before the size', `${origin}\n 3\n${rootOf3Base64}\n`],
  ['a hexadecimal size', `${origin}\n0x3\n${rootOf3Base64}\n`],
  ['an exponent', `${origin}\n3e0\n${rootOf3Base64}\n`],
  ['a size that no number holds', `${origin}\n9007199254740993\n${rootOf3Base64}\n`],
  ['a short root', `${origin}\n3\n${toBase64(new Uint8Array(31))}\n`],
  ['a long root', `${origin}\n3\n${toBase64(new Uint8Array(33))}\n`],
  ['a root without padding', `${origin}\n3\n${rootOf3Base64.slice(0, -1)}\n`],
  ['a root in the alphabet of URLs', `${origin}\n3\n${'_'.repeat(43)}=\n`],
])('a checkpoint with %s is malformed', (_, wrong) => {
  expect(() => parseCheckpoint(wrong)).toThrow(code('checkpoint-malformed'))
})

test('a good signature does not make a good checkpoint', async () => {
  const wrong = await signNote('a poem\n', [log.signer])
  await openNote(wrong, [verifier])
  await expect(openCheckpoint(wrong, verifier)).rejects.toEqual(code('checkpoint-malformed'))
})

test('the origin is the name of the key', async () => {
  const other = `another.example\n3\n${rootOf3Base64}\n`
  const note = await signNote(other, [log.signer])
  await expect(openCheckpoint(note, verifier)).rejects.toThrow('not of `ledger.example/eval`')
})

test('the largest tree, and what is no checkpoint to begin with', () => {
  const root = new Uint8Array(32)
  const largest = { origin, size: Number.MAX_SAFE_INTEGER, root }
  expect(parseCheckpoint(formatCheckpoint(largest))).toEqual(largest)
  expect(() => formatCheckpoint({ origin: 'a b', size: 0, root })).toThrow('assertion failed')
  expect(() => formatCheckpoint({ origin, size: -1, root })).toThrow('assertion failed')
  expect(() => formatCheckpoint({ origin, size: 2 ** 53, root })).toThrow('assertion failed')
  expect(() => formatCheckpoint({ origin, size: 0, root: new Uint8Array(31) })).toThrow(
    'assertion failed',
  )
})
