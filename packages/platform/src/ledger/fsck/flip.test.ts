// One changed byte anywhere below a ledger's folder must be found, and its file named.

import { parseTrustPolicy, type TrustPolicy } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import {
  buildLedger,
  contentOf,
  crashedLedger,
  entriesOf,
  flipped,
  type LedgerFiles,
  storeOf,
  treeFiles,
  withFile,
} from './fsck.fixture.ts'
import { fsck } from './fsck.ts'
import { allFaults } from '../all-faults.fixture.ts'
import { publishedLog, publishedPolicy } from '../published-log.fixture.ts'

/** `npm run faults` changes every byte; otherwise of the larger ledgers every third. */
const sparse = allFaults ? 1 : 3

type Place = readonly [path: string, at: number]

/** The places whose change is not found, or blamed on other files than its own. */
async function missed(
  files: LedgerFiles,
  places: Iterable<Place>,
  trust: TrustPolicy | null = null,
): Promise<string[]> {
  const misses: string[] = []
  for (const [path, at] of places) {
    const content = flipped(contentOf(files, path), at, 1 << (at % 8))
    const { findings } = await fsck({ tiles: storeOf(withFile(files, path, content)), trust })
    const named = [...new Set(findings.map(({ file }) => file))]
    // A damaged record of the staging log also leaves a committed head without its entries.
    const found = path.startsWith('.staging') ? named.includes(path) : named.join() === path
    if (!found) misses.push(`${path} byte ${at}: ${named.join()}`)
  }
  return misses
}

/** Every byte, or every so many; of padding with zeros, every fifth of those. */
function* bytesOf(files: LedgerFiles, stepOf: (path: string) => number): Generator<Place> {
  for (const [path, content] of files) {
    const step = stepOf(path)
    for (let at = 0; at < content.length; at += step) {
      const padding = path === '.committed' && content[at] === 0 && content[at - 1] === 0
      if (!padding || at % 5 === 0) yield [path, at]
    }
  }
}

for (const size of [0, 1, 2, 257])
  test(`any byte of a ledger of ${size} entries`, async () => {
    const files = await buildLedger(size, size === 257 ? [0, 256] : [0])
    // Stale partial files too.
    if (size === 257)
      for (const [path, content] of treeFiles(entriesOf(3))) files.set(path, content)
    // The two slots do not depend on the tree: all of their bytes in one ledger, samples in others.
    const step = (path: string) => {
      if (path === '.committed') return size === 2 ? 1 : 61
      return (path.startsWith('tile/') && size === 257 ? 5 : 1) * (size === 257 ? sparse : 1)
    }
    expect(await missed(files, bytesOf(files, step))).toEqual([])
  })

test('bytes of a ledger whose tiles have three levels', async () => {
  const files = await buildLedger(65_537 + 300, [0, 65_000])
  const paths = [...files.keys()].filter((path) => path !== '.lock')
  const upper = paths.filter((path) => /^tile\/[12]\//.test(path))
  const sampled = [...upper, ...paths.filter((_, n) => n % 199 === 0), '.committed', 'checkpoint']
  const places = sampled.flatMap((path): Place[] => {
    const { length } = contentOf(files, path)
    return [0, Math.floor(length / 2), length - 1].map((at) => [path, at])
  })
  expect(await missed(files, places)).toEqual([])
})

test('any byte of what a ledger that was not closed has beside its tree', async () => {
  const files = await crashedLedger()
  const own = /^\.staging|^\.committed|001$|p\/88$|p\/2$/
  const checked = new Map([...files].filter(([path]) => own.test(path)))
  expect(
    await missed(
      files,
      bytesOf(checked, (path) => (path.startsWith('.staging') ? 2 : 29) * sparse),
    ),
  ).toEqual([])
})

test('any byte of a published log, its cosignature included, under a policy', async () => {
  const files = publishedLog()
  const places = bytesOf(files, (path) => (path.startsWith('tile/') ? 7 : 1) * sparse)
  expect(await missed(files, places, parseTrustPolicy(publishedPolicy))).toEqual([])
})
