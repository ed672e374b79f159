// A decision log whose vault is in PostgreSQL or in a bucket, and whose connection is cut at any message: before it reaches the server, or after
// its answer was on its way. Then it opens again, and everything acknowledged is there and opens unless it was erased.
// The bucket's server is there in `npm run conformance`.

import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import {
  type MessageFate,
  startCuttingProxy,
} from '../../packages/platform/src/adapters/cutting-proxy.fixture.ts'
import { S3Bucket } from '../../packages/platform/src/adapters/s3-bucket.ts'
import { startBuckets } from '../../packages/platform/src/adapters/s3.fixture.ts'
import { S3VaultFiles } from '../../packages/platform/src/adapters/s3-vault-files.ts'
import { startPostgres } from '../../packages/platform/src/adapters/postgres.fixture.ts'
import { PostgresVaultFiles } from '../../packages/platform/src/adapters/postgres-vault-files.ts'
import { newMemoryLog } from '../../packages/platform/src/decisions/decisions.fixture.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import { check, live, newTold } from './decision-life.fixture.ts'

const server = await startPostgres()
const url = (await server?.newDatabase()) ?? ''
const bucketServer = await startBuckets()
afterAll(async () => {
  await server?.stop()
  await bucketServer?.stop()
})

/** For a server to notice that a connection is gone: long, because machines are busy. */
const waitMs = 60_000

/** Lives through a proxy that cuts at one message; tells how it ended, and how many messages there were. */
async function liveThrough(fate: MessageFate, at: number) {
  const vault = `fault.example/${randomUUID()}`
  const made = newMemoryLog({ batchEntriesMax: 7 })
  const told = newTold()
  const proxy = await startCuttingProxy(server?.port ?? 0, (n) => (n === at ? fate : 'passes'))
  const through = new URL(url)
  through.port = String(proxy.port)
  const files = await PostgresVaultFiles.open(through.href, vault, waitMs).catch(() => null)
  if (files !== null) {
    await live(made, { files }, told)
    await files.close()
  }
  const messages = proxy.messages()
  proxy.stop()
  await check(made, told, () => PostgresVaultFiles.open(url, vault, waitMs))
  return { told, messages }
}

/** A life sends some 270 messages. */
const sampled = { 'is cut before': 100, 'is cut after': 150 } as const

for (const fate of ['is cut before', 'is cut after'] as const)
  test.skipIf(server === null)(
    `nothing is lost when a connection to the vault ${fate} a message`,
    async () => {
      if (!allFaults) {
        const { told } = await liveThrough(fate, sampled[fate])
        expect(told.ended).toContain('PostgreSQL')
        expect(told.acknowledged.size).toBeGreaterThan(0)
        return
      }
      let harmed = 0
      for (let at = 20; ; at += 5) {
        const { told, messages } = await liveThrough(fate, at)
        if (messages <= at) break
        // A message at the very end, that says goodbye, harms nobody.
        if (told.ended !== 'in good order') harmed++
      }
      expect(harmed).toBeGreaterThan(30)
    },
    600_000,
  )

/** Each request is tried three times, so that a server is gone from one message on. */
test.skipIf(bucketServer === null)(
  'nothing is lost when the bucket of a vault answers no more from any request on',
  async () => {
    let harmed = 0
    for (const fate of ['is cut before', 'is cut after'] as const)
      for (let at = 5; ; at += allFaults ? 4 : 60) {
        const address = await bucketServer?.newBucket()
        if (address === undefined) throw new Error('assertion failed: there is a server')
        const made = newMemoryLog({ batchEntriesMax: 7 })
        const told = newTold()
        const port = Number(new URL(address.endpoint ?? '').port)
        const proxy = await startCuttingProxy(port, (n) => (n >= at ? fate : 'passes'))
        const endpoint = `http://127.0.0.1:${proxy.port}`
        const through = new S3Bucket({ ...address, endpoint })
        const files = await S3VaultFiles.open(through).catch(() => null)
        if (files !== null) await live(made, { files }, told)
        const messages = proxy.messages()
        proxy.stop()
        through.close()
        const direct = new S3Bucket(address)
        await check(made, told, () => S3VaultFiles.open(direct))
        direct.close()
        if (told.ended !== 'in good order') harmed++
        if (messages < at) break
      }
    expect(harmed).toBeGreaterThan(5)
  },
  600_000,
)
