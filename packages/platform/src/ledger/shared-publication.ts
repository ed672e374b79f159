// Publishes a head of a log that several writers share, one writer at a time. Writers publish what they know, also entries of others;
// whoever comes with an older head finds its work done.
// INVARIANT: whatever is below a published head is durable, so that its staged batches may be forgotten by anybody.

import {
  entriesPath,
  type NoteVerifier,
  tilePath,
  tilesOfSize,
  tileWidth,
} from '@proofhouse/evidence'
import { checkpointPath } from './layout.ts'
import type { SharedLog, TileStore } from './ports.ts'
import type { Head } from './publisher.ts'
import { readPublished } from './open-ledger.ts'
import type { Publication } from './shared-copy.ts'

const concurrentWritesMax = 8

/** Where to publish. */
export interface PublicationPlace {
  readonly tiles: TileStore
  readonly log: SharedLog
  readonly verifier: NoteVerifier
}

/** Publishes a head, unless a newer one is published already; gives the one that is. @throws storage-failed */
export async function publishShared(
  { tiles, log, verifier }: PublicationPlace,
  { head, partials, files }: Publication,
): Promise<Head> {
  let published = head
  await log.publishing(async () => {
    const before = await readPublished(tiles, verifier)
    const from = before?.checkpoint.size ?? -1
    if (before !== null && from >= head.checkpoint.size) {
      published = before
      return
    }
    const needed = [...files.filter(({ atSize }) => atSize > from), ...partials]
    for (let n = 0; n < needed.length; n += concurrentWritesMax)
      await Promise.all(
        needed
          .slice(n, n + concurrentWritesMax)
          .map(({ path, content }) => tiles.write(path, content)),
      )
    await tiles.sync(needed.map(({ path }) => path))
    await tiles.write(checkpointPath, Buffer.from(head.note))
    await tiles.sync([checkpointPath])
    await log.forget(head.checkpoint.size)
    for (const folder of superseded(from, head.checkpoint.size)) await tiles.remove(folder)
  })
  return published
}

/** The folders of partial files that a log of one size had and one of the other size has full files for. */
function superseded(from: number, to: number): string[] {
  const folders: string[] = []
  for (const tile of tilesOfSize(Math.max(from, 0))) {
    const isFull = (tile.index + 1) * tileWidth ** (tile.level + 1) <= to
    if (tile.width === tileWidth || !isFull) continue
    folders.push(`${tilePath({ ...tile, width: tileWidth })}.p`)
    if (tile.level === 0) folders.push(`${entriesPath({ index: tile.index, width: tileWidth })}.p`)
  }
  return folders
}
