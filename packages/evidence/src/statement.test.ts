import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { textOf, utf8 } from './encoding.ts'
import { runClosed } from './predicates/run-closed.ts'
import { encodeStatement, makeStatement, parseStatement, readStatement } from './statement.ts'

const subject = [{ name: 'model.onnx', digest: { sha256: 'ab'.repeat(32) } }]
const predicate = {
  runId: 'run-1',
  outcome: 'completed',
  verdict: 'pass',
  errorCode: null,
  announcementIndex: 4,
  closedAt: '2026-01-31T12:00:00Z',
} as const

test('writes canonical JSON and reads it back', () => {
  const statement = makeStatement(runClosed, subject, predicate)
  const payload = encodeStatement(statement)
  expect(textOf(payload)).toBe(
    `{"_type":"https://in-toto.io/Statement/v1","predicate":{"announcementIndex":4,"closedAt":"2026-01-31T12:00:00Z","errorCode":null,"outcome":"completed","runId":"run-1","verdict":"pass"},"predicateType":"https://proofhouse.dev/run-closed/v1","subject":[{"digest":{"sha256":"${'ab'.repeat(32)}"},"name":"model.onnx"}]}`,
  )
  expect(readStatement(payload, runClosed)).toEqual(statement)
})

test('keeps unknown fields on read and refuses them on write', () => {
  const future = { ...predicate, tomorrow: 1 }
  expect(() => makeStatement(runClosed, subject, future)).toThrow(
    '`predicate.tomorrow` is not a known field',
  )
  const statement = { ...makeStatement(runClosed, subject, predicate), predicate: future, more: 2 }
  expect(readStatement(canonicalJson(statement), runClosed)).toEqual(statement)
})

test('names the type it found when another was expected', () => {
  const statement = {
    ...makeStatement(runClosed, subject, predicate),
    predicateType: 'https://x/y',
  }
  expect(() => readStatement(canonicalJson(statement), runClosed)).toThrow(
    'statement is of type `https://x/y`, not `https://proofhouse.dev/run-closed/v1`',
  )
})

const base = {
  _type: 'https://in-toto.io/Statement/v1',
  subject,
  predicateType: 'a:b',
  predicate: {},
}

test.each<[string, unknown, string]>([
  ['an older type', { ...base, _type: 'https://in-toto.io/Statement/v0.1' }, 'statement._type'],
  ['no subject', { ...base, subject: [] }, 'statement.subject'],
  [
    'a subject without digest',
    { ...base, subject: [{ name: 'x' }] },
    'statement.subject[0].digest',
  ],
  ['an empty digest set', { ...base, subject: [{ digest: {} }] }, 'statement.subject[0].digest'],
  [
    'an upper-case digest',
    { ...base, subject: [{ digest: { sha256: 'AB' } }] },
    'statement.subject[0].digest.sha256',
  ],
  ['a type that is no URI', { ...base, predicateType: 'measures' }, 'statement.predicateType'],
  ['no predicate', { ...base, predicate: undefined }, 'statement.predicate'],
  ['a list for a predicate', { ...base, predicate: [] }, 'statement.predicate'],
])('refuses %s and says where', (_, value, at) => {
  expect(() => parseStatement(utf8(JSON.stringify(value)))).toThrow(`\`${at}\` must be`)
})

test.each([
  '2026-02-30T12:00:00Z',
  '2026-01-31T24:00:00Z',
  '2026-01-31T12:60:00Z',
  '2026-13-01T12:00:00Z',
])('refuses a moment that is in no calendar: %s', (closedAt) => {
  expect(() => makeStatement(runClosed, subject, { ...predicate, closedAt })).toThrow(
    'a moment like',
  )
})
