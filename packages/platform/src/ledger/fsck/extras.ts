// Files at places of the tree that its published size does not ask for: stale partial files, and
// those written after the last publication. Each must hold the beginning of what is right for its
// place.

import {
  digestSizeBytes,
  entriesPath,
  equalBytes,
  type TileFile,
  tilePath,
} from '@proofhouse/evidence'
import type { Findings } from './findings.ts'
import type { LeafHasher } from './hash.ts'
import { extraKey, type Inventory } from './inventory.ts'
import type { TileStore } from '../ports.ts'

/** Where the files are, and what is known of them. */
interface ExtrasTask {
  readonly tiles: TileStore
  readonly hasher: LeafHasher
  readonly extras: Inventory['extras']
  readonly findings: Findings
}

/** Hashes of one tile of the tree that are known to be right. */
interface RightHashes {
  readonly level: number
  readonly index: number
  readonly hashes: Uint8Array
}

/**
 * Checks the extra files at one place against the hashes that are right there, and forgets them;
 * wider ones stay in `extras`.
 * @throws what the store throws
 */
export async function checkExtras(
  task: ExtrasTask,
  { level, index, hashes }: RightHashes,
): Promise<void> {
  const kinds = level === 0 ? (['entries', 'tile'] as const) : (['tile'] as const)
  for (const kind of kinds) {
    const key = extraKey(kind, level, index)
    const files = task.extras.get(key)
    if (files === undefined) continue
    const left: typeof files = []
    for (const file of files)
      if (file.width * digestSizeBytes > hashes.length) left.push(file)
      else await checkExtra(task, file, hashes.subarray(0, file.width * digestSizeBytes))
    if (left.length > 0) task.extras.set(key, left)
    else task.extras.delete(key)
  }
}

async function checkExtra(
  { tiles, hasher, findings }: ExtrasTask,
  file: TileFile,
  right: Uint8Array,
): Promise<void> {
  const path = file.kind === 'tile' ? tilePath(file) : entriesPath(file)
  const bytes = await tiles.read(path)
  if (bytes === null) return
  const found = file.kind === 'tile' ? bytes : (await hasher.hash(bytes, file.width))?.leaves
  if (found === undefined || !equalBytes(found, right))
    findings.add(path, 'does not hold the beginning of what the signed tree has in its place')
}

/** Paths of what is left in `extras`. */
export function* pathsOf(extras: Inventory['extras']): Generator<string> {
  for (const files of extras.values())
    for (const file of files) yield file.kind === 'tile' ? tilePath(file) : entriesPath(file)
}
