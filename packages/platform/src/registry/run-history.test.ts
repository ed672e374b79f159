// What a ledger says about its runs, and what another key, a repeated name or a foreign entry cannot make it say.

import { generateKeyPairSync } from 'node:crypto'
import {
  type Bytes,
  type DsseSigner,
  encodeEnvelope,
  makeStatement,
  type RunAnnounced,
  type RunClosed,
  runAnnounced,
  runClosed,
  sha256Hex,
  signEnvelope,
  utf8,
} from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { signingKeyFromPem } from '../keys/index.ts'
import { readRunHistory, runsOverSameData } from './run-history.ts'
import { type BlobStore, statementRecorder } from './statement-recorder.ts'

const newKey = () =>
  signingKeyFromPem(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  )
const ours = await newKey()
const theirs = await newKey()
const data = sha256Hex(utf8('rows'))
const noBlobs: BlobStore = {
  put: () => Promise.reject(new Error('no statement about a run is large')),
  get: () => Promise.reject(new Error('no statement about a run is large')),
}

/** A ledger under construction: the entries, and what writes them. */
function newLedger() {
  const entries: Bytes[] = []
  const append = (entry: Bytes) => Promise.resolve(entries.push(entry) - 1)
  const record = (signer: DsseSigner) => statementRecorder({ append }, noBlobs, signer)
  return {
    append,
    announce: (signer: DsseSigner, runId: string, change: Partial<RunAnnounced> = {}) =>
      record(signer).record(
        makeStatement(runAnnounced, [{ name: 'test', digest: { sha256: data } }], {
          runId,
          policyDigest: sha256Hex(utf8('policy')),
          dataDigests: { test: data },
          modelRootDigest: null,
          toolVersion: '1.0.0',
          startedAt: '2026-01-02T03:04:05.000Z',
          preregistration: 'logged',
          ...change,
        }),
      ),
    close: (signer: DsseSigner, runId: string, end: Pick<RunClosed, 'outcome' | 'verdict'>) =>
      record(signer).record(
        makeStatement(runClosed, [{ name: 'test', digest: { sha256: data } }], {
          runId,
          ...end,
          errorCode: null,
          announcementIndex: 0,
          closedAt: '2026-01-02T03:05:05.000Z',
        }),
      ),
    history: () =>
      readRunHistory(
        (async function* () {
          for (const [index, entry] of entries.entries()) yield { index, entry }
        })(),
        [ours.verifier],
      ),
  }
}

const pass = { outcome: 'completed', verdict: 'pass' } as const
const abandoned = { outcome: 'abandoned', verdict: null } as const
const told = async (ledger: ReturnType<typeof newLedger>) =>
  (await ledger.history()).map((run) => [
    run.announcement.runId,
    run.closure?.outcome ?? 'open',
    run.announcedIndex,
    run.closedIndex,
    run.vouched,
  ])

test('runs are listed in order of announcement, with how they ended', async () => {
  const ledger = newLedger()
  await ledger.announce(ours.signer, 'a')
  await ledger.announce(ours.signer, 'b')
  await ledger.close(ours.signer, 'b', pass)
  await ledger.announce(ours.signer, 'c')
  await ledger.close(ours.signer, 'a', abandoned)
  expect(await told(ledger)).toEqual([
    ['a', 'abandoned', 0, 4, true],
    ['b', 'completed', 1, 2, true],
    ['c', 'open', 3, null, true],
  ])
})

describe('another key', () => {
  test('hides no run that was signed with it, before or after', async () => {
    const ledger = newLedger()
    await ledger.announce(theirs.signer, 'before')
    await ledger.close(theirs.signer, 'before', pass)
    await ledger.announce(ours.signer, 'ours')
    await ledger.close(ours.signer, 'ours', pass)
    expect(await told(ledger)).toEqual([
      ['before', 'completed', 0, 1, false],
      ['ours', 'completed', 2, 3, true],
    ])
  })

  test('closes no run of ours', async () => {
    const ledger = newLedger()
    await ledger.announce(ours.signer, 'a')
    await ledger.close(theirs.signer, 'a', pass)
    expect(await told(ledger)).toEqual([['a', 'open', 0, null, true]])
    await ledger.close(ours.signer, 'a', abandoned)
    expect(await told(ledger)).toEqual([['a', 'abandoned', 0, 2, true]])
  })

  test('takes no name from us', async () => {
    const ledger = newLedger()
    await ledger.announce(theirs.signer, 'a')
    await ledger.announce(ours.signer, 'a')
    await ledger.close(ours.signer, 'a', pass)
    expect(await told(ledger)).toEqual([
      ['a', 'completed', 0, 2, false],
      ['a', 'completed', 1, 2, true],
    ])
  })
})

test('the first announcement and the first closure of a run stand', async () => {
  const ledger = newLedger()
  await ledger.announce(ours.signer, 'a', { toolVersion: 'first' })
  await ledger.announce(ours.signer, 'a', { toolVersion: 'second' })
  await ledger.close(ours.signer, 'a', abandoned)
  await ledger.close(ours.signer, 'a', pass)
  const [run, ...others] = await ledger.history()
  expect(others).toEqual([])
  expect(run?.announcement.toolVersion).toBe('first')
  expect(run?.closure?.outcome).toBe('abandoned')
})

test('a closure without its announcement is no run', async () => {
  const ledger = newLedger()
  await ledger.close(ours.signer, 'a', pass)
  expect(await told(ledger)).toEqual([])
})

test('what is no statement is passed over, what is broken is refused', async () => {
  const ledger = newLedger()
  const other = await signEnvelope(
    { payloadType: 'text/plain', payload: utf8('hello') },
    ours.signer,
  )
  await ledger.append(encodeEnvelope(other))
  await ledger.announce(ours.signer, 'a')
  expect(await told(ledger)).toEqual([['a', 'open', 1, null, true]])
  await ledger.append(utf8('not an envelope'))
  await expect(ledger.history()).rejects.toMatchObject({ code: 'envelope-malformed' })
})

test('runs over the same data are those whose test data are the same bytes', async () => {
  const ledger = newLedger()
  const other = sha256Hex(utf8('other rows'))
  await ledger.announce(ours.signer, 'same')
  await ledger.announce(ours.signer, 'another', {
    dataDigests: { train: data, test: other },
  })
  const same = runsOverSameData(await ledger.history(), data)
  expect(same.map(({ announcement }) => announcement.runId)).toEqual(['same'])
})
