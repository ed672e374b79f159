// The JSON Schemas under spec/predicates agree with the validators about every vector.

import { readFileSync } from 'node:fs'
import {
  assert,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
} from '@proofhouse/evidence'
import { Check } from 'typebox/schema'
import { expect, test } from 'vitest'

function read(path: string): JsonObject {
  const bytes = readFileSync(new URL(`../spec/${path}`, import.meta.url))
  const value = parseJson(bytes, 'encoding-invalid')
  assert(isJsonObject(value), `${path} is an object`)
  return value
}

function listIn(value: JsonValue | undefined, name: string): readonly JsonValue[] {
  const list: unknown = isJsonObject(value) ? value[name] : undefined
  const members: readonly JsonValue[] = Array.isArray(list) ? list : []
  expect(members.length).toBeGreaterThan(0)
  return members
}

const vectors = read('vectors/predicates.json')

test.each([
  'run-announced',
  'run-closed',
  'data-set',
  'measures',
  'report',
  'imported-results',
  'erasure',
  'decision-log',
  'deployment',
  'key-event',
  'access',
  'retention',
  'stored-artifact',
])('%s: the schema admits what is valid and refuses what is not', (name) => {
  const schema = read(`predicates/${name}.schema.json`)
  const found = vectors[`https://proofhouse.dev/${name}/v1`]
  for (const predicate of listIn(found, 'valid')) expect(Check(schema, predicate)).toBe(true)
  for (const row of listIn(found, 'invalid')) {
    assert(isJsonObject(row), 'a vector says why it is invalid')
    expect(Check(schema, row['predicate']), JSON.stringify(row['why'])).toBe(false)
  }
})

test('subject export: the schema admits what is valid and refuses what is not', () => {
  const schema = read('subject-export.schema.json')
  const { valid, invalid } = read('vectors/subject-export.json')
  for (const value of listIn({ valid: valid ?? null }, 'valid'))
    expect(Check(schema, value)).toBe(true)
  for (const row of listIn({ invalid: invalid ?? null }, 'invalid')) {
    assert(isJsonObject(row), 'a vector says why it is invalid')
    expect(Check(schema, row['export']), JSON.stringify(row['why'])).toBe(false)
  }
})
