// A process that follows a ledger is killed with SIGKILL at random instants. The index goes on from where it was, and in the end
// every entry has been applied once: an audit finds nothing, and the rows are those of an index that nothing interrupted.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openCheckpoint, parseVerifierKey, textOf } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import {
  openLedgerDirectory,
  openLedgerFiles,
} from '../../packages/platform/src/adapters/ledger-directory.ts'
import { openStatementIndex } from '../../packages/platform/src/adapters/sqlite-statement-index.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import { mixedEntries } from '../../packages/platform/src/ledger/followers/statements.fixture.ts'
import { newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import {
  audit,
  digestRows,
  follow,
  projectStatements,
} from '../../packages/platform/src/ledger/index.ts'

const kills = allFaults ? 60 : 3
const entries = allFaults ? 3_000 : 300
const lifeMaxMs = 40
const root = mkdtempSync(join(tmpdir(), 'follow-kill-'))

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const key = newLedgerKey('fault.example/follow')
const folder = join(root, 'ledger')
const path = join(root, 'killed.sqlite')
const project = projectStatements(() => Promise.resolve(null))

/** Follows in a process of its own, and kills it so long after it began. */
async function followAndKill(lifeMs: number): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'follow.fixture.ts'), folder, key.verifierKey, path],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'compiled') },
    },
  )
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  await new Promise<void>((resolve) => {
    child.stdout.once('data', () => {
      resolve()
    })
    child.once('close', () => {
      resolve()
    })
  })
  await delay(lifeMs)
  child.kill('SIGKILL')
  expect([null, 0], errors).toContain(await ended)
}

test(`${kills} kills apply no entry twice, and leave none out`, { timeout: 600_000 }, async () => {
  const ledger = await openLedgerDirectory(folder, key)
  const texts = Array.from({ length: entries }, (_, n) => mixedEntries()[n % 7] ?? new Uint8Array())
  await Promise.all(texts.map((entry) => ledger.append(entry)))
  await ledger.close()
  const tiles = await openLedgerFiles(folder)
  const note = textOf((await tiles.read('checkpoint')) ?? new Uint8Array())
  const checkpoint = await openCheckpoint(note, parseVerifierKey(key.verifierKey))
  const log = { tiles, checkpoint }
  let before = 0
  for (let n = 0; n < kills; n++) {
    await followAndKill(Math.random() * lifeMaxMs)
    const store = openStatementIndex({ path, replace: false })
    const { ok, rows, entries: covered, findings } = await audit({ log, store, project })
    await store.close()
    // Killed before its first batch, it has no place yet, and nothing else may be wrong.
    expect(
      ok || findings.every(({ kind }) => kind === 'cursor' && rows === 0),
      JSON.stringify(findings),
    ).toBe(true)
    expect(rows).toBe(covered)
    expect(rows).toBeGreaterThanOrEqual(before)
    before = rows
  }
  const [killed, whole] = [path, ':memory:'].map((file) =>
    openStatementIndex({ path: file, replace: false }),
  )
  if (killed === undefined || whole === undefined) throw new Error('there are two')
  for (const store of [killed, whole]) await follow({ log, store, project })
  const digests = [
    await digestRows(killed.rows(), entries),
    await digestRows(whole.rows(), entries),
  ]
  expect(digests[0]).toEqual(digests[1])
  expect(digests[0]?.rows).toBe(entries)
  expect((await audit({ log, store: killed, project })).ok).toBe(true)
})
