import { utf8 } from '@proofhouse/evidence'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decisionsIn } from './preparing.ts'
import { hasRepeatedNames } from './repeated-names.ts'

const isRepeated = (text: string) => hasRepeatedNames(text, JSON.parse(text))

test.each([
  '{"a":1,"a":2}',
  '[{"a":{"b":[{"c":1,"c":1}]}}]',
  '{"a" :1, "\\u0061"\n: 2}',
  '{"":1,"":2}',
  '{"__proto__":1,"__proto__":2}',
  '{"a\\\\":1,"a\\\\":2}',
  // As many colons in texts as names were lost.
  '{"a":":","a":":"}',
  '{"a":"\\":","a":1}',
  '{"a":1,"a":1,"b":":c"}',
])('a name twice: %s', (text) => {
  expect(isRepeated(text)).toBe(true)
  expect(() => decisionsIn(utf8(`[${text}]`))).toThrow('a name stands twice')
})

test.each([
  '1',
  '":"',
  '[]',
  '{"a":{"a":{"a":1}}}',
  '[{"a":1},{"a":1}]',
  '{"t":"12:00:00","u":"\\":\\\\","v":": x"," w ":"\\" :"}',
  '{"\\":":1,"b\\\\":2}',
])('no name twice: %s', (text) => expect(isRepeated(text)).toBe(false))

test('whatever is printed has no name twice, however it is spaced; with one said again it has', () => {
  const tricky = fc.string({ unit: fc.constantFrom('"', ':', '\\', ' ', 'a', 'é') })
  const value = fc.object({ key: tricky, values: [tricky, fc.integer()], maxDepth: 3 })
  fc.assert(
    fc.property(value, tricky, fc.constantFrom(0, 1), (object, name, indent) => {
      const text = JSON.stringify({ ...object, [name]: 1 }, null, indent)
      expect(isRepeated(text)).toBe(false)
      expect(isRepeated(`{${JSON.stringify(name)}:0,${text.slice(1)}`)).toBe(true)
    }),
    { numRuns: 300, seed: 7 },
  )
})

test('however deep it nests', () => {
  const deep = (inner: string) => `${'[{"a":'.repeat(100_000)}${inner}${'}]'.repeat(100_000)}`
  expect(isRepeated(deep('1'))).toBe(false)
  expect(isRepeated(deep('{"b":1,"b":2}'))).toBe(true)
})
