// Reads a log from its tiles: hashes and entries, each bundle checked against the tree it belongs to.

import {
  type Bytes,
  type Checkpoint,
  decodeBundle,
  entriesPath,
  equalBytes,
  nodeFromTiles,
  OperatingError,
  peakNodes,
  frontierRoot,
  tilePath,
  type TileId,
  tileWidth,
} from '@proofhouse/evidence'
import { rootOver } from '../bundle-hash.ts'
import type { ReadEntry } from './ledger.ts'
import type { TileStore } from './ports.ts'
import { eachLeaf, fastSha256 } from './tree-hash.ts'

const corrupt = (message: string) =>
  new OperatingError('ledger-corrupt', `${message}; run \`proofhouse ledger fsck\``)

/** A tile of a log, at least as wide as asked and cut to it: the full one stands in for a partial one that is gone. */
export async function readTile(tiles: Pick<TileStore, 'read'>, tile: TileId): Promise<Bytes> {
  const path = tilePath(tile)
  const size = tile.width * 32
  const found =
    (await tiles.read(path)) ??
    (tile.width < tileWidth ? await tiles.read(tilePath({ ...tile, width: tileWidth })) : null)
  if (found === null) throw corrupt(`\`${path}\` is missing`)
  if (found.length < size) throw corrupt(`\`${path}\` is too short`)
  return found.subarray(0, size)
}

/**
 * A tile at the right edge. Partial tiles above the lowest level are computed from the full ones below: they are
 * written for readers, and a power cut may leave one empty; so is a full one that was never written.
 * @throws ledger-corrupt
 */
export async function readEdgeTile(tiles: Pick<TileStore, 'read'>, tile: TileId): Promise<Bytes> {
  if (tile.level === 0) return readTile(tiles, tile)
  const full = { ...tile, width: tileWidth }
  if ((await tiles.read(tilePath(full))) !== null) return readTile(tiles, tile)
  const hashes = new Uint8Array(tile.width * 32)
  for (let n = 0; n < tile.width; n++) {
    const below = { level: tile.level - 1, index: tile.index * tileWidth + n, width: tileWidth }
    hashes.set(rootOver(await readEdgeTile(tiles, below)), n * 32)
  }
  return hashes
}

/** The records of the first `width` entries of a bundle. */
export async function readBundle(
  tiles: Pick<TileStore, 'read'>,
  index: number,
  width: number,
): Promise<Bytes> {
  const path = entriesPath({ index, width })
  const exact = await tiles.read(path)
  if (exact !== null) return exact
  const full = width < tileWidth ? await tiles.read(entriesPath({ index, width: tileWidth })) : null
  if (full === null) throw corrupt(`\`${path}\` is missing`)
  const kept = decoded(full, tileWidth).slice(0, width)
  return full.subarray(
    0,
    kept.reduce((sum, entry) => sum + entry.length + 2, 0),
  )
}

/** The entries of a bundle, as what lies in a ledger: malformed means that it is damaged. */
function decoded(bundle: Bytes, width: number): Uint8Array[] {
  try {
    return decodeBundle(bundle, width)
  } catch (cause) {
    if (cause instanceof OperatingError) throw corrupt(cause.message)
    throw cause
  }
}

/** Which entries to read, and the checkpoint they must belong to. */
interface ReadRange {
  readonly from: number
  readonly to: number
  readonly checkpoint: Checkpoint
}

/**
 * Entries in order. The level-0 tiles are held against the checkpoint's root first, each bundle against its tile.
 * @throws ledger-corrupt
 */
export async function* readEntries(
  tiles: Pick<TileStore, 'read'>,
  { from, to, checkpoint }: ReadRange,
): AsyncIterable<ReadEntry> {
  await checkRoot(tiles, checkpoint)
  const { size } = checkpoint
  for (let index = Math.floor(from / tileWidth); index * tileWidth < to; index++) {
    const width = Math.min(tileWidth, size - index * tileWidth)
    const bundle = await readBundle(tiles, index, width)
    const entries = decoded(bundle, width)
    await checkBundle(tiles, { index, width, size }, bundle)
    for (const [n, entry] of entries.entries()) {
      const at = index * tileWidth + n
      if (at >= from && at < to) yield { index: at, entry: new Uint8Array(entry) }
    }
  }
}

/** The root must follow from the tiles' own right edge. */
async function checkRoot(
  tiles: Pick<TileStore, 'read'>,
  { size, root }: Checkpoint,
): Promise<void> {
  const peaks: Uint8Array[] = []
  for (const node of peakNodes(size))
    peaks.push(await nodeFromTiles(node, size, (tile) => readTile(tiles, tile), fastSha256))
  if (!equalBytes(frontierRoot({ size, peaks }, fastSha256), root))
    throw corrupt('the tiles do not lead to the root of the checkpoint')
}

/** A bundle's entries must hash to its tile, and its tile to the hash of the level above. */
async function checkBundle(
  tiles: Pick<TileStore, 'read'>,
  { index, width, size }: { index: number; width: number; size: number },
  bundle: Bytes,
): Promise<void> {
  const tile = await readTile(tiles, { level: 0, index, width })
  let n = 0
  eachLeaf(bundle, (leaf) => {
    if (!equalBytes(leaf, tile.subarray(n * 32, n * 32 + 32)))
      throw corrupt(`entry ${index * tileWidth + n} is not the one in the tree`)
    n++
  })
  if (width < tileWidth) return
  for (let level = 0, at = index; ; level++) {
    const hashes =
      level === 0 ? tile : await readTile(tiles, { level, index: at, width: tileWidth })
    const above = await nodeFromTiles(
      { level: (level + 1) * 8, index: at },
      size,
      (t) => readTile(tiles, t),
      fastSha256,
    )
    if (!equalBytes(rootOver(hashes), above))
      throw corrupt(`\`${tilePath({ level, index: at, width: tileWidth })}\` is not in the tree`)
    at = Math.floor(at / tileWidth)
    if (size < (at + 1) * tileWidth ** (level + 2)) return
  }
}
