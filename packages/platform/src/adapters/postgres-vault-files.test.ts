// Vault files in PostgreSQL: the contract, who may write, connections that are cut, and what is left of bytes that were written over.

import { randomBytes, randomUUID } from 'node:crypto'
import { OperatingError, textOf, utf8 } from '@proofhouse/evidence'
import { Client } from 'pg'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { VaultFiles } from '../decisions/index.ts'
import { allFaults } from '../ledger/all-faults.fixture.ts'
import { startCuttingProxy } from './cutting-proxy.fixture.ts'
import { startPostgres } from './postgres.fixture.ts'
import { PostgresVaultFiles } from './postgres-vault-files.ts'
import { describeVaultFiles } from './vault-files-contract.fixture.ts'

const server = await startPostgres()
const url = (await server?.newDatabase()) ?? ''
const opened: VaultFiles[] = []
afterEach(async () => {
  for (const files of opened.splice(0)) await files.close()
})
afterAll(() => server?.stop())

/** For a lock that was given up, or its server to notice: long, because machines are busy. */
const waitMs = 60_000
const newVault = () => `vault.example/${randomUUID()}`
async function open(vault: string, lockWaitMs = waitMs, address = url) {
  const files = await PostgresVaultFiles.open(address, vault, lockWaitMs)
  opened.push(files)
  return files
}

async function asOther(text: string, values: readonly unknown[] = []) {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

const conflict: unknown = expect.objectContaining({ code: 'ledger-conflict' })

describe.skipIf(server === null)('with a PostgreSQL server', () => {
  describeVaultFiles('in PostgreSQL', async () => {
    const vault = newVault()
    return { files: await open(vault), again: () => open(vault) }
  })

  test('vaults in one database know nothing of each other', async () => {
    const [one, two] = [await open(newVault()), await open(newVault())]
    await one.append('a', 0, utf8('of one'))
    expect(await two.read('a', 0, 9)).toBeNull()
    await two.replace('a', utf8('of two'))
    expect(textOf((await one.read('a', 0, 9)) ?? new Uint8Array())).toBe('of one')
  })

  test('a second server is refused, and one that was overtaken writes nothing more', async () => {
    const vault = newVault()
    const first = await open(vault)
    await first.append('a', 0, utf8('by the first'))
    await expect(open(vault, 0)).rejects.toMatchObject({ code: 'ledger-busy' })
    // Where a pool of connections has given the session's lock away, opening is refused by nobody.
    await asOther('UPDATE proofhouse.vault SET holder = $2 WHERE vault = $1', [vault, randomUUID()])
    for (const write of [
      () => first.append('a', 12, utf8('!')),
      () => first.append('a', 0, new Uint8Array()),
      () => first.overwrite('a', [{ offset: 0, bytes: utf8('xx') }]),
      () => first.replace('a', utf8('x')),
      () => first.replace('a', null),
      () => first.replace('b', utf8('x')),
    ])
      await expect(write()).rejects.toThrow(conflict)
    await first.close()
    const next = await open(vault)
    expect(await next.list()).toEqual([{ name: 'a', sizeBytes: 12 }])
    expect(textOf((await next.read('a', 0, 20)) ?? new Uint8Array())).toBe('by the first')
  })

  test('a connection that is cut at any message leaves each call done whole or not at all', async () => {
    /** What is there after so many calls. */
    const after = [null, 'one', 'onetwo', 'NNetwo', 'NN', 'other', null]
    let cuts = 0
    const seen = new Set<unknown>()
    for (const fate of ['is cut before', 'is cut after'] as const)
      for (let at = 8; ; at += allFaults ? 1 : 15) {
        const vault = newVault()
        const proxy = await startCuttingProxy(server?.port ?? 0, (n) =>
          n === at ? fate : 'passes',
        )
        const through = new URL(url)
        through.port = String(proxy.port)
        let done = -1
        const ended = await PostgresVaultFiles.open(through.href, vault, waitMs)
          .then(async (files) => {
            const steps = [
              () => files.append('a', 0, utf8('one')),
              () => files.append('a', 3, utf8('two')),
              () =>
                files.overwrite(
                  'a',
                  [0, 1].map((offset) => ({ offset, bytes: utf8('N') })),
                ),
              () => files.append('a', 2, new Uint8Array()),
              () => files.replace('a', utf8('other')),
              () => files.replace('a', null),
            ]
            done = 0
            try {
              for (const step of steps) {
                await step()
                done++
              }
              return 'in good order'
            } finally {
              await files.close()
            }
          })
          .catch((error: unknown) => (error instanceof OperatingError ? error.code : String(error)))
        const messages = proxy.messages()
        proxy.stop()
        const next = await open(vault)
        const bytes = await next.read('a', 0, 9)
        await next.close()
        const content = bytes === null ? null : textOf(bytes)
        seen.add(content)
        if (ended === 'in good order') {
          expect(content).toBeNull()
          if (messages <= at) break
          continue
        }
        cuts++
        expect(ended).toBe('storage-failed')
        expect([after[Math.max(done, 0)], after[Math.max(done, 0) + 1]]).toContain(content)
      }
    expect(cuts).toBeGreaterThan(2)
    expect(seen.size).toBeGreaterThan(1)
  })

  test('what is written over or removed is in no row, and vacuuming is asked for soon', async () => {
    const files = await open(newVault())
    const secret = randomBytes(40)
    await files.append('a', 0, Buffer.concat([randomBytes(50_000), secret, randomBytes(50_000)]))
    await files.append('b', 0, secret)
    const rows = async () =>
      Number(
        (
          await asOther(
            `SELECT count(*)::integer AS n FROM proofhouse.vault_block WHERE position($1::bytea IN bytes) > 0`,
            [secret],
          )
        )[0]?.['n'],
      )
    expect(await rows()).toBe(2)
    await files.overwrite('a', [{ offset: 50_000, bytes: new Uint8Array(40) }])
    await files.replace('b', null)
    expect(await rows()).toBe(0)
    const [table] = await asOther(
      `SELECT reloptions FROM pg_class WHERE oid = 'proofhouse.vault_block'::regclass`,
    )
    expect(table?.['reloptions']).toContain('autovacuum_vacuum_scale_factor=0')
  })
})

test('a server that does not answer is told without its password', async () => {
  const address = 'postgres://someone:secret@127.0.0.1:1/nothing'
  const error: unknown = await PostgresVaultFiles.open(address, 'v', 0).catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'storage-failed' })
  expect(String(error)).not.toContain('secret')
})
