// Several writers of one log, in one process: every interleaving of commits, publications and openings gives one log.

import {
  openCheckpoint,
  parseVerifierKey,
  textOf,
  trustLogOnly,
  utf8,
  verifyTlogProof,
} from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { MemorySharedLog, MemoryTileStore } from '../adapters/memory-ledger.ts'
import { newLedgerKey } from './fsck/fsck.fixture.ts'
import { fsck } from './fsck/fsck.ts'
import type { Ledger } from './ledger.ts'
import type { LedgerLimits } from './limits.ts'
import type { SharedLog, StagedBatch, TileStore } from './ports.ts'
import { openSharedLedger } from './shared-ledger.ts'
import { type SharedPlace, withSharedFates } from './stores.fixture.ts'

const key = newLedgerKey()
const verifier = parseVerifierKey(key.verifierKey)
const trust = trustLogOnly(key.verifierKey)

const newShared = (): SharedPlace => ({ tiles: new MemoryTileStore(), log: new MemorySharedLog() })
const open = (stores: SharedPlace, limits: Partial<LedgerLimits> = {}) =>
  openSharedLedger({ ...stores, signer: key.signer }, verifier, limits)

async function readAll(ledger: Ledger): Promise<string[]> {
  const found: string[] = []
  for await (const { index, entry } of ledger.read(0, Number.MAX_SAFE_INTEGER)) {
    expect(index).toBe(found.length)
    found.push(textOf(entry))
  }
  return found
}

/** Appends texts, so many at a time; gives them by their index. */
async function appendAll(ledger: Ledger, texts: readonly string[], width: number) {
  const acknowledged: [number, string][] = []
  for (let n = 0; n < texts.length; n += width)
    await Promise.all(
      texts.slice(n, n + width).map(async (text) => {
        acknowledged.push([await ledger.append(utf8(text)), text])
      }),
    )
  return acknowledged
}

const texts = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${name} ${n} ${'.'.repeat(n % 13)}`)

async function expectIntact({ tiles }: SharedPlace, size: number): Promise<void> {
  const report = await fsck({ tiles, trust })
  expect({ findings: report.findings, size: report.size }).toEqual({ findings: [], size })
}

/** The batches, with the last byte of each changed. */
async function* flipped(batches: AsyncIterable<StagedBatch>): AsyncIterable<StagedBatch> {
  for await (const { bundle, ...batch } of batches)
    yield { ...batch, bundle: bundle.map((byte, n) => (n === bundle.length - 1 ? byte ^ 1 : byte)) }
}

describe('writers of one log', () => {
  test('append side by side, and every entry is there once, where it was said to be', async () => {
    const stores = newShared()
    const limits = { batchEntriesMax: 17, publishEveryMs: 0 }
    const writers = await Promise.all(['a', 'b', 'c'].map(() => open(stores, limits)))
    const told = await Promise.all(
      writers.map((writer, n) => appendAll(writer, texts(`writer ${n}`, 200), 23 + 10 * n)),
    )
    const acknowledged = new Map(told.flat())
    expect(acknowledged.size).toBe(600)
    const [one] = writers
    const proof = await one?.proof(377)
    await verifyTlogProof({ proof: proof ?? '', entry: utf8(acknowledged.get(377) ?? ''), trust })
    for (const writer of writers) await writer.close()
    await expectIntact(stores, 600)
    const after = await open(stores)
    expect(await readAll(after)).toEqual(
      [...acknowledged].toSorted(([a], [b]) => a - b).map(([, text]) => text),
    )
    await after.close()
  })

  test('read what the others have published', async () => {
    const stores = newShared()
    const [one, two] = [await open(stores), await open(stores)]
    await one.append(utf8('first'))
    await one.checkpoint()
    expect(await readAll(two)).toEqual(['first'])
    expect(await two.append(utf8('second'))).toBe(1)
    expect(await readAll(two)).toEqual(['first', 'second'])
    await Promise.all([one.close(), two.close()])
    await expectIntact(stores, 2)
  })

  test('go on after a long pause, when what they missed is in tiles alone', async () => {
    const stores = newShared()
    const limits = { publishEveryMs: 0 }
    const [idle, busy] = [await open(stores), await open(stores, limits)]
    await idle.append(utf8('early'))
    for (const size of [300, 3_000, 200]) {
      const wave = texts(`wave of ${size}`, size)
      await Promise.all(wave.map((text) => busy.append(utf8(text))))
      await busy.checkpoint()
      await idle.append(utf8('late'))
    }
    await Promise.all([idle.close(), busy.close()])
    await expectIntact(stores, 3_504)
  })

  test('publish nothing that goes back', async () => {
    const stores = newShared()
    const sizes: number[] = []
    const { tiles } = stores
    const watched: TileStore = {
      read: (path) => tiles.read(path),
      sync: (paths) => tiles.sync(paths),
      remove: (path) => tiles.remove(path),
      list: () => tiles.list(),
      write: async (path, content) => {
        for (let pause = sizes.length % 5; pause > 0; pause--) await new Promise(setImmediate)
        await tiles.write(path, content)
        if (path !== 'checkpoint') return
        sizes.push((await openCheckpoint(textOf(content), verifier)).size)
        const { findings } = await fsck({ tiles, trust })
        expect(findings.filter(({ problem }) => !problem.startsWith('belongs to none'))).toEqual([])
      },
    }
    const limits = { batchEntriesMax: 11, publishEveryMs: 0 }
    const writers = await Promise.all(
      [1, 2, 3].map(() => open({ ...stores, tiles: watched }, limits)),
    )
    await Promise.all(writers.map((writer, n) => appendAll(writer, texts(`${n}`, 300), 20)))
    await Promise.all(writers.map((writer) => writer.close()))
    expect(sizes.length).toBeGreaterThan(8)
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    await expectIntact(stores, 900)
  })
})

describe('a writer refuses', () => {
  test('to start anew beside a published log', async () => {
    const stores = newShared()
    await (await open(stores)).close()
    await expect(open({ ...stores, log: new MemorySharedLog() })).rejects.toMatchObject({
      code: 'ledger-corrupt',
    })
  })

  test('a commit point that is behind what is published, and one that is behind what it knew', async () => {
    const [present, past] = [newShared(), newShared()]
    for (const [stores, count] of [
      [present, 5],
      [past, 3],
    ] as const) {
      const ledger = await open(stores)
      for (const text of texts('entry', count)) await ledger.append(utf8(text))
      await ledger.close()
    }
    await expect(open({ tiles: present.tiles, log: past.log })).rejects.toMatchObject({
      code: 'ledger-corrupt',
    })
    let log = present.log
    const switched: SharedLog = {
      commit: (from, step) => log.commit(from, step),
      publishing: (work) => log.publishing(work),
      forget: (size) => log.forget(size),
      release: () => log.release(),
    }
    const writer = await open({ tiles: present.tiles, log: switched })
    log = past.log
    await expect(writer.append(utf8('next'))).rejects.toThrow('is behind one that was committed')
    await writer.close()
    await expectIntact(present, 5)
  })

  test('to follow a log that is not the one it knew', async () => {
    const [ours, theirs] = [newShared(), newShared()]
    const writer = await open(ours)
    await writer.append(utf8('ours'))
    await writer.checkpoint()
    const other = await open(theirs)
    for (const text of texts('theirs', 400)) await other.append(utf8(text))
    await other.close()
    // Someone puts another log of the same key in the place of this one: its tiles, and a commit point that leads to them.
    let { log } = ours
    const swapped: SharedPlace = {
      tiles: ours.tiles,
      log: {
        commit: (from, step) => log.commit(from, step),
        publishing: (work) => log.publishing(work),
        forget: (size) => log.forget(size),
        release: () => log.release(),
      },
    }
    const victim = await open(swapped)
    for await (const path of theirs.tiles.list())
      await ours.tiles.write(path, (await theirs.tiles.read(path)) ?? new Uint8Array())
    log = theirs.log
    await expect(victim.append(utf8('next'))).rejects.toMatchObject({ code: 'ledger-corrupt' })
  })

  test('batches that are not the ones that were committed', async () => {
    const stores = newShared()
    const { log } = stores
    /** The shared log before anything in it is forgotten. */
    const kept: SharedLog = {
      commit: (from, step) => log.commit(from, step),
      publishing: (work) => log.publishing(work),
      forget: () => Promise.resolve(),
      release: () => log.release(),
    }
    const writer = await open({ tiles: stores.tiles, log: kept })
    /** The same after someone changed its entries. */
    const changed: SharedLog = {
      ...kept,
      commit: (from, step) =>
        log.commit(from, ({ note, batches }) => step({ note, batches: flipped(batches) })),
    }
    const victim = await open({ tiles: stores.tiles, log: changed })
    await writer.append(utf8('entry'))
    await expect(victim.append(utf8('next'))).rejects.toMatchObject({ code: 'ledger-corrupt' })
    await victim.close()
    await writer.append(utf8('next'))
    await writer.close()
    await expectIntact(stores, 2)
  })

  test('everything after a commit of which it does not know whether it was made', async () => {
    const stores = newShared()
    let commits = 0
    const fated = withSharedFates(stores, (name) =>
      name === 'log.commit' && ++commits === 2 ? 'fails, kept' : 'works',
    )
    const writer = await open(fated)
    for (const text of ['unknown', 'next'])
      await expect(writer.append(utf8(text))).rejects.toMatchObject({ code: 'storage-failed' })
    await expect(writer.checkpoint()).rejects.toMatchObject({ code: 'storage-failed' })
    await writer.close()
    const after = await open(stores)
    expect(await readAll(after)).toEqual(['unknown'])
    await after.close()
  })

  test('another key, and everything after closing', async () => {
    const stores = newShared()
    const ledger = await open(stores)
    await ledger.append(utf8('entry'))
    await Promise.all([ledger.close(), ledger.close()])
    await expect(ledger.append(utf8('late'))).rejects.toMatchObject({ code: 'ledger-closed' })
    const other = newLedgerKey()
    await expect(
      openSharedLedger({ ...stores, signer: other.signer }, parseVerifierKey(other.verifierKey)),
    ).rejects.toMatchObject({ code: 'ledger-corrupt' })
    await expectIntact(stores, 1)
  })
})
