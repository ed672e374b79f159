// Who may commit to a log whose commit point lies in PostgreSQL, alone or beside others, and what a broken connection leaves.

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { OperatingError, parseVerifierKey, trustLogOnly, utf8 } from '@proofhouse/evidence'
import { Client } from 'pg'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { newLedgerKey } from '../ledger/fsck/fsck.fixture.ts'
import { fsck, openLedger, openSharedLedger } from '../ledger/index.ts'
import { DiskTileStore } from './disk-tile-store.ts'
import { FileStagingLog } from './file-staging-log.ts'
import { describeLockStore, describeSharedLog } from './ledger-stores.fixture.ts'
import { MemoryTileStore } from './memory-ledger.ts'
import { startPostgres } from './postgres.fixture.ts'
import { PostgresLockStore } from './postgres-lock-store.ts'
import { PostgresSharedLog } from './postgres-shared-log.ts'
import { openServerLedger } from './server-ledger.ts'

const server = await startPostgres()
const url = (await server?.newDatabase()) ?? ''
afterAll(() => server?.stop())

/** For a lock that was given up, or its server to notice: long, because machines are busy. */
const waitMs = 60_000
const newLog = () => `log.example/${randomUUID()}`
const open = (log: string, lockWaitMs = 0) => PostgresLockStore.open(url, log, lockWaitMs)

/** Runs a statement as somebody else. */
async function asOther(text: string, values: readonly unknown[] = [], address: string = url) {
  const client = new Client({ connectionString: address })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

/** Cuts every connection that holds a log's lock. */
const cutConnections = () =>
  asOther(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'proofhouse' AND datname = current_database()`,
  )

/** What opening does, where a pool of connections between server and database has given the session's lock away. */
const takeOver = (log: string) =>
  asOther('UPDATE proofhouse.ledger_head SET holder = $2 WHERE log = $1', [log, randomUUID()])

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const key = newLedgerKey()
const verifier = parseVerifierKey(key.verifierKey)
/** Opens a log that writers share. */
const join = (log: string) => PostgresSharedLog.open(url, log, waitMs)

describe.skipIf(server === null)('writers that share a log in PostgreSQL', () => {
  describeSharedLog('in PostgreSQL', async () => {
    const log = newLog()
    return { log: await join(log), beside: () => join(log) }
  })

  test('a writer alone and writers that share keep each other out', async () => {
    const log = newLog()
    const shared = await join(log)
    await expect(PostgresLockStore.open(url, log, 0)).rejects.toMatchObject({ code: 'ledger-busy' })
    await shared.release()
    const alone = await PostgresLockStore.open(url, log, waitMs)
    await expect(PostgresSharedLog.open(url, log, 0)).rejects.toMatchObject({ code: 'ledger-busy' })
    await alone.swap(null, 'note')
    await alone.release()
    const again = await join(log)
    await again.commit(0, ({ note }) => {
      expect(note).toBe('note')
      return Promise.resolve(null)
    })
    await again.release()
  })

  test('a writer that was taken over commits nothing', async () => {
    const log = newLog()
    const shared = await join(log)
    await takeOver(log)
    await expect(shared.commit(0, () => Promise.resolve(null))).rejects.toMatchObject({
      code: 'ledger-conflict',
    })
    await shared.release()
  })

  test('writers whose connections are cut lose nothing that they acknowledged', async () => {
    const folder = mkdtempSync(`${tmpdir()}/shared-`)
    folders.push(folder)
    const tiles = new DiskTileStore(folder)
    const acknowledged = new Set<string>()
    const openWriter = async () =>
      openSharedLedger({ tiles, log: await join(key.signer.name), signer: key.signer }, verifier, {
        batchEntriesMax: 20,
        publishEveryMs: 0,
      })
    for (let round = 0; round < 3; round++) {
      const writers = [await openWriter(), await openWriter()]
      const seen = { broken: 0 }
      const appended = writers.map(async (writer, w) => {
        for (let n = 0; seen.broken < 2; n++) {
          const text = `round ${round} writer ${w} entry ${n}`
          await writer.append(utf8(text)).then(
            () => acknowledged.add(text),
            () => seen.broken++,
          )
        }
      })
      const wanted = 60 * (round + 1)
      await expect
        .poll(() => acknowledged.size, { interval: 5, timeout: waitMs })
        .toBeGreaterThan(wanted)
      await cutConnections()
      await Promise.all(appended)
      // One of them may not have noticed before.
      for (const writer of writers)
        await writer.close().catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'storage-failed' })
        })
    }
    const ledger = await openWriter()
    const found: string[] = []
    for await (const { entry } of ledger.read(0, Number.MAX_SAFE_INTEGER))
      found.push(Buffer.from(entry).toString())
    await ledger.close()
    expect(new Set(found).size).toBe(found.length)
    expect([...acknowledged].filter((text) => !found.includes(text))).toEqual([])
    const report = await fsck({ tiles, trust: trustLogOnly(key.verifierKey) })
    expect({ findings: report.findings, size: report.size }).toEqual({
      findings: [],
      size: found.length,
    })
  })
})

describe.skipIf(server === null)('a writer alone in PostgreSQL', () => {
  describeLockStore('in PostgreSQL', async () => {
    const log = newLog()
    return { store: await open(log), again: () => open(log) }
  })

  describe('the right to write', () => {
    test('belongs to one server per log, and ends with its connection', async () => {
      const [log, other] = [newLog(), newLog()]
      const store = await open(log)
      await expect(open(log)).rejects.toMatchObject({ code: 'ledger-busy' })
      await (await open(other)).release()
      await cutConnections()
      const next = await open(log, waitMs)
      await next.swap(null, 'note')
      await next.release()
      await expect(store.swap('note', 'other')).rejects.toMatchObject({ code: 'storage-failed' })
      await store.release()
    })

    test('is lost to whoever opens later, even where nothing refused that', async () => {
      const log = newLog()
      const first = await open(log)
      await first.swap(null, 'one')
      await takeOver(log)
      await expect(first.swap('one', 'two')).rejects.toMatchObject({ code: 'ledger-conflict' })
      expect(await first.read()).toBe('one')
      await first.release()
    })

    test('lets one of many swaps through, whoever asks', async () => {
      const log = newLog()
      const store = await open(log)
      await store.swap(null, 'start')
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) => store.swap('start', `next ${n}`)),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      await store.release()
    })
  })

  test('a swap whose connection is cut is made or not, and the next one to open knows which', async () => {
    const log = newLog()
    let note: string | null = null
    const seen = new Set<string>()
    for (let round = 0; round < 12 && seen.size < 2; round++) {
      const store: PostgresLockStore = await open(log, waitMs)
      expect(await store.read()).toBe(note)
      const next = `note ${round}`
      const blocker = new Client({ connectionString: url })
      await blocker.connect()
      // The row is held, so that the swap waits in the server while its connection goes.
      await blocker.query('BEGIN')
      await blocker.query('SELECT note FROM proofhouse.ledger_head WHERE log = $1 FOR UPDATE', [
        log,
      ])
      const swapped = store.swap(note, next).then(
        () => 'made',
        (error: unknown) => (error instanceof OperatingError ? error.code : String(error)),
      )
      if (round % 2 === 0) await cutConnections()
      await blocker.query('COMMIT')
      await blocker.end()
      const outcome = await swapped
      await store.release()
      const after = await open(log, waitMs)
      const found: string | null = await after.read()
      expect([note, next]).toContain(found)
      if (outcome === 'made') expect(found).toBe(next)
      seen.add(outcome)
      await after.release()
      note = found
    }
    expect([...seen].toSorted()).toEqual(['made', 'storage-failed'])
  })

  test('a server that would lose what it committed is refused', async () => {
    const weak = await server?.newDatabase()
    await asOther(`ALTER SYSTEM SET full_page_writes = off`)
    await asOther(`SELECT pg_reload_conf()`)
    await expect
      .poll(() => PostgresLockStore.open(weak ?? '', newLog(), 0).catch((e: unknown) => e), {
        timeout: waitMs,
      })
      .toMatchObject({ code: 'config-invalid' })
    await asOther(`ALTER SYSTEM RESET full_page_writes`)
    await asOther(`SELECT pg_reload_conf()`)
  })

  test('commits wait for the disk although the database says otherwise', async () => {
    const address = (await server?.newDatabase()) ?? ''
    const name = new URL(address).pathname.slice(1)
    await asOther(`ALTER DATABASE ${name} SET synchronous_commit = off`, [], address)
    const log = newLog()
    const store = await PostgresLockStore.open(address, log, 0)
    await store.swap(null, 'note')
    await store.release()
    const [row] = await asOther('SHOW synchronous_commit', [], address)
    expect(row).toEqual({ synchronous_commit: 'off' })
  })

  test('many processes make the tables of a new database at once', async () => {
    const address = (await server?.newDatabase()) ?? ''
    const stores = await Promise.all(
      Array.from({ length: 6 }, () => PostgresLockStore.open(address, newLog(), 0)),
    )
    await Promise.all(stores.map((store) => store.release()))
    expect(await asOther('SELECT step FROM proofhouse.migration', [], address)).toEqual([
      { step: 1 },
      { step: 2 },
    ])
  })
})

test('a server that does not answer is told without its password', async () => {
  const address = 'postgres://someone:secret@127.0.0.1:1/nothing'
  const error: unknown = await PostgresLockStore.open(address, 'log', 0).catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'storage-failed' })
  expect(String(error)).not.toContain('secret')
})

describe.skipIf(server === null)('a ledger of a server', () => {
  test('is written alone, shared, and alone again, and never both at once', async () => {
    const folder = mkdtempSync(`${tmpdir()}/server-ledger-`)
    folders.push(folder)
    const place = { databaseUrl: url, files: { folder } }
    const own = newLedgerKey('server.example/ledger')
    const openIt = (writers: 'one' | 'several', lockWaitMs = 0) =>
      openServerLedger(place, own, { writers, waitMs: lockWaitMs })
    const alone = await openIt('one')
    expect(await alone.append(utf8('alone'))).toBe(0)
    await expect(openIt('one')).rejects.toMatchObject({ code: 'ledger-busy' })
    await expect(openIt('several')).rejects.toMatchObject({ code: 'ledger-busy' })
    await alone.close()
    const shared = [await openIt('several', waitMs), await openIt('several', waitMs)]
    await expect(openIt('one')).rejects.toMatchObject({ code: 'ledger-busy' })
    for (const [n, ledger] of shared.entries())
      expect(await ledger.append(utf8(`shared ${n}`))).toBe(1 + n)
    await Promise.all(shared.map((ledger) => ledger.close()))
    const again = await openIt('one', waitMs)
    expect(await again.append(utf8('alone again'))).toBe(3)
    await again.close()
    const report = await fsck({
      tiles: new DiskTileStore(folder),
      trust: trustLogOnly(own.verifierKey),
    })
    expect({ findings: report.findings, size: report.size }).toEqual({ findings: [], size: 4 })
    const other = newLedgerKey('server.example/ledger')
    for (const writers of ['one', 'several'] as const)
      await expect(openServerLedger(place, other, { writers, waitMs })).rejects.toMatchObject({
        code: 'ledger-corrupt',
      })
  })

  test('that a server alone was killed with is not continued without its staged entries', async () => {
    const [one, two] = [0, 1].map(() => mkdtempSync(`${tmpdir()}/server-ledger-`))
    folders.push(one ?? '', two ?? '')
    const log = newLog()
    const own = newLedgerKey(log)
    const tiles = new MemoryTileStore()
    const openOn = async (folder = '') => {
      const lock = await PostgresLockStore.open(url, log, waitMs)
      const stores = { tiles, lock, staging: new FileStagingLog(folder), signer: own.signer }
      return openLedger(stores, parseVerifierKey(own.verifierKey), {
        publishEveryMs: 3_600_000,
      }).catch(async (error: unknown) => {
        await lock.release()
        throw error
      })
    }
    const killed = await openOn(one)
    // Its tiles are never written: what it acknowledges is in its own staging files alone.
    tiles.write = () => new Promise(() => {})
    expect(await killed.append(utf8('acknowledged'))).toBe(0)
    await cutConnections()
    tiles.write = MemoryTileStore.prototype.write.bind(tiles)
    await expect(openOn(two)).rejects.toMatchObject({ code: 'ledger-corrupt' })
    const found = await openOn(one)
    for await (const { entry } of found.read(0, 1)) expect(entry).toEqual(utf8('acknowledged'))
    await found.close()
  })
})
