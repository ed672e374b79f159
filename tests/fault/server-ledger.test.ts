// Ledgers over a real PostgreSQL. Two processes append to one log; one after the other is killed with SIGKILL at a random instant and started
// again. Connections are cut at every message, before it and after it; a writer stops in the middle of a commit. Afterwards every entry
// that was ever acknowledged is there, once, where it was said to be, and `fsck` finds nothing.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { textOf, utf8 } from '@proofhouse/evidence'
import { afterAll, describe, expect, test } from 'vitest'
import { DiskTileStore } from '../../packages/platform/src/adapters/disk-tile-store.ts'
import { diskKeyFiles } from '../../packages/platform/src/adapters/key-file.ts'
import { startPostgres } from '../../packages/platform/src/adapters/postgres.fixture.ts'
import { PostgresSharedLog } from '../../packages/platform/src/adapters/postgres-shared-log.ts'
import {
  openServerLedger,
  type ServerLedgerPlace,
} from '../../packages/platform/src/adapters/server-ledger.ts'
import { openLedgerKey } from '../../packages/platform/src/keys/index.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import { fsck } from '../../packages/platform/src/ledger/index.ts'
import {
  type MessageFate,
  startCuttingProxy,
} from '../../packages/platform/src/adapters/cutting-proxy.fixture.ts'

const kills = allFaults ? 60 : 2
/** For a server to notice that a process is gone: long, because machines are busy. */
const waitMs = 60_000
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
    const shared = await openServerLedger(place, key, { writers: 'several', waitMs })
    await shared.close()
    const ledger = await openServerLedger(place, key, { writers: 'one', waitMs })
    const found: string[] = []
    for await (const { entry } of ledger.read(0, Number.MAX_SAFE_INTEGER)) found.push(textOf(entry))
    await ledger.close()
    expect(new Set(found).size).toBe(found.length)
    const told = names.flatMap(linesOf)
    expect(told.length).toBeGreaterThanOrEqual(names.length)
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

/** Opens a ledger through a proxy and appends to it, as far as it comes; gives what was acknowledged, and how many messages there were. */
async function liveThrough(
  { at, fate, writers }: { at: number; fate: MessageFate; writers: 'one' | 'several' },
  place: ServerLedgerPlace,
  key: Awaited<ReturnType<typeof openLedgerKey>>,
) {
  const proxy = await startCuttingProxy(server?.port ?? 0, (n) => (n === at ? fate : 'passes'))
  const throughProxy = new URL(place.databaseUrl)
  throughProxy.port = String(proxy.port)
  const told = new Map<number, string>()
  const live = async () => {
    const opened = { ...place, databaseUrl: throughProxy.href }
    const ledger = await openServerLedger(opened, key, { writers })
    const say = async (text: string) => {
      told.set(await ledger.append(utf8(text)), text)
    }
    try {
      for (const wave of [1, 2])
        await Promise.allSettled([1, 2, 3].map((n) => say(`wave ${wave} entry ${n}`)))
    } finally {
      await ledger.close()
    }
  }
  const ended = await live().then(
    () => 'in good order',
    (error: unknown) => String(error),
  )
  proxy.stop()
  return { told, ended, messages: proxy.messages() }
}

describe.skipIf(server === null)('a connection that is cut', () => {
  /** A sample of the messages, of which a server alone sends fewer. */
  const steps = allFaults ? { one: 1, several: 1 } : { one: 6, several: 17 }
  for (const [offset, writers] of (['one', 'several'] as const).entries())
    for (const fate of ['is cut before', 'is cut after'] as const)
      test(`when a message of a server (${writers}) ${fate} loses nothing`, async () => {
        let harmed = 0
        for (let at = offset; ; at += steps[writers]) {
          const place = { databaseUrl: url, files: { folder: mkdtempSync(join(root, 'cut-')) } }
          const origin = `cut.example/${writers}-${fate.replaceAll(' ', '-')}-${at}`
          const key = await openLedgerKey(diskKeyFiles, `${place.files.folder}-keys`, origin)
          const { told, ended, messages } = await liveThrough({ at, fate, writers }, place, key)
          expect(ended).toMatch(/^in good order$|storage-failed|PostgreSQL/)
          if (messages <= at) break
          harmed++
          const ledger = await openServerLedger(place, key, { writers, waitMs })
          const found: string[] = []
          for await (const { entry } of ledger.read(0, Number.MAX_SAFE_INTEGER))
            found.push(textOf(entry))
          for (const [index, text] of told) expect(found[index], `message ${at}`).toBe(text)
          expect(await ledger.append(utf8('after'))).toBe(found.length)
          await ledger.close()
          const tiles = new DiskTileStore(place.files.folder)
          const { findings, size } = await fsck({ tiles, trust: null })
          expect({ findings, size }, `message ${at}`).toEqual({
            findings: [],
            size: found.length + 1,
          })
        }
        expect(harmed).toBeGreaterThan(1)
      })
})

test.skipIf(server === null || !allFaults)(
  'a writer that stops in the middle of a commit holds the others up for a while only',
  async () => {
    const name = 'stop.example/log'
    const [sleeper, other] = [
      await PostgresSharedLog.open(url, name, 0),
      await PostgresSharedLog.open(url, name, 0),
    ]
    const awake = Promise.withResolvers<null>()
    const begun = Promise.withResolvers<void>()
    const late = sleeper.commit(0, async () => {
      begun.resolve()
      await awake.promise
      return { batch: null, note: () => Promise.resolve('late') }
    })
    const outcome = late.then(
      () => 'made',
      (error: unknown) => String(error),
    )
    await begun.promise
    await other.commit(0, () =>
      Promise.resolve({ batch: null, note: () => Promise.resolve('first') }),
    )
    awake.resolve(null)
    expect(await outcome).toContain('PostgreSQL')
    await other.commit(0, ({ note }) => {
      expect(note).toBe('first')
      return Promise.resolve(null)
    })
    await Promise.all([sleeper.release(), other.release()])
  },
)
