// What every reader of another tool's file shares: the bounds on what is taken, the JSON that Python writes, and
// refusals. A file is hostile until it is read: its size is bounded by who opens it, its depth and the number of its
// values by the parser, and what is taken of it here.

import {
  type ImportedResult,
  type ImportedTest,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OperatingError,
  parseJson,
  textOf,
  utf8,
} from '@proofhouse/evidence'

/** Results and tests that are taken of one file; more are refused, not cut. */
const importedMax = 20_000
/** Characters of a name, a column or a value that are taken; longer names end in an ellipsis. */
const textLengthMax = 256

/** What a file says, and of which form it is. */
export interface ImportedFile {
  readonly form: string
  readonly peerVersion: string | null
  readonly made: string | null
  readonly results: readonly ImportedResult[]
  readonly tests: readonly ImportedTest[]
  /** Numbers that were left out. */
  readonly leftOut: number
}

/** Ends reading: the file is in no form that is read. */
export function refuseImport(problem: string): never {
  throw new OperatingError('import-malformed', problem)
}

/**
 * The value of JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` outside strings, which JSON does not have,
 * are null.
 * @throws import-malformed, encoding-invalid
 */
export function parsePythonJson(bytes: Uint8Array): JsonValue {
  const text = textOf(bytes)
  return parseJson(/NaN|Infinity/.test(text) ? utf8(withoutNaN(text)) : bytes, 'import-malformed')
}

/**
 * The text with what is no number of JSON made null; what stands in strings is left alone. In one pass: the text
 * may be hostile.
 */
function withoutNaN(text: string): string {
  const parts: string[] = []
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const opened = quote === -1 ? text.length : quote
    parts.push(text.slice(at, opened).replaceAll(/-?(?:NaN|Infinity)/g, 'null'))
    let end = opened + 1
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
    parts.push(text.slice(opened, end + 1))
    at = end + 1
  }
  return parts.join('')
}

/** The result, if what it is taken from fits the bounds. @throws limit-exceeded */
export function checkCounts(file: ImportedFile): ImportedFile {
  if (file.results.length + file.tests.length > importedMax)
    throw new OperatingError(
      'limit-exceeded',
      `the file holds more than ${importedMax} results; import a part of it at a time`,
    )
  return file
}

/** A name as it is kept. */
export function nameOf(text: string): string {
  if (text === '') return '(no name)'
  return text.length <= textLengthMax ? text : `${text.slice(0, textLengthMax - 1).toWellFormed()}…`
}

/** A label, a column or a class as it is kept; cut short it could be taken for another. @throws import-malformed */
export function labelOf(value: JsonValue | undefined): string {
  if (typeof value === 'object' || value === undefined)
    return refuseImport('a group is named by something other than a text, a number or a boolean')
  const text = String(value)
  if (text.length > textLengthMax)
    refuseImport(`a group or column has a name of more than ${textLengthMax} characters`)
  return text
}

/** The name of a column. @throws import-malformed where there is none */
export const columnIn = (value: JsonValue | undefined): string =>
  value === '' ? refuseImport('a column has no name') : labelOf(value)

/** The member if it is an object; an empty one otherwise. */
export const objectIn = (value: JsonValue | undefined): JsonObject =>
  isJsonObject(value) ? value : {}

/** The members of a list; none where it is no list. */
export function listIn(value: JsonValue | undefined): readonly JsonValue[] {
  const list: readonly JsonValue[] = Array.isArray(value) ? value : []
  return list
}

/** The text if it is one that says something; null otherwise. */
export const textIn = (value: JsonValue | undefined): string | null =>
  typeof value === 'string' && value !== '' ? nameOf(value) : null

/** Numbers anywhere within a value. */
export function numbersIn(value: JsonValue | undefined): number {
  if (typeof value === 'number') return 1
  if (typeof value !== 'object' || value === null) return 0
  const members: readonly JsonValue[] = Array.isArray(value) ? value : Object.values(value)
  return members.reduce((sum: number, member) => sum + numbersIn(member), 0)
}
