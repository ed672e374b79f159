// What is wrong with a system file, in words: the schema's complaints turned into the place, the key, and the nearest valid one.

import { Compile } from 'typebox/schema'
import published from '../../../../spec/proofhouse.schema.json' with { type: 'json' }
import { nearestName } from '../nearest-name.ts'
import type { SystemFileSource } from './system-file.ts'

/** The published schema itself: to build it anew from `system-file.ts` would be a third of the time that an assessment takes to start. */
const validator = Compile(published)

type Schema = {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly enum?: readonly string[]
  readonly description?: string
}

/** `/policy/rules/0/min` → ['policy', 'rules', 0, 'min']. */
const segmentsOf = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))

const wholeSchema: Schema = published

function schemaAt(segments: readonly (string | number)[]): Schema | undefined {
  let schema: Schema | undefined = wholeSchema
  for (const part of segments)
    schema = typeof part === 'number' ? schema?.items : schema?.properties?.[part]
  return schema
}

const spoken = (segments: readonly (string | number)[]): string =>
  segments.reduce<string>(
    (path, part) =>
      typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${part}` : part,
    '',
  )

/** Whether a value is a system file as written. */
export const isSystemFile = (value: unknown): value is SystemFileSource => validator.Check(value)

/** The first thing wrong with the value, in words; errors are ordered so that the cause comes before its effects. */
export function refusal(
  value: unknown,
  placeOf: (segments: readonly (string | number)[]) => string,
): string {
  const [, errors] = validator.Errors(value)
  const unknown = errors.find((e) => e.keyword === 'additionalProperties')
  if (unknown !== undefined) {
    const parent = segmentsOf(unknown.instancePath)
    const key = String(unknown.params.additionalProperties[0])
    const valid = Object.keys(schemaAt(parent)?.properties ?? {})
    const near = nearestName(key, valid)
    const where = parent.length === 0 ? '' : ` in \`${spoken(parent)}\``
    const hint =
      near === undefined
        ? `valid keys are ${valid.map((k) => `\`${k}\``).join(', ')}`
        : `did you mean \`${near}\`?`
    return `${placeOf([...parent, key])}: unknown key \`${key}\`${where}; ${hint}`
  }
  const missing = errors.find((e) => e.keyword === 'required')
  if (missing !== undefined) {
    const parent = segmentsOf(missing.instancePath)
    const key = String(missing.params.requiredProperties[0])
    const meaning = schemaAt([...parent, key])?.description
    return `${placeOf(parent)}: \`${spoken([...parent, key])}\` is missing${meaning ? `: ${lowerFirst(meaning)}` : ''}`
  }
  const first = errors.find((e) => e.keyword !== 'boolean') ?? errors[0]
  const segments = segmentsOf(first?.instancePath ?? '')
  const allowed = schemaAt(segments)?.enum
  const must =
    allowed === undefined
      ? plainly(first?.message ?? 'is not valid')
      : `must be one of ${allowed.map((v) => `\`${v}\``).join(', ')}`
  return `${placeOf(segments)}: \`${spoken(segments) || 'the file'}\` ${must ?? 'is not valid'}`
}

const plainWords: Readonly<Record<string, string>> = {
  'must be array': 'must be a list, such as `[a, b]`',
  'must be boolean': 'must be `true` or `false`',
  'must be integer': 'must be a whole number',
  'must be number': 'must be a number',
  'must be object': 'must have keys of its own',
  'must be string': 'must be a text',
  'must not have fewer than 1 characters': 'must not be empty',
  'must not have fewer than 1 items': 'must not be empty',
}

/** A schema's complaint in words for people who have never seen a schema. */
const plainly = (message: string): string => plainWords[message] ?? message

const lowerFirst = (sentence: string) =>
  (sentence.charAt(0).toLowerCase() + sentence.slice(1)).replace(/\.$/, '')
