import {
  type Bytes,
  parseVerifierKey,
  textOf,
  trustLogOnly,
  utf8,
  verifyTlogProof,
} from '@proofhouse/evidence'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newLedgerKey } from './fsck/fsck.fixture.ts'
import { fsck } from './fsck/fsck.ts'
import type { LedgerLimits } from './limits.ts'
import { openLedger } from './open-ledger.ts'
import { memoryPlace, type Stores, withFates } from './stores.fixture.ts'

const key = newLedgerKey()
const verifier = parseVerifierKey(key.verifierKey)
const trust = trustLogOnly(key.verifierKey)
const open = (stores: Stores, limits: Partial<LedgerLimits> = {}) =>
  openLedger({ ...stores, signer: key.signer }, verifier, limits)
const entry = (n: number) => utf8(`entry ${n} ${'.'.repeat(n % 11)}`)
const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => entry(from + n))

async function readAll(ledger: Awaited<ReturnType<typeof open>>): Promise<string[]> {
  const found: string[] = []
  for await (const { index, entry: content } of ledger.read(0, Number.MAX_SAFE_INTEGER)) {
    expect(index).toBe(found.length)
    found.push(textOf(content))
  }
  return found
}

async function expectIntact(stores: Stores, size: number): Promise<void> {
  const report = await fsck({ tiles: stores.tiles, trust })
  expect(report.findings).toEqual([])
  expect(report.size).toBe(size)
}

describe('a ledger', () => {
  test('gives each entry its index, reads it back and proves it', async () => {
    const stores = await memoryPlace().open()
    const ledger = await open(stores)
    const indexes = await Promise.all(entries(0, 600).map((one) => ledger.append(one)))
    expect(indexes).toEqual(Array.from({ length: 600 }, (_, n) => n))
    expect(await readAll(ledger)).toEqual(entries(0, 600).map(textOf))
    for (const index of [0, 1, 255, 256, 511, 512, 599]) {
      const proof = await ledger.proof(index)
      const proven = await verifyTlogProof({ proof, entry: entry(index), trust })
      expect(proven).toMatchObject({ index, checkpoint: { size: 600 } })
      await expect(verifyTlogProof({ proof, entry: entry(index + 1), trust })).rejects.toThrow(
        expect.objectContaining({ code: 'proof-invalid' }),
      )
    }
    for (const index of [-1, 0.5, 600])
      await expect(ledger.proof(index)).rejects.toMatchObject({ code: 'usage-invalid' })
    await ledger.close()
  })

  test('takes entries of 0 to 65,535 bytes and no larger ones', async () => {
    const stores = await memoryPlace().open()
    const ledger = await open(stores)
    await expect(ledger.append(new Uint8Array(65_536))).rejects.toMatchObject({
      code: 'entry-too-large',
    })
    expect(await ledger.append(new Uint8Array())).toBe(0)
    expect(await ledger.append(new Uint8Array(65_535))).toBe(1)
    await ledger.close()
    await expectIntact(stores, 2)
  })

  test('is a plain log after closing, whatever it held before and took since', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(600),
        fc.nat(600),
        fc.integer({ min: 1, max: 90 }),
        async (a, b, w) => {
          const stores = await memoryPlace().open()
          for (const [from, to] of [
            [0, a],
            [a, a + b],
          ] as const) {
            const ledger = await open(stores, { batchEntriesMax: w })
            await Promise.all(entries(from, to).map((one) => ledger.append(one)))
            await ledger.close()
            await expectIntact(stores, to)
          }
          const staged: unknown[] = []
          for await (const batch of stores.staging.batches()) staged.push(batch)
          expect(staged).toEqual([])
          const ledger = await open(stores)
          expect(await readAll(ledger)).toEqual(entries(0, a + b).map(textOf))
        },
      ),
      { numRuns: 25 },
    )
  })

  test('refuses after closing, and may be closed twice', async () => {
    const ledger = await open(await memoryPlace().open())
    const appended = ledger.append(entry(0))
    await Promise.all([ledger.close(), ledger.close()])
    expect(await appended).toBe(0)
    await expect(ledger.append(entry(1))).rejects.toMatchObject({ code: 'ledger-closed' })
  })
})

describe('group commit', () => {
  test('makes one batch of whatever waits, within the bounds of a batch', async () => {
    const raw = await memoryPlace().open()
    const counts: number[] = []
    const staging = {
      ...withFates(raw, () => 'works').staging,
      append: (batch: Parameters<typeof raw.staging.append>[0]) => {
        counts.push(batch.count)
        return raw.staging.append(batch)
      },
    }
    const ledger = await open({ ...raw, staging }, { batchEntriesMax: 100, batchMaxBytes: 5_000 })
    await Promise.all(entries(0, 250).map((one) => ledger.append(one)))
    expect(counts).toEqual([100, 100, 50])
    await Promise.all(Array.from({ length: 4 }, () => ledger.append(new Uint8Array(2_000))))
    expect(counts.slice(3)).toEqual([2, 2])
    await Promise.all(Array.from({ length: 2 }, () => ledger.append(new Uint8Array(6_000))))
    expect(counts.slice(5)).toEqual([1, 1])
    await ledger.close()
  })

  test('acknowledges nothing before the commit point', async () => {
    const raw = await memoryPlace().open()
    const gate = Promise.withResolvers<void>()
    const seen = { commit: false, acknowledged: false }
    const lock = {
      read: () => raw.lock.read(),
      release: () => raw.lock.release(),
      swap: async (expected: string | null, next: string) => {
        seen.commit = expected !== null && expected !== next
        if (seen.commit) await gate.promise
        await raw.lock.swap(expected, next)
      },
    }
    const ledger = await open({ ...raw, lock })
    const appended = ledger.append(entry(0)).then(() => (seen.acknowledged = true))
    while (!seen.commit) await new Promise(setImmediate)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    expect(seen.acknowledged).toBe(false)
    gate.resolve()
    expect(await appended).toBe(true)
    await ledger.close()
  })

  test('lets no more wait than its bounds, by number and by size', async () => {
    const ledger = await open(await memoryPlace().open(), {
      waitingEntriesMax: 10,
      waitingMaxBytes: 1_000,
    })
    const outcomes = (given: Bytes[]) =>
      Promise.allSettled(given.map((one) => ledger.append(one))).then((all) =>
        all.map((one) => (one.status === 'fulfilled' ? 'taken' : String(one.reason.code))),
      )
    expect(await outcomes(entries(0, 12))).toEqual([
      ...Array.from({ length: 10 }, () => 'taken'),
      'ledger-overloaded',
      'ledger-overloaded',
    ])
    const large = Array.from({ length: 3 }, () => new Uint8Array(400))
    expect(await outcomes(large)).toEqual(['taken', 'taken', 'ledger-overloaded'])
    // A single entry larger than the bound is taken when nothing waits.
    expect(await outcomes([new Uint8Array(2_000)])).toEqual(['taken'])
    await ledger.close()
  })
})

/** Every call of a name fails, after so many that work. */
const after = (name: string, count: number) => {
  let seen = 0
  return (call: string) => (call === name && ++seen > count ? 'fails, lost' : 'works')
}

const failing = async (...given: Parameters<typeof after>) =>
  open(withFates(await memoryPlace().open(), after(...given)), { batchEntriesMax: 2 })

describe('a failure', () => {
  test('is told to everyone whose entry is not committed, and to everyone after', async () => {
    // The first commits: the empty log, and its confirmation on opening.
    const ledger = await failing('lock.swap', 3)
    const outcomes = await Promise.allSettled(entries(0, 7).map((one) => ledger.append(one)))
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      ...Array.from({ length: 5 }, () => 'rejected'),
    ])
    for (const later of [ledger.append(entry(7)), ledger.checkpoint(), ledger.proof(0)])
      await expect(later).rejects.toMatchObject({ code: 'storage-failed' })
    await expect(ledger.close()).resolves.toBeUndefined()
  })

  test('that nobody heard of is told by closing', async () => {
    // Opening writes the head once.
    const ledger = await failing('tiles.write', 1)
    expect(await ledger.append(entry(0))).toBe(0)
    await expect(ledger.close()).rejects.toMatchObject({ code: 'storage-failed' })
  })
})

describe('publication', () => {
  test('shows nothing but whole logs', async () => {
    const raw = await memoryPlace().open()
    let published = 0
    let turn = 0
    /** Nothing is at once, so that commits and publications meet in every order. */
    const pause = async () => {
      for (let left = turn++ % 4; left > 0; left--) await new Promise(setImmediate)
    }
    const lock = {
      ...withFates(raw, () => 'works').lock,
      swap: async (expected: string | null, next: string) => {
        await pause()
        await raw.lock.swap(expected, next)
      },
    }
    const tiles = {
      ...withFates(raw, () => 'works').tiles,
      write: async (path: string, content: Uint8Array) => {
        await pause()
        // Full files are slower than the partial ones and the checkpoint that follow.
        if (path !== 'checkpoint' && !path.includes('.p/'))
          for (let n = 0; n < 30; n++) await new Promise(setImmediate)
        await raw.tiles.write(path, content)
        if (path !== 'checkpoint') return
        published++
        const { findings } = await fsck({ tiles: raw.tiles, trust })
        // Full files may be there already for what is committed and not published yet; nothing may be missing.
        expect(findings.filter(({ problem }) => !problem.startsWith('belongs to none'))).toEqual([])
      },
    }
    const ledger = await open({ ...raw, tiles, lock }, { batchEntriesMax: 13, publishEveryMs: 0 })
    const lags: number[] = []
    const callers = Array.from({ length: 20 }, async (_, caller) => {
      for (let n = 0; n < 60; n++) {
        const index = await ledger.append(entry(caller * 60 + n))
        if ((n + caller) % 9 === 0)
          lags.push(index + 1 - (await ledger.checkpoint()).checkpoint.size)
      }
    })
    await Promise.all(callers)
    expect(Math.max(...lags)).toBeLessThanOrEqual(0)
    await ledger.close()
    expect(published).toBeGreaterThan(8)
    await expectIntact(raw, 1_200)
  })

  test('does not wait for the appends to end', async () => {
    const ledger = await open(await memoryPlace().open())
    const seen = { stop: false, appended: 0 }
    const callers = Array.from({ length: 8 }, async () => {
      while (!seen.stop) seen.appended = await ledger.append(entry(0))
    })
    while (seen.appended < 100) await new Promise(setImmediate)
    const { checkpoint } = await ledger.checkpoint()
    expect(checkpoint.size).toBeGreaterThan(100)
    seen.stop = true
    await Promise.all(callers)
    const head = await ledger.checkpoint()
    expect(head.checkpoint.size).toBe(seen.appended + 1)
    await ledger.close()
  })

  test('comes by itself when the appends end', async () => {
    const stores = await memoryPlace().open()
    const ledger = await open(stores, { batchEntriesMax: 5, publishEveryMs: 20 })
    await Promise.all(entries(0, 42).map((one) => ledger.append(one)))
    const shown = async () => textOf((await stores.tiles.read('checkpoint')) ?? new Uint8Array())
    await expect.poll(shown, { interval: 5, timeout: 30_000 }).toContain('\n42\n')
    await ledger.close()
  })
})

describe('opening', () => {
  test('derives what was committed from a staging log that has been shortened', async () => {
    const stores = await memoryPlace().open()
    // No publication in between: no partial tile of the second level is ever written.
    const ledger = await open(stores, {
      stagedMaxBytes: 10_000,
      batchEntriesMax: 37,
      publishEveryMs: 3_600_000,
    })
    await Promise.all(entries(0, 3_000).map((one) => ledger.append(one)))
    let first = 0
    for await (const { firstIndex } of stores.staging.batches()) {
      first = firstIndex
      break
    }
    expect(first).toBeGreaterThan(256)
    for await (const path of stores.tiles.list())
      if (/\.p\//.test(path)) await stores.tiles.remove(path)
    const again = await open(stores)
    expect(await readAll(again)).toEqual(entries(0, 3_000).map(textOf))
    await again.close()
    await expectIntact(stores, 3_000)
  })

  test('refuses another key, changing nothing', async () => {
    const stores = await memoryPlace().open()
    const ledger = await open(stores)
    await ledger.append(entry(0))
    await ledger.close()
    const other = newLedgerKey()
    await expect(
      openLedger({ ...stores, signer: other.signer }, parseVerifierKey(other.verifierKey)),
    ).rejects.toMatchObject({ code: 'ledger-corrupt' })
    await expectIntact(stores, 1)
  })

  test('refuses to start anew beside a published log', async () => {
    const [one, two] = [await memoryPlace().open(), await memoryPlace().open()]
    await (await open(one)).close()
    await expect(open({ ...two, tiles: one.tiles })).rejects.toMatchObject({
      code: 'ledger-corrupt',
    })
  })

  test('refuses a commit point that is behind what is published', async () => {
    const stores = await memoryPlace().open()
    const ledger = await open(stores)
    await ledger.append(entry(0))
    const { note } = await ledger.checkpoint()
    await ledger.append(entry(1))
    await ledger.close()
    const newest = await stores.lock.read()
    await stores.lock.swap(newest, note)
    await expect(open(stores)).rejects.toMatchObject({ code: 'ledger-corrupt' })
    await stores.lock.swap(note, newest ?? '')
    // A torn publication is repaired.
    await stores.tiles.write('checkpoint', utf8(note.slice(0, 30)))
    await (await open(stores)).close()
    await expectIntact(stores, 2)
  })

  test('refuses stores that contradict each other', async () => {
    const stores = await memoryPlace().open()
    const ledger = await open(stores)
    await Promise.all(entries(0, 300).map((one) => ledger.append(one)))
    await ledger.close()
    const path = 'tile/0/001.p/44'
    const content = await stores.tiles.read(path)
    await stores.tiles.write(path, (content ?? new Uint8Array()).fill(7, 40, 41))
    await expect(open(stores)).rejects.toMatchObject({ code: 'ledger-corrupt' })
    await stores.tiles.remove(path)
    await expect(open(stores)).rejects.toMatchObject({ code: 'ledger-corrupt' })
  })
})
