// What is committed to and sealed, byte for byte against the plain functions of the evidence package and the vectors of the format; and
// what a deployment accepts, masks, drops and keeps apart.

import {
  canonicalJson,
  commit,
  decodeDecisionContent,
  encodeDecisionContent,
  encodeDecisionEntry,
  encodeReceipt,
  fromHex,
  groupSalt,
  type JsonObject,
  type JsonValue,
  parseDecisionEntry,
  parseJson,
  parseReceipt,
  type Receipt,
  receiptType,
  sealedAssociatedData,
  textOf,
  toBase64,
  utf8,
} from '@proofhouse/evidence'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import vectors from '../../../../spec/vectors/decisions.json' with { type: 'json' }
import { checkDecision, type Decision, openDeployment } from './decision.ts'
import { decisionOf, deployments } from './decisions.fixture.ts'
import { readDeployment } from './deployment.ts'
import { decodePage, encodePage, pageAssociatedData } from './key-pages.ts'
import { outcomeIn } from './outcomes.ts'
import {
  canonicalText,
  commitDecision,
  groupsOf,
  openContent,
  seal,
  sealContent,
  sealOverheadBytes,
  unseal,
} from './sealing.ts'
import { Tagger } from './subject-keys.ts'

const at = { tenant: vectors.tenant, origin: vectors.origin }
const key = fromHex(vectors.subjectKey)

/** An object within an object, so many in all. */
function nested(levels: number): JsonObject {
  let value: JsonObject = {}
  for (let level = 1; level < levels; level++) value = { a: value }
  return value
}

function accepted(value: JsonObject) {
  const checked = checkDecision(value, deployments)
  if ('problem' in checked) throw new Error(checked.problem)
  return checked
}

test('the vectors: a decision gives the entry, its content and tag open, its page too', () => {
  const value = decisionOf(0, {
    id: 'A-77',
    subject: 'p-1042',
    output: { label: 'approved', score: 0.875 },
    input: { age: 41, income: 52_000.5, region: 'nord' },
  })
  const { decision, of } = accepted(value)
  const salt = Buffer.from(fromHex(vectors.recordSalt))
  const { content, entry } = commitDecision(decision, of, salt)
  expect(textOf(entry)).toBe(vectors.entry)
  const sealed = fromHex(vectors.sealed)
  const data = fromHex(vectors.associatedData)
  expect(sealedAssociatedData({ ...at, entry })).toEqual(data)
  expect(unseal(key, sealed, data)).toEqual(new Uint8Array(content))
  expect(openContent(key, sealed, { ...at, entry })?.groups).toEqual(vectors.groups)
  expect(new Tagger(fromHex(vectors.tagKey)).tagOf('subject', 'p-1042').toString('hex')).toBe(
    vectors.tag,
  )
  const pageData = pageAssociatedData(at, vectors.epoch, vectors.keyNumber)
  const page = unseal(fromHex(vectors.epochKey), fromHex(vectors.page), pageData)
  const tag = Buffer.from(vectors.tag, 'hex')
  const keys = [{ number: vectors.keyNumber, tag, key: Buffer.from(key) }]
  expect(decodePage(page ?? new Uint8Array())).toEqual(keys)
  expect(new Uint8Array(encodePage(keys))).toEqual(page)
})

const jsonValue = (maxDepth: number) =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it is for
  fc.jsonValue({ maxDepth }) as fc.Arbitrary<JsonValue>
const field = fc.string({ unit: 'grapheme', maxLength: 12 })
const jsonObject = fc
  .dictionary(field, jsonValue(3), { maxKeys: 8 })
  .map((value): JsonObject => value)

test('commitments, entries and contents are those of the evidence package', () => {
  const parts = fc.record({
    explanation: jsonObject,
    context: jsonObject,
    id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  })
  fc.assert(
    fc.property(parts, (given) => {
      const { decision, of } = accepted(
        decisionOf(4, { ...given, corrects: { log: 'ö/x', index: 3 } }),
      )
      const { content, entry } = commitDecision(decision, of)
      const { groups, recordSalt } = decodeDecisionContent(content)
      const { deployment, sequence, source, time, corrects } = decision
      const commitments = Object.entries(groups).map(([name, value]) => {
        const salt = groupSalt(recordSalt, name)
        return [name, toBase64(commit({ name, salt, value: canonicalJson(value) }))] as const
      })
      const plain = encodeDecisionEntry({
        type: 'https://proofhouse.dev/decision/v1',
        deployment,
        sequence,
        source,
        time,
        model: of.deployment.model,
        commitments: Object.fromEntries(commitments),
        ...(corrects === undefined ? {} : { corrects }),
      })
      expect(textOf(entry)).toBe(textOf(plain))
      expect(new Uint8Array(content)).toEqual(encodeDecisionContent({ groups, recordSalt }))
      expect(groups['explanation']).toEqual(JSON.parse(JSON.stringify(given.explanation)))
    }),
    { numRuns: 60 },
  )
})

test('canonical text is canonical JSON, and refuses what that refuses', () => {
  const odd = fc.constantFrom<JsonValue>(NaN, Infinity, '\ud800', 'a\\ud800', { '\udfff': 1 }, -0, {
    10: 1,
    9: 2,
  })
  const value = fc.oneof(jsonValue(4), odd, fc.array(odd), fc.record({ a: odd }))
  const told = (work: () => string): string => {
    try {
      return work()
    } catch (error) {
      return `refused: ${error instanceof Error ? error.message : ''}`
    }
  }
  fc.assert(
    fc.property(value, (given) => {
      expect(told(() => canonicalText(given))).toBe(told(() => textOf(canonicalJson(given))))
    }),
    { numRuns: 400 },
  )
})

test('sealed content opens with its key in its place only', () => {
  const { decision, of } = accepted(decisionOf(1))
  const committed = commitDecision(decision, of)
  const { entry } = committed
  const sealed = Buffer.alloc(committed.content.length + sealOverheadBytes)
  sealContent(key, committed, { at, into: sealed })
  const place = { ...at, entry }
  expect(openContent(key, sealed, place)?.groups['id']).toBe('A-1')
  for (const other of [
    { ...place, tenant: 'x' },
    { ...place, origin: 'x' },
    { ...place, entry: commitDecision(decision, of).entry },
  ])
    expect(openContent(key, sealed, other)).toBeNull()
  for (let n = 0; n < sealed.length; n += 7) {
    const changed = Buffer.from(sealed)
    changed[n] = (changed[n] ?? 0) ^ 1
    expect(openContent(key, changed, place)).toBeNull()
  }
  expect(unseal(key, seal(key, Buffer.alloc(0), key).subarray(1), key)).toBeNull()
})

test('fields are masked, dropped and kept apart before anything is sealed', () => {
  const input = { age: 41, income: 1, region: 'nord', iban: 'DE1', note: 'hush' }
  const { decision, of } = accepted(decisionOf(1, { input }))
  const groups = Object.fromEntries(groupsOf(decision, of))
  expect(groups['input']).toBe('{"age":41,"iban":"***","region":"nord"}')
  expect(groups['input/income']).toBe('1')
  expect(JSON.stringify(groups)).not.toMatch(/hush|DE1/)
})

const secret = 'secret-7731'
test.each<[string, JsonValue]>([
  ['no object', [secret]],
  ['`id`', decisionOf(1, { id: secret.repeat(60) })],
  ['`source`', decisionOf(1, { source: `${secret} x` })],
  ['`sequence`', decisionOf(-1)],
  ['`sequence`', decisionOf(2 ** 53)],
  ['`time`', decisionOf(1, { time: secret })],
  ['`time`', decisionOf(1, { time: '2026-13-31T12:00:00Z' })],
  ['`time`', decisionOf(1, { time: '2026-02-29T12:00:00Z' })],
  ['`explanation` nests', decisionOf(1, { explanation: nested(33) })],
  ['`context` nests', decisionOf(1, { context: nested(20_000) })],
  ['`subject`', decisionOf(1, { subject: secret.repeat(60) })],
  [
    '`subject`',
    decisionOf(1, { deployment: 'pumps', input: { pressure: 1 }, output: { alarm: true } }),
  ],
  ['`context`', decisionOf(1, { context: secret })],
  ['`corrects`', decisionOf(1, { corrects: { log: secret, index: -1 } })],
  ['`extra`', decisionOf(1, { extra: secret })],
  ['`deployment`', decisionOf(1, { deployment: secret })],
  ['`age` is no number', decisionOf(1, { input: { age: secret, income: 1, region: 'nord' } })],
  ['`age` is above 130', decisionOf(1, { input: { age: 7731, income: 1, region: 'nord' } })],
  ['`region` is none of', decisionOf(1, { input: { age: 1, income: 1, region: secret } })],
  ['`income` is missing', decisionOf(1, { input: { age: 1, region: 'nord' } })],
  [
    '`other` is not declared',
    decisionOf(1, { input: { age: 1, income: 1, region: 'nord', other: secret } }),
  ],
])('a decision is refused for %s, and no value is told', (problem, value) => {
  const checked = checkDecision(value, deployments)
  if (!('problem' in checked)) throw new Error('accepted')
  expect(checked.problem).toContain(problem === 'no object' ? 'is an object' : problem)
  expect(checked.problem).not.toContain('7731')
})

test('what is accepted can be read again: its entry, its content and a receipt that shows it', () => {
  for (const fields of [
    { time: '2024-02-29T23:59:59.123456789Z' },
    { explanation: nested(32), context: nested(32) },
    {
      explanation: parseJson(
        utf8('{"__proto__":{"x":-0},"\\ud83d\\ude00":"\\u0000","9":1,"10":1e300}'),
        'json-not-canonical',
      ),
    },
  ]) {
    const { decision, of } = accepted(decisionOf(1, fields))
    const { content, entry } = commitDecision(decision, of)
    expect(parseDecisionEntry(entry).time).toBe(decision.time)
    const { groups, recordSalt } = decodeDecisionContent(content)
    expect(groups['explanation']).toEqual(
      parseJson(canonicalJson(decision.explanation ?? {}), 'json-not-canonical'),
    )
    const shown = (name: string) =>
      [name, { salt: toBase64(groupSalt(recordSalt, name)), value: groups[name] ?? null }] as const
    const receipt: Receipt = {
      type: receiptType,
      entry: textOf(entry),
      revealed: Object.fromEntries(
        ['explanation', 'context'].filter((name) => name in groups).map(shown),
      ),
      proof: 'p',
      logKey: 'k',
      erasure: null,
    }
    expect(parseReceipt(encodeReceipt(receipt)).revealed).toEqual(receipt.revealed)
  }
})

test('declarations that cannot be kept are refused', () => {
  const base = {
    id: 'd',
    model: 'ab'.repeat(32),
    input: { a: { type: 'number' } },
    output: { label: { type: 'text' }, score: { type: 'number' } },
  }
  expect(readDeployment({ ...base, outcome: 'label' }).outcome).toBe('label')
  for (const [wrong, message] of [
    [{ outcome: 'score' }, 'which is a number'],
    [{ outcome: 'none' }, 'does not declare'],
    [{ outcome: 'label', mask: ['output/label'] }, 'masked or dropped'],
    [{ outcome: 'label', drop: ['output/label'] }, 'masked or dropped'],
    [{ apart: [`input/${'ü'.repeat(130)}`] }, 'longer than 255 bytes'],
    [{ apart: ['subject/x'] }, 'apart'],
    [{ model: 'x' }, 'model'],
    [{ unknown: 1 }, 'wrong'],
  ] as const)
    expect(() => readDeployment({ ...base, ...wrong }), message).toThrow(message)
})

test('an outcome that is kept apart is found all the same', () => {
  const of = openDeployment(
    readDeployment({ ...deployments.get('credit-eu')?.deployment, apart: ['output/label'] }),
  )
  const { decision } = accepted(decisionOf(1))
  const groups = Object.fromEntries(groupsOf(decision satisfies Decision, of))
  expect(groups['output/label']).toBe('"approved"')
  const values = Object.entries(groups).map(
    ([name, text]) => [name, parseJson(utf8(text), 'json-not-canonical')] as const,
  )
  expect(outcomeIn(of, Object.fromEntries(values))).toBe('approved')
})
