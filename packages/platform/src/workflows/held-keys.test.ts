// Models, statements, ledger and log of decisions signed by keys that a provider holds: here a stand-in for a transit engine, which is
// cut off in the middle.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNote, parseWitnessKey } from '@proofhouse/evidence'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { diskKeyFiles } from '../adapters/key-file.ts'
import { startVaultStandIn } from '../adapters/vault-stand-in.fixture.ts'
import { composeServices } from '../compose.ts'
import { keyEvents, rotateKeys, signPath, signReceipt, verifyPath } from './index.ts'
import { type ReadyWitness, runWitness } from './run-witness.ts'

const folder = mkdtempSync(join(tmpdir(), 'held-'))
const at = (name: string) => join(folder, name)
let ids = 0
const services = composeServices({ now: () => new Date(), newId: () => `event-${ids++}` })
let server: Awaited<ReturnType<typeof startVaultStandIn>>
const placeOf = (name: string, more = '') =>
  `vault:${name}?address=${server.address}&token-file=${at('token')}${more}`

beforeAll(async () => {
  server = await startVaultStandIn()
  writeFileSync(at('token'), `${server.mood.token}\n`, { mode: 0o600 })
  writeFileSync(at('model.bin'), 'weights')
  for (const type of ['ecdsa-p384', 'ed25519'])
    await fetch(`${server.address}/v1/transit/keys/${type}`, {
      method: 'POST',
      headers: { 'x-vault-token': server.mood.token },
      body: JSON.stringify({ type }),
    })
})
afterAll(() => {
  server.stop()
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  Object.assign(server.mood, { sealed: false, signsWrongly: false })
})

const sign = (keyPath: string, passphrasePath: string | null = null) =>
  signPath(services, {
    path: at('model.bin'),
    signaturePath: at('model.sig'),
    by: { kind: 'key', keyPath, passphrasePath, certificates: null },
    cut: { ignorePaths: [], followLinks: false, shardSizeBytes: null, digestsPath: null },
  })

test('a model is signed by a held key, and its public key verifies it', async () => {
  expect((await sign(placeOf('ecdsa-p384'))).keyId).toMatch(/^[0-9a-f]{64}$/)
  const told = await fetch(`${server.address}/v1/transit/keys/ecdsa-p384`, {
    headers: { 'x-vault-token': server.mood.token },
  })
  const answer: unknown = await told.json()
  const [, pem = ''] = /"public_key":"([^"]+)"/.exec(JSON.stringify(answer)) ?? []
  writeFileSync(at('model.pub'), pem.replaceAll('\\n', '\n'))
  const verified = await verifyPath(services, {
    path: at('model.bin'),
    signaturePath: at('model.sig'),
    trust: { kind: 'key', path: at('model.pub') },
    policy: { unsignedFiles: 'refuse', links: 'refuse', ignorePaths: [], uncovered: 'report' },
  })
  expect(verified).toMatchObject({ verified: true })
})

test.each([
  ['key-provider-unavailable', { sealed: true }],
  ['key-provider-refused', { signsWrongly: true }],
])('%s writes nothing, and an earlier signature stays', async (code, mood) => {
  rmSync(at('model.sig'), { force: true })
  Object.assign(server.mood, mood)
  await expect(sign(placeOf('ecdsa-p384'))).rejects.toMatchObject({ code })
  expect(existsSync(at('model.sig'))).toBe(false)
  Object.assign(server.mood, { sealed: false, signsWrongly: false })
  await sign(placeOf('ecdsa-p384'))
  const before = readFileSync(at('model.sig'))
  Object.assign(server.mood, mood)
  await expect(sign(placeOf('ecdsa-p384'))).rejects.toMatchObject({ code })
  expect(readFileSync(at('model.sig'))).toEqual(before)
})

test('a key for notes signs no model, and no passphrase goes with a held key', async () => {
  await expect(sign(placeOf('ed25519'))).rejects.toMatchObject({ code: 'key-unsupported' })
  await expect(sign(placeOf('ecdsa-p384'), at('token'))).rejects.toMatchObject({
    code: 'usage-invalid',
  })
})

/** A workspace whose statements and ledger a held key signs. */
function workspaceOf(name: string): string {
  const workspace = at(name)
  mkdirSync(join(workspace, 'keys'), { recursive: true })
  const settings = [
    'provider: file',
    `signing_key: ${placeOf('ecdsa-p384')}`,
    `ledger_key: ${placeOf('ed25519', '&version=1')}`,
  ]
  writeFileSync(join(workspace, 'keys/provider.yaml'), `${settings.join('\n')}\n`)
  return workspace
}

test('a workspace signs its statements and its ledger with held keys, and has none in files', async () => {
  const workspace = workspaceOf('w')
  const request = { workspace, tenant: 'local' }
  await rotateKeys(services, { ...request, root: false, reason: 'requested' })
  expect(existsSync(join(workspace, 'keys/signing.key'))).toBe(false)
  expect(existsSync(join(workspace, 'keys/ledger.key'))).toBe(false)
  expect(readFileSync(join(workspace, 'keys/signing.pub'), 'utf8')).toContain('PUBLIC KEY')
  const events = await keyEvents(services, request)
  expect(events.map(({ event }) => event)).toEqual(['created', 'created'])
  // A receipt in COSE is signed by the same key, whether it is named or found.
  const ledger = { folder: join(workspace, 'ledger'), index: 0, trustPath: null }
  for (const keyPath of [null, placeOf('ed25519')])
    expect((await signReceipt(services, { ...ledger, keyPath })).length).toBeGreaterThan(100)
  const other = signReceipt(services, { ...ledger, keyPath: placeOf('ed25519', '&version=2') })
  await expect(other).rejects.toMatchObject({ code: 'key-missing' })
  // Cut off: nothing is changed, and what was there is there.
  server.mood.sealed = true
  await expect(
    rotateKeys(services, { ...request, root: false, reason: 'requested' }),
  ).rejects.toMatchObject({ code: 'key-provider-unavailable' })
  server.mood.sealed = false
  expect(await keyEvents(services, request)).toEqual(events)
})

test('the provider going away between two appends fails the second, and loses neither', async () => {
  const workspace = await services.openWorkspace(workspaceOf('cut'))
  await workspace.ledger.append(Uint8Array.from(Buffer.from('one')))
  server.mood.sealed = true
  await expect(workspace.ledger.append(Uint8Array.from(Buffer.from('two')))).rejects.toMatchObject({
    code: 'key-provider-unavailable',
  })
  await workspace.close()
  server.mood.sealed = false
  const again = await services.openWorkspace(workspaceOf('cut'))
  expect(await again.ledger.append(Uint8Array.from(Buffer.from('three')))).toBe(1)
  await again.close()
})

test('a log keeps the key it began with', async () => {
  const workspace = at('began')
  await (await services.openWorkspace(workspace)).close()
  workspaceOf('began')
  await expect(services.openWorkspace(workspace)).rejects.toMatchObject({ code: 'config-invalid' })
  expect(await diskKeyFiles.readPrivate(join(workspace, 'keys/ledger.key'))).not.toBeNull()
})

test('a witness cosigns with a held key, signs nothing while that is away, and goes on afterwards', async () => {
  const workspace = await services.openWorkspace(at('witnessed'))
  writeFileSync(at('logs'), `log ${workspace.verifierKey}\n`)
  const stop = new AbortController()
  const ready = Promise.withResolvers<ReadyWitness>()
  const request = {
    listen: '127.0.0.1:0',
    beyondThisMachine: false,
    logsPath: at('logs'),
    stateFolder: at('state'),
    signal: stop.signal,
  }
  const key = { keyPath: placeOf('ed25519', '&version=1'), name: 'witness.example/held' }
  const running = runWitness(services, { ...request, ...key }, ready.resolve)
  const { url, verifierKey, name } = await ready.promise
  expect([name, verifierKey.split('+')[0]]).toEqual([key.name, key.name])
  const ask = async (index: number) => {
    await workspace.ledger.append(Uint8Array.from(Buffer.from(`entry ${index}`)))
    const { note } = await workspace.ledger.checkpoint()
    return fetch(`${url}/add-checkpoint`, { method: 'POST', body: `old 0\n\n${note}` })
  }
  server.mood.sealed = true
  expect((await ask(0)).status).toBe(503)
  server.mood.sealed = false
  const answer = await ask(1)
  const told = await answer.text()
  expect([answer.status, told.startsWith(`\u2014 ${key.name} `)]).toEqual([200, true])
  const { note } = await workspace.ledger.checkpoint()
  const opened = await openNote(`${note}${told}`, [parseWitnessKey(verifierKey)])
  expect(opened.verified).toHaveLength(1)
  stop.abort()
  await running
  await workspace.close()
  for (const other of [
    { ...key, name: null },
    { ...key, keyPath: placeOf('ed25519') },
  ])
    await expect(
      runWitness(services, { ...request, ...other }, () => undefined),
    ).rejects.toMatchObject({ code: 'usage-invalid' })
})
