// Of two writers that share a log, one has every call it makes to the stores fail once, without effect and after its effect, or kill it
// before or after. The other goes on unharmed; afterwards every entry that either acknowledged is there once, and `fsck` finds nothing.

import { parseVerifierKey, textOf, trustLogOnly, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import {
  MemorySharedLog,
  MemoryTileStore,
} from '../../packages/platform/src/adapters/memory-ledger.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import { newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import { fsck, type Ledger, openSharedLedger } from '../../packages/platform/src/ledger/index.ts'
import {
  type Decide,
  faults,
  type SharedPlace,
  withSharedFates,
} from '../../packages/platform/src/ledger/stores.fixture.ts'

const key = newLedgerKey()
const verifier = parseVerifierKey(key.verifierKey)
const trust = trustLogOnly(key.verifierKey)
const limits = { batchEntriesMax: 30, publishEveryMs: 0 }
const step = allFaults ? 1 : 13
const open = (place: SharedPlace) =>
  openSharedLedger({ ...place, signer: key.signer }, verifier, limits)

/** What was acknowledged, by index. */
type Acknowledged = Map<number, string>

async function append(
  ledger: Ledger,
  { name, count, told }: { name: string; count: number; told: Acknowledged },
) {
  const outcomes = Array.from({ length: count }, async (_, n) => {
    const text = `${name} ${n}`
    const index = await ledger.append(utf8(text)).catch(() => null)
    if (index === null) return
    // No index is given twice.
    expect(told.get(index)).toBeUndefined()
    told.set(index, text)
  })
  await Promise.all(outcomes)
}

/** One writer's life: two waves of appends across the border of a bundle, then an orderly close, as far as it comes. */
async function live(
  place: SharedPlace,
  { name, counts, told }: { name: string; counts: [number, number]; told: Acknowledged },
): Promise<void> {
  const ledger = await open(place)
  try {
    await append(ledger, { name: `${name} first`, count: counts[0], told })
    await ledger.checkpoint()
    await append(ledger, { name: `${name} second`, count: counts[1], told })
  } finally {
    await ledger.close()
  }
}

/** Two writers live, one under the given fates; gives the calls of that one, and how it ended. */
async function liveAndCheck(decide: Decide) {
  const place = { tiles: new MemoryTileStore(), log: new MemorySharedLog() }
  const told: Acknowledged = new Map()
  const calls: string[] = []
  const fated = withSharedFates(place, (name, number) => {
    calls.push(name)
    return decide(name, number)
  })
  const unlucky = Promise.race([
    live(fated, { name: 'unlucky', counts: [60, 200], told }).then(
      () => 'in good order',
      (error: unknown) => String(error),
    ),
    fated.died.then(() => 'by death'),
  ])
  const [ended] = await Promise.all([
    unlucky,
    live(place, { name: 'lucky', counts: [30, 50], told }),
  ])
  expect([...told.values()].filter((text) => text.startsWith('lucky'))).toHaveLength(80)

  const after = await open(place)
  const found: string[] = []
  for await (const { entry } of after.read(0, Number.MAX_SAFE_INTEGER)) found.push(textOf(entry))
  expect(new Set(found).size).toBe(found.length)
  for (const [index, text] of told) expect(found[index], `entry ${index}`).toBe(text)
  expect(await after.append(utf8('after'))).toBe(found.length)
  await after.close()
  const { findings, size } = await fsck({ tiles: place.tiles, trust })
  expect({ findings, size }).toEqual({ findings: [], size: found.length + 1 })
  return { ended, calls }
}

describe('a log that two writers share', () => {
  test('sees every kind of call on a good day', async () => {
    const { ended, calls } = await liveAndCheck(() => 'works')
    expect(ended).toBe('in good order')
    expect(new Set(calls)).toEqual(
      new Set(
        ['commit', 'step', 'note', 'publishing', 'forget']
          .map((name) => `log.${name}`)
          .concat(['read', 'write', 'sync', 'remove'].map((name) => `tiles.${name}`)),
      ),
    )
  })

  for (const [offset, fault] of faults.entries())
    test(`loses nothing when any call of one ${fault}`, async () => {
      let harmed = 0
      for (let at = offset % step; ; at += step) {
        const { ended, calls } = await liveAndCheck((_name, number) =>
          number === at ? fault : 'works',
        )
        if (calls.length <= at) break
        if (ended !== 'in good order') harmed++
      }
      expect(harmed).toBeGreaterThan(1)
    })
})
