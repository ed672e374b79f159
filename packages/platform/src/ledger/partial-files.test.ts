// Partial files go once full ones stand for them, and none that the published checkpoint is read by.

import { OperatingError, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { MemoryTileStore } from '../adapters/memory-ledger.ts'
import { buildLedger, contentOf, entriesOf, flipped, treeFiles } from './fsck/fsck.fixture.ts'
import { newLedgerKey } from './fsck/fsck.fixture.ts'
import { fsck } from './fsck/fsck.ts'
import { openLedger } from './open-ledger.ts'
import { removePartialFiles } from './partial-files.ts'
import { memoryPlace } from './stores.fixture.ts'
import { openCheckpoint, parseVerifierKey, textOf } from '@proofhouse/evidence'

/** A log of 66,000 entries with every partial file of these sizes left in it. */
async function littered(sizes: readonly number[], size: number) {
  const files = await buildLedger(size)
  const entries = entriesOf(size)
  const stale = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const older of sizes)
    for (const [path, content] of treeFiles(entries.slice(0, older)))
      if (path.includes('.p/') && !files.has(path)) stale.set(path, content)
  const tiles = new MemoryTileStore()
  for (const [path, content] of [...files, ...stale]) await tiles.write(path, content)
  const verifier = parseVerifierKey(textOf(contentOf(files, 'ledger.vkey')).trim())
  const checkpoint = await openCheckpoint(textOf(contentOf(files, 'checkpoint')), verifier)
  return { tiles, checkpoint, files, stale }
}

const pathsIn = async (tiles: MemoryTileStore) => (await Array.fromAsync(tiles.list())).toSorted()

describe('removing partial files', () => {
  test('takes those of full files, and leaves the ledger whole', async () => {
    const { tiles, checkpoint, files, stale } = await littered([10, 255, 300, 511, 590], 600)
    const expected = [...stale.keys()].filter((path) => !/00[12]\.p|tile\/1\//.test(path))
    // Of the bundle and the tile at the edge, and of the level above, nothing goes: they have no full file.
    const kept = [...stale.keys()].filter((path) => /002\.p|tile\/1\//.test(path))
    expect(kept.length).toBeGreaterThan(0)
    const { removed, full } = await removePartialFiles(tiles, checkpoint)
    expect(full).toBe(4)
    expect(removed).toBe(stale.size - kept.length)
    const left = await pathsIn(tiles)
    expect(left).toEqual([...files.keys(), ...kept].toSorted())
    expect(expected.every((path) => !left.includes(path))).toBe(true)
    expect((await fsck({ tiles, trust: null })).findings).toEqual([])
    expect(await removePartialFiles(tiles, checkpoint)).toEqual({ removed: 0, full: 0 })
  })

  test.each(['tile/entries/000', 'tile/0/000'])(
    'takes nothing while the full file %s is wrong or gone',
    async (path) => {
      const { tiles, checkpoint, files } = await littered([100], 600)
      await tiles.write(path, flipped(contentOf(files, path), 40))
      const before = await pathsIn(tiles)
      const refused = (error: unknown) => (error instanceof OperatingError ? error.code : error)
      expect(await removePartialFiles(tiles, checkpoint).catch(refused)).toBe('ledger-corrupt')
      await tiles.remove(path)
      expect(await removePartialFiles(tiles, checkpoint).catch(refused)).toBe('ledger-corrupt')
      expect(await pathsIn(tiles)).toEqual(before.filter((one) => one !== path))
    },
  )

  test('a ledger that is opened again has none of what its interrupted writer left', async () => {
    const place = memoryPlace()
    const stores = await place.open()
    const { signer, verifierKey } = newLedgerKey()
    const verifier = parseVerifierKey(verifierKey)
    const first = await openLedger({ ...stores, signer }, verifier)
    const append = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, n) => first.append(utf8(`entry ${n}`))))
    for (const count of [100, 100, 100]) {
      await append(count)
      await first.checkpoint()
    }
    const partials = async () =>
      (await Array.fromAsync(stores.tiles.list())).filter((path) => path.includes('/000.p/'))
    // Its process ends here, without closing.
    expect((await partials()).length).toBeGreaterThan(2)
    const again = await openLedger({ ...stores, signer }, verifier)
    expect(await partials()).toEqual(['tile/1/000.p/1'])
    await again.close()
    expect(await partials()).toEqual(['tile/1/000.p/1'])
  })
})
