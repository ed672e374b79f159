import { nodeFromTiles, type NodeId, OperatingError, peakNodes } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { entriesOf, storeOf, treeFiles } from './fsck/fsck.fixture.ts'
import { TileNodes } from './tile-nodes.ts'
import { readTile } from './tile-reader.ts'

const size = 66_000
const tiles = storeOf(treeFiles(entriesOf(size)))

/** Every height, at the left end, at the right, and in between. */
function* nodesIn(count: number): Generator<NodeId> {
  for (let level = 0; 2 ** level <= count; level++) {
    const last = Math.floor(count / 2 ** level) - 1
    for (const index of new Set([0, Math.floor(last / 3), Math.floor(last / 2), last]))
      yield { level, index }
  }
  yield* peakNodes(count)
}

test('nodes are those of the tiles, whatever is kept', async () => {
  for (const keptMax of [1, 3, 1_000]) {
    const nodes = new TileNodes(tiles, keptMax)
    for (const node of nodesIn(size)) {
      const plain = await nodeFromTiles(node, size, (tile) => readTile(tiles, tile))
      expect(await nodes.node(node, size), `${node.level} ${node.index}`).toEqual(
        new Uint8Array(plain),
      )
    }
  }
})

test('a tile is read once while it is kept, and again once it is not or could not be', async () => {
  const asked: string[] = []
  const state = { down: true }
  const counted = {
    read(path: string) {
      asked.push(path)
      if (state.down) throw new OperatingError('storage-failed', 'no disk')
      return tiles.read(path)
    },
  }
  const nodes = new TileNodes(counted, 2)
  const leaf = (index: number) => nodes.node({ level: 0, index }, size)
  await expect(leaf(0)).rejects.toMatchObject({ code: 'storage-failed' })
  state.down = false
  const first = await Promise.all([leaf(0), leaf(1), leaf(2)])
  first[0]?.fill(0)
  expect(await leaf(0)).not.toEqual(first[0])
  expect(asked).toEqual(['tile/0/000', 'tile/0/000'])
  await leaf(256)
  await leaf(3)
  // The one that was asked for longest ago went.
  await leaf(512)
  await leaf(4)
  await leaf(257)
  expect(asked.slice(2)).toEqual(['tile/0/001', 'tile/0/002', 'tile/0/001'])
})
