// The story of an erasure, on disk. Every byte of every store is searched for a person's values, after opening whatever any key that is
// still held opens. The search finds them before; while the erasure is pending, in what an older copy holds, with the epoch's key;
// once it is final, nowhere.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  ecdsaSigner,
  ecdsaVerifier,
  encodeLedgerEntry,
  encodeStatement,
  erasure,
  makeStatement,
  type ReceiptErasure,
  signEnvelope,
  statementPayloadType,
  textOf,
  trustLogOnly,
  verifyReceipt,
} from '@proofhouse/evidence'
import { afterEach, expect, test } from 'vitest'
import keys from '../../../../spec/vectors/keys.json' with { type: 'json' }
import { openLedgerDirectory } from '../adapters/ledger-directory.ts'
import { checkDecisionLog } from './check.ts'
import type { DecisionLog } from './decision-log.ts'
import { decisionOf, newLog, newLogKey, orderOf } from './decisions.fixture.ts'
import { closeEpoch, type ErasureHost, eraseSubject } from './emptying.ts'
import {
  contentsIn,
  copyOf,
  epochKeysIn,
  placesOf,
  rawFiles,
  rememberedIn,
  subjectKeysIn,
} from './erasure-story.fixture.ts'
import { rememberedMs } from './late-arrivals.ts'
import { findDecisions, makeReceipt } from './reading.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An evidence log in a folder of its own, which states erasures and proves them. */
async function newEvidence(folder: string) {
  const logKey = newLogKey('example.org/evidence')
  const ledger = await openLedgerDirectory(join(folder, 'evidence'), logKey)
  const signer = await ecdsaSigner(keys['P-256'])
  const host: ErasureHost = {
    now: () => new Date('2026-02-01T00:00:00Z'),
    async state(predicate) {
      const subject = [{ name: 'example.org/decisions', digest: { sha256: 'ab'.repeat(32) } }]
      const payload = encodeStatement(makeStatement(erasure, subject, predicate))
      const envelope = await signEnvelope({ payload, payloadType: statementPayloadType }, signer)
      return ledger.append(encodeLedgerEntry(envelope).entry)
    },
  }
  const erasureOf = async (index: number): Promise<ReceiptErasure> => {
    const proof = await ledger.proof(index)
    const { publicKeyPem: publicKey } = keys['P-256']
    for await (const { entry } of ledger.read(index, index + 1))
      return { entry: textOf(entry), envelope: null, proof, publicKey, logKey: logKey.verifierKey }
    throw new Error('it was appended')
  }
  return { host, erasureOf, ledger, verifierKey: logKey.verifierKey }
}

async function entriesOf(log: DecisionLog): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = []
  for await (const { entry } of log.stores.ledger.read(0, log.size)) entries.push(entry)
  return entries
}

test('an erased person is in no byte of any store, whatever key is still held', async () => {
  const at = newLog()
  made.push(at.folder)
  const evidence = await newEvidence(at.folder)
  const log = await at.open()
  const about = { subject: 'erika-mustermann-77', id: 'case-8812' }
  const theirs = decisionOf(3, {
    ...about,
    input: {
      age: 41,
      income: 71_234.25,
      region: 'nord',
      iban: 'DE89370400440532013000',
      note: 'x',
    },
  })
  const decisions = Array.from({ length: 12 }, (_, n) => decisionOf(n))
  await log.append([...decisions.slice(0, 3), theirs, ...decisions.slice(4)])
  const tag = log.tagger.tagOf('subject', about.subject)
  const values = [about.subject, about.id, '71234.25', tag].map((value) => Buffer.from(value))
  const entries = await entriesOf(log)
  const vault = join(at.folder, 'vault')

  /** Every place where a value of theirs is to be found: in a copy, with its keys and these of other epochs. */
  const search = async (folder: string, others: ReadonlyMap<number, Uint8Array> = new Map()) => {
    const within = join(folder, 'vault')
    const epochs = new Map([...others, ...(await epochKeysIn(within, at.root))])
    const subjectKeys = subjectKeysIn(within, epochs)
    const pages = subjectKeys.map((one) => ({ where: 'a page of keys', bytes: one.tag }))
    const contents = await contentsIn(within, { root: at.root, keys: subjectKeys, entries })
    const remembered = rememberedIn(within, epochs)
    return placesOf([...rawFiles(folder), ...pages, ...contents, ...remembered], values)
  }

  // Before: it finds them, and only where they belong. What is masked or dropped was never kept.
  expect(await search(at.folder)).toEqual(['a page of keys', 'content of 3'])
  const kept = subjectKeysIn(vault, await epochKeysIn(vault, at.root))
  const all = await contentsIn(vault, { root: at.root, keys: kept, entries })
  expect(placesOf(all, [Buffer.from('DE8937')])).toEqual([])
  expect(placesOf(all, [Buffer.from('***')])).toEqual(['content of 3'])
  const whole = copyOf(at.folder)
  const backup = copyOf(at.folder, /epoch-\d+$/)
  made.push(whole, backup)

  // Pending: nothing in the folder but the tag, by which late arrivals are known for a while; but an older copy opens with the epoch's key that the log still holds.
  await eraseSubject(log, about.subject, orderOf('e1'), evidence.host)
  expect(await search(at.folder)).toEqual(['late arrivals'])
  expect(await search(backup)).toEqual([])
  const pending = await epochKeysIn(vault, at.root)
  expect(await search(backup, pending)).toEqual(['a page of keys', 'content of 3'])

  // Final: the epoch's key is gone, and the copy opens with nothing any more.
  await closeEpoch(log, evidence.host)
  expect(await search(at.folder)).toEqual(['late arrivals'])
  const forgotten = new Date(evidence.host.now().getTime() + rememberedMs)
  await closeEpoch(log, { ...evidence.host, now: () => forgotten })
  expect(await search(at.folder)).toEqual([])
  expect(await search(backup, await epochKeysIn(vault, at.root))).toEqual([])
  expect(await findDecisions(log, { subject: about.subject, limit: 10 })).toEqual([])
  // Which is why the wrapped keys of epochs must not be kept with copies of the folder: with them the root key opens it still.
  expect(await search(whole)).toEqual(['a page of keys', 'content of 3'])

  const receipt = (index: number, groups: readonly string[] | null) =>
    makeReceipt(log, { index, groups, logKey: at.verifierKey, erasureOf: evidence.erasureOf })
  const trust = {
    decisions: trustLogOnly(at.verifierKey),
    evidence: trustLogOnly(evidence.verifierKey),
    keys: [await ecdsaVerifier(keys['P-256'].publicKeyPem)],
  }
  expect(await verifyReceipt(await receipt(3, null), trust)).toMatchObject({
    verdict: 'erased',
    erasure: { index: 1, state: 'final' },
    erasureEstablished: true,
  })
  // One that is hidden is told from one that was erased.
  expect(await verifyReceipt(await receipt(4, []), trust)).toMatchObject({
    verdict: 'withheld',
    erasure: null,
  })
  expect(await verifyReceipt(await receipt(4, null), trust)).toMatchObject({ verdict: 'valid' })
  expect(await checkDecisionLog(log)).toMatchObject({ entries: 12, erased: 1, findings: [] })
  await log.close()
  await evidence.ledger.close()
})
