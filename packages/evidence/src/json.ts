// Reading JSON that somebody signed: RFC 8259 with the ambiguities of I-JSON (RFC 7493) refused.
// Two readers of the same bytes must never see different values, so duplicate names, lone
// surrogates and numbers too large for a double are errors here, where most parsers keep going.
// INVARIANT: after `JSON.parse` accepted the text, `checkNames` only has to tell strings from
// structure.

import { textOf } from './encoding.ts'
import { type ErrorCode, OperatingError } from './errors.ts'

/** Any value of JSON. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

/** An object of JSON. */
export type JsonObject = { readonly [name: string]: JsonValue }

/** Deepest nesting of arrays and objects that is read. */
export const jsonDepthMax = 64

/** Longest text that is read, in bytes: that of a signature over a million files. */
const jsonSizeMaxBytes = 256 * 1024 * 1024

/** Most brackets, commas and colons that are read, those within strings included: a bound on the values that a text can hold. */
const jsonMarksMax = 8_000_000

/** Whether a value of JSON is an object (neither an array nor null). */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The value of UTF-8 JSON bytes, with any white space JSON allows.
 * @param code thrown when the bytes are not unambiguous JSON; the caller names what it was reading
 */
export function parseJson(bytes: Uint8Array, code: ErrorCode): JsonValue {
  const refuse = (problem: string, cause?: unknown) =>
    new OperatingError(code, `JSON text ${problem}`, { cause })
  // Before anything is made of it: a small file of brackets becomes gigabytes of values.
  if (bytes.length > jsonSizeMaxBytes) throw refuse(`is longer than ${jsonSizeMaxBytes} bytes`)
  if (marksIn(bytes) > jsonMarksMax) throw refuse(`holds more than ${jsonMarksMax} values`)
  let text: string
  let value: JsonValue
  try {
    text = textOf(bytes)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the grammar of JSON yields nothing else
    value = JSON.parse(text) as JsonValue
  } catch (cause) {
    throw refuse('is not well formed', cause)
  }
  const problem = checkNames(text) ?? checkValue(value)
  if (problem !== null) throw refuse(problem)
  return value
}

/** Brackets, commas and colons in a text. */
function marksIn(bytes: Uint8Array): number {
  let marks = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    // In ASCII: , : [ {
    if (byte === 44 || byte === 58 || byte === 91 || byte === 123) marks += 1
  }
  return marks
}

/**
 * The first duplicate name or too deep nesting in a well-formed text, in words; null when there is
 * none.
 */
function checkNames(text: string): string | null {
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '{' || char === '[') {
      if (open.length === jsonDepthMax) return `nests deeper than ${jsonDepthMax} levels`
      open.push(char === '{' ? new Set() : null)
    } else if (char === '}' || char === ']') open.pop()
    else if (char === '"') {
      const end = endOfString(text, at)
      const names = open.at(-1)
      if (names && isName(text, end)) {
        const name = String(JSON.parse(text.slice(at, end + 1)))
        if (names.has(name)) return `has the name \`${name}\` twice in one object`
        names.add(name)
      }
      at = end
    }
  }
  return null
}

/** Whether the string that closes at `end` is followed by a colon. */
function isName(text: string, end: number): boolean {
  let at = end + 1
  while ('\t\n\r '.includes(text.charAt(at)) && at < text.length) at++
  return text[at] === ':'
}

/** Index of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

/**
 * The first text or number that two readers could see differently, in words; null when there is
 * none.
 */
function checkValue(value: JsonValue): string | null {
  if (typeof value === 'string')
    return value.isWellFormed() ? null : 'has a lone surrogate in a string'
  if (typeof value === 'number')
    return Number.isFinite(value) ? null : 'has a number outside the range of a double'
  if (typeof value !== 'object' || value === null) return null
  const members: Iterable<JsonValue> = Array.isArray(value) ? value : Object.values(value)
  for (const member of members) {
    const problem = checkValue(member)
    if (problem !== null) return problem
  }
  return Array.isArray(value) || Object.keys(value).every((name) => name.isWellFormed())
    ? null
    : 'has a lone surrogate in a name'
}
