// A statement is signed, appended and found again; one that is too large for an entry goes to the blobs first.

import { generateKeyPairSync } from 'node:crypto'
import {
  type Bytes,
  OperatingError,
  parseEnvelope,
  parseLedgerEntry,
  resolveReference,
  sha256Hex,
  type Statement,
  statementPayloadType,
  verifyEnvelope,
} from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { signingKeyFromPem } from '../keys/index.ts'
import { type BlobStore, statementRecorder } from './statement-recorder.ts'

const key = await signingKeyFromPem(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }),
)

/** What happened, in order: puts and appends. */
function newPlace(failing: 'put' | 'append' | null = null) {
  const events: {
    readonly kind: 'put' | 'append'
    readonly bytes: Bytes
    readonly name: string
  }[] = []
  const happen = (kind: 'put' | 'append', bytes: Bytes, name: string) => {
    if (failing === kind) throw new OperatingError('storage-failed', 'the disk is full')
    return events.push({ kind, bytes, name }) - 1
  }
  const blobs: BlobStore = {
    put: async (digest, bytes) => {
      happen('put', bytes, digest)
    },
    get: () => Promise.reject(new Error('a recorder reads nothing')),
  }
  const ledger = { append: async (entry: Bytes) => happen('append', entry, '') }
  return { events, recorder: statementRecorder(ledger, blobs, key.signer) }
}

/** A statement with a text of some length in it. */
const statementOf = (length: number): Statement<{ text: string }> => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'thing', digest: { sha256: sha256Hex(new Uint8Array(1)) } }],
  predicateType: 'https://example.org/text/v1',
  predicate: { text: 'x'.repeat(length) },
})

test('a statement is the entry, signed', async () => {
  const { events, recorder } = newPlace()
  const recorded = await recorder.record(statementOf(10))
  expect(events.map(({ kind }) => kind)).toEqual(['append'])
  const parsed = parseLedgerEntry(events[0]?.bytes ?? new Uint8Array())
  expect(parsed).toEqual({ kind: 'envelope', envelope: recorded.envelope })
  expect(recorded).toMatchObject({ index: 0, predicateType: 'https://example.org/text/v1' })
  expect(recorded.digest).toBe(sha256Hex(events[0]?.bytes ?? new Uint8Array()))
  const verified = await verifyEnvelope(recorded.envelope, [key.verifier])
  expect(verified.payloadType).toBe(statementPayloadType)
})

test('a large statement is a blob, durable before the entry that pins it', async () => {
  const { events, recorder } = newPlace()
  const { envelope, digest } = await recorder.record(statementOf(100_000))
  expect(events.map(({ kind }) => kind)).toEqual(['put', 'append'])
  const [blob, entry] = events
  expect(blob?.name).toBe(digest)
  expect(sha256Hex(blob?.bytes ?? new Uint8Array())).toBe(digest)
  expect(parseEnvelope(blob?.bytes ?? new Uint8Array())).toEqual(envelope)
  const parsed = parseLedgerEntry(entry?.bytes ?? new Uint8Array())
  if (parsed.kind !== 'reference') throw new Error(parsed.kind)
  expect(resolveReference(parsed.reference, blob?.bytes ?? new Uint8Array())).toEqual(envelope)
})

test('no entry points at a blob that could not be written', async () => {
  const { events, recorder } = newPlace('put')
  await expect(recorder.record(statementOf(100_000))).rejects.toMatchObject({
    code: 'storage-failed',
  })
  expect(events).toEqual([])
})

test('a statement that could not be appended is not recorded', async () => {
  const { recorder } = newPlace('append')
  await expect(recorder.record(statementOf(1))).rejects.toMatchObject({ code: 'storage-failed' })
})
