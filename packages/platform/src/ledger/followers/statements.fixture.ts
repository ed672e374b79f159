// Logs of statements, and indexes that follow them.

import {
  type Bytes,
  encodeEnvelope,
  type JsonObject,
  openCheckpoint,
  parseVerifierKey,
  sha256Hex,
  utf8,
} from '@proofhouse/evidence'
import { MemoryTileStore } from '../../adapters/memory-ledger.ts'
import { newLedgerKey } from '../fsck/fsck.fixture.ts'
import { openLedger } from '../open-ledger.ts'
import { memoryPlace } from '../stores.fixture.ts'
import type { TrustedLog } from '../prefix.ts'

const envelopeOf = (payload: string, payloadType = 'application/vnd.in-toto+json') =>
  encodeEnvelope({
    payload: utf8(payload).toBase64(),
    payloadType,
    signatures: [{ keyid: 'k', sig: 'AAAA' }],
  })

/** The entry of a statement about one subject. */
export function statementEntry(type: string, predicate: JsonObject, subject = type): Bytes {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: `${subject}.bin`, digest: { sha256: sha256Hex(utf8(subject)) } }],
    predicateType: type,
    predicate,
  }
  return envelopeOf(JSON.stringify(statement))
}

/** Entries of every kind that an index meets. */
export function mixedEntries(): Bytes[] {
  return [
    statementEntry('https://proofhouse.dev/run-announced/v1', {
      runId: 'run-1',
      startedAt: '2026-01-02T03:04:05+01:00',
      policyDigest: sha256Hex(utf8('policy')),
    }),
    statementEntry('https://proofhouse.dev/measures/v1', {
      runId: 'run-1',
      measuredAs: { system: 'german-credit' },
      measures: [{ measure: 'performance.accuracy', value: 0.75 }, { note: 'Größe der Gruppe' }],
    }),
    utf8('no envelope at all'),
    new Uint8Array(),
    envelopeOf('not JSON'),
    envelopeOf('{}', 'text/plain'),
    statementEntry('https://slsa.dev/verification_summary/v1', {
      resourceUri: 'urn:proofhouse:system:hiring:policy',
      timeVerified: '2026-02-01T00:00:00Z',
      text: 'a nul \0 in the middle, and "quotes" AND -operators',
    }),
  ]
}

/** A published log that can grow. */
export async function growingLog(first: readonly Bytes[]) {
  const stores = await memoryPlace().open()
  const { signer, verifierKey } = newLedgerKey()
  const verifier = parseVerifierKey(verifierKey)
  const ledger = await openLedger({ ...stores, signer }, verifier)
  const grow = async (entries: readonly Bytes[]): Promise<TrustedLog> => {
    await Promise.all(entries.map((entry) => ledger.append(entry)))
    const { note } = await ledger.checkpoint()
    return { tiles: stores.tiles, checkpoint: await openCheckpoint(note, verifier) }
  }
  return { log: await grow(first), grow, tiles: stores.tiles, verifierKey }
}

/** The log with one byte of one of its files changed. */
export async function withFlippedByte(log: TrustedLog, path: string): Promise<TrustedLog> {
  const changed = new MemoryTileStore()
  const content = await log.tiles.read(path)
  if (content === null) throw new Error(`there is no ${path}`)
  content[content.length - 1] = (content.at(-1) ?? 0) ^ 1
  await changed.write(path, content)
  return {
    ...log,
    tiles: { read: async (at) => (await changed.read(at)) ?? (await log.tiles.read(at)) },
  }
}
