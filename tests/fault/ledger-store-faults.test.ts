// Every call a ledger makes to its stores fails once, without effect and after its effect, or kills the process before or after it.
// Afterwards the ledger opens, holds every entry that was acknowledged, takes more, and `fsck` finds nothing.

import { type Bytes, parseVerifierKey, textOf, trustLogOnly, utf8 } from '@proofhouse/evidence'
import { afterEach, describe, expect, test } from 'vitest'
import { newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import { fsck, openLedger } from '../../packages/platform/src/ledger/index.ts'
import {
  type Decide,
  diskPlace,
  faults,
  memoryPlace,
  type Place,
  powerlessPlace,
  type Stores,
  withFates,
} from '../../packages/platform/src/ledger/stores.fixture.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'

const key = newLedgerKey()
const verifier = parseVerifierKey(key.verifierKey)
const trust = trustLogOnly(key.verifierKey)
/** Small bounds, so that few entries reach every path: several batches, publications and shortenings. */
const limits = { batchEntriesMax: 40, stagedMaxBytes: 2_500, publishEveryMs: 0 }
const open = (stores: Stores) => openLedger({ ...stores, signer: key.signer }, verifier, limits)

const placesMade: Place[] = []
afterEach(() => {
  for (const place of placesMade.splice(0)) place.remove()
})

/** One process's life: two waves of appends across the border of a bundle, then an orderly close, as far as it comes. */
async function live(stores: Stores, acknowledged: Map<number, string>): Promise<void> {
  const ledger = await open(stores)
  const say = (text: string) =>
    ledger.append(utf8(text)).then(
      (index) => acknowledged.set(index, text),
      () => null,
    )
  try {
    await Promise.all(Array.from({ length: 150 }, (_, n) => say(`first ${n}`)))
    await ledger.checkpoint()
    await Promise.all(Array.from({ length: 170 }, (_, n) => say(`second ${n}`)))
  } finally {
    await ledger.close()
  }
}

/** What happened in a life. */
interface Life {
  readonly ended: string
  /** Names of the calls it made, in order. */
  readonly calls: readonly string[]
}

async function liveUnder(
  place: Place,
  decide: Decide,
  acknowledged: Map<number, string>,
): Promise<Life> {
  const calls: string[] = []
  const stores = await place.open()
  const fated = withFates(stores, (name, number) => {
    calls.push(name)
    return decide(name, number)
  })
  const ended = await Promise.race([
    live(fated, acknowledged).then(
      () => 'in good order',
      (error: unknown) => String(error),
    ),
    fated.died.then(() => 'by death'),
  ])
  await place.afterDeath(stores)
  return { ended, calls }
}

/** Lives one life after the other under the given fates, then checks what is left. */
async function liveAndCheck(place: Place, ...lives: readonly Decide[]): Promise<Life> {
  placesMade.push(place)
  const acknowledged = new Map<number, string>()
  let last: Life = { ended: 'not begun', calls: [] }
  for (const decide of lives) last = await liveUnder(place, decide, acknowledged)

  const found = await place.open()
  const ledger = await open(found)
  const entries: Bytes[] = []
  for await (const { entry } of ledger.read(0, Number.MAX_SAFE_INTEGER)) entries.push(entry)
  for (const [index, text] of acknowledged)
    expect(textOf(entries[index] ?? new Uint8Array()), `entry ${index}`).toBe(text)
  expect(await ledger.append(utf8('after'))).toBe(entries.length)
  await ledger.close()
  const { findings, size } = await fsck({ tiles: found.tiles, trust })
  expect({ findings, size }).toEqual({ findings: [], size: entries.length + 1 })
  return last
}

const good: Decide = () => 'works'
/** Dies in its third commit: batches and tiles are left half-way, so that the next life has to repair. */
const interrupted: Decide = (() => {
  let swaps = 0
  return (name: string, number: number) => {
    if (number === 0) swaps = 0
    return name === 'lock.swap' && ++swaps === 6 ? 'dies before' : 'works'
  }
})()
const changes = /append|write|swap|sync/

/** Of what was not synced, every second file has reached the disk. */
function halfPowerlessPlace(): Place {
  let n = 0
  return powerlessPlace(() => n++ % 2 === 0)
}

describe.each([
  { name: 'in memory', make: memoryPlace, step: allFaults ? 1 : 3 },
  { name: 'that loses power', make: powerlessPlace, step: allFaults ? 1 : 2 },
  { name: 'that loses power half-way', make: halfPowerlessPlace, step: 3 },
  // Each of these syncs a real disk many times: every seventh call, another one for each kind of fault.
  { name: 'on disk', make: diskPlace, step: 7 },
])('a ledger $name', ({ make, step }) => {
  test('makes every kind of call on a good day', async () => {
    const { ended, calls } = await liveAndCheck(make(), good)
    expect(ended).toBe('in good order')
    expect(new Set(calls)).toEqual(
      new Set(
        ['lock.read', 'lock.swap', 'staging.append', 'staging.forget'].concat(
          ['read', 'write', 'sync', 'remove'].map((name) => `tiles.${name}`),
        ),
      ),
    )
    expect((await liveAndCheck(make(), interrupted)).ended).toBe('by death')
  })

  for (const [offset, fault] of faults.entries())
    for (const [name, before] of [
      ['', []],
      [' of the life after a crash', [interrupted]],
    ] as const)
      test(`loses nothing when any call${name} ${fault}`, async () => {
        let harmed = 0
        for (let at = offset % step; ; at += step) {
          const { ended, calls } = await liveAndCheck(make(), ...before, (_name, number) =>
            number === at ? fault : 'works',
          )
          if (calls.length <= at) break
          if (ended !== 'in good order') harmed++
        }
        expect(harmed).toBeGreaterThan(1)
      })

  test('loses nothing when the disk is full from any call on', async () => {
    let harmed = 0
    for (let at = 0; ; at += step) {
      const full: Decide = (name, number) =>
        number >= at && changes.test(name) ? 'fails, lost' : 'works'
      const still: Decide = (name) => (changes.test(name) ? 'fails, lost' : 'works')
      const { ended, calls } = await liveAndCheck(make(), full)
      await liveAndCheck(make(), full, still)
      if (calls.length <= at) break
      if (ended !== 'in good order') harmed++
    }
    expect(harmed).toBeGreaterThan(1)
  })
})
