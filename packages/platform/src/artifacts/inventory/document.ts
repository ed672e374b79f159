// JSON, TOML and YAML that strangers wrote, as plain values: looked into by type, never trusted to have a shape.

import {
  isJsonObject,
  type JsonObject,
  OperatingError,
  parseJson,
  textOf,
} from '@proofhouse/evidence'
import { parse as parseTomlText } from 'smol-toml'
import { isScalar, parseDocument, visit } from 'yaml'

/** A value of a document; only what a look into it shows is known. */
export type Fields = Readonly<Record<string, unknown>>

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The fields of a value; none where it has none. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})

/** The members of a list; none where it is no list. */
export const listIn = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []

/** A text that is not empty; null for everything else. */
export const textIn = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null

/** Largest document in TOML or YAML, in bytes: what is built of one takes fifty times as much. */
const documentMaxBytes = 16 * 1_048_576
/** Most marks of structure in YAML, and most brackets among them: each costs a kilobyte, and a bracket in a bracket more. */
const [yamlMarksMax, yamlBracketsMax] = [1_000_000, 200_000]

function checkSize(bytes: Uint8Array, path: string): void {
  if (bytes.length > documentMaxBytes)
    throw new OperatingError('limit-exceeded', `\`${path}\` has over ${documentMaxBytes} bytes`)
}

/** Refuses what would be dear to parse, before it is parsed: a small file may be all structure. */
function checkYamlMarks(bytes: Uint8Array, path: string): void {
  let [marks, brackets] = [0, 0]
  for (const byte of bytes) {
    // `[` and `{`; then line feed, comma, colon, ampersand and asterisk.
    if (byte === 0x5b || byte === 0x7b) brackets++
    else if (byte === 0x0a || byte === 0x2c || byte === 0x3a || byte === 0x26 || byte === 0x2a)
      marks++
  }
  if (brackets > yamlBracketsMax || marks + brackets > yamlMarksMax)
    throw new OperatingError('limit-exceeded', `\`${path}\` has more structure than is read`)
}

const malformed = (what: string, path: string, cause?: unknown) =>
  new OperatingError('inventory-malformed', `\`${path}\` is not ${what}`, { cause })

/** Fields of a JSON file. @throws inventory-malformed */
export function jsonFields(bytes: Uint8Array, path: string): JsonObject {
  const value = parseJson(bytes, 'inventory-malformed')
  if (!isJsonObject(value)) throw malformed('an object of JSON', path)
  return value
}

/** Fields of a TOML file. @throws inventory-malformed, limit-exceeded */
export function tomlFields(bytes: Uint8Array, path: string): Fields {
  checkSize(bytes, path)
  try {
    return parseTomlText(textOf(bytes), { maxDepth: 64 })
  } catch (cause) {
    throw malformed('TOML', path, cause)
  }
}

/** Fields of a YAML file; no alias is followed. @throws inventory-malformed, limit-exceeded */
export function yamlFields(bytes: Uint8Array, path: string): Fields {
  checkSize(bytes, path)
  checkYamlMarks(bytes, path)
  // The parser would hold every key against every other.
  const document = parseDocument(textOf(bytes), { uniqueKeys: false, merge: false })
  if (document.errors.length > 0) throw malformed('YAML', path, document.errors[0])
  visit(document, {
    Map(_, { items }) {
      const keys = items.map(({ key }) => (isScalar(key) ? String(key.value) : key))
      if (new Set(keys).size < keys.length) throw malformed('YAML with each name once', path)
    },
  })
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 0 })
  } catch (cause) {
    throw malformed('YAML without aliases', path, cause)
  }
  return fieldsOf(value)
}
