// Both adapters of the hashing port must give the same answers.

import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { encodeBundle, leafHash } from '@proofhouse/evidence'
import { afterAll, describe, expect, test } from 'vitest'
import { entriesOf, buildLedger, flipped, storeOf, withFile } from '../ledger/fsck/fsck.fixture.ts'
import { fsck } from '../ledger/fsck/fsck.ts'
import { inlineHasher } from '../ledger/fsck/hash.ts'
import { openLedgerFiles } from './ledger-directory.ts'
import { leafHashWorkers } from './leaf-hash-workers.ts'

const workers = leafHashWorkers({ count: 2 })
afterAll(() => workers.close())

const startHasher = () => leafHashWorkers({ count: 2 })

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

test('threads that read the files themselves find the same, whatever lies there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leaf-hash-'))
  for (const [path, bytes] of await buildLedger(20_500)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  // Files are read several at a time: in which order they are found out does not matter.
  const check = async (hasher: typeof startHasher) => {
    const tiles = await openLedgerFiles(folder)
    const report = await fsck({ tiles, trust: null, startHasher: hasher })
    const findings = report.findings.toSorted((a, b) => (a.file < b.file ? -1 : 1))
    return { ...report, findings }
  }
  const reading = () => leafHashWorkers({ count: 2, folder })
  expect(await check(reading)).toEqual(await check(startHasher))
  const at = (path: string) => join(folder, 'tile', path)
  const changed = (path: string) => {
    writeFileSync(at(path), flipped(new Uint8Array(readFileSync(at(path))), 77))
  }
  changed('entries/001')
  changed('0/002')
  rmSync(at('entries/003'))
  rmSync(at('0/004'))
  truncateSync(at('entries/005'), 1_000)
  truncateSync(at('0/006'), 8_000)
  truncateSync(at('entries/007'), 17_000_000)
  rmSync(at('entries/008'))
  mkdirSync(at('entries/008'))
  for (const [path, replace] of [
    ['entries/009', (file: string) => symlinkSync('/dev/zero', file)],
    ['0/010', (file: string) => symlinkSync(at('0/011'), file)],
    ['entries/012', (file: string) => spawnSync('mkfifo', [file])],
  ] as const) {
    rmSync(at(path))
    replace(at(path))
  }
  const report = await check(reading)
  expect(report).toEqual(await check(startHasher))
  expect(new Set(report.findings.map(({ file }) => file.replace('tile/', '')))).toEqual(
    new Set(
      ['0/002', '0/004', '0/006', '0/010'].concat(
        [1, 3, 5, 7, 8, 9, 12].map((n) => `entries/${String(n).padStart(3, '0')}`),
      ),
    ),
  )
  rmSync(folder, { recursive: true })
})

test('a closed hasher refuses', async () => {
  const closed = leafHashWorkers({ count: 1 })
  await closed.close()
  await expect(closed.hash(encodeBundle(entriesOf(1)), 1)).rejects.toThrow('ended before')
})
