// What every key provider promises, as plain functions: the tests run them over the adapters that
// need nothing, the conformance run over
// a real Vault and a real PKCS#11 token.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { KeyBinding, KeyProvider } from '../keys/index.ts'

/** A provider without any key of this name, made anew for each promise. */
interface ProviderUnderTest {
  readonly provider: KeyProvider
  readonly name: string
}

/** One promise. */
interface Promised {
  readonly promise: string
  readonly holds: (given: ProviderUnderTest) => Promise<void>
}

const binding: KeyBinding = { tenant: 'acme', kind: 'tenant', id: 'kek', version: 1 }
const elsewhere: readonly KeyBinding[] = [
  { ...binding, tenant: 'acme2' },
  { ...binding, kind: 'epoch' },
  { ...binding, id: 'kek2' },
  { ...binding, version: 2 },
  // The same letters, cut elsewhere.
  { ...binding, tenant: 'acmet', id: 'ek' },
]
const failsWith = (code: string) => (error: unknown) => {
  assert.equal(error instanceof Error && 'code' in error ? error.code : error, code)
  return true
}

/** Every promise of the port. */
export const keyProviderContract: readonly Promised[] = [
  {
    promise: 'has no key before one is created, and says so',
    async holds({ provider, name }) {
      assert.equal(await provider.find(name), null)
      const key = randomBytes(32)
      await assert.rejects(provider.wrap(name, key, binding), failsWith('key-missing'))
      await assert.rejects(provider.unwrap(name, key, binding), failsWith('key-missing'))
      await assert.rejects(provider.rotate(name), failsWith('key-missing'))
      assert.equal(await provider.find(name), null)
    },
  },
  {
    promise: 'creates a key once',
    async holds({ provider, name }) {
      const created = await provider.create(name)
      assert.deepEqual(await provider.create(name), created)
      assert.deepEqual(await provider.find(name), created)
      assert.equal(created.extractable, provider.kind === 'file')
    },
  },
  {
    promise: 'unwraps what it wrapped, and wraps differently each time',
    async holds({ provider, name }) {
      await provider.create(name)
      const key = Uint8Array.from(randomBytes(32))
      const [one, two] = [
        await provider.wrap(name, key, binding),
        await provider.wrap(name, key, binding),
      ]
      assert.notDeepEqual(one.bytes, two.bytes)
      assert.ok(!Buffer.from(one.bytes).includes(key))
      for (const { bytes } of [one, two])
        assert.deepEqual(Uint8Array.from(await provider.unwrap(name, bytes, binding)), key)
    },
  },
  {
    promise: 'opens nothing under another binding',
    async holds({ provider, name }) {
      await provider.create(name)
      const { bytes } = await provider.wrap(name, randomBytes(32), binding)
      for (const other of elsewhere)
        await assert.rejects(provider.unwrap(name, bytes, other), failsWith('key-unwrap-failed'))
    },
  },
  {
    promise: 'opens nothing that was changed, cut short or made longer',
    async holds({ provider, name }) {
      await provider.create(name)
      const { bytes } = await provider.wrap(name, randomBytes(32), binding)
      const changed = [...bytes.keys()].filter((at) => at % 7 === 0 || at >= bytes.length - 4)
      for (const at of changed) {
        const other = Uint8Array.from(bytes)
        other[at] = (other[at] ?? 0) ^ 1
        await assert.rejects(provider.unwrap(name, other, binding), failsWith('key-unwrap-failed'))
      }
      for (const other of [bytes.slice(0, -1), Uint8Array.from([...bytes, 0]), new Uint8Array()])
        await assert.rejects(provider.unwrap(name, other, binding), failsWith('key-unwrap-failed'))
    },
  },
  {
    promise: 'opens old versions after a rotation, and wraps under the new one',
    async holds({ provider, name }) {
      const created = await provider.create(name)
      const key = Uint8Array.from(randomBytes(32))
      const old = await provider.wrap(name, key, binding)
      const rotated = await provider.rotate(name)
      const fresh = await provider.wrap(name, key, binding)
      if (created.version !== null) {
        assert.equal(rotated.version, created.version + 1)
        assert.deepEqual([old.rootVersion, fresh.rootVersion], [created.version, rotated.version])
      }
      assert.deepEqual(await provider.find(name), rotated)
      for (const { bytes } of [old, fresh])
        assert.deepEqual(Uint8Array.from(await provider.unwrap(name, bytes, binding)), key)
    },
  },
  {
    promise: 'keeps keys of different names apart',
    async holds({ provider, name }) {
      await provider.create(name)
      await provider.create(`${name}-b`)
      const { bytes } = await provider.wrap(name, randomBytes(32), binding)
      await assert.rejects(
        provider.unwrap(`${name}-b`, bytes, binding),
        failsWith('key-unwrap-failed'),
      )
    },
  },
]
