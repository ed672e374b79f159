import { expect, test } from 'vitest'
import decisions from '../../../spec/vectors/decisions.json' with { type: 'json' }
import keys from '../../../spec/vectors/keys.json' with { type: 'json' }
import { groupSalt } from './commitment.ts'
import { signEnvelope } from './dsse.ts'
import { ecdsaVerifier } from './ecdsa.ts'
import { ecdsaSigner } from './ecdsa-signer.ts'
import { fromHex, textOf, toBase64, utf8 } from './encoding.ts'
import type { JsonValue } from './json.ts'
import { encodeLedgerEntry } from './ledger-entry.ts'
import { noteKey } from './note-keys.fixture.ts'
import { type Erasure, erasure } from './predicates/erasure.ts'
import { encodeReceipt, parseReceipt, type Receipt, receiptType, verifyReceipt } from './receipt.ts'
import { logOf } from './small-log.fixture.ts'
import { encodeStatement, makeStatement, statementPayloadType } from './statement.ts'
import { trustLogOnly } from './trust-policy.ts'

const origin = 'example.org/decisions'
const evidence = 'example.org/evidence'
const logKey = noteKey(origin, 0).vkey
const evidenceKey = noteKey(evidence, 64).vkey
const index = 2
const log = await logOf(['a', 'b', decisions.entry, 'd', 'e'], origin)
const values: Readonly<Record<string, JsonValue>> = decisions.groups
const code = (expected: string): unknown => expect.objectContaining({ code: expected })

const shown = (...names: readonly string[]): Receipt['revealed'] =>
  Object.fromEntries(
    names.map((name) => [
      name,
      {
        salt: toBase64(groupSalt(fromHex(decisions.recordSalt), name)),
        value: values[name] ?? null,
      },
    ]),
  )

async function receiptOf(given: Partial<Receipt> = {}): Promise<Receipt> {
  const proof = await log.proofOf(index)
  const entry = decisions.entry
  return { type: receiptType, entry, revealed: {}, proof, logKey, erasure: null, ...given }
}

const whole: Erasure = {
  erasureId: 'e1',
  state: 'pending',
  reason: 'request',
  requestedAt: '2026-02-01T00:00:00Z',
  statedAt: '2026-02-01T00:00:01Z',
  epoch: 3,
  entries: [
    {
      log: origin,
      ranges: [
        { from: 0, to: 1 },
        { from: index, to: index + 1 },
      ],
    },
  ],
  stores: [{ store: 'vault', outcome: 'erased' }],
  pendingIndex: null,
}

async function stated(predicate: Erasure): Promise<NonNullable<Receipt['erasure']>> {
  const signer = await ecdsaSigner(keys['P-256'])
  const subject = [{ name: origin, digest: { sha256: 'ab'.repeat(32) } }]
  const payload = encodeStatement(makeStatement(erasure, subject, predicate))
  const envelope = await signEnvelope({ payload, payloadType: statementPayloadType }, signer)
  const { entry, blob } = encodeLedgerEntry(envelope)
  const { proofOf } = await logOf(['x', textOf(entry)], evidence, 64)
  return {
    entry: textOf(entry),
    envelope: blob === null ? null : textOf(blob.bytes),
    proof: await proofOf(1),
    logKey: evidenceKey,
    publicKey: keys['P-256'].publicKeyPem,
  }
}

const verify = (receipt: Receipt, ...given: readonly Parameters<typeof verifyReceipt>[1][]) =>
  verifyReceipt(encodeReceipt(receipt), given[0])

test('what is shown is what was committed to', async () => {
  const receipt = await receiptOf({ revealed: shown('subject', 'output', 'input/income') })
  expect(parseReceipt(encodeReceipt(receipt))).toEqual(receipt)
  expect(await verify(receipt)).toMatchObject({
    verdict: 'valid',
    origin,
    index,
    revealed: { subject: 'p-1042', 'input/income': 52_000.5 },
    hidden: ['context', 'explanation', 'id', 'input'],
    logEstablished: false,
    summary:
      'valid; not shown: context, explanation, id, input; origin not established; unwitnessed',
  })
  const pinned = await verify(receipt, { decisions: trustLogOnly(logKey) })
  expect(pinned.summary).toContain('; origin established; ')
})

test('another value, salt or name is refused', async () => {
  const { subject, output } = shown('subject', 'output')
  if (subject === undefined || output === undefined) throw new Error('both are shown')
  for (const revealed of [
    { subject: { ...subject, value: 'p-1043' } },
    { subject: { ...subject, salt: output.salt } },
    { id: subject },
    { 'input/age': subject },
    { toString: subject },
  ])
    await expect(verify(await receiptOf({ revealed }))).rejects.toThrow(code('proof-invalid'))
  const short = { subject: { ...subject, salt: 'AAAA' } }
  await expect(verify(await receiptOf({ revealed: short }))).rejects.toThrow(
    code('receipt-malformed'),
  )
})

test('nothing shown and nothing stated: withheld', async () => {
  expect(await verify(await receiptOf())).toMatchObject({
    verdict: 'withheld',
    summary: 'valid, content withheld; origin not established; unwitnessed',
  })
})

test('nothing shown, and a statement covers the entry: erased', async () => {
  const receipt = await receiptOf({ erasure: await stated(whole) })
  const own = await verify(receipt)
  expect(own).toMatchObject({ verdict: 'erased', erasure: { index: 1, state: 'pending' } })
  expect(own.summary).toBe(
    'valid, content erased (statement 1, pending); origin not established; erasure by whom not established; unwitnessed',
  )
  const given = {
    decisions: trustLogOnly(logKey),
    evidence: trustLogOnly(evidenceKey),
    keys: [await ecdsaVerifier(keys['P-256'].publicKeyPem)],
  }
  expect((await verify(receipt, given)).erasureEstablished).toBe(true)
})

test('a statement that is long enough to be kept outside its log', async () => {
  const ranges = Array.from({ length: 5_000 }, (_, n) => ({ from: 2 * n, to: 2 * n + 1 }))
  const long = await stated({ ...whole, entries: [{ log: origin, ranges }] })
  expect(long.envelope).not.toBeNull()
  expect(await verify(await receiptOf({ erasure: long }))).toMatchObject({ verdict: 'erased' })
  await expect(verify(await receiptOf({ erasure: { ...long, envelope: null } }))).rejects.toThrow(
    code('receipt-malformed'),
  )
})

test('a statement about another entry or another log does not cover it: withheld', async () => {
  for (const entries of [
    [
      {
        log: origin,
        ranges: [
          { from: 0, to: 2 },
          { from: 3, to: 9 },
        ],
      },
    ],
    [{ log: `${origin}2`, ranges: [{ from: 0, to: 9 }] }],
  ]) {
    const statement = await stated({ ...whole, entries })
    expect(await verify(await receiptOf({ erasure: statement }))).toMatchObject({
      verdict: 'withheld',
      erasure: null,
    })
  }
})

test('a statement that is signed or logged by somebody else is refused where keys are given', async () => {
  const receipt = await receiptOf({ erasure: await stated(whole) })
  const other = [await ecdsaVerifier(keys['P-384'].publicKeyPem)]
  await expect(verify(receipt, { keys: other })).rejects.toThrow(code('envelope-signature-invalid'))
  await expect(verify(receipt, { evidence: trustLogOnly(logKey) })).rejects.toThrow(
    code('note-signature-invalid'),
  )
})

test('an entry that the proof does not lead to: missing', async () => {
  const entry = decisions.entry.replace('"sequence":0', '"sequence":1')
  expect(await verify(await receiptOf({ entry, revealed: shown('output') }))).toMatchObject({
    verdict: 'missing',
  })
})

test('a holder keeps a valid receipt after its operator has erased the decision', async () => {
  const receipt = await receiptOf({ revealed: shown('output'), erasure: await stated(whole) })
  const report = await verify(receipt)
  expect(report.verdict).toBe('valid')
  expect(report.summary).toContain('its operator has erased it (statement 1, pending)')
})

test.each([
  ['no object', '[]'],
  ['another type', '{"type":"x"}'],
  ['not JSON', '{'],
])('no receipt: %s', (_, text) => {
  expect(() => parseReceipt(utf8(text))).toThrow(code('receipt-malformed'))
})
