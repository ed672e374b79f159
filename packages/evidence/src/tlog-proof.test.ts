import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, toBase64, utf8 } from './encoding.ts'
import { OperatingError } from './errors.ts'
import { logOf } from './small-log.fixture.ts'
import { flipAt, noteKey, witnessKey } from './note-keys.fixture.ts'
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts'
import { entries, logKey, policy, proofOfBeta } from './tlog-vectors.fixture.ts'
import { parseTrustPolicy, trustLogOnly } from './trust-policy.ts'

const trust = parseTrustPolicy(policy)
const beta = utf8('beta')
const code = (expected: unknown): unknown => expect.objectContaining({ code: expected })

test('the worked example', async () => {
  expect(await verifyTlogProof({ proof: proofOfBeta, entry: beta, trust })).toMatchObject({
    index: 1,
    checkpoint: { origin: 'ledger.example/eval', size: 3 },
    witnesses: [{ name: 'w1', timeSeconds: 1_700_000_000 }],
  })
  expect(formatTlogProof(parseTlogProof(proofOfBeta))).toBe(proofOfBeta)
  const { proofOf } = await logOf(entries)
  const own = await proofOf(1)
  expect(own.split('\n').slice(0, 4)).toEqual(proofOfBeta.split('\n').slice(0, 4))
})

test('property: every entry of a log is proven, and nothing else by its proof', async () => {
  const logOnly = trustLogOnly(logKey)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), async (size, a, b) => {
      const texts = Array.from({ length: size }, (_, n) => `entry-${n}`)
      const { proofOf } = await logOf(texts)
      const [index, other] = [a % size, b % size]
      const proof = await proofOf(index)
      const claim = { proof, trust: logOnly }
      const isProven = (n: number) =>
        verifyTlogProof({ ...claim, entry: utf8(`entry-${n}`) }).then(
          (proven) => proven.index === index,
          (error: unknown) => (error instanceof OperatingError ? error.code : error),
        )
      expect(await isProven(index)).toBe(true)
      expect(await isProven(other)).toBe(index === other || 'proof-invalid')
    }),
    { numRuns: 60 },
  )
})

const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((b) => new Uint8Array(b))

test('property: a proof reads back', () => {
  fc.assert(
    fc.property(
      fc.option(bytes(0, 50)),
      fc.maxSafeNat(),
      fc.array(bytes(32, 32), { maxLength: 63 }),
      (extra, index, hashes) => {
        const proof = { extra, index, hashes, checkpoint: 'a\n\n— b AAAAAAAA\n' }
        expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof)
      },
    ),
  )
})

test('negative space: every character of a proof counts', async () => {
  for (let n = 0; n < proofOfBeta.length; n++)
    await expect(
      verifyTlogProof({ proof: flipAt(proofOfBeta, n), entry: beta, trust }),
      `character ${n}`,
    ).rejects.toEqual(
      code(
        expect.stringMatching(
          /^(proof-(malformed|invalid)|note-(malformed|signature-invalid)|trust-not-met)$/,
        ),
      ),
    )
})

test('negative space: every bit of an entry counts', async () => {
  for (let bit = 0; bit < beta.length * 8; bit++) {
    const entry = beta.slice()
    entry[bit >> 3] = (entry[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    await expect(verifyTlogProof({ proof: proofOfBeta, entry, trust })).rejects.toEqual(
      code('proof-invalid'),
    )
  }
})

test('negative space: cut anywhere, or with something after its end', async () => {
  for (let n = 0; n < proofOfBeta.length; n++) {
    const attempt = verifyTlogProof({ proof: proofOfBeta.slice(0, n), entry: beta, trust })
    await expect(attempt, `cut at ${n}`).rejects.toMatchObject({ name: 'OperatingError' })
  }
  for (const more of ['\n', ' ', '\n\n', 'x'])
    await expect(
      verifyTlogProof({ proof: proofOfBeta + more, entry: beta, trust }),
    ).rejects.toMatchObject({ name: 'OperatingError' })
})

test('hashes left out, added, doubled or swapped prove nothing', async () => {
  const { hashes, ...rest } = parseTlogProof(proofOfBeta)
  const [first = new Uint8Array(), second = new Uint8Array()] = hashes
  for (const wrong of [[], [first], [second, first], [first, second, second], [first, first]]) {
    const proof = formatTlogProof({ ...rest, hashes: wrong })
    await expect(verifyTlogProof({ proof, entry: beta, trust })).rejects.toEqual(
      code('proof-invalid'),
    )
  }
})

test('an index beyond the tree is refused', async () => {
  const read = parseTlogProof(proofOfBeta)
  for (const index of [0, 2, 3, 4, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER])
    await expect(
      verifyTlogProof({ proof: formatTlogProof({ ...read, index }), entry: beta, trust }),
      `index ${index}`,
    ).rejects.toEqual(code('proof-invalid'))
})

test('the trust policy decides whose log, and who saw it', async () => {
  const claim = { proof: proofOfBeta, entry: beta }
  const stranger = noteKey('ledger.example/eval', 64).vkey
  await expect(verifyTlogProof({ ...claim, trust: trustLogOnly(stranger) })).rejects.toEqual(
    code('note-signature-invalid'),
  )
  const other = witnessKey('witness.example/w2', 64).vkey
  const more = parseTrustPolicy(`${policy.replace('quorum w1', `witness w2 ${other}`)}quorum w2\n`)
  await expect(verifyTlogProof({ ...claim, trust: more })).rejects.toEqual(code('trust-not-met'))
})

test('extra data are carried and trusted by nobody', async () => {
  const { proofOf } = await logOf(['only'])
  const claim = { entry: utf8('only'), trust: trustLogOnly(logKey) }
  for (const extra of [utf8('anything'), new Uint8Array()]) {
    const proof = await proofOf(0, extra)
    expect(parseTlogProof(proof).extra).toEqual(extra)
    await verifyTlogProof({ ...claim, proof })
  }
  // A tree of one entry has a proof without hashes.
  expect(parseTlogProof(await proofOf(0))).toMatchObject({ extra: null, hashes: [] })
})

const hash = toBase64(fromBase64('KhWNiv1I4/iMtBld/bKp5IF9lfpX/TREDZP5quXE+Cs='))
const head = 'c2sp.org/tlog-proof@v1\n'
const tail = '\n\na.example\n1\nx\n\n— a.example AAAAAAAA\n'

test.each([
  ['nothing', ''],
  ['only a header', head],
  ['no blank line', `${head}index 1\n${hash}\n`],
  ['another version', `c2sp.org/tlog-proof@v2\nindex 1\n${hash}${tail}`],
  ['no header', `index 1\n${hash}${tail}`],
  ['no index', `${head}${hash}${tail}`],
  ['a leading zero', `${head}index 01${tail}`],
  ['a negative index', `${head}index -1${tail}`],
  ['an index with a space after it', `${head}index 1 ${tail}`],
  ['an index that no number holds', `${head}index 9007199254740993${tail}`],
  ['extra data after the index', `${head}index 1\nextra AAAA${tail}`],
  ['extra data twice', `${head}extra AAAA\nextra AAAA\nindex 1${tail}`],
  ['extra data that are no base64', `${head}extra *\nindex 1${tail}`],
  ['a short hash', `${head}index 1\n${toBase64(new Uint8Array(31))}${tail}`],
  ['a long hash', `${head}index 1\n${toBase64(new Uint8Array(33))}${tail}`],
  ['a hash that is no base64', `${head}index 1\n${hash.slice(1)}${tail}`],
  ['a space before a hash', `${head}index 1\n ${hash}${tail}`],
  ['64 hashes', `${head}index 1\n${Array.from({ length: 64 }, () => hash).join('\n')}${tail}`],
  ['line endings of Windows', `${head}index 1\n${hash}${tail}`.replaceAll('\n', '\r\n')],
])('a proof with %s is malformed', (_, wrong) => {
  expect(() => parseTlogProof(wrong)).toThrow(code('proof-malformed'))
})
