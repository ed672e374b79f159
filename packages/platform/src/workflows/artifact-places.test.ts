// Keys in the records of artifacts, as the commands on a workspace's keys see them: counted, wrapped anew with the others, and in the way of
// a minimum for as long as one is under an older version.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { tenantKeyWrapper } from '../artifacts/store/tenant-key-wrapper.ts'
import { ArtifactStore } from '../artifacts/store/index.ts'
import { composeServices } from '../compose.ts'
import { keyEvents, listKeys, rewrapWorkspaceKeys, rotateKeys } from './index.ts'
import { withKeyring } from './open-keyring.ts'

const base = mkdtempSync(join(tmpdir(), 'artifact-places-'))
afterAll(() => rmSync(base, { recursive: true }))

/** A workspace whose clock is set by hand. */
function newWorkspace(name: string, settings = '') {
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') }
  let ids = 0
  const services = composeServices({ now: () => new Date(clock.ms), newId: () => `id-${ids++}` })
  const workspace = join(base, name)
  mkdirSync(join(workspace, 'keys'), { recursive: true })
  writeFileSync(join(workspace, 'keys/provider.yaml'), `provider: file\n${settings}`)
  const request = { workspace, tenant: 'local', reason: 'scheduled' as const }
  return {
    clock,
    workspace,
    services,
    request,
    rotate: () => rotateKeys(services, { ...request, root: false }),
    rewrap: (raiseMinimum: boolean, signal = new AbortController().signal) =>
      rewrapWorkspaceKeys(services, {
        ...request,
        keysPerSecondMax: 1e9,
        raiseMinimum,
        destroyOlder: raiseMinimum,
        signal,
      }),
    /** Does something with the artifacts in a folder. */
    within: <T>(folder: string, work: (store: ArtifactStore) => Promise<T>) =>
      withKeyring(services, workspace, async ({ keyring }) => {
        mkdirSync(folder, { recursive: true })
        const blobs = await services.openArtifactBlobs(folder)
        const keys = tenantKeyWrapper(keyring)
        return work(new ArtifactStore({ tenant: 'local', blobs, keys, nowMs: () => clock.ms }))
      }),
  }
}

async function* only(text: string) {
  yield utf8(text)
}
const textIn = async (source: AsyncIterable<Uint8Array>) =>
  Buffer.concat(await Array.fromAsync(source)).toString()

test('artifacts are counted, wrapped anew, and readable after older versions were destroyed', async () => {
  const at = newWorkspace('all', 'artifact_stores: [../elsewhere]\n')
  const folders = [join(at.workspace, 'artifacts'), join(at.workspace, 'elsewhere')]
  mkdirSync(folders[1] ?? '')
  const digests: string[] = []
  for (const folder of folders)
    for (const text of ['one', `two in ${folder}`])
      digests.push((await at.within(folder, (store) => store.put(only(text)))).digest)
  await at.rotate()
  const { request, services } = at
  expect((await listKeys(services, request)).keys).toEqual({
    artifact: { count: 4, destroyed: 0, older: 4 },
  })
  at.clock.ms += 3_600_000
  // Whoever puts one meanwhile puts it under the newest.
  await at.within(folders[0] ?? '', (store) => store.put(only('three')))
  expect(await at.rewrap(true)).toEqual({
    tenant: 'local',
    version: 2,
    keys: { artifact: 5 },
    failed: [],
    done: true,
    minimum: 2,
    destroyed: 1,
  })
  expect((await listKeys(services, request)).keys).toEqual({
    artifact: { count: 5, destroyed: 0, older: 0 },
  })
  const [one = '', , , last = ''] = digests
  for (const folder of folders)
    expect(await at.within(folder, (store) => textIn(store.read(one)))).toBe('one')
  const read = at.within(folders[1] ?? '', (store) => textIn(store.read(last)))
  expect(await read).toBe(`two in ${folders[1]}`)
  expect((await keyEvents(services, request)).map(({ event, keys }) => [event, keys])).toEqual([
    ['created', null],
    ['created', null],
    ['rotated', null],
    ['rewrapped', { artifact: 5 }],
    ['minimum-raised', null],
    ['destroyed', null],
  ])
})

test('what is interrupted goes on, and the minimum waits for it', async () => {
  const at = newWorkspace('interrupted')
  const folder = join(at.workspace, 'artifacts')
  await at.within(folder, async (store) => {
    for (let n = 0; n < 5; n++) await store.put(only(`artifact ${n}`))
  })
  await at.rotate()
  at.clock.ms += 3_600_000
  const stop = new AbortController()
  stop.abort()
  expect(await at.rewrap(true, stop.signal)).toMatchObject({ done: false, minimum: 1 })
  expect((await listKeys(at.services, at.request)).keys['artifact']).toMatchObject({ older: 5 })
  expect(await at.rewrap(true)).toMatchObject({ done: true, keys: { artifact: 5 }, minimum: 2 })
})

test('a record that cannot be read keeps the minimum down, and is named', async () => {
  const at = newWorkspace('broken')
  const folder = join(at.workspace, 'artifacts')
  const { digest } = await at.within(folder, (store) => store.put(only('whole')))
  const broken = await at.within(folder, (store) => store.put(only('broken')))
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const record = names.find((name) => name.endsWith(broken.digest)) ?? ''
  writeFileSync(join(folder, record), '{}')
  await at.rotate()
  at.clock.ms += 3_600_000
  const done = await at.rewrap(false)
  expect(done.keys).toEqual({ artifact: 1 })
  expect(done.failed).toEqual([`local/artifact/${broken.digest} in \`${folder}\``])
  await expect(at.rewrap(true)).rejects.toMatchObject({ code: 'key-conflict' })
  await expect(at.rewrap(true)).rejects.toThrow(broken.digest)
  await at.within(folder, (store) => store.remove(broken.digest))
  expect(await at.rewrap(true)).toMatchObject({ minimum: 2, destroyed: 1 })
  expect(await at.within(folder, (store) => textIn(store.read(digest)))).toBe('whole')
})

test('a store that is named and not there stops everything', async () => {
  const at = newWorkspace('gone', 'artifact_stores: [../unmounted]\n')
  await at.rotate()
  for (const ask of [() => at.rewrap(false), () => listKeys(at.services, at.request)]) {
    const asked = ask()
    await expect(asked).rejects.toMatchObject({ code: 'config-invalid' })
    await expect(asked).rejects.toThrow('where no folder is')
  }
})

test.each(['s3://bucket', 's3://b/x?region=r', 's3://bucket/x?region=r&key=donkey'])(
  '%s is no bucket',
  async (name) => {
    const { services } = newWorkspace('bucket')
    const opened = services.openArtifactBlobs(name)
    await expect(opened).rejects.toMatchObject({ code: 'config-invalid' })
    await expect(opened).rejects.not.toThrow('donkey')
  },
)
