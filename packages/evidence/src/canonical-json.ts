// Canonical JSON: RFC 8785 (JCS). One value has one spelling, so its digest and signature are
// reproducible anywhere. Numbers print as ECMAScript prints them (§3.2.2.3), names sort by UTF-16
// code unit (§3.2.3), nothing is escaped that need not be (§3.2.2.2). What JSON cannot say without
// loss is refused, never approximated.

import { type Bytes, equalBytes, utf8 } from './encoding.ts'
import { assert, OperatingError } from './errors.ts'
import { type JsonValue, parseJson } from './json.ts'

/**
 * The canonical UTF-8 bytes of a value.
 * @throws json-not-canonical when a number is not finite or a text has a lone surrogate
 */
export function canonicalJson(value: JsonValue): Bytes {
  return utf8(print(value))
}

/**
 * The value of bytes that must be canonical already.
 * @throws json-not-canonical when they are malformed, ambiguous or spelled in any other way
 */
export function parseCanonicalJson(bytes: Uint8Array): JsonValue {
  const value = parseJson(bytes, 'json-not-canonical')
  if (!equalBytes(canonicalJson(value), bytes))
    throw new OperatingError(
      'json-not-canonical',
      'JSON text is not in its canonical spelling (RFC 8785)',
    )
  return value
}

function print(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return printNumber(value)
  if (typeof value === 'string') return printText(value)
  if (isList(value)) return `[${value.map(print).join(',')}]`
  assert(typeof value === 'object', `a ${typeof value} is not a JSON value`)
  // `<` compares texts by UTF-16 code unit, as §3.2.3 asks; names are distinct.
  const members = Object.entries(value)
    .map(([name, member]) => ({ name, text: `${printText(name)}:${print(member)}` }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return `{${members.map(({ text }) => text).join(',')}}`
}

/** Array.isArray does not narrow readonly arrays. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function printNumber(value: number): string {
  if (!Number.isFinite(value))
    throw new OperatingError('json-not-canonical', `\`${value}\` has no spelling in JSON`)
  return JSON.stringify(value)
}

function printText(value: string): string {
  if (!value.isWellFormed())
    throw new OperatingError('json-not-canonical', 'text has a lone surrogate')
  return JSON.stringify(value)
}
