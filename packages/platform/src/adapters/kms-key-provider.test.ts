// The shape of the interface of AWS KMS, against a stand-in on this machine that checks every
// signature. AWS itself is not asked.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type KeyEvent, keyEvent } from '@proofhouse/evidence'
import { type KeyBinding, openKeyring } from '../keys/index.ts'
import { keyProviderContract } from './key-provider-contract.fixture.ts'
import { kmsKeyProvider } from './kms-key-provider.ts'
import { standInCredentials, startKmsStandIn } from './kms-stand-in.fixture.ts'
import { MemoryKeyStore } from './memory-key-store.ts'

const binding: KeyBinding = { tenant: 'acme', kind: 'tenant', id: 'kek', version: 1 }
const secret = new Uint8Array(32).fill(7)

describe('AWS KMS (API shape)', () => {
  let server: Awaited<ReturnType<typeof startKmsStandIn>>
  let names = 0
  const open = (given: { secretAccessKey?: string; endpoint?: string } = {}) =>
    kmsKeyProvider({
      region: 'eu-central-1',
      endpoint: given.endpoint ?? server.endpoint,
      credentials: {
        ...standInCredentials,
        ...(given.secretAccessKey === undefined ? {} : { secretAccessKey: given.secretAccessKey }),
      },
      attemptsMax: 1,
    })

  beforeAll(async () => {
    server = await startKmsStandIn()
  })
  afterAll(() => server.stop())
  afterEach(() => {
    Object.assign(server.mood, { state: 'Enabled', fails: null, status: 500 })
  })

  test.each(keyProviderContract)('$promise', async ({ holds }) => {
    await holds({ provider: open(), name: `root${names++}` })
    expect(server.asked.every(({ signed }) => signed)).toBe(true)
  })

  test('says by name what a key is bound to', async () => {
    await open().create('bound')
    await open().wrap('bound', secret, { ...binding, version: 12 })
    expect(server.asked.at(-1)?.body.EncryptionContext).toEqual({
      proofhouse: 'key-wrapping/v1',
      tenant: 'acme',
      kind: 'tenant',
      id: 'kek',
      version: '12',
    })
  })

  test('two that create a key at once agree on one, and the other is deleted', async () => {
    await Promise.all([open().create('once'), open().create('once')])
    const { bytes } = await open().wrap('once', secret, binding)
    expect(await open().unwrap('once', bytes, binding)).toEqual(secret)
    const made = server.asked.filter(({ body }) => body.AliasName === 'alias/once').length
    const deleted = server.asked.filter(({ action }) => action === 'ScheduleKeyDeletion').length
    expect(deleted).toBe(made - 1)
  })

  test('a rotation of the root key is logged, though it has no numbers', async () => {
    const events: KeyEvent[] = []
    const keyring = openKeyring({
      provider: open(),
      rootName: 'numberless',
      store: new MemoryKeyStore(),
      record: async (event) => {
        events.push(event)
      },
      now: () => new Date('2026-01-01T00:00:00Z'),
      newId: () => `id-${events.length}`,
      monotonicMs: () => 0,
    })
    await keyring.tenants.create('acme', 'requested')
    await open().rotate('numberless')
    await keyring.tenants.rewrapUnderRoot('acme', 'scheduled', true)
    await keyring.tenants.rewrapUnderRoot('acme', 'scheduled')
    keyring.close()
    expect(events.map(({ event, kind }) => `${event} ${kind}`)).toEqual([
      'created root',
      'created tenant',
      'rotated root',
      'rewrapped root',
      'rewrapped root',
    ])
    // What is written down must be readable.
    for (const event of events) expect(keyEvent.shape(event, 'event', 'write')).toEqual(event)
  })

  test.each([
    ['ThrottlingException', 400, 'key-provider-unavailable'],
    ['KMSInternalException', 500, 'key-provider-unavailable'],
    ['DependencyTimeoutException', 503, 'key-provider-unavailable'],
    ['AccessDeniedException', 400, 'key-provider-refused'],
    ['DisabledException', 400, 'key-provider-refused'],
    ['KMSInvalidStateException', 400, 'key-provider-refused'],
  ])('%s is %s', async (fails, status, code) => {
    await open().create('moody')
    const { bytes } = await open().wrap('moody', secret, binding)
    Object.assign(server.mood, { fails, status })
    await expect(open().wrap('moody', secret, binding)).rejects.toMatchObject({ code })
    await expect(open().unwrap('moody', bytes, binding)).rejects.toMatchObject({ code })
    await expect(open().find('moody')).rejects.toMatchObject({ code })
  })

  test('a key that is to be deleted is refused', async () => {
    await open().create('ending')
    server.mood.state = 'PendingDeletion'
    await expect(open().find('ending')).rejects.toMatchObject({ code: 'key-provider-refused' })
  })

  test('a wrong secret is refused, and no message repeats it', async () => {
    const refused = open({ secretAccessKey: 'a wrong donkey' }).wrap('bound', secret, binding)
    await expect(refused).rejects.toMatchObject({ code: 'key-provider-refused' })
    await expect(refused).rejects.not.toThrow('donkey')
  })

  test('a service that is gone is unavailable', async () => {
    const gone = open({ endpoint: 'http://127.0.0.1:1' }).find('bound')
    await expect(gone).rejects.toMatchObject({ code: 'key-provider-unavailable' })
  })
})
