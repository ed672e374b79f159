// A store of keys that was restored from a backup, against a ledger that was not.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { composeServices } from '../compose.ts'
import { checkDecisions } from './check-decisions.ts'
import { declareDeployment } from './declare-deployment.ts'
import { endEpoch, eraseDecisions } from './erase-decisions.ts'
import { compareKeyEvents, rewrapWorkspaceKeys, rotateKeys } from './index.ts'
import { withKeyring } from './open-keyring.ts'
import { recordDecisions } from './record-decisions.ts'

const base = mkdtempSync(join(tmpdir(), 'compare-keys-'))
afterAll(() => rmSync(base, { recursive: true }))

test('what a restored store has forgotten is told, and that of today has forgotten nothing', async () => {
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') }
  let ids = 0
  const services = composeServices({ now: () => new Date(clock.ms), newId: () => `id-${ids++}` })
  const workspace = join(base, 'work')
  const request = { workspace, tenant: 'local', reason: 'requested' } as const
  const epoch = (id: string) => ({ tenant: 'local', kind: 'epoch', id }) as const
  const forgotten = async () => (await compareKeyEvents(services, request)).forgotten
  const withKeys = (work: Parameters<typeof withKeyring<void>>[2]) =>
    withKeyring(services, workspace, work)
  const [now, then] = [join(workspace, 'keys/wrapped'), join(base, 'backup')]

  await rotateKeys(services, { ...request, root: false })
  await withKeys(async ({ keyring }) => {
    for (const id of ['e1', 'e2']) await keyring.keys.ensure(epoch(id))
  })
  cpSync(now, then, { recursive: true })
  await withKeys(async ({ keyring }) => {
    await keyring.keys.destroy(epoch('e1'), { reason: 'erasure' })
    // Destroyed, and begun anew under the same name.
    await keyring.keys.destroy(epoch('e2'), { reason: 'erasure' })
    await keyring.keys.rotate(epoch('e2'), 'requested')
    await keyring.keys.ensure(epoch('e3'))
  })
  await rotateKeys(services, { ...request, root: false })
  clock.ms += 3_600_000
  const rewrap = () =>
    rewrapWorkspaceKeys(services, {
      ...request,
      keysPerSecondMax: 1e9,
      raiseMinimum: true,
      destroyOlder: true,
      signal: new AbortController().signal,
    })
  expect(await rewrap()).toMatchObject({ minimum: 2, destroyed: 1 })
  expect(await forgotten()).toEqual([])

  rmSync(now, { recursive: true })
  cpSync(then, now, { recursive: true })
  expect(await forgotten()).toEqual([
    '`local/tenant/kek` has version 1, and the ledger tells of 2',
    '`local/tenant/kek` accepts versions from 1, and the ledger says 2',
    '`local/tenant/kek` version 1 was destroyed, and is back',
    '`local/epoch/e1` version 1 was destroyed, and is back',
    '`local/epoch/e2` has version 1, and the ledger tells of 2',
    '`local/epoch/e2` version 1 was destroyed, and is back',
    'the store does not know `local/epoch/e3`, which the ledger tells of',
  ])
})

test('the steps of a restore leave no key of then, and everything that was not erased', async () => {
  const clock = { ms: Date.parse('2026-02-01T00:00:00Z') }
  let ids = 0
  const services = composeServices({ now: () => new Date(clock.ms), newId: () => `r-${ids++}` })
  const folder = join(base, 'drill')
  const request = { workspace: folder, tenant: 'local', reason: 'requested' } as const
  const [declared, file] = [join(base, 'pumps.json'), join(base, 'd.jsonl')]
  const kinds = { input: { a: { type: 'number' } }, output: { b: { type: 'number' } } }
  writeFileSync(declared, JSON.stringify({ id: 'd', model: 'ab'.repeat(32), ...kinds }))
  await declareDeployment({ file: declared, folder }, services)
  const decisions = ['p', 'q'].map((subject, sequence) => ({
    id: subject,
    source: 's',
    sequence,
    time: '2026-01-31T12:00:00Z',
    deployment: 'd',
    subject,
    input: { a: 1 },
    output: { b: 2 },
  }))
  writeFileSync(file, decisions.map((each) => `${JSON.stringify(each)}\n`).join(''))
  await recordDecisions({ file, folder }, services)
  const forgotten = async () => (await compareKeyEvents(services, request)).forgotten
  const restored = ['decisions', 'keys']
  for (const name of restored)
    cpSync(join(folder, name), join(base, 'then', name), { recursive: true })
  const retire = async () => {
    await rotateKeys(services, { ...request, root: false })
    clock.ms += 3_600_000
    return rewrapWorkspaceKeys(services, {
      ...request,
      keysPerSecondMax: 1e9,
      raiseMinimum: true,
      destroyOlder: true,
      signal: new AbortController().signal,
    })
  }
  await eraseDecisions({ folder, what: { subject: 'p' }, reason: 'request' }, services)
  await endEpoch({ folder }, services)
  await retire()
  expect(await forgotten()).toEqual([])

  for (const name of restored) {
    rmSync(join(folder, name), { recursive: true })
    cpSync(join(base, 'then', name), join(folder, name), { recursive: true })
  }
  expect((await forgotten()).join('\n')).toContain('was destroyed, and is back')
  await endEpoch({ folder }, services)
  expect(await retire()).toMatchObject({ done: true, failed: [], minimum: 2 })
  expect(await forgotten()).toEqual([])
  const { entries, opened, findings } = await checkDecisions({ folder }, services)
  expect([entries, opened, findings]).toEqual([2, 1, []])
})
