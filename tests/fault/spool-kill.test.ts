// A process that records decisions in a spool and sends them is killed with SIGKILL at a random instant, many times, with the log there and
// away in turn. In the end the log has every decision that was acknowledged under its number, none twice, no gap; and of those
// erased from the spool while the log was away, nothing.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { checkDecisionLog } from '../../packages/platform/src/decisions/check.ts'
import { readDecision } from '../../packages/platform/src/decisions/reading.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import { newService } from '../sdk/client.fixture.ts'

const kills = allFaults ? 60 : 3
const lifeMaxMs = 60

async function runAndKill(given: readonly string[], told: string, kill: number, cache: string) {
  const said = () => (existsSync(told) ? readFileSync(told, 'utf8') : '')
  const before = said().length
  const fixture = join(import.meta.dirname, 'spool-forever.fixture.ts')
  const child = spawn(process.execPath, [fixture, ...given, told, String(kill)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  // A life is counted from its first decisions, or from its opening: each is hit, and however slow the machine is, there is something to lose.
  const linesFirst = [30, 1, 4][kill % 3] ?? 0
  const lines = () => said().slice(before).split('\n').length - 1
  while (lines() < linesFirst && child.exitCode === null) await delay(2)
  await delay(Math.random() * lifeMaxMs)
  child.kill('SIGKILL')
  expect(await ended, errors).toBeNull()
}

interface Acknowledged {
  readonly id: string
  readonly subject: string
  isErased: boolean
}

/** What was said whole, by number; a line that a kill cut off is joined to the next life. */
function acknowledgedIn(told: string, isAway: (life: number) => boolean) {
  const all = new Map<number, Acknowledged>()
  let life: Acknowledged[] = []
  let isErasureSure = false
  for (const line of readFileSync(told, 'utf8').split('\n')) {
    const [, begun] = /^.*life (\d+)$/.exec(line) ?? []
    const [, erased] = /^erased (p-\d)$/.exec(line) ?? []
    const [, sequence, id, subject] = /^(\d+) (\d+-\d+) (p-\d)$/.exec(line) ?? []
    if (begun !== undefined) [life, isErasureSure] = [[], isAway(Number(begun))]
    if (erased !== undefined && isErasureSure)
      for (const one of life) if (one.subject === erased) one.isErased = true
    if (id === undefined || subject === undefined) continue
    const one = { id, subject, isErased: false }
    life.push(one)
    expect(all.has(Number(sequence)), 'a number is given once').toBe(false)
    all.set(Number(sequence), one)
  }
  return all
}

test(`${kills} kills lose nothing that was recorded, send nothing as two decisions, and bring back nobody`, async () => {
  const at = await newService()
  const [spool, told] = [join(at.folder, 'spool'), join(at.folder, 'told')]
  const isAway = (life: number) => life % 2 === 1
  for (let kill = 0; kill < kills; kill++) {
    if (isAway(kill)) await at.stop()
    const given = [at.url, spool, at.key.toString('hex')]
    await runAndKill(given, told, kill, join(at.folder, 'compiled'))
    if (isAway(kill)) await at.start()
  }
  const client = await at.client()
  await client.flush()
  const { next, refused } = client.status
  expect(refused).toBe(0)
  expect(at.log.sources.list()).toEqual([{ source: 'gateway-1', next, gaps: [] }])
  expect(at.log.size).toBe(next)
  const acknowledged = acknowledgedIn(told, isAway)
  expect(acknowledged.size).toBeGreaterThan(kills)
  let found = 0
  for (let index = 0; index < next; index++) {
    const { content, entry } = await readDecision(at.log, index)
    const one = acknowledged.get(entry.sequence)
    if (one === undefined) continue
    found += 1
    const isEmptied = content?.groups['id'] === 'erased'
    if (one.isErased) expect(isEmptied, one.id).toBe(true)
    // Another erasure of the same life may have come before the log had it.
    else if (!isEmptied) expect(content?.groups).toMatchObject({ id: one.id, subject: one.subject })
  }
  expect(found).toBe(acknowledged.size)
  expect((await checkDecisionLog(at.log)).findings).toEqual([])
  await at.end()
}, 600_000)
