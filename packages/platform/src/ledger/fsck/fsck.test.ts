// Kinds of damage to a ledger's files, and what must not count as damage. Single bytes are in `flip.test.ts`.

import { parseTrustPolicy, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import {
  buildLedger,
  contentOf,
  crashedLedger,
  entriesOf,
  type LedgerFiles,
  stagedRecord,
  storeOf,
  treeFiles,
  withFile,
} from './fsck.fixture.ts'
import { fsck } from './fsck.ts'
import { publishedKey, publishedLog, publishedPolicy } from '../published-log.fixture.ts'

const check = (files: LedgerFiles) => fsck({ tiles: storeOf(files), trust: null })

/** The files that a check finds damaged. */
async function named(files: LedgerFiles): Promise<readonly string[]> {
  const { ok, findings } = await check(files)
  expect(ok).toBe(findings.length === 0)
  return [...new Set(findings.map(({ file }) => file))].toSorted()
}

describe('an intact ledger', () => {
  for (const size of [0, 1, 2, 255, 256, 257, 600, 65_537])
    test(`of ${size} entries has no findings`, async () => {
      const report = await check(await buildLedger(size, [0, Math.floor(size / 3)]))
      expect(report).toMatchObject({
        ok: true,
        origin: 'ledger.example/fsck',
        size,
        entries: size,
        findings: [],
        logEstablished: false,
        summary: 'intact; origin not established; unwitnessed',
      })
    })

  test('need not have the private files', async () => {
    const files = await buildLedger(257)
    files.delete('.committed')
    files.delete('.lock')
    expect(await check(files)).toMatchObject({ ok: true })
  })

  test('may have stale partial files', async () => {
    const files = await buildLedger(600)
    for (const size of [3, 255, 520])
      for (const [k, v] of treeFiles(entriesOf(size))) files.set(k, v)
    expect(await check(files)).toMatchObject({ ok: true })
  })
})

describe('one changed file is found and named', () => {
  test('when it is missing', async () => {
    const files = await buildLedger(600)
    // The lock file goes without harm; with it there, the commit point must be.
    for (const path of [...files.keys()].filter((name) => name !== '.lock'))
      expect(await named(withFile(files, path, null))).toContain(path)
  })

  test('when it is cut short, grown or emptied', async () => {
    const files = await buildLedger(600)
    files.delete('.lock')
    for (const [path, content] of files) {
      const cut = content.subarray(0, content.length - 1).slice()
      expect(await named(withFile(files, path, cut))).toContain(path)
      expect(await named(withFile(files, path, new Uint8Array()))).toContain(path)
      const grown = new Uint8Array(content.length + 1)
      grown.set(content)
      expect(await named(withFile(files, path, grown))).toContain(path)
    }
  })

  test('when the lock file is not empty', async () => {
    const files = await buildLedger(1)
    expect(await named(withFile(files, '.lock', new Uint8Array(1)))).toEqual(['.lock'])
  })

  test('when it does not belong there', async () => {
    const files = await buildLedger(257)
    for (const path of [
      'tile/0/002',
      'tile/entries/001.p/2',
      'tile/9/000',
      'tile/0/000.tmp',
      'tile/0/x000/001',
      'notes.txt',
      '.staging/1',
    ])
      expect(await named(withFile(files, path, utf8('?')))).toContain(path)
  })

  test('when two files are swapped', async () => {
    const files = await buildLedger(600)
    for (const [a, b] of [
      ['tile/entries/000', 'tile/entries/001'],
      ['tile/0/000', 'tile/0/001'],
    ] as const) {
      const swapped = new Map(files).set(a, contentOf(files, b)).set(b, contentOf(files, a))
      expect(await named(swapped)).toEqual([a, b].toSorted())
    }
  })

  test('when bundles are swapped together with their tiles', async () => {
    const files = await buildLedger(600)
    const swapped = new Map(files)
    for (const folder of ['tile/entries', 'tile/0']) {
      swapped.set(`${folder}/000`, contentOf(files, `${folder}/001`))
      swapped.set(`${folder}/001`, contentOf(files, `${folder}/000`))
    }
    expect(await named(swapped)).toEqual(
      ['tile/entries/000', 'tile/entries/001', 'tile/0/000', 'tile/0/001'].toSorted(),
    )
  })

  test('when the whole tree is another one', async () => {
    const files = await buildLedger(300)
    const other = entriesOf(300).with(7, utf8('forged'))
    for (const [path, content] of treeFiles(other)) files.set(path, content)
    expect(await named(files)).toContain('checkpoint')
  })
})

describe('a ledger that was not closed', () => {
  const entries = entriesOf(700)
  test('is intact when its staging log leads to its committed head', async () => {
    expect(await check(await crashedLedger())).toMatchObject({
      findings: [],
      size: 500,
      entries: 600,
    })
  })

  test('is followed through full bundles when the staging log was shortened', async () => {
    const files = await crashedLedger()
    files.delete('.staging/0000000000000490')
    files.delete('.staging/0000000000000560')
    files.set('.staging/0000000000000512', stagedRecord(entries.slice(512, 600), 512))
    expect(await check(files)).toMatchObject({ findings: [], entries: 600 })
  })

  test('shows records that were replaced, with checksums that fit', async () => {
    const files = await crashedLedger()
    const path = '.staging/0000000000000560'
    const forged = entries.with(570, utf8('forged')).slice(560, 600)
    expect(await named(withFile(files, path, stagedRecord(forged, 560)))).toContain('.committed')
    const old = '.staging/0000000000000490'
    const rewritten = entries.with(495, utf8('forged')).slice(490, 560)
    expect(await named(withFile(files, old, stagedRecord(rewritten, 490)))).toContain(old)
  })

  test('shows entries that were never committed, and a gap', async () => {
    const files = await crashedLedger()
    const beyond = '.staging/0000000000000600'
    expect(await named(withFile(files, beyond, stagedRecord(entries.slice(600), 600)))).toContain(
      beyond,
    )
    const gap = '.staging/0000000000000561'
    const moved = withFile(files, '.staging/0000000000000560', null)
    expect(await named(withFile(moved, gap, stagedRecord(entries.slice(561, 600), 561)))).toContain(
      gap,
    )
  })
})

describe('the published log of 300 entries', () => {
  const files = publishedLog()
  const trust = parseTrustPolicy(publishedPolicy)

  test('is established and witnessed under its policy', async () => {
    const report = await fsck({ tiles: storeOf(files), trust })
    expect(report).toMatchObject({
      ok: true,
      size: 300,
      files: 6,
      logEstablished: true,
      witnesses: [{ name: 'w1', timeSeconds: 1_700_000_000 }],
      summary: 'intact; origin established; witnessed by w1',
    })
  })

  test('is intact under its key alone', async () => {
    const report = await check(new Map(files).set('ledger.vkey', utf8(`${publishedKey}\n`)))
    expect(report).toMatchObject({ ok: true, logEstablished: false, witnesses: [] })
  })

  test('cannot be checked without any key', async () => {
    expect(await named(files)).toContain('ledger.vkey')
  })

  test('is not the log of another policy, nor may another key lie beside it', async () => {
    const other = await buildLedger(3)
    const key = contentOf(other, 'ledger.vkey')
    const report = await fsck({
      tiles: storeOf(withFile(files, 'ledger.vkey', key)),
      trust,
    })
    expect(report.findings.map(({ file }) => file)).toEqual(['ledger.vkey'])
    const wrong = await fsck({ tiles: storeOf(other), trust })
    expect(wrong).toMatchObject({ ok: false, logEstablished: false })
  })
})
