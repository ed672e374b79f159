// A process that appends decisions, erases people and closes epochs is killed with SIGKILL at a random instant, many times. After each kill
// the log opens, what was acknowledged is there and opens unless it was erased, and the checker finds nothing.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { checkDecisionLog } from '../../packages/platform/src/decisions/check.ts'
import { openKilledLog } from '../../packages/platform/src/decisions/decisions.fixture.ts'
import { resumeErasures } from '../../packages/platform/src/decisions/emptying.ts'
import { readDecision } from '../../packages/platform/src/decisions/reading.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'

const kills = allFaults ? 60 : 2
const killsPerLog = allFaults ? 10 : 2
const lifeMaxMs = 150
const root = mkdtempSync(join(tmpdir(), 'decision-kill-'))

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

async function runAndKill(given: readonly string[], told: string, kill: number, seed: number) {
  const said = () => (existsSync(told) ? readFileSync(told, 'utf8') : '')
  const before = said().length
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'decide-forever.fixture.ts'), ...given, told, String(seed)],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
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
  // A life is counted from the start of the process, from its opening, or from its first decisions, in turn: each is hit, and however slow the
  // machine is, decisions were acknowledged.
  const linesFirst = [4, 1, 0][kill % 3] ?? 0
  const lines = () => said().slice(before).split('\n').length - 1
  while (lines() < linesFirst && child.exitCode === null) await delay(2)
  await delay(Math.random() * lifeMaxMs)
  child.kill('SIGKILL')
  expect(await ended, errors).toBeNull()
}

/** What was said whole; a line that a kill cut off is joined to the next `open`. */
const acknowledgedIn = (told: string): Map<number, number> =>
  new Map(
    (existsSync(told) ? readFileSync(told, 'utf8') : '')
      .split('\n')
      .filter((line) => /^\d+ \d+$/.test(line))
      .map((line) => line.split(' ').map(Number))
      .map(([sequence = 0, index = 0]) => [sequence, index]),
  )

test(`${kills} kills lose no decision that was acknowledged and bring back none that was erased`, async () => {
  const first = Math.floor(Math.random() * 1_000_000)
  let [acknowledgedInAll, erasedInAll] = [0, 0]
  for (let start = 0; start < kills; start += killsPerLog) {
    const [folder, keys, told] = ['log', 'keys', 'told'].map((name) =>
      join(root, `${start}-${name}`),
    )
    if (folder === undefined || keys === undefined || told === undefined) throw new Error('three')
    const rootHex = randomBytes(32).toString('hex')
    for (let kill = start; kill < start + killsPerLog; kill++) {
      const seed = first + kill
      await runAndKill([folder, keys, rootHex], told, kill, seed)
      const { log, host } = await openKilledLog(folder, keys, rootHex)
      await resumeErasures(log, host)
      const { findings, erased } = await checkDecisionLog(log)
      expect(findings, `seed ${seed}`).toEqual([])
      const acknowledged = acknowledgedIn(told)
      for (const [sequence, index] of acknowledged) {
        const { content, entry } = await readDecision(log, index)
        expect(entry.sequence, `seed ${seed}`).toBe(sequence)
        expect(content === null, `seed ${seed}`).toBe(log.erasures.of(index) !== null)
      }
      await log.close()
      if (kill === start + killsPerLog - 1) {
        acknowledgedInAll += acknowledged.size
        erasedInAll += erased
      }
    }
    rmSync(folder, { recursive: true })
  }
  expect(acknowledgedInAll).toBeGreaterThan(kills)
  if (allFaults) expect(erasedInAll).toBeGreaterThan(kills)
}, 600_000)
