import { expect, test } from 'vitest'
import vectors from '../../../../spec/vectors/predicates.json' with { type: 'json' }
import { canonicalJson } from '../canonical-json.ts'
import { utf8 } from '../encoding.ts'
import { assert } from '../errors.ts'
import { isJsonObject, type JsonObject, parseJson } from '../json.ts'
import { makeStatement, parseStatement, readStatement } from '../statement.ts'
import { access } from './access.ts'
import { cyclonedxBom } from './cyclonedx-bom.ts'
import { dataSet } from './data-set.ts'
import { decisionLog } from './decision-log.ts'
import { deploymentDeclared } from './deployment.ts'
import { erasure } from './erasure.ts'
import { importedResults } from './imported-results.ts'
import { keyEvent } from './key-event.ts'
import { measures } from './measures.ts'
import { modelSignature } from './model-signature.ts'
import { provenance } from './provenance.ts'
import { report } from './report.ts'
import { retention } from './retention.ts'
import { runAnnounced } from './run-announced.ts'
import { runClosed } from './run-closed.ts'
import { storedArtifact } from './stored-artifact.ts'
import { testResult } from './test-result.ts'
import { summarizeGate, verdictField, verificationSummary } from './verification-summary.ts'
import { vulnerabilities } from './vulnerabilities.ts'

const subject = [{ name: 'thing', digest: { sha256: 'ab'.repeat(32) } }]
const types = [
  runAnnounced,
  runClosed,
  dataSet,
  measures,
  testResult,
  verificationSummary,
  modelSignature,
  report,
  importedResults,
  vulnerabilities,
  cyclonedxBom,
  provenance,
  erasure,
  decisionLog,
  deploymentDeclared,
  keyEvent,
  access,
  retention,
  storedArtifact,
]

const cases = types.map((type) => {
  const found = Object.entries(vectors).find(([uri]) => uri === type.uri)?.[1]
  // Through text, so that the compiler knows vectors as JSON and not by what they happen to hold.
  const valid = found?.valid.map((predicate) => asObject(JSON.stringify(predicate))) ?? []
  const invalid = found?.invalid.map(({ why, predicate }) => ({
    why,
    predicate: asObject(JSON.stringify(predicate)),
  }))
  const { uri, shape } = type
  return { uri, type: { uri, shape }, valid, invalid: invalid ?? [] }
})

test('every predicate type has vectors, and every vector a type', () => {
  expect(Object.keys(vectors).toSorted()).toEqual(types.map(({ uri }) => uri).toSorted())
})

test.each(cases)('$uri: writes and reads what is valid', ({ type, valid }) => {
  expect(valid.length).toBeGreaterThan(0)
  for (const predicate of valid) {
    const bytes = canonicalJson(makeStatement<JsonObject>(type, subject, predicate))
    expect(readStatement<JsonObject>(bytes, type).predicate).toEqual(predicate)
  }
})

test.each(cases)(
  '$uri: refuses one more field on write and keeps it on read',
  ({ type, valid }) => {
    for (const predicate of valid) {
      const future = { ...predicate, tomorrow: true }
      expect(() => makeStatement<JsonObject>(type, subject, future)).toThrow('not a known field')
      expect(readStatement<JsonObject>(raw(type.uri, future), type).predicate).toEqual(future)
    }
  },
)

test.each(cases.flatMap(({ uri, type, invalid }) => invalid.map((row) => ({ uri, type, ...row }))))(
  '$uri: refuses $why',
  ({ type, predicate }) => {
    const refusal: unknown = expect.objectContaining({ code: 'statement-malformed' })
    expect(() => makeStatement<JsonObject>(type, subject, predicate)).toThrow(refusal)
    expect(() => readStatement<JsonObject>(raw(type.uri, predicate), type)).toThrow(refusal)
    // The statement around it is sound: it is the predicate that is refused.
    expect(() => parseStatement(raw(type.uri, predicate))).not.toThrow()
  },
)

test('writes model signatures in code point order only', () => {
  const [valid] = cases.find(({ uri }) => uri === modelSignature.uri)?.valid ?? []
  const predicate = modelSignature.shape(valid, 'predicate', 'read')
  const backwards = { ...predicate, resources: predicate.resources.toReversed() }
  expect(() => makeStatement(modelSignature, subject, backwards)).toThrow('sorted by code point')
  expect(readStatement(raw(modelSignature.uri, backwards), modelSignature).predicate).toEqual(
    backwards,
  )
})

test.each([
  ['pass', 'PASSED', []],
  ['warn', 'PASSED', []],
  ['inconclusive', 'FAILED', ['FAILED']],
  ['fail', 'FAILED', ['FAILED']],
] as const)('a gate that says %s is %s to SLSA', (verdict, result, levels) => {
  const summary = summarizeGate({
    verdict,
    verifierId: 'https://proofhouse.dev/gate',
    toolVersion: '0.1.0',
    timeVerified: '2026-01-31T12:00:00Z',
    resourceUri: 'urn:proofhouse:system:x',
    policy: { uri: 'urn:proofhouse:policy:x', digest: { sha256: 'ab'.repeat(32) } },
    inputAttestations: [{ digest: { sha256: 'cd'.repeat(32) } }],
  })
  const { predicate } = makeStatement(verificationSummary, subject, summary)
  expect(predicate.verificationResult).toBe(result)
  expect(predicate.verifiedLevels).toEqual(levels)
  expect(predicate[verdictField]).toBe(verdict)
})

function asObject(text: string): JsonObject {
  const value = parseJson(utf8(text), 'encoding-invalid')
  assert(isJsonObject(value), 'every vector is an object')
  return value
}

function raw(predicateType: string, predicate: JsonObject) {
  return canonicalJson({
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType,
    predicate,
  })
}
