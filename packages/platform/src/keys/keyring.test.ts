// The hierarchy over a provider that can be switched off and a store that can fail, with a clock that the test moves.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type Bytes, concatBytes, type KeyEvent, OperatingError } from '@proofhouse/evidence'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { DataKeyAddress } from './data-keys.ts'
import { encodeKeyBinding } from './key-binding.ts'
import { keyWrapper } from './key-wrapper.ts'
import { openKeyring, rotationState } from './keyring.ts'
import type { KeyProvider, KeyRecord, KeyStore, RecordAddress } from './ports.ts'
import { settleMs } from './rewrap.ts'
import { newestOf } from './stored-key.ts'
import { graceMs, heldMs, tenantKeyAddress } from './tenant-keys.ts'

/** A provider in memory: AES-256-GCM under keys that it keeps, and a switch. */
function newProvider() {
  const roots: Bytes[] = []
  const state = { down: false, unwraps: 0 }
  const requireUp = () => {
    if (state.down) throw new OperatingError('key-provider-unavailable', 'the provider is down')
  }
  const told = (name: string) => ({ name, version: roots.length, extractable: false })
  const provider: KeyProvider = {
    kind: 'vault',
    async find(name) {
      requireUp()
      return roots.length === 0 ? null : told(name)
    },
    async create(name) {
      requireUp()
      if (roots.length === 0) roots.push(new Uint8Array(randomBytes(32)))
      return told(name)
    },
    async rotate(name) {
      requireUp()
      roots.push(new Uint8Array(randomBytes(32)))
      return told(name)
    },
    async wrap(_, plain, binding) {
      requireUp()
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', roots.at(-1) ?? new Uint8Array(), nonce)
      cipher.setAAD(encodeKeyBinding(binding))
      const sealed = concatBytes(cipher.update(plain), cipher.final())
      const bytes = concatBytes(Uint8Array.of(roots.length), nonce, sealed, cipher.getAuthTag())
      return { bytes, rootVersion: roots.length }
    },
    async unwrap(_, wrapped, binding) {
      requireUp()
      state.unwraps++
      const root = roots[(wrapped[0] ?? 0) - 1]
      if (root === undefined) throw new OperatingError('key-unwrap-failed', 'no such root')
      const decipher = createDecipheriv('aes-256-gcm', root, wrapped.subarray(1, 13))
      decipher.setAAD(encodeKeyBinding(binding))
      decipher.setAuthTag(wrapped.subarray(-16))
      return concatBytes(decipher.update(wrapped.subarray(13, -16)), decipher.final())
    },
  }
  return { provider, state, roots }
}

/** A store in memory that others may look into, and that fails before or after the n-th write. */
function newStore() {
  const records = new Map<string, KeyRecord & { readonly address: RecordAddress }>()
  const keyOf = ({ tenant, kind, id }: RecordAddress) => `${tenant}\0${kind}\0${id}`
  const fault: { at: number; persisted: boolean } = { at: -1, persisted: false }
  let writes = 0
  const store: KeyStore = {
    read: async (address) => records.get(keyOf(address)) ?? null,
    async swap(address, expected, body) {
      const isFault = ++writes === fault.at
      if (isFault && !fault.persisted) throw new OperatingError('storage-failed', 'not persisted')
      const present = records.get(keyOf(address))
      if ((present?.revision ?? 0) !== expected) return false
      records.set(keyOf(address), { address, revision: expected + 1, body })
      if (isFault) throw new OperatingError('storage-failed', 'persisted')
      return true
    },
    async list(tenant, after, limit) {
      const order = (address: RecordAddress) => `${address.kind}\0${address.id}`
      return [...records.values()]
        .flatMap(({ address }) => (address.kind === 'progress' ? [] : [address]))
        .filter((address) => address.tenant === tenant)
        .filter((address) => after === null || order(address) > order(after))
        .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
        .slice(0, limit)
    },
  }
  return { store, records, fault, writes: () => writes }
}

function newPlace(given: { store?: ReturnType<typeof newStore> } = {}) {
  const { provider, state, roots } = newProvider()
  const { store, records, fault, writes } = given.store ?? newStore()
  const events: KeyEvent[] = []
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z'), ledgerDown: false }
  let ids = 0
  const open = () =>
    openKeyring({
      provider,
      rootName: 'root',
      store,
      record: async (event) => {
        if (clock.ledgerDown) throw new OperatingError('ledger-busy', 'the ledger is busy')
        events.push(event)
      },
      now: () => new Date(clock.ms),
      newId: () => `id-${++ids}`,
      monotonicMs: () => clock.ms,
    })
  const told = () => events.map(({ event, kind, version }) => `${event} ${kind} ${version}`)
  return { open, provider, state, roots, store, records, fault, writes, events, clock, told }
}

const tenant = 'acme'
const epoch = (id: string): DataKeyAddress => ({ tenant, kind: 'epoch', id })
const place = { tenant, kind: 'subject', id: 's1', version: 1 } as const
const secret = new Uint8Array(32).fill(9)
const request = () => ({
  ...({ tenant, reason: 'requested', keysPerSecondMax: 1e9 } as const),
  signal: new AbortController().signal,
})

afterEach(() => {
  vi.useRealTimers()
})

describe('keys of tenants', () => {
  test('are made on first use, root first, and each event is logged once', async () => {
    const at = newPlace()
    const keyring = at.open()
    const wrapped = (await keyring.tenants.wrapWith(tenant)).wrap(secret, place)
    expect((await keyring.tenants.openFor(tenant, wrapped)).unwrap(wrapped, place)).toEqual(secret)
    expect(at.told()).toEqual(['created root 1', 'created tenant 1'])
    expect(at.events[1]?.wrappedBy).toEqual({ key: 'root', provider: 'vault', version: 1 })
    // Another process finds them.
    const other = await at.open().tenants.openFor(tenant, wrapped)
    expect(other.unwrap(wrapped, place)).toEqual(secret)
    expect(at.events).toHaveLength(2)
  })

  test('two processes that start at once agree on one key', async () => {
    const at = newPlace()
    const [a, b] = await Promise.all([at.open(), at.open()].map((k) => k.tenants.wrapWith(tenant)))
    const wrapped = a?.wrap(secret, place) ?? new Uint8Array()
    expect(b?.unwrap(wrapped, place)).toEqual(secret)
    expect(at.told().filter((told) => told === 'created tenant 1')).toHaveLength(1)
  })

  test('do not open what belongs to another tenant', async () => {
    const keyring = newPlace().open()
    const wrapped = (await keyring.tenants.wrapWith(tenant)).wrap(secret, place)
    const other = await keyring.tenants.openFor('acme2', wrapped)
    for (const binding of [place, { ...place, tenant: 'acme2' }])
      expect(() => other.unwrap(wrapped, binding)).toThrow('does not open')
  })

  test('wrap under the new version after a rotation, and open the old', async () => {
    const at = newPlace()
    const [keyring, elsewhere] = [at.open(), at.open()]
    const old = (await keyring.tenants.wrapWith(tenant)).wrap(secret, place)
    await elsewhere.tenants.wrapWith(tenant)
    await keyring.tenants.rotate(tenant, 'scheduled')
    const wrapper = await keyring.tenants.wrapWith(tenant)
    expect(wrapper.version).toBe(2)
    const fresh = wrapper.wrap(secret, place)
    expect(() => wrapper.unwrap(old, place)).toThrow('does not open')
    for (const wrapped of [old, fresh])
      for (const each of [keyring, elsewhere]) {
        const opener = await each.tenants.openFor(tenant, wrapped)
        expect(opener.unwrap(wrapped, place)).toEqual(secret)
      }
    expect(at.told().at(-1)).toBe('rotated tenant 2')
    expect(at.events.at(-1)).toMatchObject({ previousVersion: 1, reason: 'scheduled' })
  })

  test('stay in memory for a bounded time, then the provider is asked again', async () => {
    const at = newPlace()
    const { tenants } = at.open()
    await tenants.wrapWith(tenant)
    const asked = at.state.unwraps
    await Promise.all([tenants.wrapWith(tenant), tenants.wrapWith(tenant)])
    at.clock.ms += heldMs - 1
    await tenants.wrapWith(tenant)
    expect(at.state.unwraps).toBe(asked)
    at.clock.ms += 1
    await tenants.wrapWith(tenant)
    expect(at.state.unwraps).toBe(asked + 1)
  })

  test('are zeroed then, and when the keyring closes', async () => {
    vi.useFakeTimers()
    const at = newPlace()
    const keyring = at.open()
    const held = await keyring.tenants.wrapWith(tenant)
    await vi.advanceTimersByTimeAsync(heldMs + graceMs - 1)
    const wrapped = held.wrap(secret, place)
    await vi.advanceTimersByTimeAsync(1)
    expect(() => held.unwrap(wrapped, place)).toThrow('held longer than')
    const next = await keyring.tenants.wrapWith(tenant)
    expect(next.unwrap(wrapped, place)).toEqual(secret)
    keyring.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(() => next.wrap(secret, place)).toThrow('held longer than')
  })

  test('a provider that is down fails what needs it and nothing else, and loses nothing', async () => {
    const at = newPlace()
    const { tenants, keys } = at.open()
    const warm = (await tenants.wrapWith(tenant)).wrap(secret, place)
    await keys.ensure(epoch('e1'))
    at.state.down = true
    // What is in memory goes on.
    expect((await tenants.openFor(tenant, warm)).unwrap(warm, place)).toEqual(secret)
    expect((await keys.open(epoch('e1'))).key).toHaveLength(32)
    const down: unknown = expect.objectContaining({ code: 'key-provider-unavailable' })
    await expect(tenants.wrapWith('other')).rejects.toEqual(down)
    await expect(tenants.rotate(tenant, 'requested')).rejects.toEqual(down)
    at.clock.ms += heldMs
    await expect(tenants.wrapWith(tenant)).rejects.toEqual(down)
    await expect(keys.open(epoch('e1'))).rejects.toEqual(down)
    const before = structuredClone([...at.records.values()])
    await expect(keys.ensure(epoch('e2'))).rejects.toEqual(down)
    expect([...at.records.values()]).toEqual(before)
    at.state.down = false
    expect((await tenants.openFor(tenant, warm)).unwrap(warm, place)).toEqual(secret)
    expect((await keys.open(epoch('e1'))).key).toHaveLength(32)
    expect(newestOf((await tenants.status(tenant)) ?? neverNull()).version).toBe(1)
  })

  test('are wrapped anew under a rotated root, which is logged', async () => {
    const at = newPlace()
    const { tenants } = at.open()
    const wrapped = (await tenants.wrapWith(tenant)).wrap(secret, place)
    await tenants.rotate(tenant, 'requested')
    await at.provider.rotate('root')
    expect(await tenants.rewrapUnderRoot(tenant, 'compromise')).toBe(2)
    expect(at.told().slice(-2)).toEqual(['rotated root 2', 'rewrapped root 2'])
    expect(at.events.at(-1)).toMatchObject({ keys: { tenant: 2 }, reason: 'compromise' })
    // The old root can go.
    at.roots[0]?.fill(0)
    const opener = await at.open().tenants.openFor(tenant, wrapped)
    expect(opener.unwrap(wrapped, place)).toEqual(secret)
  })

  test('are due to be rotated after 90 days, with notice', () => {
    const of = (now: string) =>
      rotationState('2026-01-01T00:00:00Z', { now: new Date(now), rotationDays: 90 })
    expect(of('2026-03-17T23:59:59Z')).toMatchObject({ state: 'fresh' })
    expect(of('2026-03-18T00:00:00Z')).toMatchObject({ state: 'due-soon' })
    expect(of('2026-03-31T23:59:59Z')).toMatchObject({ state: 'due-soon' })
    expect(of('2026-04-01T00:00:00Z').state).toBe('overdue')
    expect(of('2026-04-01T00:00:00Z').dueAt).toEqual(new Date('2026-04-01T00:00:00Z'))
  })
})

describe('keys below', () => {
  test('are random, the same each time, and bound to their place', async () => {
    const at = newPlace()
    const { keys } = at.open()
    const one = await keys.ensure(epoch('e1'))
    expect(await keys.ensure(epoch('e1'))).toEqual(one)
    expect(await at.open().keys.open(epoch('e1'))).toEqual(one)
    expect((await keys.ensure(epoch('e2'))).key).not.toEqual(one.key)
    const stored = JSON.stringify([...at.records.values()])
    expect(stored).not.toContain(one.key.toBase64())
    // Somebody puts the record of one in the place of the other.
    const [a, b] = ['e1', 'e2'].map((id) => `${tenant}\0epoch\0${id}`)
    const moved = at.records.get(a ?? '')
    if (moved !== undefined) at.records.set(b ?? '', moved)
    await expect(keys.open(epoch('e2'))).rejects.toMatchObject({ code: 'key-unwrap-failed' })
  })

  test('have versions: the newest encrypts, the old still decrypt', async () => {
    const { keys } = newPlace().open()
    const token: DataKeyAddress = { tenant, kind: 'token', id: 'email' }
    await expect(keys.rotate(token, 'requested')).rejects.toMatchObject({ code: 'key-missing' })
    const one = await keys.ensure(token)
    const two = await keys.rotate(token, 'scheduled')
    expect([one.version, two.version]).toEqual([1, 2])
    expect(await keys.open(token)).toEqual(two)
    expect(await keys.open(token, 1)).toEqual(one)
    await expect(keys.open(token, 3)).rejects.toMatchObject({ code: 'key-missing' })
  })

  test('are gone once destroyed, and are not made again', async () => {
    const at = newPlace()
    const { keys } = at.open()
    const { key } = await keys.ensure(epoch('e1'))
    const wrapped = JSON.stringify([...at.records.values()])
    await keys.destroy(epoch('e1'), { reason: 'erasure' })
    await keys.destroy(epoch('e1'), { reason: 'erasure' })
    for (const again of [keys.open(epoch('e1')), keys.ensure(epoch('e1'))])
      await expect(again).rejects.toMatchObject({ code: 'key-destroyed' })
    const left = JSON.stringify([...at.records.values()])
    const bytes = /"kind":"epoch","id":"e1".*?"wrapped":"([^"]+)"/.exec(wrapped)?.[1] ?? neverNull()
    expect(left).not.toContain(bytes)
    expect(left).not.toContain(key.toBase64())
    expect(at.told().filter((told) => told.startsWith('destroyed'))).toEqual([
      'destroyed epoch null',
    ])
    expect(at.events.at(-1)?.reason).toBe('erasure')
  })

  test('all end with the key of their tenant', async () => {
    const at = newPlace()
    const { keys, tenants } = at.open()
    await keys.ensure(epoch('e1'))
    const held = await tenants.wrapWith(tenant)
    await keys.destroy(tenantKeyAddress(tenant), { reason: 'requested' })
    expect(() => held.wrap(secret, place)).toThrow('held longer than')
    for (const again of [
      keys.open(epoch('e1')),
      keys.ensure(epoch('e3')),
      tenants.wrapWith(tenant),
    ])
      await expect(again).rejects.toMatchObject({ code: 'key-destroyed' })
  })

  test('an event waits for the ledger and is not lost', async () => {
    const at = newPlace()
    const keyring = at.open()
    await keyring.tenants.wrapWith(tenant)
    at.clock.ledgerDown = true
    await keyring.keys.ensure(epoch('e1'))
    expect(await keyring.settle(tenant)).toBe(1)
    expect(at.told()).not.toContain('created epoch 1')
    at.clock.ledgerDown = false
    expect(await at.open().settle(tenant)).toBe(0)
    expect(at.told().filter((told) => told === 'created epoch 1')).toHaveLength(1)
    expect(await at.open().settle(tenant)).toBe(0)
    expect(at.told().filter((told) => told === 'created epoch 1')).toHaveLength(1)
  })
})

describe('wrapping anew', () => {
  const count = 250
  async function withKeys(given: Parameters<typeof newPlace>[0] = {}) {
    const at = newPlace(given)
    const keyring = at.open()
    const before = new Map<string, string>()
    for (let n = 0; n < count; n++) {
      const { key } = await keyring.keys.ensure(epoch(`e${n}`))
      before.set(`e${n}`, key.toBase64())
    }
    await keyring.keys.destroy(epoch('e7'), { reason: 'erasure' })
    before.delete('e7')
    await keyring.tenants.rotate(tenant, 'scheduled')
    return { at, keyring, before }
  }
  async function allOpen(at: ReturnType<typeof newPlace>, before: ReadonlyMap<string, string>) {
    const { keys } = at.open()
    for (const [id, key] of before)
      expect((await keys.open(epoch(id))).key.toBase64(), id).toBe(key)
  }

  test('moves every key, keeps what it is, and says how many', async () => {
    const { at, keyring, before } = await withKeys()
    const done = await keyring.rewrap(request())
    expect(done).toEqual({
      version: 2,
      keys: { epoch: count - 1 },
      failed: [],
      done: true,
    })
    expect(at.events.at(-1)).toMatchObject({ event: 'rewrapped', keys: { epoch: count - 1 } })
    await allOpen(at, before)
  })

  test('goes on after a crash at any write, and counts the same', async () => {
    const { at, before } = await withKeys()
    const untouched = structuredClone([...at.records])
    for (const persisted of [false, true])
      for (const step of [1, 2, 100, 101, 252, 253, 254]) {
        at.records.clear()
        for (const [key, record] of structuredClone(untouched)) at.records.set(key, record)
        at.events.length = 0
        Object.assign(at.fault, { at: at.writes() + step, persisted })
        const crashed = await at
          .open()
          .rewrap(request())
          .then(
            () => null,
            (cause: unknown) => cause,
          )
        at.fault.at = -1
        // Halfway, all is readable.
        await allOpen(at, before)
        if (crashed === null) continue
        expect(crashed).toMatchObject({ code: 'storage-failed' })
        const done = await at.open().rewrap(request())
        expect(done).toMatchObject({ keys: { epoch: count - 1 }, done: true })
        await at.open().settle(tenant)
        const logged = new Set(at.events.map(({ eventId }) => eventId))
        expect(logged.size).toBeGreaterThan(0)
        await allOpen(at, before)
      }
  })

  test('stops when asked, and goes on from the last page', async () => {
    const { at, keyring, before } = await withKeys()
    const stop = new AbortController()
    let reads = 0
    const slow: KeyStore = {
      ...at.store,
      async read(address) {
        if (address.kind === 'epoch' && ++reads === 150) stop.abort()
        return at.store.read(address)
      },
    }
    const part = await keyring.rewrap({ ...request(), store: slow, signal: stop.signal })
    expect(part).toMatchObject({ done: false, keys: { epoch: 100 } })
    expect(at.told()).not.toContain('rewrapped tenant 2')
    reads = 1_000
    const rest = await keyring.rewrap({ ...request(), store: slow })
    expect(rest).toMatchObject({ done: true, keys: { epoch: count - 1 } })
    // The first page was not read again.
    expect(reads - 1_000).toBeLessThan(count)
    await allOpen(at, before)
  })

  test('goes no faster than told', async () => {
    const { keyring } = await withKeys()
    vi.useFakeTimers()
    let done = false
    const going = keyring.rewrap({ ...request(), keysPerSecondMax: 100 }).finally(() => {
      done = true
    })
    await vi.advanceTimersByTimeAsync(2_400)
    expect(done).toBe(false)
    await vi.advanceTimersByTimeAsync(200)
    await going
    expect(done).toBe(true)
  })

  test('leaves what does not open, names it, and the minimum cannot be raised', async () => {
    const { at, keyring } = await withKeys()
    const name = `${tenant}\0epoch\0e3`
    const [good, other] = [at.records.get(name), at.records.get(`${tenant}\0epoch\0e4`)]
    if (good === undefined || other === undefined) throw new Error('there are keys')
    at.records.set(name, { ...good, body: other.body })
    const done = await keyring.rewrap(request())
    expect(done.failed).toEqual([`${tenant}/epoch/e3`])
    at.clock.ms += settleMs
    const raise = keyring.raiseMinimum({ tenant, minimum: 2, reason: 'requested', elsewhere: [] })
    await expect(raise).rejects.toMatchObject({ code: 'key-conflict' })
    await expect(raise).rejects.toThrow('epoch/e3')
  })
})

describe('the minimum', () => {
  test('rises once nothing is under an older version and nobody can wrap under one', async () => {
    const at = newPlace()
    const keyring = at.open()
    await keyring.keys.ensure(epoch('e1'))
    const old = (await keyring.tenants.wrapWith(tenant)).wrap(secret, place)
    await keyring.tenants.rotate(tenant, 'scheduled')
    const raise = () =>
      keyring.raiseMinimum({ tenant, minimum: 2, reason: 'scheduled', elsewhere: [] })
    await expect(raise()).rejects.toThrow('may still wrap under an older')
    at.clock.ms += settleMs
    await expect(raise()).rejects.toThrow('is still wrapped under an older')
    await keyring.rewrap(request())
    await raise()
    await raise()
    expect(at.told().filter((told) => told.startsWith('minimum'))).toEqual([
      'minimum-raised tenant 2',
    ])
    await expect(keyring.tenants.openFor(tenant, old)).rejects.toMatchObject({
      code: 'key-destroyed',
    })
    expect((await keyring.keys.open(epoch('e1'))).key).toHaveLength(32)
    await expect(
      keyring.raiseMinimum({ tenant, minimum: 3, reason: 'scheduled', elsewhere: [] }),
    ).rejects.toMatchObject({ code: 'key-missing' })
  })

  test('must be above a version that is to be destroyed', async () => {
    const at = newPlace()
    const keyring = at.open()
    await keyring.keys.ensure(epoch('e1'))
    await keyring.tenants.rotate(tenant, 'scheduled')
    const destroy = () =>
      keyring.keys.destroy(tenantKeyAddress(tenant), { version: 1, reason: 'scheduled' })
    await expect(destroy()).rejects.toMatchObject({ code: 'key-conflict' })
    await keyring.rewrap(request())
    at.clock.ms += settleMs
    await keyring.raiseMinimum({ tenant, minimum: 2, reason: 'scheduled', elsewhere: [] })
    await destroy()
    expect(at.told().at(-1)).toBe('destroyed tenant 1')
    const stored = (await keyring.tenants.status(tenant))?.versions
    expect(stored?.map(({ wrapped }) => wrapped === null)).toEqual([true, false])
    expect((await at.open().keys.open(epoch('e1'))).key).toHaveLength(32)
  })

  test('looks into every store that holds keys of the tenant', async () => {
    const at = newPlace()
    const keyring = at.open()
    const wrapper = await keyring.tenants.wrapWith(tenant)
    const others = newStore()
    const wrapped = keyWrapper({ key: secret, version: wrapper.version }).wrap(secret, place)
    await others.store.swap({ tenant, kind: 'subject', id: 's1' }, 0, {
      versions: [
        {
          version: 1,
          createdAt: '2026-01-01T00:00:00Z',
          wrappedUnder: 1,
          wrapped: wrapped.toBase64(),
        },
      ],
      minimum: 1,
      pending: [],
    })
    await keyring.tenants.rotate(tenant, 'scheduled')
    at.clock.ms += settleMs
    const given = { tenant, minimum: 2, reason: 'scheduled', elsewhere: [] } as const
    await expect(keyring.raiseMinimum({ ...given, others: [others.store] })).rejects.toThrow(
      'subject/s1',
    )
    await keyring.raiseMinimum(given)
  })
})

function neverNull(): never {
  throw new Error('there is one')
}
