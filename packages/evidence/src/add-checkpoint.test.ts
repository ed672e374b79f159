import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts'
import { fromBase64, toBase64 } from './encoding.ts'
import { consistencyFrom1Base64, proofOfBeta } from './tlog-vectors.fixture.ts'

const checkpoint = proofOfBeta.slice(proofOfBeta.indexOf('\n\n') + 2)
const malformed: unknown = expect.objectContaining({ code: 'proof-malformed' })

test('the worked example: from size 1 to size 3', () => {
  const proof = consistencyFrom1Base64.map((line) => fromBase64(line))
  const text = formatAddCheckpoint({ oldSize: 1, proof, checkpoint })
  expect(text).toBe(`old 1\n${consistencyFrom1Base64.join('\n')}\n\n${checkpoint}`)
  expect(parseAddCheckpoint(text)).toEqual({ oldSize: 1, proof, checkpoint })
  const first = `old 0\n\n${checkpoint}`
  expect(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint })).toBe(first)
  expect(parseAddCheckpoint(first)).toEqual({ oldSize: 0, proof: [], checkpoint })
})

test('property: what is written is read back', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.array(hash, { maxLength: 63 }),
      fc.string(),
      (oldSize, proof, note) => {
        const read = parseAddCheckpoint(formatAddCheckpoint({ oldSize, proof, checkpoint: note }))
        expect(read).toEqual({ oldSize, proof, checkpoint: note })
      },
    ),
  )
})

const hash = toBase64(new Uint8Array(32))

test.each([
  ['nothing', ''],
  ['no blank line', 'old 0\n'],
  ['no size', `\n\n${checkpoint}`],
  ['another word', `new 0\n\n${checkpoint}`],
  ['a zero in front', `old 01\n\n${checkpoint}`],
  ['a sign', `old +1\n\n${checkpoint}`],
  ['a size beyond whole numbers', `old 9007199254740992\n\n${checkpoint}`],
  ['a carriage return', `old 1\r\n\n${checkpoint}`],
  ['a short hash', `old 1\n${toBase64(new Uint8Array(31))}\n\n${checkpoint}`],
  ['a hash without padding', `old 1\n${hash.slice(0, -1)}\n\n${checkpoint}`],
  ['64 hashes', `old 1\n${`${hash}\n`.repeat(64)}\n${checkpoint}`],
])('refuses %s', (_, text) => {
  expect(() => parseAddCheckpoint(text)).toThrow(malformed)
})
