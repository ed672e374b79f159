// A log whose writers share it in PostgreSQL: who may join, what a broken connection leaves, and ledgers over it.

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseVerifierKey, trustLogOnly, utf8 } from '@proofhouse/evidence'
import { Client } from 'pg'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { newLedgerKey } from '../ledger/fsck/fsck.fixture.ts'
import { fsck, openSharedLedger } from '../ledger/index.ts'
import { DiskTileStore } from './disk-tile-store.ts'
import { describeSharedLog } from './ledger-stores.fixture.ts'
import { startPostgres } from './postgres.fixture.ts'
import { PostgresLockStore } from './postgres-lock-store.ts'
import { PostgresSharedLog } from './postgres-shared-log.ts'

const server = await startPostgres()
const url = (await server?.newDatabase()) ?? ''
const folders: string[] = []
afterAll(() => server?.stop())
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const key = newLedgerKey()
const verifier = parseVerifierKey(key.verifierKey)
const newLog = () => `log.example/${randomUUID()}`
const open = (log: string) => PostgresSharedLog.open(url, log, 5_000)

/** Cuts every connection of ours. */
async function cutConnections(): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'proofhouse'`,
  )
  await client.end()
}

describe.skipIf(server === null)('with a PostgreSQL server', () => {
  describeSharedLog('in PostgreSQL', async () => {
    const log = newLog()
    return { log: await open(log), beside: () => open(log) }
  })

  test('a writer alone and writers that share keep each other out', async () => {
    const log = newLog()
    const shared = await open(log)
    await expect(PostgresLockStore.open(url, log, 0)).rejects.toMatchObject({ code: 'ledger-busy' })
    await shared.release()
    const alone = await PostgresLockStore.open(url, log, 5_000)
    await expect(PostgresSharedLog.open(url, log, 0)).rejects.toMatchObject({ code: 'ledger-busy' })
    await alone.swap(null, 'note')
    await alone.release()
    const again = await open(log)
    await again.commit(0, ({ note }) => {
      expect(note).toBe('note')
      return Promise.resolve(null)
    })
    await again.release()
  })

  test('a writer that was taken over commits nothing', async () => {
    const log = newLog()
    const shared = await open(log)
    const client = new Client({ connectionString: url })
    await client.connect()
    // What opening for one writer does, where a pool of connections has given the session's lock away.
    await client.query('UPDATE proofhouse.ledger_head SET holder = $2 WHERE log = $1', [
      log,
      randomUUID(),
    ])
    await client.end()
    await expect(shared.commit(0, () => Promise.resolve(null))).rejects.toMatchObject({
      code: 'ledger-conflict',
    })
    await shared.release()
  })

  test('writers whose connections are cut lose nothing that they acknowledged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shared-'))
    folders.push(folder)
    const tiles = new DiskTileStore(folder)
    const acknowledged = new Set<string>()
    const openWriter = async () =>
      openSharedLedger({ tiles, log: await open(key.signer.name), signer: key.signer }, verifier, {
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
      await expect.poll(() => acknowledged.size, { interval: 5 }).toBeGreaterThan(wanted)
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
