// Two processes append to one log through a real PostgreSQL; one after the other is killed with SIGKILL at a random instant and started
// again. Every entry that was ever acknowledged is there, once, where it was said to be, and `fsck` finds nothing.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { textOf } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { DiskTileStore } from '../../packages/platform/src/adapters/disk-tile-store.ts'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import { startPostgres } from '../../packages/platform/src/adapters/postgres.fixture.ts'
import { openServerLedger } from '../../packages/platform/src/adapters/server-ledger.ts'
import { openLedgerKey } from '../../packages/platform/src/keys/index.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import { fsck } from '../../packages/platform/src/ledger/index.ts'

const kills = allFaults ? 60 : 2
const root = mkdtempSync(join(tmpdir(), 'shared-kill-'))
const [folder, keys] = [join(root, 'ledger'), join(root, 'keys')]
const server = await startPostgres()
const url = (await server?.newDatabase()) ?? ''
const children = new Set<ChildProcess>()
const stopped = { child: false }
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await server?.stop()
  rmSync(root, { recursive: true, force: true })
})

const toldBy = (name: string) => join(root, `${name}.told`)

/** Whole lines only: what was not said whole was not acknowledged. */
function linesOf(name: string): string[] {
  if (!existsSync(toldBy(name))) return []
  const output = readFileSync(toldBy(name), 'utf8')
  return output
    .slice(0, output.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
}

/** Starts a writer and waits until it has acknowledged something. */
async function start(name: string): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'shared-append.fixture.ts')
  const args = [script, url, folder, keys, toldBy(name), name]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  children.add(child)
  child.once('exit', () => (stopped.child ||= child.signalCode !== 'SIGKILL'))
  while (linesOf(name).length === 0 && child.exitCode === null) await delay(5)
  return child
}

test.skipIf(server === null)(
  `${kills} kills of writers that share a log lose nothing that was acknowledged`,
  async () => {
    const key = await openLedgerKey(diskKeyFiles, keys, 'fault.example/shared')
    const names = ['a0', 'b0']
    const writers = await Promise.all(names.map(start))
    for (let kill = 1; kill <= kills; kill++) {
      await delay(Math.random() * 100)
      const unlucky = kill % 2
      const child = writers[unlucky]
      if (child === undefined) throw new Error('assertion failed: there are two writers')
      child.kill('SIGKILL')
      await once(child, 'exit')
      if (kill === kills) break
      const name = `${unlucky === 0 ? 'a' : 'b'}${kill}`
      names.push(name)
      writers[unlucky] = await start(name)
    }
    for (const child of writers)
      if (child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    // None of them ended by itself: another one's death harms nobody.
    expect(stopped.child).toBe(false)

    // One server that opens it alone finds what the others left.
    const place = { databaseUrl: url, files: { folder } }
    const shared = await openServerLedger(place, key, { writers: 'several' })
    await shared.close()
    const ledger = await openServerLedger(place, key, { writers: 'one' })
    const found: string[] = []
    for await (const { entry } of ledger.read(0, Number.MAX_SAFE_INTEGER)) found.push(textOf(entry))
    await ledger.close()
    expect(new Set(found).size).toBe(found.length)
    const told = names.flatMap(linesOf)
    expect(told.length).toBeGreaterThan(20 * names.length)
    const missing = told.filter((line) => {
      const [index = '', ...text] = line.split(' ')
      return found[Number(index)] !== text.join(' ')
    })
    expect(missing).toEqual([])
    const { findings, size } = await fsck({ tiles: new DiskTileStore(folder), trust: null })
    expect({ findings, size }).toEqual({ findings: [], size: found.length })
  },
  600_000,
)
