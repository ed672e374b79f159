// The ledger's stores in a bucket of a real S3-compatible server; `npm run conformance` builds that. Skipped without it.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { DeleteObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  type Bytes,
  OperatingError,
  parseVerifierKey,
  textOf,
  trustLogOnly,
  utf8,
} from '@proofhouse/evidence'
import { afterAll, describe, expect, test } from 'vitest'
import { newLedgerKey } from '../ledger/fsck/fsck.fixture.ts'
import { fsck, type LockStore, openLedger, openSharedLedger } from '../ledger/index.ts'
import { withFates } from '../ledger/stores.fixture.ts'
import { startCuttingProxy } from './cutting-proxy.fixture.ts'
import { describeStagingLog, describeTileStore } from './ledger-stores.fixture.ts'
import { MemoryLockStore, MemorySharedLog } from './memory-ledger.ts'
import { startPostgres } from './postgres.fixture.ts'
import { type BucketAddress, S3Bucket } from './s3-bucket.ts'
import { startBuckets } from './s3.fixture.ts'
import { S3StagingLog } from './s3-staging-log.ts'
import { S3TileStore } from './s3-tile-store.ts'
import { openServerLedger } from './server-ledger.ts'

const server = await startBuckets()
const opened: S3Bucket[] = []
afterAll(async () => {
  for (const bucket of opened) bucket.close()
  await server?.stop()
})

function open(address: BucketAddress): S3Bucket {
  const bucket = new S3Bucket(address)
  opened.push(bucket)
  return bucket
}

function newAddress(lock = false): Promise<BucketAddress> {
  if (server === null) throw new Error('assertion failed: there is a server')
  return server.newBucket({ lock })
}
const newBucket = async (lock = false) => open(await newAddress(lock))

const tilesIn = (bucket: S3Bucket) => S3TileStore.open(bucket, { retainDays: null })
const key = newLedgerKey()
const verifier = parseVerifierKey(key.verifierKey)
const trust = trustLogOnly(key.verifierKey)
const codeOf = (error: unknown) => (error instanceof OperatingError ? error.code : String(error))
const plain = { contentType: 'text/plain', cacheControl: 'no-store', retainUntil: null }

async function* chunks(...sizes: readonly number[]): AsyncIterable<Uint8Array> {
  for (const [n, size] of sizes.entries()) yield new Uint8Array(size).fill(n + 1)
}

describe.skipIf(server === null)('with an S3 server', () => {
  describeTileStore('in a bucket', async () => tilesIn(await newBucket()))
  describeTileStore('in a bucket with Object Lock', async () => tilesIn(await newBucket(true)))
  describeStagingLog('in a bucket', async () => {
    const bucket = await newBucket()
    return { log: new S3StagingLog(bucket), again: () => new S3StagingLog(bucket) }
  })

  describe('a bucket', () => {
    test('lists more objects than fit a page, in order, and removes them', async () => {
      const bucket = await newBucket()
      const names = Array.from({ length: 1_100 }, (_, n) => `many/${String(n).padStart(5, '0')}`)
      for (let n = 0; n < names.length; n += 100)
        await Promise.all(
          names
            .slice(n, n + 100)
            .map((name) => bucket.put(name, utf8('x'), { expected: null, settings: plain })),
        )
      const list = async () => {
        const found: string[] = []
        for await (const { path, sizeBytes } of bucket.list('many/')) {
          expect(sizeBytes).toBe(1)
          found.push(path)
        }
        return found
      }
      expect(await list()).toEqual(names)
      await bucket.remove(names)
      expect(await list()).toEqual([])
    })

    test('takes a stream of any size whole or not at all, and reads ranges of it', async () => {
      const bucket = await newBucket()
      const part = 16 * 1_048_576
      for (const [path, sizes] of Object.entries({
        empty: [],
        small: [3, 4],
        parts: [part - 1, 2, part, 5],
      })) {
        expect(await bucket.putStream(path, chunks(...sizes), plain)).toBe(true)
        const size = sizes.reduce((sum, one) => sum + one, 0)
        expect(await bucket.stat(path)).toMatchObject({ sizeBytes: size })
      }
      expect(await bucket.readRange('parts', part - 2, part + 2)).toEqual(Uint8Array.of(1, 2, 2, 3))
      expect(await bucket.readRange('nothing', 0, 4)).toBeNull()
      expect(await bucket.putStream('small', chunks(9), plain)).toBe(false)
      expect(await bucket.readRange('small', 0, 9)).toEqual(Uint8Array.of(1, 1, 1, 2, 2, 2, 2))
      async function* broken() {
        yield new Uint8Array(part + 1)
        throw new Error('the source broke')
      }
      await expect(bucket.putStream('broken', broken(), plain)).rejects.toMatchObject({
        code: 'storage-failed',
      })
      expect(await bucket.stat('broken')).toBeNull()
    })

    test('refuses more than was asked for, and other servers and keys', async () => {
      const bucket = await newBucket()
      await bucket.put('large', new Uint8Array(100), { expected: null, settings: plain })
      await expect(bucket.read('large', 99)).rejects.toMatchObject({ code: 'limit-exceeded' })
      const address = await newAddress()
      const credentials = { accessKeyId: 'nobody', secretAccessKey: 'a secret of nobody' }
      const stranger = open({ ...address, credentials })
      const refused: unknown = await stranger.read('x', 9).catch((error: unknown) => error)
      expect(refused).toMatchObject({ code: 'storage-failed' })
      expect(String(refused)).not.toContain('secret of nobody')
      await expect(open({ ...address, bucket: 'absent' }).read('x', 9)).rejects.toMatchObject({
        code: 'storage-failed',
      })
    })
  })

  describe('tiles in a bucket', () => {
    test('are put once, and a checkpoint over the one that was seen', async () => {
      const bucket = await newBucket()
      const [one, two] = [await tilesIn(bucket), await tilesIn(bucket)]
      await one.write('tile/0/000', utf8('tile'))
      await two.write('tile/0/000', utf8('tile'))
      await expect(two.write('tile/0/000', utf8('other'))).rejects.toMatchObject({
        code: 'ledger-corrupt',
      })
      await one.write('checkpoint', utf8('first'))
      await two.write('checkpoint', utf8('second'))
      await expect(one.write('checkpoint', utf8('old'))).rejects.toMatchObject({
        code: 'ledger-conflict',
      })
      expect(textOf((await one.read('checkpoint')) ?? new Uint8Array())).toBe('second')
      await one.write('checkpoint', utf8('third'))
      await two.write('checkpoint', utf8('third'))
    })

    test('can be locked where the bucket can, partial ones not', async () => {
      await expect(S3TileStore.open(await newBucket(), { retainDays: 1 })).rejects.toMatchObject({
        code: 'config-invalid',
      })
      const address = await newAddress(true)
      const { credentials, endpoint, region } = address
      const admin = new S3Client({
        region,
        forcePathStyle: true,
        ...(credentials === null ? {} : { credentials }),
        ...(endpoint === null ? {} : { endpoint }),
      })
      const tiles = await S3TileStore.open(open(address), { retainDays: 1 })
      await tiles.write('tile/0/000', utf8('full'))
      await tiles.write('tile/0/001.p/3', utf8('partial'))
      await tiles.write('checkpoint', utf8('head'))
      await tiles.remove('tile/0/001.p')
      expect(await tiles.read('tile/0/001.p/3')).toBeNull()
      // What is removed of a locked tile is its name: the version stays, and cannot be removed.
      const full = { Bucket: address.bucket, Key: `${address.prefix}tile/0/000` }
      const { VersionId, ObjectLockMode } = await admin.send(new HeadObjectCommand(full))
      expect(ObjectLockMode).toBe('COMPLIANCE')
      await expect(
        admin.send(new DeleteObjectCommand({ ...full, VersionId })),
      ).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
      expect(textOf((await tiles.read('tile/0/000')) ?? new Uint8Array())).toBe('full')
      admin.destroy()
    })

    /** The stores of a ledger in a bucket, as a new process finds them. */
    const storesIn = async (bucket: S3Bucket, lock: LockStore) => ({
      tiles: await tilesIn(bucket),
      lock,
      staging: new S3StagingLog(bucket),
    })
    const limits = { batchEntriesMax: 50, stagedMaxBytes: 3_000, publishEveryMs: 0 }
    const entries = Array.from({ length: 600 }, (_, n) => utf8(`entry ${n}`))

    test('hold a ledger that is killed and opened again', async () => {
      const bucket = await newBucket()
      const lock = new MemoryLockStore()
      let swaps = 0
      const dying = withFates(await storesIn(bucket, lock), (name) =>
        name === 'lock.swap' && ++swaps === 9 ? 'dies after' : 'works',
      )
      const ledger = await openLedger({ ...dying, signer: key.signer }, verifier, limits)
      for (const entry of entries) void ledger.append(entry).catch(() => {})
      await dying.died
      const stores = await storesIn(bucket, lock)
      const again = await openLedger({ ...stores, signer: key.signer }, verifier, limits)
      const { size } = (await again.checkpoint()).checkpoint
      expect(size).toBeGreaterThan(300)
      await Promise.all(entries.slice(size).map((entry) => again.append(entry)))
      const found: Bytes[] = []
      for await (const { entry } of again.read(0, 600)) found.push(entry)
      expect(found).toEqual(entries)
      await again.close()
      const report = await fsck({ tiles: stores.tiles, trust })
      expect({ findings: report.findings, size: report.size }).toEqual({ findings: [], size: 600 })
    })

    test('let one of two servers go on that were started by mistake', async () => {
      const bucket = await newBucket()
      const lock = new MemoryLockStore()
      const servers = await Promise.all(
        [1, 2].map(async () =>
          openLedger(
            { ...(await storesIn(bucket, lock)), signer: key.signer },
            verifier,
            limits,
          ).catch(codeOf),
        ),
      )
      const told = await Promise.all(
        servers.map(async (ledger, n) => {
          if (typeof ledger === 'string') return ledger
          const entry = utf8(`server ${n}`)
          return ledger.append(entry).then((index) => ({ index, entry }), codeOf)
        }),
      )
      const acknowledged = told.filter((one) => typeof one !== 'string')
      const refused = told.filter((one) => typeof one === 'string')
      expect(refused.every((code) => /^ledger-(conflict|corrupt|busy)$/.test(code))).toBe(true)
      expect(acknowledged.length).toBeLessThan(2)
      for (const ledger of servers)
        if (typeof ledger !== 'string') await ledger.close().catch(codeOf)
      const stores = await storesIn(bucket, lock)
      const after = await openLedger({ ...stores, signer: key.signer }, verifier, limits)
      for (const { index, entry } of acknowledged)
        for await (const found of after.read(index, index + 1)) expect(found.entry).toEqual(entry)
      await after.close()
      expect((await fsck({ tiles: stores.tiles, trust })).findings).toEqual([])
    })

    test('hold a ledger that several servers write', async () => {
      const bucket = await newBucket(true)
      const log = new MemorySharedLog()
      const writers = await Promise.all(
        [1, 2].map(async () => {
          const tiles = await S3TileStore.open(bucket, { retainDays: 1 })
          const stores = { tiles, log, signer: key.signer }
          return openSharedLedger(stores, verifier, { batchEntriesMax: 40, publishEveryMs: 0 })
        }),
      )
      await Promise.all(
        writers.flatMap((writer, w) =>
          Array.from({ length: 300 }, (_, n) => writer.append(utf8(`writer ${w} entry ${n}`))),
        ),
      )
      for (const writer of writers) await writer.close()
      const report = await fsck({ tiles: await tilesIn(bucket), trust })
      expect({ findings: report.findings, size: report.size }).toEqual({ findings: [], size: 600 })
    })
  })
})

describe.skipIf(server === null)('a bucket whose connection is cut', () => {
  test.each(['is cut before', 'is cut after'] as const)(
    'when any message %s takes every put once, as it was given',
    async (fate) => {
      const address = await newAddress()
      const port = Number(new URL(address.endpoint ?? '').port)
      for (let at = 0; ; at++) {
        const proxy = await startCuttingProxy(port, (n) => (n === at ? fate : 'passes'))
        const prefix = `${at}-${fate.length}/`
        const through = { ...address, prefix, endpoint: `http://127.0.0.1:${proxy.port}` }
        const bucket = new S3Bucket(through)
        const tiles = await tilesIn(bucket)
        const staging = new S3StagingLog(bucket)
        await tiles.write('tile/0/000', utf8('tile'))
        await tiles.write('checkpoint', utf8('one'))
        await tiles.write('checkpoint', utf8('two'))
        await staging.append({ firstIndex: 0, count: 1, bundle: Uint8Array.of(0, 1, 7) })
        await tiles.write('tile/0/001.p/1', utf8('partial'))
        await tiles.remove('tile/0/001.p')
        bucket.close()
        proxy.stop()
        const direct = await tilesIn(open({ ...address, prefix }))
        const found: string[] = []
        for await (const path of direct.list()) found.push(path)
        expect(found.toSorted()).toEqual(['.staging/0000000000000000', 'checkpoint', 'tile/0/000'])
        expect(textOf((await direct.read('checkpoint')) ?? new Uint8Array())).toBe('two')
        if (proxy.messages() <= at) break
      }
    },
  )
})

describe.skipIf(server === null)('a ledger over a bucket and a database', () => {
  test('is shared, then written alone, and loses nothing with its server', async () => {
    const database = await startPostgres()
    if (database === null) throw new Error('assertion failed: PostgreSQL starts where Go builds')
    const place = {
      databaseUrl: await database.newDatabase(),
      files: { bucket: await newAddress(true), retainDays: 1 },
    }
    const ledgers = await Promise.all(
      [1, 2].map(() => openServerLedger(place, key, { writers: 'several' })),
    )
    await Promise.all(
      ledgers.flatMap((ledger, w) =>
        Array.from({ length: 200 }, (_, n) => ledger.append(utf8(`${w} ${n}`))),
      ),
    )
    for (const ledger of ledgers) await ledger.close()
    const alone = await openServerLedger(place, key, { writers: 'one' })
    expect(await alone.append(utf8('alone'))).toBe(400)
    await alone.close()
    const tiles = await tilesIn(open(place.files.bucket))
    const report = await fsck({ tiles, trust: null })
    expect({ findings: report.findings, size: report.size }).toEqual({ findings: [], size: 401 })
    await database.stop()
  })
})

/** A server that treats every connection in one way, and counts them. */
async function startBad(treat: (socket: Socket) => void) {
  let asked = 0
  const sockets = new Set<Socket>()
  const bad = createServer((socket) => {
    asked++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => {
      treat(socket)
    })
  })
  bad.listen(0, '127.0.0.1')
  await once(bad, 'listening')
  const address = bad.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const bucket = new S3Bucket(
    {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      bucket: 'bucket',
      prefix: '',
      credentials: { accessKeyId: 'id', secretAccessKey: 'a secret' },
    },
    100,
  )
  opened.push(bucket)
  return {
    bucket,
    asked: () => asked,
    stop: () => {
      for (const socket of sockets) socket.destroy()
      bad.close()
    },
  }
}

describe('a bucket whose server', () => {
  test.each([
    ['hangs up', (socket: Socket) => socket.destroy(), 3],
    ['says nothing', () => {}, 3],
    [
      'stops in the middle of an object',
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'),
      1,
    ],
  ] as const)('%s is given up after a few tries', async (_what, treat, tries) => {
    const { bucket, asked, stop } = await startBad(treat)
    const error: unknown = await bucket.read('checkpoint', 9).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'storage-failed' })
    expect(String(error)).not.toContain('a secret')
    expect(asked()).toBe(tries)
    stop()
  })
})
