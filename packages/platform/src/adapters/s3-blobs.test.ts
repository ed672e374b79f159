// An artifact store in a bucket of a real S3-compatible server; `npm run conformance` builds that.
// Skipped without it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import {
  bytesOf,
  patterned,
  piecesOf,
  sortedOf,
  testArtifactBlobs,
} from '../artifacts/store/artifact-blobs.contract.fixture.ts'
import { FileKeyWrapper } from '../artifacts/store/file-key-wrapper.fixture.ts'
import { ArtifactStore } from '../artifacts/store/index.ts'
import { S3Blobs } from './s3-blobs.ts'
import { S3Bucket } from './s3-bucket.ts'
import { startBuckets } from './s3.fixture.ts'

const server = await startBuckets()
const opened: S3Bucket[] = []
const folder = mkdtempSync(join(tmpdir(), 's3-blobs-'))
afterAll(async () => {
  for (const bucket of opened) bucket.close()
  await server?.stop()
  rmSync(folder, { recursive: true })
})

async function newBlobs({ lock = false, retainDays = null as number | null } = {}) {
  if (server === null) throw new Error('assertion failed: there is a server')
  const bucket = new S3Bucket(await server.newBucket({ lock }))
  opened.push(bucket)
  return new S3Blobs(bucket, { retainDays, nowMs: Date.now })
}

describe.skipIf(server === null)('with an S3 server', () => {
  describe('in a bucket', () => {
    testArtifactBlobs(() => newBlobs())
  })

  describe('in a bucket with Object Lock', () => {
    testArtifactBlobs(() => newBlobs({ lock: true, retainDays: 1 }))
  })

  test('an artifact of several parts comes back whole and by ranges', async () => {
    const blobs = await newBlobs()
    const keys = new FileKeyWrapper(join(folder, 'kek'))
    const nowMs = () => Date.now() + 60_000
    const store = new ArtifactStore({ tenant: 'acme', blobs, keys, nowMs })
    const bytes = patterned(20 * 1_048_576)
    const { digest } = await store.put(
      piecesOf(bytes.subarray(0, 7_000_000), bytes.subarray(7_000_000)),
    )
    expect(digest).toBe(hash('sha256', bytes, 'hex'))
    expect(Buffer.compare(await bytesOf(store.read(digest)), bytes)).toBe(0)
    const range = { start: 16_777_000, end: 16_778_000 }
    const part = await bytesOf(store.readRange(digest, range))
    expect(Buffer.compare(part, bytes.subarray(range.start, range.end))).toBe(0)
    keys.version = 2
    expect(await sortedOf(store.rewrapAll())).toEqual([digest])
    expect((await bytesOf(store.read(digest))).length).toBe(bytes.length)
    await blobs.write(`acme/data/ab/${'ab'.repeat(16)}`, piecesOf(bytes.subarray(0, 9)))
    expect(await store.sweep(0)).toBe(1)
    await store.remove(digest)
    expect(await sortedOf(blobs.list('acme'))).toEqual([])
  })

  test('a source that fails in the middle of a large blob leaves none', async () => {
    const blobs = await newBlobs()
    const failing = async function* () {
      yield patterned(9_000_000)
      yield* await Promise.reject<Uint8Array[]>(new Error('the source broke'))
    }
    await expect(blobs.write('t/large', failing())).rejects.toThrow('the source broke')
    expect(await blobs.stat('t/large')).toBeNull()
    await blobs.write('t/large', piecesOf(patterned(9_000_000)))
    expect((await blobs.stat('t/large'))?.sizeBytes).toBe(9_000_000)
  })
})
