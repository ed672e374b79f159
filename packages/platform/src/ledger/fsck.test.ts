// Every kind of damage to a ledger's files, and what must not count as damage.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, type Bytes, parseTrustPolicy, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import {
  buildLedger,
  checkpointOf,
  committedOf,
  entriesOf,
  flipped,
  type LedgerFiles,
  stagedRecord,
  storeOf,
  treeFiles,
  withFile,
} from './fsck.fixture.ts'
import { fsck } from './fsck.ts'

const check = (files: LedgerFiles) => fsck({ tiles: storeOf(files), trust: null })

function contentOf(files: LedgerFiles, path: string): Bytes {
  const content = files.get(path)
  assert(content !== undefined, `the ledger has a file ${path}`)
  return content
}

async function expectNamed(files: LedgerFiles, ...paths: readonly string[]): Promise<void> {
  const { ok, findings } = await check(files)
  const named = findings.map(({ file }) => file)
  expect({ ok, named }).toEqual({ ok: false, named: expect.arrayContaining([...paths]) })
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
  for (const size of [0, 1, 2, 257])
    test(`whichever byte it is, in a ledger of ${size} entries`, async () => {
      const files = await buildLedger(size, size === 257 ? [0, 256] : [0])
      if (size === 257) for (const [k, v] of treeFiles(entriesOf(3))) files.set(k, v)
      // The two slots do not depend on the tree: every byte of them in one ledger, samples in the others.
      for (const [path, content] of files)
        for (let at = 0; at < content.length; at += path === '.committed' && size !== 2 ? 61 : 1) {
          const { ok, findings } = await check(
            withFile(files, path, flipped(content, at, 1 << (at % 8))),
          )
          const others = findings.filter(({ file }) => file !== path)
          // A change of the key's own line can only show in the signatures it no longer fits.
          if (ok || (path !== 'ledger.vkey' && others.length > 0) || findings[0]?.file !== path)
            expect.fail(`${path} byte ${at}: ${JSON.stringify(findings)}`)
        }
    })

  test('in sampled bytes of a ledger of three levels', async () => {
    const files = await buildLedger(65_537 + 300, [0, 65_000])
    const paths = [...files.keys()]
    const upper = paths.filter((path) => /^tile\/[12]\//.test(path))
    const sampled = [...upper, ...paths.filter((_, n) => n % 97 === 0), '.committed', 'checkpoint']
    for (const path of sampled) {
      const content = contentOf(files, path)
      for (const at of new Set([0, Math.floor(content.length / 2), content.length - 1])) {
        if (content.length === 0) continue
        const { findings } = await check(withFile(files, path, flipped(content, at)))
        const named = [...new Set(findings.map(({ file }) => file))]
        expect({ at, named }).toEqual({ at, named: [path] })
      }
    }
  })

  test('when it is missing', async () => {
    const files = await buildLedger(600)
    for (const path of files.keys())
      if (path !== '.lock') await expectNamed(withFile(files, path, null), path)
  })

  test('when it is cut short, grown or emptied', async () => {
    const files = await buildLedger(600)
    for (const [path, content] of files) {
      const cut = content.subarray(0, content.length - 1).slice()
      if (content.length > 0) await expectNamed(withFile(files, path, cut), path)
      if (content.length > 0) await expectNamed(withFile(files, path, new Uint8Array()), path)
      const grown = new Uint8Array(content.length + 1)
      grown.set(content)
      await expectNamed(withFile(files, path, grown), path)
    }
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
      await expectNamed(withFile(files, path, utf8('?')), path)
  })

  test('when two files are swapped', async () => {
    const files = await buildLedger(600)
    for (const [a, b] of [
      ['tile/entries/000', 'tile/entries/001'],
      ['tile/0/000', 'tile/0/001'],
    ] as const) {
      const swapped = new Map(files).set(a, contentOf(files, b)).set(b, contentOf(files, a))
      await expectNamed(swapped, a, b)
    }
  })

  test('when bundles are swapped together with their tiles', async () => {
    const files = await buildLedger(600)
    const swapped = new Map(files)
    for (const folder of ['tile/entries', 'tile/0']) {
      swapped.set(`${folder}/000`, contentOf(files, `${folder}/001`))
      swapped.set(`${folder}/001`, contentOf(files, `${folder}/000`))
    }
    await expectNamed(swapped, 'tile/entries/000', 'tile/entries/001', 'tile/0/000', 'tile/0/001')
  })

  test('when the whole tree is another one', async () => {
    const files = await buildLedger(300)
    const other = entriesOf(300).with(7, utf8('forged'))
    for (const [path, content] of treeFiles(other)) files.set(path, content)
    await expectNamed(files, 'checkpoint')
  })
})

describe('a ledger that was not closed', () => {
  const entries = entriesOf(700)
  async function crashed(): Promise<LedgerFiles> {
    const files = await buildLedger(500)
    files.set(
      '.committed',
      committedOf([await checkpointOf(entries, 500), await checkpointOf(entries, 600)]),
    )
    files.set(
      '.committed',
      committedOf(await Promise.all([500, 550, 600].map((n) => checkpointOf(entries, n)))),
    )
    // Staged since before the publication, in two files; some tiles are ahead.
    const first = stagedRecord(entries.slice(490, 560), 490)
    files.set('.staging/0000000000000490', first)
    files.set('.staging/0000000000000560', stagedRecord(entries.slice(560, 600), 560))
    const ahead = treeFiles(entries, 600)
    for (const path of ['tile/0/001', 'tile/entries/001', 'tile/0/002.p/88', 'tile/1/000.p/2'])
      files.set(path, contentOf(ahead, path))
    return files
  }

  test('is intact when its staging log leads to its committed head', async () => {
    expect(await check(await crashed())).toMatchObject({
      findings: [],
      size: 500,
      entries: 600,
    })
  })

  test('is followed through full bundles when the staging log was shortened', async () => {
    const files = await crashed()
    files.delete('.staging/0000000000000490')
    files.delete('.staging/0000000000000560')
    files.set('.staging/0000000000000512', stagedRecord(entries.slice(512, 600), 512))
    expect(await check(files)).toMatchObject({ findings: [], entries: 600 })
  })

  test('shows any changed byte of its private files and of what was written ahead', async () => {
    const files = await crashed()
    const paths = [...files.keys()].filter((p) =>
      /^\.staging|^\.committed|001$|p\/88|p\/2$/.test(p),
    )
    for (const path of paths) {
      const content = contentOf(files, path)
      const step = path.startsWith('.staging') ? 1 : 29
      for (let at = 0; at < content.length; at += step) {
        const { findings } = await check(withFile(files, path, flipped(content, at)))
        if (!findings.some(({ file }) => file === path))
          expect.fail(`${path} byte ${at}: ${JSON.stringify(findings)}`)
      }
    }
  })

  test('shows records that were replaced, with checksums that fit', async () => {
    const files = await crashed()
    const path = '.staging/0000000000000560'
    const forged = entries.with(570, utf8('forged')).slice(560, 600)
    await expectNamed(withFile(files, path, stagedRecord(forged, 560)), '.committed')
    const old = '.staging/0000000000000490'
    const rewritten = entries.with(495, utf8('forged')).slice(490, 560)
    await expectNamed(withFile(files, old, stagedRecord(rewritten, 490)), old)
  })

  test('shows entries that were never committed, and a gap', async () => {
    const files = await crashed()
    const beyond = '.staging/0000000000000600'
    await expectNamed(withFile(files, beyond, stagedRecord(entries.slice(600), 600)), beyond)
    const gap = '.staging/0000000000000561'
    const moved = withFile(files, '.staging/0000000000000560', null)
    await expectNamed(withFile(moved, gap, stagedRecord(entries.slice(561, 600), 561)), gap)
  })
})

/** The key of the log in spec/vectors/tlog, and a policy that asks for its witness. */
const logKey = 'ledger.example/eval+2a540629+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4'
const policy = `log ${logKey}
witness w1 witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X
quorum w1
`

describe('the published log of 300 entries', () => {
  const root = join(import.meta.dirname, '../../../../spec/vectors/tlog/log300')
  const files: LedgerFiles = new Map(
    globSync('**', { cwd: root, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length + 1), new Uint8Array(readFileSync(path))]),
  )
  const trust = parseTrustPolicy(policy)

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
    const report = await check(new Map(files).set('ledger.vkey', utf8(`${logKey}\n`)))
    expect(report).toMatchObject({ ok: true, logEstablished: false, witnesses: [] })
  })

  test('cannot be checked without any key', async () => {
    await expectNamed(files, 'ledger.vkey')
  })

  test('shows every changed byte', async () => {
    for (const [path, content] of files)
      for (let at = 0; at < content.length; at++) {
        const tiles = storeOf(withFile(files, path, flipped(content, at)))
        const { findings } = await fsck({ tiles, trust })
        if (findings.length !== 1 || findings[0]?.file !== path)
          expect.fail(`${path} byte ${at}: ${JSON.stringify(findings)}`)
      }
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
