// A decision log kept on servers: over PostgreSQL, and in `npm run conformance` with its vault and tiles in buckets too. Two servers that are
// started for it by mistake never sign two logs, and lose nothing.

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trustLogOnly } from '@proofhouse/evidence'
import { Client } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { checkDecisionLog } from '../decisions/check.ts'
import { DecisionLog } from '../decisions/decision-log.ts'
import {
  decisionOf,
  deployments,
  newLogKey,
  orderOf,
  wrapperOf,
} from '../decisions/decisions.fixture.ts'
import { closeEpoch, eraseSubject } from '../decisions/emptying.ts'
import { readDecision } from '../decisions/reading.ts'
import { fsck } from '../ledger/index.ts'
import { DiskTileStore } from './disk-tile-store.ts'
import { startPostgres } from './postgres.fixture.ts'
import { S3Bucket } from './s3-bucket.ts'
import { startBuckets } from './s3.fixture.ts'
import { S3TileStore } from './s3-tile-store.ts'
import { openServerStores, type ServerPlaces } from './server-decisions.ts'

const server = await startPostgres()
const buckets = await startBuckets()
const url = (await server?.newDatabase()) ?? ''
const folders: string[] = []
afterAll(async () => {
  await server?.stop()
  await buckets?.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** For a lock that was given up, or its server to notice: long, because machines are busy. */
const waitMs = 60_000

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'server-decisions-'))
  folders.push(folder)
  return folder
}
async function onBuckets(): Promise<ServerPlaces> {
  const [ledger, vault] = [await buckets?.newBucket({ lock: true }), await buckets?.newBucket()]
  if (ledger === undefined || vault === undefined) throw new Error('assertion failed: a server')
  return { databaseUrl: url, ledger: { bucket: ledger, retainDays: 1 }, vault }
}

/** A log on servers, and what each server that keeps it has of its own. */
async function newServers(places: ServerPlaces) {
  const key = newLogKey(`servers.example/${randomUUID()}`)
  const wrapper = wrapperOf(Buffer.alloc(32, 7))
  const stated: unknown[] = []
  return {
    key,
    host: {
      now: () => new Date('2026-02-01T00:00:00Z'),
      state: (erasure: unknown) => Promise.resolve(stated.push(erasure) - 1),
    },
    open: async (lockWaitMs = waitMs) => {
      const { files, ledger, close } = await openServerStores(places, key, {
        mirrorFolder: null,
        waitMs: lockWaitMs,
      })
      const place = { tenant: 'default', origin: key.signer.name }
      const log = await DecisionLog.open({ files, ledger, wrapper }, place, deployments)
      return {
        log,
        close: async () => {
          await log.close()
          await close()
        },
      }
    },
    check: async (size: number) => {
      const tiles =
        'folder' in places.ledger
          ? new DiskTileStore(places.ledger.folder)
          : await S3TileStore.open(new S3Bucket(places.ledger.bucket), places.ledger)
      const report = await fsck({ tiles, trust: trustLogOnly(key.verifierKey) })
      expect({ findings: report.findings, size: report.size }).toEqual({ findings: [], size })
    },
  }
}

async function asOther(text: string, values: readonly unknown[] = []) {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(text, [...values]).finally(() => client.end())
}
const decisions = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => decisionOf(from + n))
const conflict: unknown = expect.objectContaining({ code: 'ledger-conflict' })

const kinds = [
  {
    where: 'in PostgreSQL',
    runs: server !== null,
    places: () =>
      Promise.resolve({ databaseUrl: url, ledger: { folder: newFolder() }, vault: null }),
  },
  { where: 'in buckets', runs: server !== null && buckets !== null, places: onBuckets },
]
for (const { where, runs, places } of kinds)
  describe.skipIf(!runs)(`a decision log ${where}`, () => {
    test('takes, finds again, erases and ends its epoch', async () => {
      const { open, host, check } = await newServers(await places())
      const first = await open()
      await first.log.append(decisions(0, 20))
      await eraseSubject(first.log, 'p-3', orderOf('one'), host)
      await closeEpoch(first.log, host)
      await first.log.append(decisions(20, 30))
      await first.close()
      const { log, close } = await open()
      expect((await checkDecisionLog(log)).findings).toEqual([])
      // What was decided about the person before the erasure and came after it is there without its content.
      const told = new Map<number, string | null>([3, 13].map((n) => [n, null])).set(23, 'erased')
      for (let n = 0; n < 30; n++) {
        const { content } = await readDecision(log, n)
        const id = told.get(n)
        expect(content?.groups['id'] ?? null).toBe(id === undefined ? `A-${n}` : id)
      }
      await close()
      await check(30)
    })

    test('is kept by one server: a second one is refused, and one that was overtaken stops', async () => {
      const { open, key, check } = await newServers(await places())
      const first = await open()
      await first.log.append(decisions(0, 5))
      await expect(open(0)).rejects.toMatchObject({ code: 'ledger-busy' })
      await first.log.append(decisions(5, 10))
      // As opening does, where a pool of connections has given the locks away. The vault's own lock is what a bucket has beside its fence.
      await asOther('UPDATE proofhouse.vault SET holder = $2 WHERE vault LIKE $1', [
        `${key.signer.name}+%`,
        randomUUID(),
      ])
      await asOther('UPDATE proofhouse.ledger_head SET holder = $2 WHERE log = $1', [
        key.signer.name,
        randomUUID(),
      ])
      await expect(first.log.append(decisions(10, 15))).rejects.toThrow(conflict)
      await first.close().catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'ledger-conflict' })
      })
      const next = await open()
      expect(next.log.size).toBe(10)
      await next.log.append(decisions(10, 12))
      expect((await checkDecisionLog(next.log)).findings).toEqual([])
      await next.close()
      await check(12)
    })

    test('whose server loses its connections goes on at another, with everything acknowledged', async () => {
      const { open, check } = await newServers(await places())
      const first = await open()
      await first.log.append(decisions(0, 5))
      await asOther(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'proofhouse' AND datname = current_database()`,
      )
      const late = first.log.append(decisions(5, 6)).catch((error: unknown) => error)
      const second = await open()
      expect(await late).toMatchObject({ code: 'storage-failed' })
      await second.log.append(decisions(6, 9))
      await first.close().catch(() => undefined)
      for (const sequence of [0, 4])
        expect((await readDecision(second.log, sequence)).content?.groups['id']).toBe(
          `A-${sequence}`,
        )
      expect((await checkDecisionLog(second.log)).findings).toEqual([])
      const { size } = second.log
      expect(size).toBeGreaterThanOrEqual(8)
      await second.close()
      await check(size)
    })
  })

test.skipIf(server === null)('a ledger that is refused lets go of the vault', async () => {
  const places = { databaseUrl: url, ledger: { folder: newFolder() }, vault: null }
  const one = await newServers(places)
  await (await one.open()).close()
  const other = await newServers(places)
  await expect(other.open()).rejects.toMatchObject({ code: 'ledger-corrupt' })
  await (await one.open(waitMs)).close()
})
