// A process that makes, rotates and re-wraps keys is killed with SIGKILL at a random instant, many times. After each kill every key that was
// ever handed out opens and is the same, the next process goes on, and in the end no key is without the event of its creation.

import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import { eventsIn, openPlace, tenant } from './keys-place.fixture.ts'

const kills = allFaults ? 100 : 3
const lifeMaxMs = 250
const root = mkdtempSync(join(tmpdir(), 'keys-kill-'))
const told = join(root, 'acknowledged')

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const linesOf = (path: string) => {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  // The last line may be cut off: what was not said whole was not said.
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
}

async function runAndKill(folder: string, name: string): Promise<void> {
  const opened = () => linesOf(told).filter((line) => line === 'open').length
  const before = opened()
  const program = join(import.meta.dirname, 'keys-forever.fixture.ts')
  const child = spawn(process.execPath, [program, folder, told, name], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'compiled') },
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  while (opened() === before && child.exitCode === null) await delay(2)
  await delay(Math.random() * lifeMaxMs)
  child.kill('SIGKILL')
  expect(await ended, errors).toBeNull()
}

test(`${kills} kills lose no key and no event`, async () => {
  const folder = join(root, 'place')
  for (let kill = 0; kill < kills; kill++) {
    await runAndKill(folder, `life${kill}`)
    const { keys, close } = openPlace(folder)
    for (const line of linesOf(told)) {
      const [id, digest] = line.split(' ')
      if (id === undefined || digest === undefined) continue
      const { key } = await keys.open({ tenant, kind: 'epoch', id })
      expect(hash('sha256', key, 'hex'), id).toBe(digest)
    }
    close()
  }
  const acknowledged = linesOf(told).filter((line) => line.includes(' '))
  expect(acknowledged.length).toBeGreaterThan(kills)
  const { settle, rewrap, close, tenants } = openPlace(folder)
  expect(await settle(tenant)).toBe(0)
  const created = new Set(
    linesOf(eventsIn(folder))
      .filter((line) => line.includes('"created"'))
      .map((line) => /"keyId":"([^"]+)"/.exec(line)?.[1]),
  )
  for (const line of acknowledged) expect(created).toContain(line.split(' ')[0])
  // The next one goes on where the last was cut off, to the end.
  const { signal } = new AbortController()
  await tenants.rotate(tenant, 'requested')
  const done = await rewrap({ tenant, reason: 'requested', keysPerSecondMax: 1e9, signal })
  expect(done.failed).toEqual([])
  expect(done.keys['epoch']).toBeGreaterThanOrEqual(acknowledged.length)
  close()
})
