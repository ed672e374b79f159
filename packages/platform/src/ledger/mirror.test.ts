// A ledger beside the mirror of its checkpoints: what was cut back, rewritten or forked is found.

import { openCheckpoint, OperatingError, parseVerifierKey, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { MemoryTileStore } from '../adapters/memory-ledger.ts'
import { newLedgerKey } from './fsck/fsck.fixture.ts'
import { readCommittedHead } from './fsck/head.ts'
import { checkpointPath } from './layout.ts'
import { checkMirror, mirroredTiles, mirrorIn } from './mirror.ts'
import { openLedger } from './open-ledger.ts'
import { memoryPlace, type Stores } from './stores.fixture.ts'

const key = newLedgerKey()
const verifier = parseVerifierKey(key.verifierKey)

/** A ledger over a mirror, with so many entries appended one publication at a time. */
async function grow(stores: Stores, kept: MemoryTileStore, texts: readonly string[]) {
  const tiles = mirroredTiles(stores.tiles, mirrorIn(kept, verifier))
  const ledger = await openLedger({ ...stores, tiles, signer: key.signer }, verifier)
  for (const text of texts) {
    await ledger.append(utf8(text))
    await ledger.checkpoint()
  }
  await ledger.close()
}

const texts = (count: number, word = 'entry') =>
  Array.from({ length: count }, (_, n) => `${word} ${n}`)

async function compared({ tiles }: Stores, kept: MemoryTileStore) {
  const note = new TextDecoder().decode((await tiles.read(checkpointPath)) ?? new Uint8Array())
  const checkpoint = await openCheckpoint(note, verifier)
  const committed = await readCommittedHead(tiles, verifier)
  const notes = mirrorIn(kept, verifier).notes()
  return checkMirror({ notes, verifier, log: { tiles, checkpoint }, committed })
}

describe('a mirror of checkpoints', () => {
  test('holds every published checkpoint once, and a ledger that only grew bears it out', async () => {
    const stores = await memoryPlace().open()
    const kept = new MemoryTileStore()
    await grow(stores, kept, texts(5))
    await grow(stores, kept, texts(3))
    const report = await compared(stores, kept)
    expect(report).toEqual({ checkpoints: 9, size: 8, findings: [] })
    const paths = await Array.fromAsync(kept.list())
    expect(
      paths.every((path) =>
        /^[0-9a-f]{8}-[0-9a-f]{16}\/\d{10}\/\d{16}-[0-9a-f]{16}\.checkpoint$/.test(path),
      ),
    ).toBe(true)
  })

  test('finds a ledger that was cut back', async () => {
    const [stores, shorter] = [await memoryPlace().open(), await memoryPlace().open()]
    const kept = new MemoryTileStore()
    await grow(stores, kept, texts(5))
    await grow(shorter, new MemoryTileStore(), texts(3))
    const { findings } = await compared(shorter, kept)
    expect(findings.length).toBe(2)
    expect(findings[0]?.problem).toContain('it was cut back')
  })

  test('finds a ledger that was rewritten, also one that has grown beyond', async () => {
    const [stores, other] = [await memoryPlace().open(), await memoryPlace().open()]
    const kept = new MemoryTileStore()
    await grow(stores, kept, texts(5))
    await grow(other, new MemoryTileStore(), [...texts(3), ...texts(300, 'another')])
    const { findings } = await compared(other, kept)
    expect(findings.map(({ problem }) => problem)).toEqual(
      [4, 5].map(
        (size) => `the log published another root for its ${size} entries: it was rewritten`,
      ),
    )
  })

  test('finds notes that the log did not sign, and a mirror without this log', async () => {
    const stores = await memoryPlace().open()
    const kept = new MemoryTileStore()
    await grow(stores, kept, texts(2))
    const [path = ''] = await Array.fromAsync(kept.list())
    await kept.write(path, utf8('no note'))
    expect((await compared(stores, kept)).findings.map((finding) => finding.path)).toEqual([path])
    const empty = await compared(stores, new MemoryTileStore())
    expect(empty.findings.map(({ problem }) => problem)).toEqual([
      'the mirror holds no checkpoint of this log and key',
    ])
  })

  test('what the mirror does not take is not published', async () => {
    const stores = await memoryPlace().open()
    const kept = new MemoryTileStore()
    await grow(stores, kept, texts(2))
    const before = await stores.tiles.read(checkpointPath)
    const broken = {
      read: (path: string) => kept.read(path),
      write: () => Promise.reject(new OperatingError('storage-failed', 'the second disk is gone')),
      sync: () => kept.sync(),
      list: () => kept.list(),
    }
    const tiles = mirroredTiles(stores.tiles, mirrorIn(broken, verifier))
    const ledger = await openLedger({ ...stores, tiles, signer: key.signer }, verifier)
    await ledger.append(utf8('committed, and not published'))
    await expect(ledger.checkpoint()).rejects.toMatchObject({ code: 'storage-failed' })
    await ledger.close()
    expect(await stores.tiles.read(checkpointPath)).toEqual(before)
    // With the mirror back, what was committed is published, and kept.
    await grow(stores, kept, [])
    expect(await compared(stores, kept)).toEqual({ checkpoints: 4, size: 3, findings: [] })
  })
})
