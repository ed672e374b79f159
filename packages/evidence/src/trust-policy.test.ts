import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8 } from './encoding.ts'
import { signNote } from './note.ts'
import { flipAt, noteKey, type SeedStart, witnessKey } from './note-keys.fixture.ts'
import {
  checkpointOf300,
  logKey,
  policy,
  proofOfBeta,
  rootOf3Base64,
} from './tlog-vectors.fixture.ts'
import { checkTrust, parseTrustPolicy, trustLogOnly } from './trust-policy.ts'

const origin = 'ledger.example/eval'
const log = noteKey(origin, 0)
const text = `${origin}\n3\n${rootOf3Base64}\n`
const noteOfBeta = proofOfBeta.slice(proofOfBeta.indexOf('\n\n') + 2)
const code = (expected: unknown): unknown => expect.objectContaining({ code: expected })

const witnesses = ([32, 64, 96, 128] as const satisfies SeedStart[]).map((start, n) =>
  witnessKey(`witness.example/w${n + 1}`, start),
)
const witnessLines = witnesses.map(({ vkey }, n) => `witness w${n + 1} ${vkey}`).join('\n')

/** The checkpoint signed by the log and cosigned by some witnesses, by number from 1. */
async function cosigned(...numbers: readonly number[]): Promise<string> {
  const lines = await Promise.all(
    numbers.map(async (n) => witnesses[n - 1]?.line(utf8(text), 1_700_000_000 + n)),
  )
  return (await signNote(text, [log.signer])) + lines.join('')
}

const policyOf = (...lines: readonly string[]) =>
  parseTrustPolicy(`log ${logKey}\n${witnessLines}\n${lines.join('\n')}\n`)

const isMet = async (note: string, ...lines: readonly string[]): Promise<boolean> => {
  try {
    await checkTrust(note, policyOf(...lines))
    return true
  } catch (error) {
    expect(error).toEqual(code('trust-not-met'))
    return false
  }
}

test('the worked examples', async () => {
  const trust = parseTrustPolicy(policy)
  const witnessed = [{ name: 'w1', timeSeconds: 1_700_000_000 }]
  expect(await checkTrust(noteOfBeta, trust)).toMatchObject({
    checkpoint: { origin, size: 3 },
    witnesses: witnessed,
  })
  expect(await checkTrust(checkpointOf300, trust)).toMatchObject({
    checkpoint: { size: 300 },
    witnesses: witnessed,
  })
})

test('a witness, a group, or nobody must have cosigned', async () => {
  const cases: readonly (readonly [quorum: readonly string[], (n: number) => boolean])[] = [
    [['quorum none'], () => true],
    [['quorum w2'], (set) => (set & 2) !== 0],
    [['group g any w1 w2 w3', 'quorum g'], (set) => (set & 7) !== 0],
    [['group g all w1 w2 w3', 'quorum g'], (set) => (set & 7) === 7],
    [['group g 1 w4', 'quorum g'], (set) => (set & 8) !== 0],
    [['group g 2 w1 w2 w3', 'quorum g'], (set) => [3, 5, 6, 7].includes(set & 7)],
    [['group g 3 w1 w2 w3', 'quorum g'], (set) => (set & 7) === 7],
    [
      ['group a any w1 w2', 'group b all w3 w4', 'group c all a b', 'quorum c'],
      (set) => (set & 3) !== 0 && (set & 12) === 12,
    ],
    [
      ['group a all w1 w2', 'group b 2 a w3 w4', 'quorum b'],
      (set) => Number((set & 3) === 3) + Number((set & 4) !== 0) + Number((set & 8) !== 0) >= 2,
    ],
    // A group that the quorum does not name asks for nothing.
    [['group a all w1 w2 w3 w4', 'quorum none'], () => true],
  ]
  for (let set = 0; set < 16; set++) {
    const note = await cosigned(...[1, 2, 3, 4].filter((n) => (set & (1 << (n - 1))) !== 0))
    for (const [lines, expected] of cases)
      expect(await isMet(note, ...lines), `${lines.join('; ')} by ${set}`).toBe(expected(set))
  }
})

test('every witness that cosigned is named, also beyond the quorum, with its own time', async () => {
  const trust = policyOf('group g any w1 w2 w3', 'quorum g')
  expect((await checkTrust(await cosigned(3, 1), trust)).witnesses).toEqual([
    { name: 'w1', timeSeconds: 1_700_000_001 },
    { name: 'w3', timeSeconds: 1_700_000_003 },
  ])
})

test('one cosignature counts once, however often it stands in the note', async () => {
  const note = await cosigned(1, 1, 1)
  expect(await isMet(note, 'group g 2 w1 w2 w3', 'quorum g')).toBe(false)
  expect((await checkTrust(note, policyOf('quorum w1'))).witnesses).toHaveLength(1)
})

test('a log that is not the one of the policy, or did not sign, is refused whoever cosigned', async () => {
  const note = await cosigned(1, 2, 3, 4)
  const other = parseTrustPolicy(`log ${noteKey(origin, 64).vkey}\nquorum none\n`)
  await expect(checkTrust(note, other)).rejects.toEqual(code('note-signature-invalid'))
  const [signedText = '', lines = ''] = note.split('\n\n')
  const unsigned = `${signedText}\n\n${lines.split('\n').slice(1).join('\n')}`
  await expect(checkTrust(unsigned, policyOf('quorum w1'))).rejects.toEqual(
    code('note-signature-invalid'),
  )
})

test('a bad cosignature by a known witness refuses the note; by an unknown one it is set aside', async () => {
  const own = await signNote(text, [log.signer])
  const forged = (await witnesses[1]?.line(utf8('another text\n'), 1)) ?? ''
  await expect(checkTrust(own + forged, policyOf('quorum none'))).rejects.toEqual(
    code('note-signature-invalid'),
  )
  const { witnesses: named } = await checkTrust(own + forged, trustLogOnly(logKey))
  expect(named).toEqual([])
})

const plainPolicy = policy.replace(' http://127.0.0.1:7380', '')

test('negative space: every character of a policy counts', async () => {
  await checkTrust(noteOfBeta, parseTrustPolicy(plainPolicy))
  for (let n = 0; n < plainPolicy.length; n++) {
    const attempt = async () => checkTrust(noteOfBeta, parseTrustPolicy(flipAt(plainPolicy, n)))
    await expect(attempt(), `character ${n}`).rejects.toEqual(
      code(expect.stringMatching(/^(trust|key)-(malformed|unsupported)$/)),
    )
  }
})

test('negative space: every character of a cosigned note counts', async () => {
  const trust = parseTrustPolicy(policy)
  for (let n = 0; n < noteOfBeta.length; n++)
    await expect(checkTrust(flipAt(noteOfBeta, n), trust), `character ${n}`).rejects.toEqual(
      code(expect.stringMatching(/^(note-malformed|note-signature-invalid|trust-not-met)$/)),
    )
})

test('spaces, tabs, comments, empty lines and other orders mean nothing', async () => {
  const spaced = `# a comment with a key: log ${logKey}\n\n \t\n\t witness\tw1  ${witnesses[0]?.vkey} \t\n   # é\nlog \t${logKey} https://ledger.example/\nquorum   w1`
  expect((await checkTrust(noteOfBeta, parseTrustPolicy(spaced))).witnesses).toHaveLength(1)
})

const [w1 = '', w2 = ''] = witnesses.map(({ vkey }) => vkey)
const l = `log ${logKey}\n`

test.each([
  ['nothing', ''],
  ['no log', 'quorum none\n'],
  ['no quorum', l],
  ['two logs', `${l}${l}quorum none\n`],
  ['two different logs', `${l}log ${noteKey('other.example', 64).vkey}\nquorum none\n`],
  ['a log without a key', 'log\nquorum none\n'],
  ['a log with too much', `log ${logKey} https://a b\nquorum none\n`],
  ['two quorums', `${l}quorum none\nquorum none\n`],
  ['the log as its own witness', `${l}witness w1 ${witnessKey('w.example', 0).vkey}\nquorum w1\n`],
  ['a quorum of two', `${l}witness w1 ${w1}\nwitness w2 ${w2}\nquorum w1 w2\n`],
  ['an empty quorum', `${l}quorum\n`],
  ['a quorum defined below', `${l}quorum w1\nwitness w1 ${w1}\n`],
  ['an unknown quorum', `${l}quorum w1\n`],
  ['a witness without a key', `${l}witness w1\nquorum none\n`],
  ['a witness called none', `${l}witness none ${w1}\nquorum none\n`],
  ['a witness defined twice', `${l}witness w1 ${w1}\nwitness w1 ${w2}\nquorum w1\n`],
  ['one witness under two names', `${l}witness w1 ${w1}\nwitness w2 ${w1}\nquorum w1\n`],
  [
    'one witness key under two key names',
    `${l}witness w1 ${w1}\nwitness w2 ${witnessKey('b.example', 32).vkey}\nquorum w1\n`,
  ],
  ['a group with the name of a witness', `${l}witness w1 ${w1}\ngroup w1 any w1\nquorum w1\n`],
  ['a group called none', `${l}witness w1 ${w1}\ngroup none any w1\nquorum none\n`],
  ['a group of itself', `${l}group g any g\nquorum g\n`],
  ['a group of nobody', `${l}group g any\nquorum g\n`],
  ['none in a group', `${l}group g any none\nquorum g\n`],
  ['a member twice', `${l}witness w1 ${w1}\ngroup g 2 w1 w1\nquorum g\n`],
  [
    'a witness in two groups',
    `${l}witness w1 ${w1}\ngroup a any w1\ngroup b any w1\ngroup c all a b\nquorum c\n`,
  ],
  ['a threshold of zero', `${l}witness w1 ${w1}\ngroup g 0 w1\nquorum g\n`],
  ['a threshold beyond its members', `${l}witness w1 ${w1}\ngroup g 2 w1\nquorum g\n`],
  ['a threshold with a sign', `${l}witness w1 ${w1}\ngroup g +1 w1\nquorum g\n`],
  ['a threshold with a zero before it', `${l}witness w1 ${w1}\ngroup g 01 w1\nquorum g\n`],
  ['a threshold that is a word', `${l}witness w1 ${w1}\ngroup g most w1\nquorum g\n`],
  ['a threshold like infinity', `${l}witness w1 ${w1}\ngroup g ${'9'.repeat(400)} w1\nquorum g\n`],
  ['a word it does not know', `${l}trust everyone\nquorum none\n`],
  ['a keyword in capitals', `LOG ${logKey}\nquorum none\n`],
  ['line endings of Windows', `log ${logKey}\r\nquorum none\r\n`],
  ['a null character', `${l}quorum none\n#\u0000\n`],
  ['a vertical tab', `${l}quorum none\n\u000b\n`],
  ['a no-break space between words', `log\u00a0${logKey}\nquorum none\n`],
  ['a byte order mark', `\ufeff${l}quorum none\n`],
  ['too many lines', `${l}quorum none\n${'\n'.repeat(1_000)}`],
])('a policy with %s is malformed', (_, wrong) => {
  expect(() => parseTrustPolicy(wrong)).toThrow(code('trust-malformed'))
})

test('a refusal names the line', () => {
  expect(() => parseTrustPolicy(`${l}\nwitness w1 ${w1}\ngroup g any w2\nquorum g\n`)).toThrow(
    'line 4: `w2` is not defined above',
  )
})

test('the keys are of the right kind', () => {
  expect(() => parseTrustPolicy(`log ${w1}\nquorum none\n`)).toThrow(code('key-unsupported'))
  expect(() => parseTrustPolicy(`${l}witness w1 ${logKey}\nquorum w1\n`)).toThrow(
    code('key-unsupported'),
  )
})

test('property: a name is compared code by code, and not as it looks', () => {
  const name = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 10 })
    // oxlint-disable-next-line no-control-regex -- what the format forbids or takes for a separator
    .filter((s) => s !== 'none' && !/[\u0000-\u0020\u007f]/.test(s) && s.isWellFormed())
  fc.assert(
    fc.property(name, name, (a, b) => {
      const read = (quorum: string) =>
        parseTrustPolicy(`${l}witness ${a} ${w1}\nquorum ${quorum}\n`)
      expect(read(a).quorum).toBe(a)
      fc.pre(a !== b)
      expect(() => read(b)).toThrow('is not defined above')
    }),
  )
  expect(() => parseTrustPolicy(`${l}witness K ${w1}\nquorum \u212a\n`)).toThrow('not defined')
})

test('thirty-two witnesses in thirty-two nested groups stay quick', async () => {
  const groups = Array.from(
    { length: 32 },
    (_, n) => `group g${n} any ${n === 0 ? 'w1' : `g${n - 1}`}`,
  )
  expect(await isMet(await cosigned(1), ...groups, 'quorum g31')).toBe(true)
  expect(await isMet(await cosigned(2), ...groups, 'quorum g31')).toBe(false)
})
