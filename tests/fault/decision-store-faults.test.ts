// Every write of a decision log to its files fails once: without effect, after it, or after a part of it; and so does every commit of its
// ledger. Then it opens again, everything acknowledged is there and opens unless it was erased, erasures are gone on with, and the
// checker finds nothing.

import { expect, test } from 'vitest'
import { newMemoryLog } from '../../packages/platform/src/decisions/decisions.fixture.ts'
import {
  faultyFiles,
  type VaultFate,
  vaultFaults,
} from '../../packages/platform/src/decisions/vault-faults.fixture.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import type { Decide } from '../../packages/platform/src/ledger/stores.fixture.ts'
import { check, live, newTold } from './decision-life.fixture.ts'

const step = allFaults ? 1 : 3
/** Small, so that the ledger commits parts of a batch of contents. */
const limits = { batchEntriesMax: 7 }
async function liveAndCheck(fateOf: (call: number) => VaultFate, decide?: Decide) {
  const made = newMemoryLog(limits)
  const told = newTold()
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
