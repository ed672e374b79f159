// Opens a log for writing and makes it whole: whatever was committed and not yet in tiles is derived again from the staging log,
// checked against the signed root, written, made durable and published, before anybody may append.

import {
  type Bytes,
  type Checkpoint,
  digestSizeBytes,
  emptyRoot,
  entriesPath,
  equalBytes,
  formatCheckpoint,
  type NoteVerifier,
  openCheckpoint,
  OperatingError,
  signNote,
  textOf,
  tileWidth,
} from '@proofhouse/evidence'
import { checkpointPath } from './layout.ts'
import type { CosignableLedger } from './ledger.ts'
import { type LedgerLimits, ledgerLimits } from './limits.ts'
import type { StagedBatch, TileStore } from './ports.ts'
import type { Head } from './publisher.ts'
import { type EdgeState, type LogFile, RightEdge } from './right-edge.ts'
import { type LedgerStores, Sequencer } from './sequencer.ts'
import { readBundle, readEdgeTile } from './tile-reader.ts'
import { eachLeaf } from './tree-hash.ts'

const corrupt = (message: string) =>
  new OperatingError('ledger-corrupt', `${message}; run \`proofhouse ledger fsck\``)

/**
 * Opens a ledger over its stores, whose lock the caller holds. `verifier` is the public half of the stores' signer.
 * @throws ledger-corrupt when the stores contradict each other; nothing is changed then
 */
export async function openLedger(
  stores: LedgerStores,
  verifier: NoteVerifier,
  limits: Partial<LedgerLimits> = {},
): Promise<CosignableLedger> {
  const { lock, staging, tiles } = stores
  const note = (await lock.read()) ?? (await firstCheckpoint(stores))
  const committed = await openCommitted(note, verifier)
  const published = await readPublished(tiles, verifier)
  const head = await newestHead(stores, { head: { note, checkpoint: committed }, published })
  const { checkpoint } = head
  refuseBehind(checkpoint, published)
  const { edge, completed } = await edgeAt(stores, checkpoint)
  // A writer whose last sync failed may have left a commit that only this machine's memory holds:
  // nothing may build on it before it is durable.
  await lock.swap(note, head.note)
  const isPublished = published?.checkpoint.size === checkpoint.size
  const publishedNote = isPublished ? published.note : head.note
  const publication = { path: checkpointPath, content: Buffer.from(publishedNote) }
  const files = [...completed, ...edge.partialFiles(), publication]
  for (const { path, content } of files) await tiles.write(path, content)
  await tiles.sync(files.map(({ path }) => path))
  // An interrupted writer has left partial files that these full ones stand for.
  for (const { path } of completed) await tiles.remove(`${path}.p`)
  // Batches beyond the commit were never acknowledged; what is committed is in durable tiles now.
  await staging.forget(Number.MAX_SAFE_INTEGER)
  return new Sequencer(stores, { ...ledgerLimits, ...limits }, { head, publishedNote, edge })
}

/**
 * The head that was committed last. Where the record of that commit is damaged, it is what was published, or the next
 * staged batch under the very signature that the damage left, and never less: what was acknowledged must not be taken
 * back.
 * @throws ledger-corrupt when the damaged record fits neither
 */
async function newestHead(
  stores: LedgerStores,
  { head, published }: { readonly head: Head; readonly published: Head | null },
): Promise<Head> {
  const damaged = stores.lock.damaged ?? null
  if (damaged === null || damaged.isOlder) return head
  const { size } = head.checkpoint
  const isLater = published !== null && published.checkpoint.size > size
  const checkpoint = isLater ? published.checkpoint : await nextCheckpoint(stores, head.checkpoint)
  const note =
    checkpoint === null ? null : await signNote(formatCheckpoint(checkpoint), [stores.signer])
  if (checkpoint === null || note === null || !damaged.wasOf(note))
    throw corrupt(
      `the record of the commit after that of ${size} entries is damaged, and what it committed cannot be told; restore the ledger from a copy`,
    )
  return { note, checkpoint }
}

/** The checkpoint that the next staged batch leads to; null where there is none. */
async function nextCheckpoint(
  stores: LedgerStores,
  { origin, size, root }: Checkpoint,
): Promise<Checkpoint | null> {
  for await (const batch of stores.staging.batches())
    if (batch.firstIndex === size) {
      const { edge } = await edgeAt(stores, { size, root })
      edge.grow(batch.bundle)
      return { origin, size: edge.size, root: edge.root() }
    }
  return null
}

/** The right edge of a log at a committed size, and the files that the staged batches before it complete. @throws ledger-corrupt */
async function edgeAt(
  stores: LedgerStores,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
): Promise<{ readonly edge: RightEdge; readonly completed: readonly LogFile[] }> {
  const batches = await committedBatches(stores, size)
  const edge = new RightEdge(await storedEdge(stores.tiles, batches[0]?.firstIndex ?? size))
  const completed = batches.flatMap(({ bundle }) => edge.grow(bundle))
  if (edge.size !== size || !equalBytes(edge.root(), root))
    throw corrupt('the committed checkpoint does not follow from the tiles and the staging log')
  return { edge, completed }
}

/** A new log begins with a signed checkpoint of size 0. */
async function firstCheckpoint({ lock, tiles, signer }: LedgerStores): Promise<string> {
  // Without its commit point, a log that has been published must not start anew: that would be a fork.
  if ((await tiles.read(checkpointPath)) !== null)
    throw corrupt('there is a published checkpoint and no committed one')
  const empty = { origin: signer.name, size: 0, root: emptyRoot() }
  const note = await signNote(formatCheckpoint(empty), [signer])
  await lock.swap(null, note)
  return note
}

/** Reads a committed note. @throws ledger-corrupt when the ledger's key did not sign it */
export async function openCommitted(note: string, verifier: NoteVerifier): Promise<Checkpoint> {
  try {
    return await openCheckpoint(note, verifier)
  } catch (cause) {
    throw new OperatingError(
      'ledger-corrupt',
      'the committed checkpoint is not signed by the key of this ledger; is it the right key?',
      { cause },
    )
  }
}

/** The published head; null before the first, and where a power cut has torn it. */
export async function readPublished(
  tiles: TileStore,
  verifier: NoteVerifier,
): Promise<Head | null> {
  const bytes = await tiles.read(checkpointPath)
  if (bytes === null) return null
  try {
    const note = textOf(bytes)
    return { note, checkpoint: await openCheckpoint(note, verifier) }
  } catch (error) {
    if (error instanceof OperatingError) return null
    throw error
  }
}

/**
 * What has been published must never be taken back: a commit point that is behind it is damaged or
 * from a backup, and going on from there would be a fork.
 */
function refuseBehind(committed: Checkpoint, published: Head | null): void {
  if (published === null) return
  const { size, root } = published.checkpoint
  if (size > committed.size || (size === committed.size && !equalBytes(root, committed.root)))
    throw corrupt(
      `${size} entries are published, but the commit point holds another log, of ${committed.size}`,
    )
}

/** The staged batches up to the committed size, without a gap. */
async function committedBatches(
  { staging }: LedgerStores,
  size: number,
): Promise<readonly StagedBatch[]> {
  const batches: StagedBatch[] = []
  for await (const batch of staging.batches()) {
    const last = batches.at(-1)
    if (batch.firstIndex + batch.count > size) break
    if (last !== undefined && last.firstIndex + last.count !== batch.firstIndex)
      throw corrupt(`the staging log has a gap before entry ${batch.firstIndex}`)
    batches.push(batch)
  }
  return batches
}

/** What lies right of the full tiles and bundles of a log of this size. @throws ledger-corrupt */
export async function storedEdge(tiles: TileStore, size: number): Promise<EdgeState> {
  const hashes: Bytes[] = []
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / tileWidth)) {
    const width = count % tileWidth
    const index = Math.floor(count / tileWidth)
    hashes.push(width === 0 ? new Uint8Array() : await readEdgeTile(tiles, { level, index, width }))
  }
  const width = size % tileWidth
  const index = Math.floor(size / tileWidth)
  const tail = width === 0 ? new Uint8Array() : await readBundle(tiles, index, width)
  // The root vouches for the tile alone. New entries will share a file with these: they must be the right ones.
  checkTail(tail, { hashes: hashes[0] ?? new Uint8Array(), path: entriesPath({ index, width }) })
  return { size, hashes, tail }
}

function checkTail(
  tail: Bytes,
  { hashes, path }: { readonly hashes: Bytes; readonly path: string },
): void {
  let at = 0
  eachLeaf(tail, (leaf, _, end) => {
    if (end > tail.length || !equalBytes(leaf, hashes.subarray(at, at + digestSizeBytes)))
      throw corrupt(`\`${path}\` does not hold the entries of its tile`)
    at += digestSizeBytes
  })
  if (at !== hashes.length) throw corrupt(`\`${path}\` does not hold as many entries as its tile`)
}
