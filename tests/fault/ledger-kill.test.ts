// A process that appends is killed with SIGKILL at a random instant, many times. After each kill the ledger opens, holds every entry
// that was ever acknowledged, extends every checkpoint that was ever published, and `fsck` finds nothing.

import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import {
  openLedgerDirectory,
  openLedgerFiles,
} from '../../packages/platform/src/adapters/ledger-directory.ts'
import { openLedgerKey } from '../../packages/platform/src/keys/index.ts'
import { fsck } from '../../packages/platform/src/ledger/index.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'

const kills = allFaults ? 200 : 20
/** Fresh ledgers in between, so that birth is hit too. */
const killsPerLedger = 5
const lifeMaxMs = 60
const root = mkdtempSync(join(tmpdir(), 'ledger-kill-'))

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** Runs the appending process, kills it after a while, and gives what it acknowledged. */
async function runAndKill(folder: string, keys: string, kill: number, seed: number) {
  const told = join(root, 'acknowledged')
  rmSync(told, { force: true })
  const said = () => (existsSync(told) ? readFileSync(told, 'utf8') : '')
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'append-forever.fixture.ts'), folder, keys, told, String(seed)],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Most of a short life is spent compiling: all lives share that.
      env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'compiled') },
    },
  )
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      resolve(code)
    })
  })
  // Every fifth life is counted from the start of the process, so that opening is hit; the next from its first entries, so that there are some
  // on the slowest machine; the others from its opening.
  const linesFirst = [0, 10][kill % 5] ?? 1
  while (said().split('\n').length <= linesFirst && child.exitCode === null) await delay(2)
  await delay(Math.random() * lifeMaxMs)
  child.kill('SIGKILL')
  const code = await ended
  expect([null, 0], errors).toContain(code)
  const output = said()
  // The last line may be cut off: what was not said whole was not acknowledged.
  const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n')
  return lines.flatMap((line) => {
    const [index, digest] = line.split(' ')
    return digest === undefined ? [] : [[Number(index), digest] as const]
  })
}

test(`${kills} kills lose nothing that was acknowledged`, async () => {
  const first = Math.floor(Math.random() * 1_000_000)
  let acknowledgedInAll = 0
  for (let start = 0; start < kills; start += killsPerLedger) {
    const folder = join(root, `${start}`)
    const keys = join(root, `${start}-keys`)
    const acknowledged = new Map<number, string>()
    let sizeBefore = 0
    for (let kill = start; kill < start + killsPerLedger; kill++) {
      const seed = first + kill
      const told = await runAndKill(folder, keys, kill, seed)
      for (const [index, digest] of told) acknowledged.set(index, digest)
      const key = await openLedgerKey(diskKeyFiles, keys, 'fault.example/ledger')
      const ledger = await openLedgerDirectory(folder, key)
      const { checkpoint } = await ledger.checkpoint()
      expect(checkpoint.size, `seed ${seed}`).toBeGreaterThanOrEqual(sizeBefore)
      const found = new Map<number, string>()
      for await (const { index, entry } of ledger.read(0, checkpoint.size))
        if (acknowledged.has(index)) found.set(index, hash('sha256', entry, 'hex'))
      expect(found, `seed ${seed}`).toEqual(acknowledged)
      await ledger.close()
      sizeBefore = checkpoint.size
      const report = await fsck({ tiles: await openLedgerFiles(folder), trust: null })
      expect(report.findings, `seed ${seed}`).toEqual([])
      expect(report.size).toBe(checkpoint.size)
    }
    acknowledgedInAll += acknowledged.size
    rmSync(folder, { recursive: true })
  }
  expect(acknowledgedInAll).toBeGreaterThan(kills)
}, 600_000)
