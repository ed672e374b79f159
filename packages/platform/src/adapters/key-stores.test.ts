// One contract for stores of wrapped keys; every adapter passes it.

import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { KeyAddress, KeyStore, RecordAddress } from '../keys/index.ts'
import { directoryKeyStore } from './directory-key-store.ts'
import { MemoryKeyStore } from './memory-key-store.ts'

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'key-stores-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const epoch = (id: string): KeyAddress => ({ tenant: 'acme', kind: 'epoch', id })

describe.each<{ name: string; make: () => KeyStore }>([
  { name: 'in memory', make: () => new MemoryKeyStore() },
  { name: 'in a folder', make: () => directoryKeyStore(join(newFolder(), 'wrapped')) },
])('a store of keys $name', ({ make }) => {
  test('gives back what was written last, and counts', async () => {
    const store = make()
    expect(await store.read(epoch('a'))).toBeNull()
    expect(await store.swap(epoch('a'), 0, { n: 1 })).toBe(true)
    expect(await store.swap(epoch('a'), 1, { n: [2, null, 'é'] })).toBe(true)
    expect(await store.read(epoch('a'))).toEqual({ revision: 2, body: { n: [2, null, 'é'] } })
    expect(await store.read(epoch('b'))).toBeNull()
  })

  test('replaces nothing that changed since', async () => {
    const store = make()
    expect(await store.swap(epoch('a'), 1, { n: 1 })).toBe(false)
    expect(await store.read(epoch('a'))).toBeNull()
    await store.swap(epoch('a'), 0, { n: 1 })
    for (const stale of [0, 2, 3]) expect(await store.swap(epoch('a'), stale, {})).toBe(false)
    expect(await store.read(epoch('a'))).toEqual({ revision: 1, body: { n: 1 } })
  })

  test('lets one of many win', async () => {
    const store = make()
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, n) => store.swap(epoch('a'), 0, { n })),
    )
    expect(won.filter(Boolean)).toHaveLength(1)
    expect(await store.read(epoch('a'))).toEqual({ revision: 1, body: { n: won.indexOf(true) } })
  })

  test('loses no count among many that count', async () => {
    const store = make()
    const countOnce = async () => {
      for (;;) {
        const present = await store.read(epoch('a'))
        const n = Number(present?.body['n'] ?? 0) + 1
        if (await store.swap(epoch('a'), present?.revision ?? 0, { n })) return
      }
    }
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let n = 0; n < 5; n++) await countOnce()
      }),
    )
    expect(await store.read(epoch('a'))).toEqual({ revision: 30, body: { n: 30 } })
  })

  test('keeps tenants, kinds and ids apart, also in capitals', async () => {
    const store = make()
    const addresses: RecordAddress[] = [
      { tenant: 'a', kind: 'epoch', id: 'x' },
      { tenant: 'A', kind: 'epoch', id: 'x' },
      { tenant: 'a', kind: 'token', id: 'x' },
      { tenant: 'a', kind: 'epoch', id: 'X' },
      { tenant: 'a', kind: 'progress', id: 'x' },
    ]
    for (const [n, address] of addresses.entries()) await store.swap(address, 0, { n })
    for (const [n, address] of addresses.entries())
      expect((await store.read(address))?.body).toEqual({ n })
  })

  test('lists the keys of a tenant in order, page by page', async () => {
    const store = make()
    const of = (kind: KeyAddress['kind'], id: string): KeyAddress => ({ tenant: 'acme', kind, id })
    const all = [
      of('artifact', 'B'),
      of('artifact', 'a'),
      of('epoch', '2026-01-01'),
      of('token', 'z'),
    ]
    for (const address of all.toReversed()) await store.swap(address, 0, {})
    await store.swap({ tenant: 'other', kind: 'epoch', id: 'e' }, 0, {})
    await store.swap({ tenant: 'acme', kind: 'progress', id: 'rewrap' }, 0, {})
    expect(await store.list('acme', null, 10)).toEqual(all)
    const paged: KeyAddress[] = []
    for (let page = await store.list('acme', null, 1); page.length > 0; ) {
      paged.push(...page)
      page = await store.list('acme', page[0] ?? null, 1)
    }
    expect(paged).toEqual(all)
    expect(await store.list('nobody', null, 10)).toEqual([])
  })

  test('keeps its own copy', async () => {
    const store = make()
    const body = { list: [1] }
    await store.swap(epoch('a'), 0, body)
    body.list.push(2)
    expect((await store.read(epoch('a')))?.body).toEqual({ list: [1] })
  })
})

describe('a folder of keys', () => {
  test('two stores over one folder, as two processes have them, lose no count', async () => {
    const folder = newFolder()
    const count = async (store: KeyStore) => {
      for (let done = 0; done < 10; ) {
        const present = await store.read(epoch('a'))
        const n = Number(present?.body['n'] ?? 0) + 1
        if (await store.swap(epoch('a'), present?.revision ?? 0, { n })) done++
      }
    }
    await Promise.all([1, 2, 3].map(() => count(directoryKeyStore(folder))))
    expect((await directoryKeyStore(folder).read(epoch('a')))?.body).toEqual({ n: 30 })
  })

  test('what a killed writer left aside is no key', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'acme', 'epoch'), { recursive: true })
    writeFileSync(join(folder, 'acme', 'epoch', '.0123456789ab.tmp'), '{"body":')
    const store = directoryKeyStore(folder)
    expect(await store.list('acme', null, 10)).toEqual([])
    expect(await store.swap(epoch('a'), 0, {})).toBe(true)
    expect(await store.list('acme', null, 10)).toEqual([epoch('a')])
  })

  test('only its owner may read a record', async () => {
    const folder = newFolder()
    await directoryKeyStore(folder).swap(epoch('a'), 0, {})
    expect(statSync(join(folder, 'acme', 'epoch', 'a.json')).mode & 0o777).toBe(0o600)
  })

  test('a damaged record is refused and named', async () => {
    const folder = newFolder()
    const store = directoryKeyStore(folder)
    await store.swap(epoch('a'), 0, { n: 1 })
    const path = join(folder, 'acme', 'epoch', 'a.json')
    for (const damaged of ['{"body":{"n":1}', '{"body":{"n":1},"revision":0}', '{}', '']) {
      writeFileSync(path, damaged)
      await expect(store.read(epoch('a'))).rejects.toMatchObject({ code: 'key-malformed' })
      await expect(store.read(epoch('a'))).rejects.toThrow(path)
    }
  })
})
