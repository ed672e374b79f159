// Removes partial tiles and bundles that full ones stand for: an interrupted writer leaves them. Readers of an older checkpoint
// fall back to the full file (C2SP tlog-tiles).
// INVARIANT: a partial file goes only when its full one belongs to the published tree, holds what the tree has in its place, and
// is durable. What the published checkpoint itself is read by is never touched, so a writer may go on meanwhile.

import {
  type Checkpoint,
  entriesPath,
  equalBytes,
  nodeFromTiles,
  OperatingError,
  parseTilePath,
  type TileFile,
  tileHeight,
  tilePath,
  tileWidth,
} from '@proofhouse/evidence'
import { rootOver } from '../bundle-hash.ts'
import type { TileStore } from './ports.ts'
import { readEntries, readTile } from './tile-reader.ts'
import { fastSha256 } from './tree-hash.ts'

/** What was removed. */
export interface RemovedPartials {
  /** Partial files that are gone. */
  readonly removed: number
  /** Full files that stand for them. */
  readonly full: number
}

/**
 * Removes what the published tree has no more use for.
 * @throws ledger-corrupt when a full file does not hold what it should: its partial ones stay; storage-failed
 */
export async function removePartialFiles(
  tiles: TileStore,
  checkpoint: Checkpoint,
): Promise<RemovedPartials> {
  const superseded = new Map<string, { readonly file: TileFile; count: number }>()
  for await (const path of tiles.list()) {
    const file = parseTilePath(path)
    if (file === null || file.width === tileWidth || !isFullIn(checkpoint, file)) continue
    const full = pathOf({ ...file, width: tileWidth })
    const known = superseded.get(full)
    if (known === undefined) superseded.set(full, { file, count: 1 })
    else known.count++
  }
  let removed = 0
  for (const [full, { file, count }] of superseded) {
    await checkFull(tiles, checkpoint, file)
    await tiles.sync([full])
    await tiles.remove(`${full}.p`)
    removed += count
  }
  return { removed, full: superseded.size }
}

const pathOf = (file: TileFile) => (file.kind === 'tile' ? tilePath(file) : entriesPath(file))

/** Whether the tree of the checkpoint has the whole file that this is a part of. */
function isFullIn({ size }: Checkpoint, file: TileFile): boolean {
  const level = file.kind === 'tile' ? file.level : 0
  return (file.index + 1) * tileWidth ** (level + 1) <= size
}

async function checkFull(tiles: TileStore, checkpoint: Checkpoint, file: TileFile): Promise<void> {
  const { index } = file
  if (file.kind === 'entries' || file.level === 0) {
    // Reading an entry holds its bundle and tile against the tree.
    const from = index * tileWidth
    for await (const _ of readEntries(tiles, { from, to: from + 1, checkpoint })) break
    return
  }
  const { level } = file
  const hashes = await readTile(tiles, { level, index, width: tileWidth })
  const above = await nodeFromTiles(
    { level: (level + 1) * tileHeight, index },
    checkpoint.size,
    (tile) => readTile(tiles, tile),
    fastSha256,
  )
  if (!equalBytes(rootOver(hashes), above))
    throw new OperatingError(
      'ledger-corrupt',
      `\`${pathOf({ ...file, width: tileWidth })}\` is not in the tree; run \`proofhouse ledger fsck\``,
    )
}
