// Which files a ledger has, sorted by what they are. Files that a log of this size must have are
// not remembered (the check of the tree asks for each by name), so that memory stays flat; what is
// remembered is everything else.

import { parseTilePath, type TileFile, tileWidth } from '@proofhouse/evidence'
import { isAnchorPath } from '../anchor-file.ts'
import type { Findings } from './findings.ts'
import {
  checkpointPath,
  committedPath,
  lockPath,
  stagingFolder,
  stagingPath,
  verifierKeyPath,
} from '../layout.ts'
import type { TileStore } from '../ports.ts'

/** The files of a ledger beside those that its published size asks for. */
export interface Inventory {
  /** Number of files there are. */
  readonly files: number
  /**
   * The single files that there are, among `checkpoint`, `ledger.vkey`, `.committed` and `.lock`.
   */
  readonly single: ReadonlySet<string>
  /** Staging files, in order of their first entry. */
  readonly staging: readonly string[]
  /** Stale partial files and files beyond the published size, by `extraKey`. */
  readonly extras: Map<string, TileFile[]>
}

/** Groups the files of one place in the tree: the full one and its partial ones. */
export function extraKey(kind: TileFile['kind'], level: number, index: number): string {
  return `${kind} ${level} ${index}`
}

const singles: readonly string[] = [checkpointPath, verifierKeyPath, committedPath, lockPath]
const stagingPattern = new RegExp(`^${stagingFolder.replaceAll('.', String.raw`\.`)}/\\d{16}$`)

/** Whether a log of this size has exactly this file. */
function isPartOf(file: TileFile, size: number): boolean {
  const level = file.kind === 'tile' ? file.level : 0
  const hashes = Math.floor(size / tileWidth ** level)
  const full = Math.floor(hashes / tileWidth)
  return file.index < full
    ? file.width === tileWidth
    : file.index === full && file.width === hashes % tileWidth
}

/**
 * Lists a ledger's files; what is no part of any ledger is a finding. Anchors are checked elsewhere.
 * @throws what the store throws
 */
export async function takeInventory(
  tiles: TileStore,
  size: number,
  findings: Findings,
): Promise<Inventory> {
  let files = 0
  const single = new Set<string>()
  const staging: string[] = []
  const extras: Inventory['extras'] = new Map()
  for await (const path of tiles.list()) {
    files++
    const tile = parseTilePath(path)
    if (singles.includes(path)) single.add(path)
    else if (tile !== null) {
      if (isPartOf(tile, size)) continue
      const key = extraKey(tile.kind, tile.kind === 'tile' ? tile.level : 0, tile.index)
      const others = extras.get(key)
      if (others === undefined) extras.set(key, [tile])
      else others.push(tile)
    } else if (isAnchorPath(path)) continue
    else if (stagingPattern.test(path) && isStagingPath(path)) staging.push(path)
    else findings.add(path, 'not part of a ledger')
  }
  return { files, single, staging: staging.toSorted(), extras }
}

function isStagingPath(path: string): boolean {
  const index = stagingIndex(path)
  return Number.isSafeInteger(index) && stagingPath(index) === path
}

/** The index of the first entry that the name of a staging file promises. */
export function stagingIndex(path: string): number {
  return Number(path.slice(stagingFolder.length + 1))
}

/** Number of bundles of a log of this size. */
export function bundleCount(size: number): number {
  return Math.ceil(size / tileWidth)
}
