// Opens a log for writing and makes it whole: whatever was committed and not yet in tiles is derived again from the staging log,
// checked against the signed root, written, made durable and published, before anybody may append.

import {
  type Bytes,
  type Checkpoint,
  concatBytes,
  emptyRoot,
  entriesPath,
  equalBytes,
  formatCheckpoint,
  type NoteVerifier,
  openCheckpoint,
  OperatingError,
  signNote,
  tilePath,
  tileWidth,
} from '@proofhouse/evidence'
import { checkpointPath } from './layout.ts'
import type { Ledger } from './ledger.ts'
import type { StagedBatch, TileStore } from './ports.ts'
import { type LedgerStores, type LogState, Sequencer } from './sequencer.ts'
import { readBundle, readTile } from './tile-reader.ts'
import { eachLeaf, GrowingTree } from './tree-hash.ts'

const corrupt = (message: string) =>
  new OperatingError('ledger-corrupt', `${message}; run \`proofhouse ledger fsck\``)

/**
 * Opens a ledger over its stores, whose lock the caller holds. `verifier` is the public half of the stores' signer.
 * @throws ledger-corrupt when the stores contradict each other; nothing is changed then
 */
export async function openLedger(stores: LedgerStores, verifier: NoteVerifier): Promise<Ledger> {
  const committed = (await stores.lock.read()) ?? (await firstCheckpoint(stores))
  const checkpoint = await openCommitted(committed, verifier)
  const batches = await committedBatches(stores, checkpoint.size)
  const start = batches[0]?.firstIndex ?? checkpoint.size
  const stored = await storedState(stores.tiles, start)
  const replayed = replay(stored, batches)
  if (replayed.size !== checkpoint.size || !equalBytes(replayed.root, checkpoint.root))
    throw corrupt('the committed checkpoint does not follow from the tiles and the staging log')
  const files = [
    ...replayed.files,
    ...edgeFiles(replayed),
    [checkpointPath, Buffer.from(committed)] as const,
  ]
  for (const [path, content] of files) await stores.tiles.write(path, content)
  await stores.tiles.sync(files.map(([path]) => path))
  // Batches beyond the commit were never acknowledged; what is committed is in durable tiles now.
  await stores.staging.forget(Number.MAX_SAFE_INTEGER)
  return new Sequencer(stores, {
    note: committed,
    checkpoint,
    edges: replayed.edges,
    tail: replayed.tail,
  } satisfies LogState)
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

async function openCommitted(note: string, verifier: NoteVerifier): Promise<Checkpoint> {
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

interface Stored {
  readonly size: number
  readonly edges: readonly Uint8Array[]
  readonly tail: Bytes
}

/** What the tiles hold right of their full tiles, for a log of this size. */
async function storedState(tiles: TileStore, size: number): Promise<Stored> {
  const edges: Uint8Array[] = []
  for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / tileWidth)) {
    const width = hashes % tileWidth
    const index = Math.floor(hashes / tileWidth)
    edges.push(width === 0 ? new Uint8Array() : await readTile(tiles, { level, index, width }))
  }
  const width = size % tileWidth
  const tail =
    width === 0 ? new Uint8Array() : await readBundle(tiles, Math.floor(size / tileWidth), width)
  return { size, edges, tail }
}

interface Replayed extends Stored {
  readonly root: Bytes
  /** Full tiles and bundles that the batches complete. */
  readonly files: readonly (readonly [path: string, content: Uint8Array])[]
}

function replay(stored: Stored, batches: readonly StagedBatch[]): Replayed {
  const files: (readonly [string, Uint8Array])[] = []
  const tree = new GrowingTree(stored, (level, index, hashes) => {
    files.push([tilePath({ level, index, width: tileWidth }), hashes])
  })
  let tail = stored.tail
  let tailCount = stored.size % tileWidth
  for (const { bundle } of batches) {
    let from = 0
    eachLeaf(bundle, (leaf, _start, end) => {
      tree.append(leaf)
      if (++tailCount < tileWidth) return
      const path = entriesPath({ index: tree.size / tileWidth - 1, width: tileWidth })
      files.push([path, concatBytes(tail, bundle.subarray(from, end))])
      from = end
      tail = new Uint8Array()
      tailCount = 0
    })
    tail = concatBytes(tail, bundle.subarray(from))
  }
  const edges: Uint8Array[] = []
  for (const { level, hashes } of tree.partialTiles()) edges[level] = hashes
  for (let level = 0; level < edges.length; level++) edges[level] ??= new Uint8Array()
  return { size: tree.size, root: tree.root(), edges, tail, files }
}

/** The partial tiles and the partial bundle of the log's right edge. */
function edgeFiles({ size, edges, tail }: Stored): (readonly [string, Uint8Array])[] {
  const files: (readonly [string, Uint8Array])[] = []
  edges.forEach((hashes, level) => {
    const width = hashes.length / 32
    const index = Math.floor(size / tileWidth ** (level + 1))
    if (width > 0) files.push([tilePath({ level, index, width }), hashes])
  })
  const width = size % tileWidth
  if (width > 0) files.push([entriesPath({ index: Math.floor(size / tileWidth), width }), tail])
  return files
}
