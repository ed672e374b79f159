import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { verifyReceipt } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { decisionOf, newLog, origin } from './decisions.fixture.ts'
import { closeEpoch, eraseSubject } from './emptying.ts'
import { findDecisions, makeReceipt, readDecision } from './reading.ts'

const noErasure = () => Promise.reject(new Error('there is no erasure'))

test('decisions are accepted, read back and proven, also after opening again', async () => {
  const at = newLog()
  let log = await at.open()
  const outcomes = await log.append(Array.from({ length: 25 }, (_, n) => decisionOf(n)))
  expect(outcomes).toEqual(outcomes.map((_, index) => ({ status: 'accepted', index })))
  await log.close()
  log = await at.open()
  expect(log.size).toBe(25)
  const { content, entry } = await readDecision(log, 7)
  expect(entry).toMatchObject({ source: 'gateway-1', sequence: 7, deployment: 'credit-eu' })
  expect(content?.groups).toEqual({
    context: { channel: 'branch' },
    explanation: { age: -0.125, income: 0.5 },
    id: 'A-7',
    input: { age: 41, region: 'nord' },
    'input/income': 52_000.5,
    output: { label: 'approved', score: 0.875 },
    subject: 'p-7',
  })
  expect(
    (await findDecisions(log, { subject: 'p-7', limit: 10 })).map(({ index }) => index),
  ).toEqual([7, 17])
  const receipt = await makeReceipt(log, {
    index: 7,
    groups: ['output', 'input/income'],
    logKey: at.verifierKey,
    erasureOf: noErasure,
  })
  expect(await verifyReceipt(receipt)).toMatchObject({
    verdict: 'valid',
    index: 7,
    origin,
    revealed: { 'input/income': 52_000.5 },
  })
  await log.close()
})

test('erasure', async () => {
  const at = newLog()
  let log = await at.open()
  await log.append(Array.from({ length: 25 }, (_, n) => decisionOf(n)))
  const order = { erasureId: 'e1', reason: 'request', requestedAt: '2026-02-01T00:00:00Z' } as const
  await eraseSubject(log, 'p-3', order, at.host)
  expect(at.stated).toMatchObject([
    {
      state: 'pending',
      entries: [
        {
          ranges: [
            { from: 3, to: 4 },
            { from: 13, to: 14 },
            { from: 23, to: 24 },
          ],
        },
      ],
    },
  ])
  expect((await readDecision(log, 13)).content).toBeNull()
  expect((await readDecision(log, 14)).content).not.toBeNull()
  await log.append([decisionOf(25, { subject: 'p-3' })])
  await closeEpoch(log, at.host)
  expect(at.stated[1]).toMatchObject({ state: 'final', pendingIndex: 0 })
  await log.close()
  log = await at.open()
  expect((await readDecision(log, 13)).content).toBeNull()
  expect((await readDecision(log, 25)).content).not.toBeNull()
  expect((await readDecision(log, 14)).content).not.toBeNull()
  expect(
    (await findDecisions(log, { subject: 'p-3', limit: 10 })).map(({ index }) => index),
  ).toEqual([25])
  await log.close()
})
void randomBytes
void rmSync
void join
