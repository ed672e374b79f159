// A real S3-compatible server for tests: Versity S3 Gateway over a folder, as `npm run conformance` builds it. Without it tests are skipped.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import type { BucketAddress } from './s3-bucket.ts'

const program = join(import.meta.dirname, '../../../../.peers/s3/versitygw')
const credentials = { accessKeyId: 'for-tests', secretAccessKey: 'for-tests-only' }
const region = 'us-east-1'
const startMaxMs = 10_000

/** A running server. */
export interface TestBuckets {
  /** Everything the server has on disk, old versions included. */
  readonly dataFolder: string
  /** A new, empty bucket. One with a lock keeps versions anyway. */
  newBucket(options?: {
    readonly lock?: boolean
    readonly versions?: boolean
  }): Promise<BucketAddress>
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Starts a server where `npm run conformance` asks for one; null elsewhere: its calls take seconds. */
export async function startBuckets(): Promise<TestBuckets | null> {
  if (process.env['PROOFHOUSE_S3'] !== 'versitygw' || !existsSync(program)) return null
  const folder = mkdtempSync(join(tmpdir(), 's3-'))
  const [data, oldVersions] = [join(folder, 'data'), join(folder, 'versions')]
  mkdirSync(data)
  mkdirSync(oldVersions)
  const port = await freePort()
  const child = spawn(
    program,
    ['--port', `127.0.0.1:${port}`, '--region', region, '--quiet'].concat(
      ['--access', credentials.accessKeyId, '--secret', credentials.secretAccessKey],
      ['posix', '--versioning-dir', oldVersions, data],
    ),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const endpoint = `http://127.0.0.1:${port}`
  const deadline = performance.now() + startMaxMs
  while ((await fetch(endpoint).catch(() => null)) === null) {
    if (performance.now() > deadline || child.exitCode !== null)
      throw new Error('the S3 server did not start')
    await delay(20)
  }
  const admin = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  let buckets = 0
  return {
    dataFolder: folder,
    async newBucket({ lock = false, versions = false } = {}) {
      const bucket = `test-${buckets++}`
      await admin.send(
        new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: lock }),
      )
      const VersioningConfiguration = { Status: 'Enabled' as const }
      if (versions)
        await admin.send(
          new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }),
        )
      return { endpoint, region, bucket, prefix: 'tenant/evidence/', credentials }
    },
    async stop() {
      admin.destroy()
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
