// JSON and YAML of other tools' files, as plain JSON values: parsed, never executed. Tags that would make objects of
// Python are left as text, aliases are bounded, and what JSON cannot hold becomes text.

import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OperatingError,
  textOf,
} from '@proofhouse/evidence'
import { type Document, isScalar, parseDocument, type ScalarTag, visit } from 'yaml'

/** Digests and ids that happen to be all digits, or digits around one `e`, are no numbers. */
const hexText: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  test: /^[0-9a-f]{32,}$/,
  resolve: (text) => text,
}
/** A lock of a hundred thousand stages has fewer. */
const yamlMaxBytes = 32 * 1_048_576
const aliasesMax = 1_000
const depthMax = 48

function refuse(name: string, what: string, cause?: unknown): never {
  throw new OperatingError('import-malformed', `\`${name}\`: ${what}`, { cause })
}

/** @throws import-malformed */
export function readYaml(bytes: Uint8Array, name: string): JsonValue {
  if (bytes.length > yamlMaxBytes) refuse(name, `it is larger than ${yamlMaxBytes / 1_048_576} MiB`)
  let value: unknown
  try {
    const document = parseDocument(textOf(bytes), {
      merge: false,
      logLevel: 'silent',
      // Seeds of 64 bits are more than a double holds.
      intAsBigInt: true,
      // The library compares every key with every other; see below.
      uniqueKeys: false,
      customTags: (tags) => [hexText, ...tags],
    })
    const [error] = document.errors
    if (error !== undefined) refuse(name, `not valid YAML: ${error.message.split('\n')[0]}`)
    refuseRepeated(document, name)
    value = document.toJS({ maxAliasCount: aliasesMax })
  } catch (cause) {
    if (cause instanceof OperatingError && cause.code === 'import-malformed') throw cause
    refuse(name, 'it cannot be read as YAML', cause)
  }
  return plain(value, name, 0)
}

/** A whole number that no double holds stays the text that it is. */
function exactly(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isLost = typeof value === 'number' && !Number.isSafeInteger(value)
  return isLost && /^-?\d+$/.test(context?.source ?? '') ? context?.source : value
}

/** Two readers of a key that is there twice may take different values. */
function refuseRepeated(document: Document, name: string): void {
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        const value = isScalar(key) ? key.value : key
        if (seen.has(value))
          refuse(name, `not valid YAML: the key \`${String(value)}\` is there twice`)
        seen.add(value)
      }
    },
  })
}

/** JSON as Python writes it: `NaN` and `Infinity` are null. @throws import-malformed */
export function readJson(bytes: Uint8Array, name: string): JsonValue {
  try {
    const text = textOf(bytes).replaceAll(/([:[,]\s*)(-?Infinity|NaN)(?=\s*[,\]}])/g, '$1null')
    return plain(JSON.parse(text, exactly) as unknown, name, 0)
  } catch (cause) {
    if (cause instanceof OperatingError && cause.code === 'import-malformed') throw cause
    return refuse(name, 'it is not JSON', cause)
  }
}

function plain(value: unknown, name: string, depth: number): JsonValue {
  if (depth > depthMax) refuse(name, `it is nested deeper than ${depthMax} levels`)
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((member: unknown) => plain(member, name, depth + 1))
  if (value instanceof Map || value instanceof Set || value instanceof Uint8Array) return null
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.toWellFormed(),
      plain(member, name, depth + 1),
    ]),
  )
}

/** The object a value is; an empty one for anything else. */
export function objectIn(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** The list a value is; empty for anything else. */
export function listIn(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

/** The text a value is; null for anything else and for none. */
export function textIn(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

/** An object with only its texts and numbers, as text. */
export function textsIn(value: JsonValue | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectIn(value)).flatMap(([name, member]) =>
      typeof member === 'string' || typeof member === 'number' ? [[name, String(member)]] : [],
    ),
  )
}

/** An object with only its numbers. */
export function numbersIn(value: JsonValue | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(objectIn(value)).flatMap(([name, member]) =>
      typeof member === 'number' ? [[name, member]] : [],
    ),
  )
}

/** A parameter that a tool kept as text, as the number or truth it spells. */
export function parameterValue(text: string): JsonValue {
  if (/^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,17})?(?:e[+-]?\d{1,3})?$/i.test(text)) {
    const number = Number(text)
    if (Number.isFinite(number)) return number
  }
  return text === 'True' || text === 'true'
    ? true
    : text === 'False' || text === 'false'
      ? false
      : text
}
