// Small checks that compose into validators of statements and predicates. Writing refuses fields
// nobody defined, so that a typing error never becomes evidence; reading keeps them, so that
// tomorrow's statements still verify today. Every refusal names the place, as in
// `predicate.measures[3].low`.

import { OperatingError } from './errors.ts'
import { isJsonObject, type JsonValue } from './json.ts'

/** Whether a value is about to be signed or was signed by somebody. */
type Direction = 'write' | 'read'

/** Refuses a value that does not have its shape; `at` is where it stands, for the message. */
export type Check = (value: JsonValue | undefined, at: string, direction: Direction) => void

/** A check that has passed tells the compiler what the value is. */
export type Shape<Value> = (value: JsonValue | undefined, at: string, direction: Direction) => Value

/** A shape from the check that proves it. */
export function shapeOf<Value>(check: Check): Shape<Value> {
  return (value, at, direction) => {
    check(value, at, direction)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the check above is the proof
    return value as Value
  }
}

/** Refuses with the place and the expectation. */
export function refuseShape(at: string, expectation: string): never {
  throw new OperatingError('statement-malformed', `\`${at}\` must be ${expectation}`)
}

/** A value of which only a predicate is asked; `expectation` completes "must be …". */
function that(holds: (value: JsonValue | undefined) => boolean, expectation: string): Check {
  return (value, at) => {
    if (!holds(value)) refuseShape(at, expectation)
  }
}

/** A text that matches. */
export function textLike(pattern: RegExp, expectation: string): Check {
  return that((value) => typeof value === 'string' && pattern.test(value), expectation)
}

/** A text that is not empty. */
export const someText: Check = that(
  (value) => typeof value === 'string' && value !== '',
  'a text that is not empty',
)

/** Any text. */
export const anyText: Check = that((value) => typeof value === 'string', 'a text')

/** A finite number. */
export const anyNumber: Check = that(Number.isFinite, 'a number')

/** A whole number from zero that a double holds exactly. */
export const count: Check = that(
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  'a whole number, zero or more',
)

/** Any value of JSON. */
export const anything: Check = that((value) => value !== undefined, 'present')

/** SHA-256 in lower-case hexadecimal. */
export const sha256Text: Check = textLike(
  /^[0-9a-f]{64}$/,
  'a SHA-256 digest in lower-case hexadecimal',
)

/** An identifier we made: letters, digits and `._-`, at most 128. */
export const idText: Check = textLike(
  /^[A-Za-z0-9._-]{1,128}$/,
  'an identifier of 1 to 128 letters, digits, `.`, `_` or `-`',
)

/** An absolute URI, roughly as RFC 3986 §4.3 has it. */
export const uriText: Check = textLike(/^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/, 'an absolute URI')

/** Whether a text is a day of the calendar, which 30 February is not. */
function isDate(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** A moment in UTC as RFC 3339 writes it, with a capital Z (in-toto field type Timestamp). */
export const timestamp: Check = that(
  (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) &&
    isDate(value.slice(0, 10)) &&
    /T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)/.test(value),
  'a moment like 2026-01-31T12:00:00Z',
)

/** One of the listed texts. */
export function oneOf(values: readonly string[]): Check {
  const list = values.map((value) => `\`${value}\``).join(', ')
  return that((value) => typeof value === 'string' && values.includes(value), `one of ${list}`)
}

/** Null, or what the check asks. */
export function nullable(check: Check): Check {
  return (value, at, direction) => {
    if (value !== null) check(value, at, direction)
  }
}

/** A list whose members all pass. */
export function listOf(check: Check, lengthMin = 0): Check {
  return (value, at, direction) => {
    if (!Array.isArray(value) || value.length < lengthMin)
      refuseShape(at, lengthMin === 0 ? 'a list' : `a list of at least ${lengthMin}`)
    const list: readonly JsonValue[] = value
    for (const [index, member] of list.entries()) check(member, `${at}[${index}]`, direction)
  }
}

/** An object used as a map: every name and every value passes. */
export function mapOf(value: Check, options: { readonly sizeMin?: number } = {}): Check {
  return (map, at, direction) => {
    if (!isJsonObject(map)) refuseShape(at, 'an object')
    const members = Object.entries(map)
    const sizeMin = options.sizeMin ?? 0
    if (members.length < sizeMin) refuseShape(at, `an object with at least ${sizeMin} member`)
    for (const [name, member] of members) value(member, `${at}.${name}`, direction)
  }
}

/** An object with these fields; unknown ones are refused on write and kept on read. */
export function record(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, at, direction) => {
    if (!isJsonObject(value)) refuseShape(at, 'an object')
    for (const [name, check] of Object.entries(required))
      check(value[name], `${at}.${name}`, direction)
    for (const [name, check] of Object.entries(optional))
      if (Object.hasOwn(value, name)) check(value[name], `${at}.${name}`, direction)
    if (direction === 'read') return
    for (const name of Object.keys(value))
      if (!Object.hasOwn(required, name) && !Object.hasOwn(optional, name))
        throw new OperatingError('statement-malformed', `\`${at}.${name}\` is not a known field`)
  }
}
