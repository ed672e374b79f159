// Whether the walls stand, each by a program that tries to get past it: Node's permissions alone, then the kernel's walls with
// every permission of Node's granted, as they are to native code that has gone wrong.

import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseJson } from '@proofhouse/evidence'
import { afterAll, describe, expect, test } from 'vitest'
import { type ConfinedStart, type Isolation, spawnConfined } from './confined-process.ts'

const entry = fileURLToPath(new URL('confined-probe.fixture.ts', import.meta.url))
const manifest = fileURLToPath(new URL('../../package.json', import.meta.url))
const isLinux = process.platform === 'linux'
const folder = mkdtempSync(join(tmpdir(), 'confined-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Node lets it do anything: what then holds is the kernel. */
const everything = {
  flags: ['--allow-fs-write=*', '--allow-child-process', '--allow-worker', '--allow-net'],
  mayRead: ['*'],
}

/** What came of the attempts, and how the process ended. */
function attempt(
  isolation: Isolation,
  args: readonly string[],
  changes: Partial<ConfinedStart> = {},
): Promise<{ readonly answers: Record<string, unknown> | null; readonly end: string }> {
  const child = spawnConfined(isolation, {
    entry,
    args,
    needs: [entry, manifest],
    mayRead: [],
    addressSpaceBytes: 2 ** 32,
    cpuSeconds: 20,
    ...changes,
    flags: ['--disable-wasm-trap-handler', '--wasm-max-mem-pages=1024', ...(changes.flags ?? [])],
  })
  return new Promise((resolve) => {
    let answers: Record<string, unknown> | null = null
    child.on('message', (message: Record<string, unknown>) => {
      answers = message
    })
    child.on('exit', (code, signal) => {
      resolve({ answers, end: signal ?? `exit code ${code}` })
    })
  })
}

const granted = async (isolation: Isolation) =>
  isLinux && (await attempt(isolation, ['pid'])).answers !== null
const hasView = await granted('view')
const hasNamespaces = await granted('namespaces')

/** Gives the port of a server of ours that anybody on this machine can reach. */
async function withServer<Answer>(use: (port: number) => Promise<Answer>): Promise<Answer> {
  const server = createServer((socket) => socket.end())
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  try {
    return await use(typeof address === 'object' ? (address?.port ?? 0) : 0)
  } finally {
    server.close()
  }
}

test('Node’s permissions keep it from files, children, threads and the network', async () => {
  await withServer(async (port) => {
    const tries = [
      'environment',
      `read=${fileURLToPath(import.meta.url)}`,
      `write=${join(folder, 'a')}`,
      'spawn=/bin/true',
      'worker',
      `connect=${port}`,
    ]
    const { answers } = await attempt('none', tries)
    const denied = 'ERR_ACCESS_DENIED'
    expect(answers).toEqual({
      environment: expect.not.arrayContaining(['HOME', 'PATH', 'USER']) as unknown,
      read: denied,
      write: denied,
      spawn: denied,
      worker: denied,
      connect: denied,
    })
  })
})

test.skipIf(!isLinux)('what was open where it was started is not open in it', () => {
  const secret = openSync(manifest, 'r')
  const nothing = Array.from({ length: 197 }, () => 'ignore' as const)
  const { stdout } = spawnSync(
    process.execPath,
    [
      fileURLToPath(new URL('confined-heir.fixture.ts', import.meta.url)),
      hasView ? 'view' : 'none',
      manifest,
    ],
    { stdio: ['ignore', 'pipe', 'inherit', ...nothing, secret], encoding: 'utf8' },
  )
  closeSync(secret)
  expect(stdout).toBe('{"descriptor":0}')
})

describe.skipIf(!hasView)('where Node allows everything, a view of its own', () => {
  test('has no network, no other process, no privilege, and no file but its own', async () => {
    await withServer(async (port) => {
      const tries = [
        'pid',
        `signal=${process.pid}`,
        'user',
        'interfaces',
        `connect=${port}`,
        'read=/etc/passwd',
        'list=/',
        `write=${join('/', 'a')}`,
        `append=${entry}`,
        'spawn=/usr/bin/unshare',
      ]
      const { answers, end } = await attempt('view', tries, everything)
      expect(answers).toEqual({
        pid: 1,
        signal: 'ESRCH',
        user: 65_534,
        interfaces: [],
        connect: 'ENETUNREACH',
        read: 'ENOENT',
        list: expect.not.arrayContaining(['etc', 'home', 'root', 'bin', 'dev', 'run']) as unknown,
        write: expect.stringMatching(/EROFS|EACCES/) as unknown,
        append: expect.stringMatching(/EROFS|EACCES/) as unknown,
        spawn: 'ENOENT',
      })
      expect(end).toBe('exit code 0')
    })
  })

  test('the same is open without it, so that the test could fail', async () => {
    await withServer(async (port) => {
      const tries = [`signal=${process.pid}`, `connect=${port}`, 'read=/etc/passwd']
      const { answers } = await attempt('none', tries, everything)
      expect(answers).toEqual({
        signal: true,
        connect: 'connected',
        read: readFileSync('/etc/passwd', 'utf8').length,
      })
    })
  })
})

test.skipIf(!hasNamespaces)(
  'namespaces without a view keep it from network and processes',
  async () => {
    await withServer(async (port) => {
      const tries = ['pid', `signal=${process.pid}`, 'user', `connect=${port}`]
      const { answers } = await attempt('namespaces', tries, everything)
      expect(answers).toEqual({ pid: 1, signal: 'ESRCH', user: 65_534, connect: 'ENETUNREACH' })
    })
  },
)

test.skipIf(!hasView).each([
  ['a view of its own', '', ['user', 'mount', 'pid', 'network', 'ipc', 'uts'], 'own_view'],
  ['no mounts', 'mnt', ['user', 'pid', 'network', 'ipc', 'uts'], 'permissions'],
  ['no namespaces', 'user', [], 'permissions'],
])('where the kernel gives %s, that is what is used and told', (_, none, namespaces, files) => {
  // Limits of the kernel that hold in a namespace of the test's own.
  const refuse = none === '' ? 'true' : `echo 0 > /proc/sys/user/max_${none}_namespaces`
  const script = `${refuse} && exec "$@"`
  const program = fileURLToPath(new URL('confinement-told.fixture.ts', import.meta.url))
  const { stdout } = spawnSync(
    'unshare',
    ['--user', '--map-root-user', '/bin/sh', '-c', script, 'sh', process.execPath, program],
    { encoding: 'utf8' },
  )
  expect(parseJson(new TextEncoder().encode(stdout), 'encoding-invalid')).toMatchObject({
    runtime: 'native',
    namespaces,
    files,
  })
})

describe.skipIf(!isLinux)('limits of the kernel', () => {
  test('no byte is written to any file', async () => {
    const { answers } = await attempt('none', [`write=${join(folder, 'b')}`], everything)
    expect(answers).toEqual({ write: 'EFBIG' })
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('')
  })

  test('memory', async () => {
    const { answers } = await attempt('none', ['allocate=256'])
    expect(answers).toEqual({ allocate: 2 ** 28 })
    const more = await attempt('none', ['allocate=4096'])
    expect(JSON.stringify(more.answers)).toMatch(/allocation failed/)
  })

  test('time on processors', async () => {
    const spinning = attempt(hasView ? 'view' : 'none', ['spin'], { cpuSeconds: 1 })
    // `unshare` cannot end by SIGKILL of its own accord, and says 1.
    const end = expect.stringMatching(/^(SIGKILL|exit code 1)$/) as unknown
    expect(await spinning).toEqual({ answers: null, end })
  })
})
