// The shape of the interface of a transit engine, against a stand-in on this machine. A real Vault
// is asked in the conformance run.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { KeyBinding } from '../keys/index.ts'
import { keyProviderContract } from './key-provider-contract.fixture.ts'
import { vaultKeyProvider } from './vault-key-provider.ts'
import { startVaultStandIn } from './vault-stand-in.fixture.ts'

const binding: KeyBinding = { tenant: 'acme', kind: 'tenant', id: 'kek', version: 1 }
const secret = new Uint8Array(32).fill(7)

describe('a transit engine (API shape)', () => {
  let server: Awaited<ReturnType<typeof startVaultStandIn>>
  let names = 0
  const open = (given: { token?: string; address?: string; timeoutMs?: number } = {}) =>
    vaultKeyProvider({
      address: given.address ?? server.address,
      mount: 'transit',
      token: async () => given.token ?? 'the token',
      timeoutMs: given.timeoutMs ?? 5_000,
    })
  const newKey = async () => {
    const name = `root${names++}`
    await open().create(name)
    return name
  }

  beforeAll(async () => {
    server = await startVaultStandIn()
  })
  afterAll(() => server.stop())
  afterEach(() => {
    Object.assign(server.mood, { sealed: false, ignoresAssociatedData: false, silent: false })
  })

  test.each(keyProviderContract)('$promise', async ({ holds }) => {
    await holds({ provider: open(), name: `root${names++}` })
  })

  test('never asks for a re-wrap, nor for a key that is to be created by the way', async () => {
    await expect(open().wrap('nobody', secret, binding)).rejects.toMatchObject({
      code: 'key-missing',
    })
    expect(server.asked.filter((each) => /rewrap|encrypt\/nobody/.test(each))).toEqual([])
  })

  test('a server that is sealed, silent or gone is unavailable', async () => {
    const name = await newKey()
    server.mood.sealed = true
    const sealed = open().wrap(name, secret, binding)
    await expect(sealed).rejects.toMatchObject({ code: 'key-provider-unavailable' })
    await expect(sealed).rejects.toThrow('it is sealed')
    Object.assign(server.mood, { sealed: false, silent: true })
    const silent = open({ timeoutMs: 50 }).wrap(name, secret, binding)
    await expect(silent).rejects.toMatchObject({ code: 'key-provider-unavailable' })
    const gone = open({ address: 'http://127.0.0.1:1' }).wrap(name, secret, binding)
    await expect(gone).rejects.toMatchObject({ code: 'key-provider-unavailable' })
  })

  test('a wrong token is refused, and no message repeats it', async () => {
    const name = await newKey()
    const refused = open({ token: 'a wrong donkey' }).wrap(name, secret, binding)
    await expect(refused).rejects.toMatchObject({ code: 'key-provider-refused' })
    await expect(refused).rejects.toThrow('check the token')
    await expect(refused).rejects.not.toThrow('donkey')
  })

  test('a server that ignores associated data is refused before it wraps a key', async () => {
    const name = await newKey()
    server.mood.ignoresAssociatedData = true
    const refused = open().wrap(name, secret, binding)
    await expect(refused).rejects.toMatchObject({ code: 'key-provider-refused' })
    await expect(refused).rejects.toThrow('ignores associated data')
  })

  test.each(['http://vault.example.org', 'ftp://x', 'https://user:pass@vault.example.org'])(
    'nothing is sent to %s',
    (address) => {
      expect(() => open({ address })).toThrow(expect.objectContaining({ code: 'usage-invalid' }))
    },
  )

  test.each(['', '../sys', 'a//b', 'transit/'])('`%s` is no mount', (mount) => {
    const options = { address: server.address, mount, token: async () => '' }
    expect(() => vaultKeyProvider(options)).toThrow('is no mount')
  })
})
