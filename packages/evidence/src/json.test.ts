import fc from 'fast-check'
import { expect, test } from 'vitest'
import vectors from '../../../spec/vectors/canonical-json.json' with { type: 'json' }
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts'
import { type Bytes, concatBytes, fromHex, textOf, utf8 } from './encoding.ts'
import { jsonDepthMax, parseJson } from './json.ts'

/** Any value JSON can carry, by way of its text, so that -0 does not come up. */
const json = fc.json().map((text) => parseJson(utf8(text), 'encoding-invalid'))

function nested(depth: number): Bytes {
  return utf8('['.repeat(depth) + ']'.repeat(depth))
}

function doubleOf(bits: string): number {
  return new DataView(fromHex(bits).buffer).getFloat64(0)
}

test.each(vectors.numbers)(
  'RFC 8785 appendix B: $bits prints as $canonical',
  ({ bits, canonical }) => {
    expect(textOf(canonicalJson(doubleOf(bits)))).toBe(canonical)
  },
)

test.each(vectors.notNumbers)('RFC 8785 appendix B: %s has no spelling', (bits) => {
  expect(() => canonicalJson(doubleOf(bits))).toThrow(
    expect.objectContaining({ code: 'json-not-canonical' }),
  )
})

test.each(vectors.texts)('canonical form of $text', ({ text, canonical }) => {
  expect(textOf(canonicalJson(parseJson(utf8(text), 'encoding-invalid')))).toBe(canonical)
  expect(textOf(canonicalJson(parseCanonicalJson(utf8(canonical))))).toBe(canonical)
})

test.each(vectors.texts.filter(({ text, canonical }) => text !== canonical))(
  'refuses $text where canonical text is due',
  ({ text }) => {
    expect(() => parseCanonicalJson(utf8(text))).toThrow('not in its canonical spelling')
  },
)

test.each(vectors.invalid)('refuses $why', ({ text }) => {
  expect(() => parseJson(utf8(text), 'bundle-malformed')).toThrow(
    expect.objectContaining({ code: 'bundle-malformed' }),
  )
})

test('reads as deep as its limit and no deeper', () => {
  expect(() => parseJson(nested(jsonDepthMax), 'encoding-invalid')).not.toThrow()
  expect(() => parseJson(nested(jsonDepthMax + 1), 'encoding-invalid')).toThrow('deeper than 64')
})

test('refuses bytes that are not UTF-8', () => {
  const bytes = concatBytes(utf8('"'), Uint8Array.of(0xff), utf8('"'))
  expect(() => parseJson(bytes, 'encoding-invalid')).toThrow('not well formed')
})

test('refuses to print a lone surrogate, as value and as name', () => {
  expect(() => canonicalJson('\ud800')).toThrow('lone surrogate')
  expect(() => canonicalJson({ '\udfff': 1 })).toThrow('lone surrogate')
})

test('every value survives its canonical form, which is its own canonical form', () => {
  fc.assert(
    fc.property(json, (value) => {
      const bytes = canonicalJson(value)
      expect(parseCanonicalJson(bytes)).toEqual(value)
    }),
  )
})

test('reads what JSON.parse reads, when names are distinct', () => {
  fc.assert(
    fc.property(json, fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      expect(parseJson(utf8(text), 'encoding-invalid')).toEqual(JSON.parse(text))
    }),
  )
})

test('a duplicated name is found wherever it stands', () => {
  fc.assert(
    fc.property(fc.string(), json, json, (name, first, second) => {
      const key = JSON.stringify(name)
      const text = `[${JSON.stringify(first)},{${key}:${JSON.stringify(first)},${key}:${JSON.stringify(second)}}]`
      expect(() => parseJson(utf8(text), 'encoding-invalid')).toThrow('twice in one object')
    }),
  )
})

test('refuses what would become far more in memory than it is in bytes', () => {
  const many = new Uint8Array(9_000_001).fill(0x2c)
  expect(() => parseJson(many, 'json-not-canonical')).toThrow('holds more than 8000000 values')
  const most = utf8(`[${'0,'.repeat(100_000)}0]`)
  expect(parseJson(most, 'json-not-canonical')).toHaveLength(100_001)
})
