import { expect, test } from 'vitest'
import keys from '../../../spec/vectors/keys.json' with { type: 'json' }
import { canonicalJson } from './canonical-json.ts'
import { sha256Hex } from './digest.ts'
import { encodeEnvelope, signEnvelope } from './dsse.ts'
import { ecdsaSigner } from './ecdsa-signer.ts'
import { utf8 } from './encoding.ts'
import {
  type EnvelopeReference,
  encodeLedgerEntry,
  parseLedgerEntry,
  resolveReference,
} from './ledger-entry.ts'
import { testResult } from './predicates/test-result.ts'
import { encodeStatement, makeStatement, statementPayloadType } from './statement.ts'

const subject = [{ name: 'm', digest: { sha256: 'ab'.repeat(32) } }]

async function envelopeWith(testName: string, subjects = subject) {
  const signer = await ecdsaSigner(keys['P-256'])
  const statement = makeStatement(testResult, subjects, {
    result: 'PASSED',
    configuration: [],
    passedTests: [testName],
  })
  const payload = encodeStatement(statement)
  return signEnvelope({ payloadType: statementPayloadType, payload }, signer)
}

async function largeEntry() {
  const envelope = await envelopeWith('x'.repeat(70_000))
  const { entry, blob } = encodeLedgerEntry(envelope)
  const parsed = parseLedgerEntry(entry)
  if (parsed.kind !== 'reference' || blob === null) throw new Error('expected a reference')
  return { envelope, entry, blob, reference: parsed.reference }
}

test('an envelope that fits is the entry', async () => {
  const envelope = await envelopeWith('accuracy')
  const { entry, blob } = encodeLedgerEntry(envelope)
  expect(blob).toBeNull()
  expect(entry).toEqual(encodeEnvelope(envelope))
  expect(parseLedgerEntry(entry)).toEqual({ kind: 'envelope', envelope })
})

test('an envelope that does not fit is pinned by digest, type and subjects', async () => {
  const { envelope, entry, blob, reference } = await largeEntry()
  expect(entry.length).toBeLessThan(1000)
  expect(reference).toEqual({
    type: 'https://proofhouse.dev/envelope-reference/v1',
    digest: sha256Hex(encodeEnvelope(envelope)),
    sizeBytes: blob.bytes.length,
    predicateType: testResult.uri,
    subject,
  })
  expect(resolveReference(reference, blob.bytes)).toEqual(envelope)
})

test('the largest envelope that fits is 65,535 bytes', async () => {
  const envelope = await envelopeWith('x'.repeat(45_000))
  const padded = (keyid: string) => ({
    ...envelope,
    signatures: envelope.signatures.map(({ sig }) => ({ sig, keyid })),
  })
  const room = 65_535 - encodeEnvelope(padded('')).length
  expect(encodeLedgerEntry(padded('k'.repeat(room))).blob).toBeNull()
  expect(encodeLedgerEntry(padded('k'.repeat(room))).entry.length).toBe(65_535)
  expect(encodeLedgerEntry(padded('k'.repeat(room + 1))).blob?.bytes.length).toBe(65_536)
})

test('refuses any other bytes for a reference', async () => {
  const { blob, reference } = await largeEntry()
  const changed = blob.bytes.slice()
  changed[1000] = (changed[1000] ?? 0) ^ 1
  const malformed: unknown = expect.objectContaining({ code: 'envelope-malformed' })
  expect(() => resolveReference(reference, changed)).toThrow(malformed)
  expect(() => resolveReference(reference, blob.bytes.subarray(1))).toThrow(malformed)
  const lies: EnvelopeReference[] = [
    { ...reference, predicateType: 'https://proofhouse.dev/measures/v1' },
    { ...reference, subject: [{ digest: { sha256: 'cd'.repeat(32) } }] },
    { ...reference, sizeBytes: reference.sizeBytes + 1 },
  ]
  for (const lie of lies) expect(() => resolveReference(lie, blob.bytes)).toThrow(malformed)
})

test('refuses a reference that is not canonical or not whole', async () => {
  const { reference } = await largeEntry()
  expect(() => parseLedgerEntry(utf8(JSON.stringify(reference, null, 1)))).toThrow(
    expect.objectContaining({ code: 'json-not-canonical' }),
  )
  const { digest: _, ...rest } = reference
  expect(() => parseLedgerEntry(canonicalJson(rest))).toThrow('`reference.digest` must be')
})

test('refuses a statement about more subjects than a reference can name', async () => {
  const many = Array.from({ length: 900 }, (_, i) => ({
    name: `file-${i}`,
    digest: { sha256: sha256Hex(utf8(String(i))) },
  }))
  const envelope = await envelopeWith('x', many)
  expect(() => encodeLedgerEntry(envelope)).toThrow(
    expect.objectContaining({ code: 'entry-too-large' }),
  )
})
