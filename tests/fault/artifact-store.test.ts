// A process that puts artifacts is killed with SIGKILL at a random instant, several times. After
// each kill every name in the store leads to bytes of its digest, everything acknowledged is there,
// what was under way left no name, and nothing is left in clear.

import { spawn, spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { openDirectoryBlobs } from '../../packages/platform/src/adapters/directory-blobs.ts'
import { ArtifactStore } from '../../packages/platform/src/artifacts/store/index.ts'
import {
  bytesOf,
  sortedOf,
} from '../../packages/platform/src/artifacts/store/artifact-blobs.contract.fixture.ts'
import { FileKeyWrapper } from '../../packages/platform/src/artifacts/store/file-key-wrapper.fixture.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'

const kills = allFaults ? 60 : 3
const lifeMaxMs = 60
const root = mkdtempSync(join(tmpdir(), 'artifact-kill-'))
const folder = join(root, 'store')
const keyFile = join(root, 'kek')
const told = join(root, 'acknowledged')
const program = join(import.meta.dirname, 'put-forever.fixture.ts')
// Most of a short life is spent compiling: all lives share that.
const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'compiled') }

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** Runs the putting process, kills it after a while, and gives the digests it acknowledged. */
async function runAndKill(seed: number): Promise<string[]> {
  rmSync(told, { force: true })
  const said = () => (existsSync(told) ? readFileSync(told, 'utf8') : '')
  const child = spawn(process.execPath, [program, folder, keyFile, told, String(seed)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve()
    })
  })
  // Every third life is counted from the opening, so that the first put is hit; the others from the
  // second acknowledgement.
  const lines = seed % 3 === 0 ? 1 : 3
  while (said().split('\n').length <= lines && child.exitCode === null) await delay(2)
  await delay(Math.random() * lifeMaxMs)
  expect(child.exitCode).toBeNull()
  child.kill('SIGKILL')
  await ended
  // The first line says that it opened; the last may be cut off: what was not said whole was not acknowledged.
  return said().split('\n').slice(1, -1)
}

const filesBelow = (of: string) =>
  globSync('**', { cwd: join(folder, of) })
    .map((name) => join(folder, of, name))
    .filter((path) => statSync(path).isFile())

test(`${kills} kills leave whole artifacts and nothing that opens`, async () => {
  const first = Math.floor(Math.random() * 1_000_000)
  let acknowledgedInAll = 0
  for (let kill = 0; kill < kills; kill++) {
    const acknowledged = await runAndKill(first + kill)
    acknowledgedInAll += acknowledged.length
    for (const path of [...filesBelow('.writing'), ...filesBelow('acme')])
      expect(readFileSync(path).includes('nobody without'), path).toBe(false)
    const blobs = await openDirectoryBlobs(folder, 0)
    expect(filesBelow('.writing')).toEqual([])
    const keys = new FileKeyWrapper(keyFile)
    const store = new ArtifactStore({
      tenant: 'acme',
      blobs,
      keys,
      nowMs: () => Date.now() + 1_000,
    })
    const listed = new Set<string>()
    for await (const digest of store.list()) {
      expect(hash('sha256', await bytesOf(store.read(digest)), 'hex')).toBe(digest)
      listed.add(digest)
    }
    // Every fifth is removed after it was acknowledged; the kill may fall before or after that.
    const kept = acknowledged.filter((_, number) => number % 5 !== 4)
    expect(
      kept.filter((digest) => !listed.has(digest)),
      `seed ${first + kill}`,
    ).toEqual([])
    await store.sweep(0)
    expect(filesBelow('acme/data').length).toBe(listed.size)
    for (const digest of listed) await store.remove(digest)
    expect(filesBelow('acme')).toEqual([])
  }
  expect(acknowledgedInAll).toBeGreaterThan(0)
}, 300_000)

test('a disk that takes no more keeps what was acknowledged, and no part of what was not', async () => {
  const full = join(root, 'full')
  // The system cuts files off at 102,400 bytes: the third artifact of the process is larger.
  const limited = ['-c', 'ulimit -f 200; exec "$0" "$@"', process.execPath, program]
  const { stderr, status } = spawnSync('/bin/sh', [...limited, full, keyFile, told, '1'], {
    encoding: 'utf8',
    env: { ...env, NODE_DISABLE_COMPILE_CACHE: '1' },
  })
  expect(status).toBe(1)
  expect(stderr).toContain('storage-failed')
  const acknowledged = readFileSync(told, 'utf8').split('\n').slice(1, -1)
  expect(acknowledged.length).toBe(2)
  expect(readdirSync(join(full, '.writing'))).toEqual([])
  const blobs = await openDirectoryBlobs(full, 60_000)
  const keys = new FileKeyWrapper(keyFile)
  const store = new ArtifactStore({ tenant: 'acme', blobs, keys, nowMs: Date.now })
  expect(await sortedOf(store.list())).toEqual(acknowledged.toSorted())
  for (const digest of acknowledged)
    expect(hash('sha256', await bytesOf(store.read(digest)), 'hex')).toBe(digest)
  expect((await sortedOf(blobs.list('acme/data'))).length).toBe(2)
})
