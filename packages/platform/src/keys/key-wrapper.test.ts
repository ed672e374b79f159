import { createDecipheriv } from 'node:crypto'
import { fromHex, toHex } from '@proofhouse/evidence'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import vectors from '../../../../spec/vectors/key-wrapping.json' with { type: 'json' }
import { encodeKeyBinding, type KeyBinding, type KeyKind, keyKinds } from './key-binding.ts'
import { keyWrapper, wrappedUnder } from './key-wrapper.ts'

const wrappingKey = fromHex(vectors.wrappingKey)
const bindingOf = (row: (typeof vectors.valid)[number]['binding']): KeyBinding => {
  const kind: KeyKind | undefined = keyKinds.find((known) => known === row.kind)
  if (kind === undefined) throw new Error(row.kind)
  return { ...row, kind }
}

test.each(vectors.valid)('vector: $binding.kind $binding.id', (row) => {
  const binding = bindingOf(row.binding)
  expect(toHex(encodeKeyBinding(binding))).toBe(row.associatedData)
  const wrapper = keyWrapper({ key: wrappingKey, version: row.wrappingVersion }, () =>
    fromHex(row.nonce),
  )
  expect(toHex(wrapper.wrap(fromHex(row.key), binding))).toBe(row.wrapped)
  expect(toHex(wrapper.unwrap(fromHex(row.wrapped), binding))).toBe(row.key)
  expect(wrappedUnder(fromHex(row.wrapped))).toBe(row.wrappingVersion)
})

test.each(vectors.invalid)('vector: refuses when $why', ({ binding, wrapped }) => {
  const wrapper = keyWrapper({ key: wrappingKey, version: 1 })
  expect(() => wrapper.unwrap(fromHex(wrapped), bindingOf(binding))).toThrow(
    expect.objectContaining({ code: 'key-unwrap-failed' }),
  )
})

test('no byte of a wrapped key can change', () => {
  const wrapper = keyWrapper({ key: wrappingKey, version: 5 })
  const binding: KeyBinding = { tenant: 'a', kind: 'epoch', id: 'e', version: 1 }
  const wrapped = wrapper.wrap(new Uint8Array(32), binding)
  for (const [at, byte] of wrapped.entries())
    for (let bit = 1; bit < 256; bit <<= 1) {
      const other = Uint8Array.from(wrapped)
      other[at] = byte ^ bit
      expect(() => wrapper.unwrap(other, binding)).toThrow(/does not open|are none/)
    }
})

test('two places never share their bytes', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,6}$/)
  const place = fc.record<KeyBinding>({
    tenant: name,
    kind: fc.constantFrom(...keyKinds),
    id: name,
    version: fc.integer({ min: 1, max: 0xffff_ffff }),
  })
  fc.assert(
    fc.property(place, place, (a, b) => {
      const same = JSON.stringify(a) === JSON.stringify(b)
      expect(toHex(encodeKeyBinding(a)) === toHex(encodeKeyBinding(b))).toBe(same)
    }),
  )
})

test.each(['', '.', '..', '-a', 'a b', 'a/b', 'ä', 'a'.repeat(129)])('`%s` names no key', (id) => {
  expect(() => encodeKeyBinding({ tenant: 'a', kind: 'epoch', id, version: 1 })).toThrow('names')
  expect(() => encodeKeyBinding({ tenant: id, kind: 'epoch', id: 'a', version: 1 })).toThrow(
    'names',
  )
})

test('a dropped key is zeroed, and neither wraps nor unwraps', () => {
  const binding: KeyBinding = { tenant: 'a', kind: 'epoch', id: 'e', version: 1 }
  const wrapper = keyWrapper({ key: wrappingKey, version: 1 })
  const wrapped = wrapper.wrap(new Uint8Array(32), binding)
  wrapper.drop()
  const refusal: unknown = expect.objectContaining({ code: 'key-provider-unavailable' })
  expect(() => wrapper.wrap(new Uint8Array(32), binding)).toThrow(refusal)
  expect(() => wrapper.unwrap(wrapped, binding)).toThrow(refusal)
  // The caller's own copy is the caller's.
  expect(toHex(wrappingKey)).toBe(vectors.wrappingKey)
})

test('every wrap takes a new nonce', () => {
  const binding: KeyBinding = { tenant: 'a', kind: 'epoch', id: 'e', version: 1 }
  const wrapper = keyWrapper({ key: wrappingKey, version: 1 })
  const nonces = new Set<string>()
  for (let n = 0; n < 1_000; n++) {
    const wrapped = wrapper.wrap(new Uint8Array(32), binding)
    nonces.add(toHex(wrapped.subarray(5, 17)))
    if (n > 0) continue
    // What stands there is what the page says, to a reader that shares no code.
    const decipher = createDecipheriv('aes-256-gcm', wrappingKey, wrapped.subarray(5, 17))
    decipher.setAAD(Buffer.concat([wrapped.subarray(0, 5), encodeKeyBinding(binding)]))
    decipher.setAuthTag(wrapped.subarray(49))
    const plain = Buffer.concat([decipher.update(wrapped.subarray(17, 49)), decipher.final()])
    expect(plain).toEqual(Buffer.alloc(32))
  }
  expect(nonces.size).toBe(1_000)
})
