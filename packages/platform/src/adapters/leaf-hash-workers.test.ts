// Both adapters of the hashing port must give the same answers.

import { encodeBundle, leafHash } from '@proofhouse/evidence'
import { afterAll, describe, expect, test } from 'vitest'
import { entriesOf, buildLedger, flipped, storeOf, withFile } from '../ledger/fsck/fsck.fixture.ts'
import { fsck } from '../ledger/fsck/fsck.ts'
import { inlineHasher } from '../ledger/fsck/hash.ts'
import { leafHashWorkers } from './leaf-hash-workers.ts'

const workers = leafHashWorkers(2)
afterAll(() => workers.close())

const startHasher = () => leafHashWorkers(2)

for (const [name, hasher] of Object.entries({ inline: inlineHasher, workers }))
  describe(`the ${name} hasher`, () => {
    test('hashes every entry of a bundle', async () => {
      const entries = entriesOf(256)
      const hashes = await hasher.hash(encodeBundle(entries), 256)
      expect(hashes?.leaves).toEqual(
        new Uint8Array(Buffer.concat(entries.map((entry) => leafHash(entry)))),
      )
    })

    test('refuses bundles with fewer or more entries, or none', async () => {
      const bundle = encodeBundle(entriesOf(5))
      for (const count of [0, 4, 6, 256])
        expect(await hasher.hash(bundle.slice(), count)).toBeNull()
      for (let cut = 0; cut < bundle.length; cut++)
        expect(await hasher.hash(bundle.slice(0, cut), 5)).toBeNull()
    })

    test('answers many calls at once, each with its own', async () => {
      const sizes = Array.from({ length: 60 }, (_, n) => n + 1)
      const found = await Promise.all(
        sizes.map((size) => hasher.hash(encodeBundle(entriesOf(size)), size)),
      )
      expect(found.map((hashes) => (hashes?.leaves.length ?? 0) / 32)).toEqual(sizes)
    })
  })

test('a large ledger is checked in threads, with the same findings', async () => {
  const files = await buildLedger(20_500)
  const report = await fsck({ tiles: storeOf(files), trust: null, startHasher })
  expect(report).toMatchObject({ ok: true, size: 20_500 })
  const path = 'tile/entries/061'
  const changed = withFile(files, path, flipped(files.get(path) ?? new Uint8Array(), 9))
  const { findings } = await fsck({ tiles: storeOf(changed), trust: null, startHasher })
  expect(findings.map(({ file }) => file)).toEqual([path])
})

test('a closed hasher refuses', async () => {
  const closed = leafHashWorkers(1)
  await closed.close()
  await expect(closed.hash(encodeBundle(entriesOf(1)), 1)).rejects.toThrow('ended before')
})
