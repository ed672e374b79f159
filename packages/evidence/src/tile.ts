// The tiled layout of a log (C2SP tlog-tiles): which files hold which hashes and entries, and how to read them.
// Tiles have height 8: a full tile at level L holds 256 hashes, each the root of 256^L leaves. A partial tile `….p/W` holds the W
// leftmost hashes. Entry bundles hold 256 entries, each as `u16be length ‖ bytes`.

import { digestSizeBytes, type Sha256, sha256 } from './digest.ts'
import { type Bytes, concatBytes } from './encoding.ts'
import { assert, OperatingError } from './errors.ts'
import { emptyFrontier, appendLeaf, frontierRoot, type NodeId } from './merkle.ts'

/** Hashes in a full tile, entries in a full bundle. */
export const tileWidth = 256

/** Tree levels that one tile spans. */
export const tileHeight = 8

/** Largest entry: its length is a u16. */
export const maxEntrySizeBytes = 65_535

const tileLevelMax = 63

/** A hash tile: `width` is 256 for a full one. */
export interface TileId {
  readonly level: number
  readonly index: number
  readonly width: number
}

/** An entry bundle: `width` is 256 for a full one. */
export interface BundleId {
  readonly index: number
  readonly width: number
}

/** `1234067` → `x001/x234/067`. */
function indexPath(index: number): string {
  assert(Number.isSafeInteger(index) && index >= 0, 'a tile index is a whole number')
  let path = String(index % 1000).padStart(3, '0')
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`
  return path
}

const partialSuffix = (width: number) => (width === tileWidth ? '' : `.p/${width}`)

/** Path of a hash tile, relative to the log's prefix. */
export function tilePath({ level, index, width }: TileId): string {
  return `tile/${level}/${indexPath(index)}${partialSuffix(width)}`
}

/** Path of an entry bundle, relative to the log's prefix. */
export function entriesPath({ index, width }: BundleId): string {
  return `tile/entries/${indexPath(index)}${partialSuffix(width)}`
}

/** What a path below the log's prefix names. */
export type TileFile =
  | ({ readonly kind: 'tile' } & TileId)
  | ({ readonly kind: 'entries' } & BundleId)

const pathPattern = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** The tile or bundle at a path, in its one spelling; null for anything else. */
export function parseTilePath(path: string): TileFile | null {
  const match = pathPattern.exec(path)
  if (match === null) return null
  const [, kind = '', groups = '', partial] = match
  const index = Number(groups.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? tileWidth : Number(partial)
  if (!Number.isSafeInteger(index) || (partial !== undefined && width >= tileWidth)) return null
  const file: TileFile =
    kind === 'entries'
      ? { kind, index, width }
      : { kind: 'tile', level: Number(kind), index, width }
  if (file.kind === 'tile' && file.level > tileLevelMax) return null
  // `x000/001`, `00/000` and the like name nothing: one spelling only.
  const spelt = file.kind === 'tile' ? tilePath(file) : entriesPath(file)
  return spelt === path ? file : null
}

/** The tiles that a tree of this size has: every full one, and the partial one at the right edge of each level. */
export function* tilesOfSize(size: number): Generator<TileId> {
  let level = 0
  for (let hashes = size; hashes > 0; hashes = Math.floor(hashes / tileWidth)) {
    const full = Math.floor(hashes / tileWidth)
    for (let index = 0; index < full; index++) yield { level, index, width: tileWidth }
    if (hashes % tileWidth > 0) yield { level, index: full, width: hashes % tileWidth }
    level++
  }
}

/** The bundles that a log of this size has. */
export function* bundlesOfSize(size: number): Generator<BundleId> {
  const full = Math.floor(size / tileWidth)
  for (let index = 0; index < full; index++) yield { index, width: tileWidth }
  if (size % tileWidth > 0) yield { index: full, width: size % tileWidth }
}

/** The bundle's bytes. @throws entry-too-large */
export function encodeBundle(entries: readonly Uint8Array[]): Bytes {
  assert(entries.length <= tileWidth, 'a bundle holds at most 256 entries')
  return concatBytes(
    ...entries.flatMap((entry) => {
      if (entry.length > maxEntrySizeBytes)
        throw new OperatingError(
          'entry-too-large',
          `an entry of ${entry.length} bytes; a ledger takes at most ${maxEntrySizeBytes}`,
        )
      return [Uint8Array.of(entry.length >> 8, entry.length & 255), entry]
    }),
  )
}

/**
 * The entries of a bundle, as views of its bytes.
 * @throws tile-malformed when it holds fewer or more than `count` entries
 */
export function decodeBundle(bytes: Uint8Array, count: number): Uint8Array[] {
  const entries: Uint8Array[] = []
  let offset = 0
  while (entries.length < count) {
    const start = offset + 2
    const end = start + (((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0))
    if (start > bytes.length || end > bytes.length)
      throw new OperatingError(
        'tile-malformed',
        `the bundle ends within entry ${entries.length} of ${count}`,
      )
    entries.push(bytes.subarray(start, end))
    offset = end
  }
  if (offset !== bytes.length)
    throw new OperatingError(
      'tile-malformed',
      `the bundle has ${bytes.length - offset} bytes after its ${count} entries`,
    )
  return entries
}

/** The hashes of a tile, as views of its bytes. @throws tile-malformed */
export function decodeTile(bytes: Uint8Array, width: number): Uint8Array[] {
  if (bytes.length !== width * digestSizeBytes)
    throw new OperatingError(
      'tile-malformed',
      `the tile has ${bytes.length} bytes, not ${width * digestSizeBytes}`,
    )
  return Array.from({ length: width }, (_, n) =>
    bytes.subarray(n * digestSizeBytes, (n + 1) * digestSizeBytes),
  )
}

/** The tile that holds what is needed for a node of a tree of `size`, and which of its hashes the node is the root of. */
export function tileOfNode(
  node: NodeId,
  size: number,
): { readonly tile: TileId; readonly from: number; readonly to: number } {
  const level = Math.floor(node.level / tileHeight)
  const span = 2 ** (node.level % tileHeight)
  const first = node.index * span
  const index = Math.floor(first / tileWidth)
  const hashes = Math.floor(size / tileWidth ** level)
  const width = Math.min(tileWidth, hashes - index * tileWidth)
  const from = first - index * tileWidth
  assert(from + span <= width, 'the node lies within the tree')
  return { tile: { level, index, width }, from, to: from + span }
}

/** The root over some hashes of a tile: a complete subtree, when their number is a power of two. */
export function rootOfHashes(hashes: readonly Uint8Array[], hash: Sha256 = sha256): Uint8Array {
  let frontier = emptyFrontier
  for (const one of hashes) frontier = appendLeaf(frontier, one, hash)
  return frontierRoot(frontier, hash)
}

/** Reads a tile, at least as wide as asked. */
export type GetTile = (tile: TileId) => Promise<Uint8Array>

/** The hash of a complete subtree, from tiles. @throws tile-malformed and what `getTile` throws */
export async function nodeFromTiles(
  node: NodeId,
  size: number,
  getTile: GetTile,
  hash: Sha256 = sha256,
): Promise<Uint8Array> {
  const { tile, from, to } = tileOfNode(node, size)
  const hashes = decodeTile(await getTile(tile), tile.width)
  return rootOfHashes(hashes.slice(from, to), hash)
}
