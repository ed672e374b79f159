// Every write of a decision log to its files fails once: without effect, after it, or after a part of it; and so does every commit of its
// ledger. Then it opens again, everything acknowledged is there and opens unless it was erased, erasures are gone on with, and the
// checker finds nothing.

import { expect, test } from 'vitest'
import { checkDecisionLog } from '../../packages/platform/src/decisions/check.ts'
import type { DecisionLog } from '../../packages/platform/src/decisions/decision-log.ts'
import {
  decisionOf,
  newMemoryLog,
  orderOf,
} from '../../packages/platform/src/decisions/decisions.fixture.ts'
import {
  closeEpoch,
  eraseEntries,
  eraseSubject,
  resumeErasures,
  stateFinal,
} from '../../packages/platform/src/decisions/emptying.ts'
import { readDecision } from '../../packages/platform/src/decisions/reading.ts'
import {
  faultyFiles,
  type VaultFate,
  vaultFaults,
} from '../../packages/platform/src/decisions/vault-faults.fixture.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import type { Decide } from '../../packages/platform/src/ledger/stores.fixture.ts'

const step = allFaults ? 1 : 3
/** Small, so that the ledger commits parts of a batch of contents. */
const limits = { batchEntriesMax: 7 }
type Made = ReturnType<typeof newMemoryLog>

/** What callers were told in a life. */
interface Told {
  readonly acknowledged: Map<number, number>
  readonly erased: Set<number>
  ended: string
}

/** After every erasure, so that what is appended then is no late arrival. */
const later = '2026-03-01T00:00:00.000Z'

async function append(log: DecisionLog, told: Told, from: number, to: number) {
  const wave = Array.from({ length: to - from }, (_, n) => from + n)
  // Each on its own, so that single ones may be acknowledged.
  await Promise.all(
    wave.map(async (sequence) => {
      const subject = sequence % 5 === 4 ? {} : { subject: `p-${sequence % 4}` }
      const { subject: _none, ...rest } = decisionOf(sequence, { time: later })
      const [outcome] = await log.append([{ ...rest, ...subject }]).catch(() => [])
      if (outcome !== undefined && outcome.status !== 'refused')
        told.acknowledged.set(sequence, outcome.index)
    }),
  )
}

/** Appends, erases a person and single entries, closes the epoch, and so on again. */
async function live(made: Made, given: Parameters<Made['open']>[0], told: Told): Promise<void> {
  let log: DecisionLog | null = null
  try {
    log = await made.open(given)
    await append(log, told, 0, 20)
    await eraseSubject(log, 'p-1', orderOf('one'), made.host)
    await append(log, told, 20, 31)
    await eraseEntries(log, [2, 4, 22], orderOf('two'), made.host)
    await closeEpoch(log, made.host)
    await append(log, told, 31, 42)
    await eraseSubject(log, 'p-3', orderOf('three'), made.host)
    await append(log, told, 42, 50)
    await closeEpoch(log, made.host)
    told.ended = 'in good order'
  } catch (error) {
    told.ended = String(error)
  } finally {
    await log?.close().catch(() => undefined)
  }
}

async function check(made: Made, { acknowledged }: Told): Promise<void> {
  const log = await made.open()
  await resumeErasures(log, made.host)
  const { findings } = await checkDecisionLog(log)
  expect(findings).toEqual([])
  const erased = (index: number) => log.erasures.of(index) !== null
  for (const [sequence, index] of acknowledged) {
    const { content, entry } = await readDecision(log, index)
    expect(entry.sequence).toBe(sequence)
    if (erased(index)) expect(content).toBeNull()
    else expect(content?.groups['id']).toBe(`A-${sequence}`)
  }
  // What is handed in again is not taken twice, and the log goes on.
  const size = log.size
  const again = await log.append(
    [...acknowledged.keys()].map((n) => decisionOf(n, { time: later })),
  )
  for (const outcome of again) expect(outcome.status).not.toBe('accepted')
  expect(log.size).toBe(size)
  const [more] = await log.append([decisionOf(1000, { subject: 'p-1', time: later })])
  expect(more).toEqual({ status: 'accepted', index: size })
  await closeEpoch(log, made.host)
  await stateFinal(log, made.host)
  await log.close()
  const reopened = await made.open()
  expect((await checkDecisionLog(reopened)).findings).toEqual([])
  expect((await readDecision(reopened, size)).content?.groups['id']).toBe('A-1000')
  await reopened.close()
}

async function liveAndCheck(fateOf: (call: number) => VaultFate, decide?: Decide) {
  const made = newMemoryLog(limits)
  const told: Told = { acknowledged: new Map(), erased: new Set(), ended: '' }
  const faulty = faultyFiles(made.files, fateOf)
  await live(made, { files: faulty.files, ...(decide === undefined ? {} : { decide }) }, told)
  await check(made, told)
  return { calls: faulty.calls, told }
}

test('a good day writes in every way', async () => {
  const { calls, told } = await liveAndCheck(() => 'works')
  expect(told.ended).toBe('in good order')
  expect(told.acknowledged.size).toBe(50)
  expect(new Set(calls.map((call) => call.replace(/[-\d].*/, '')))).toEqual(
    new Set(
      ['append keys', 'append vault', 'overwrite keys', 'overwrite vault'].concat([
        'replace epoch',
        'replace erasure',
        'replace keys',
        'replace late',
        'replace state',
      ]),
    ),
  )
})

for (const [offset, fault] of vaultFaults.entries())
  test(`nothing is lost when any write is ${fault}`, async () => {
    let harmed = 0
    for (let at = offset % step; ; at += step) {
      const { calls, told } = await liveAndCheck((call) => (call === at ? fault : 'works'))
      if (told.ended !== 'in good order') harmed += 1
      if (calls.length <= at) break
    }
    expect(harmed).toBeGreaterThan(2)
  })

for (const fault of ['fails, lost', 'fails, kept'] as const)
  test(`nothing is lost when a commit of the ledger ${fault}`, async () => {
    let harmed = 0
    for (let at = 1; ; at += step) {
      let swaps = 0
      const { told } = await liveAndCheck(
        () => 'works',
        (name) => (name === 'lock.swap' && swaps++ === at ? fault : 'works'),
      )
      if (told.ended === 'in good order') break
      harmed += 1
    }
    expect(harmed).toBeGreaterThan(2)
  })

test('nothing is lost when the disk is full from any write on', async () => {
  for (let at = 0; ; at += step) {
    const { told } = await liveAndCheck((call) => (call >= at ? 'lost' : 'works'))
    if (told.ended === 'in good order') break
  }
})
