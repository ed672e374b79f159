// The story of an erasure where the vault is in PostgreSQL: what its tables hold, what lingers in its data directory, and that no key that is
// left opens any of it once the erasure is final.

import { Client } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { tellErasureStory } from '../decisions/erasure-elsewhere.fixture.ts'
import { placesOf } from '../decisions/erasure-story.fixture.ts'
import { startPostgres } from './postgres.fixture.ts'
import { PostgresVaultFiles } from './postgres-vault-files.ts'

const server = await startPostgres()
const url = (await server?.newDatabase()) ?? ''
afterAll(() => server?.stop())

async function ask(...statements: readonly string[]) {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

const found = ['a page of keys', 'content of 3']

test.skipIf(server === null)(
  'in PostgreSQL an erased person is gone from the tables at once, and what lingers opens with no key once it is final',
  async () => {
    const files = await PostgresVaultFiles.open(url, 'story.example/decisions', 0)
    const story = await tellErasureStory({
      files,
      serverFolder: server?.dataFolder ?? '',
      flush: () => ask('CHECKPOINT'),
    })
    const linger = { content: true, page: true }
    expect(story.before).toEqual({ values: found, inOlderCopy: found, sealed: linger })
    // The server still has the sealed bytes: in dead rows, and in its write-ahead log.
    expect(story.pending).toEqual({ values: [], inOlderCopy: found, sealed: linger })
    expect(story.final).toMatchObject({ values: [], inOlderCopy: [] })
    expect(story.states).toEqual(['pending', 'final'])
    // What an operator can do beyond that: rewrite the table, and let the log of before go.
    await ask('ALTER SYSTEM SET wal_recycle = off', 'SELECT pg_reload_conf()')
    await ask('VACUUM FULL proofhouse.vault_block', 'SELECT pg_switch_wal()', 'CHECKPOINT')
    const samples = [...story.samples.content, ...story.samples.page]
    await expect
      .poll(
        async () => {
          await ask('SELECT pg_switch_wal()', 'CHECKPOINT')
          return placesOf(story.sealedInFolder(), samples)
        },
        { timeout: 60_000, interval: 50 },
      )
      .toEqual([])
  },
)
