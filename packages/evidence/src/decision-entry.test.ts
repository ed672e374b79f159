import fc from 'fast-check'
import { expect, test } from 'vitest'
import vectors from '../../../spec/vectors/decisions.json' with { type: 'json' }
import { canonicalJson } from './canonical-json.ts'
import {
  commit,
  decisionGroups,
  groupSalt,
  isCommitment,
  isGroupName,
  recordSaltSizeBytes,
} from './commitment.ts'
import { encodeDecisionEntry, parseDecisionEntry } from './decision-entry.ts'
import { fromBase64, fromHex, textOf, toBase64, toHex, utf8 } from './encoding.ts'
import type { JsonValue } from './json.ts'
import { leafHash } from './merkle.ts'
import {
  decodeDecisionContent,
  encodeDecisionContent,
  sealedAssociatedData,
} from './sealed-decision.ts'

const recordSalt = fromHex(vectors.recordSalt)
const groups: ReadonlyMap<string, JsonValue> = new Map(Object.entries(vectors.groups))
const code = (expected: string): unknown => expect.objectContaining({ code: expected })

test('the vectors: salts, commitments, entry', () => {
  const salts: Readonly<Record<string, string>> = vectors.groupSalts
  const commitments: Readonly<Record<string, string>> = vectors.commitments
  expect(groups.size).toBe(7)
  for (const [name, value] of groups) {
    const salt = groupSalt(recordSalt, name)
    expect(toHex(salt)).toBe(salts[name])
    expect(toBase64(commit({ name, salt, value: canonicalJson(value) }))).toBe(commitments[name])
  }
  const entry = parseDecisionEntry(utf8(vectors.entry))
  expect(entry.commitments).toEqual(commitments)
  expect(textOf(encodeDecisionEntry(entry))).toBe(vectors.entry)
  expect(toHex(leafHash(utf8(vectors.entry)))).toBe(vectors.leafHash)
})

test('the vectors: the version of a declaration', () => {
  const { entry, entryOfSecondDeclaration } = vectors
  const second = parseDecisionEntry(utf8(entryOfSecondDeclaration))
  expect(second).toEqual({ ...parseDecisionEntry(utf8(entry)), declaration: 2 })
  expect(textOf(encodeDecisionEntry(second))).toBe(entryOfSecondDeclaration)
})

test.each(vectors.invalidEntries)('no entry: $why', ({ entry }) => {
  expect(() => parseDecisionEntry(utf8(entry))).toThrow(code('decision-malformed'))
})

test('an unknown field is kept on read and refused on write', () => {
  const entry = parseDecisionEntry(
    canonicalJson({ ...parseDecisionEntry(utf8(vectors.entry)), later: 1 }),
  )
  expect(entry).toMatchObject({ later: 1 })
  expect(() => encodeDecisionEntry(entry)).toThrow(code('statement-malformed'))
})

test('the vectors: associated data and content', () => {
  const place = { tenant: vectors.tenant, origin: vectors.origin, entry: utf8(vectors.entry) }
  expect(toHex(sealedAssociatedData(place))).toBe(vectors.associatedData)
  const content = { recordSalt, groups: vectors.groups }
  expect(decodeDecisionContent(encodeDecisionContent(content))).toEqual(content)
})

test('associated data of different places is different, however they are cut', () => {
  const text = fc.string({ maxLength: 6 })
  fc.assert(
    fc.property(text, text, text, text, (a, b, c, d) => {
      const first = sealedAssociatedData({ tenant: a, origin: b, entry: utf8(c) })
      const second = sealedAssociatedData({ tenant: a + b, origin: c, entry: utf8(d) })
      expect(toHex(first) === toHex(second)).toBe(b === '' && b === c && c === d)
    }),
  )
})

test.each([
  ['nothing', new Uint8Array()],
  ['a salt alone', new Uint8Array(recordSaltSizeBytes)],
  ['another name', encodeDecisionContent({ recordSalt, groups: { person: 1 } })],
  ['a list', Uint8Array.of(...recordSalt, 0x5b, 0x5d)],
])('no content: %s', (_, bytes) => {
  expect(() => decodeDecisionContent(bytes)).toThrow(code('decision-malformed'))
})

test.each<readonly [name: string, is: boolean]>([
  ...decisionGroups.map((name) => [name, true] as const),
  ['input/income', true],
  ['input/a/b', true],
  [`input/${'x'.repeat(249)}`, true],
  [`input/${'x'.repeat(250)}`, false],
  ['input/', false],
  ['/income', false],
  ['inputs', false],
  ['', false],
  ['toString', false],
  ['input/\ud800', false],
])('the name %j of a group: %s', (name, expected) => {
  expect(isGroupName(name)).toBe(expected)
})

test('property: a commitment opens to its own name, salt and value only', () => {
  const name = fc.constantFrom(...decisionGroups, 'input/a', 'input/b')
  const salt = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(name, salt, fc.jsonValue(), name, fc.jsonValue(), (a, own, value, b, other) => {
      const bytes = (json: unknown) => utf8(JSON.stringify(json))
      const opened = { name: a, salt: groupSalt(own, a), value: bytes(value) }
      const commitment = commit(opened)
      expect(isCommitment(commitment, opened)).toBe(true)
      expect(isCommitment(commitment, { ...opened, salt: groupSalt(own, b) })).toBe(a === b)
      expect(isCommitment(commitment, { ...opened, name: b })).toBe(a === b)
      expect(isCommitment(commitment, { ...opened, value: bytes(other) })).toBe(
        JSON.stringify(value) === JSON.stringify(other),
      )
    }),
  )
  expect(fromBase64(vectors.commitments.id)).toHaveLength(32)
})
