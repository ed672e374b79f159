// Checkpoints kept in a second place, which whoever holds the ledger should not hold alone: a folder on another disk, or a bucket
// that keeps what it was given. Every checkpoint is there before anybody can read it from the ledger, so a ledger that was cut back
// or rewritten is found by what it once published.

import {
  type Checkpoint,
  equalBytes,
  type NoteVerifier,
  openCheckpoint,
  OperatingError,
  parseCheckpoint,
  parseNote,
  sha256Hex,
  textOf,
  utf8,
} from '@proofhouse/evidence'
import { checkpointPath } from './layout.ts'
import type { TileStore } from './ports.ts'
import { hadRoot, type TrustedLog } from './prefix.ts'

/** What a mirror needs of a store: any tile store will do. Nothing in it is ever replaced by something else, or removed. */
type MirrorStore = Pick<TileStore, 'read' | 'write' | 'sync' | 'list'>

/** The mirrored checkpoints of one log. */
export interface CheckpointMirror {
  /** Adds a published checkpoint; durable on return. @throws storage-failed */
  append(note: string): Promise<void>
  /** Every checkpoint there is, in any order. @throws storage-failed */
  notes(): AsyncIterable<{ readonly path: string; readonly note: string }>
}

/** Mirrored checkpoints share a folder by the million of sizes. */
const folderDigits = 10

const extension = '.checkpoint'

/**
 * The mirror of a log in a store, which may hold those of other logs. Files are named by size and content: the same
 * note is written once, and cosignatures that come later are a file of their own.
 */
export function mirrorIn(
  store: MirrorStore,
  log: Pick<NoteVerifier, 'name' | 'keyId'>,
): CheckpointMirror {
  const folder = `${log.keyId.toString(16).padStart(8, '0')}-${sha256Hex(utf8(log.name)).slice(0, 16)}`
  let last: string | null = null
  return {
    async append(note) {
      if (note === last) return
      const { size } = parseCheckpoint(parseNote(note).text)
      const digits = String(size).padStart(16, '0')
      const name = `${digits}-${sha256Hex(utf8(note)).slice(0, 16)}${extension}`
      const path = `${folder}/${digits.slice(0, folderDigits)}/${name}`
      if ((await store.read(path)) === null) {
        await store.write(path, utf8(note))
        await store.sync([path])
      }
      last = note
    },
    async *notes() {
      for await (const path of store.list()) {
        if (!path.startsWith(`${folder}/`) || !path.endsWith(extension)) continue
        const bytes = await store.read(path)
        if (bytes !== null) yield { path, note: textOf(bytes) }
      }
    },
  }
}

/** Tiles whose every published checkpoint goes to a mirror first: what the mirror does not hold is not published. */
export function mirroredTiles(tiles: TileStore, mirror: CheckpointMirror): TileStore {
  return {
    read: (path) => tiles.read(path),
    async write(path, content) {
      if (path === checkpointPath) await mirror.append(textOf(content))
      await tiles.write(path, content)
    },
    sync: (paths) => tiles.sync(paths),
    remove: (path) => tiles.remove(path),
    list: () => tiles.list(),
  }
}

/** A mirrored checkpoint that the ledger does not bear out. */
interface MirrorFinding {
  /** Path in the mirror. */
  readonly path: string
  readonly problem: string
}

/** What a comparison with a mirror came to. */
export interface MirrorReport {
  /** Checkpoints that were compared. */
  readonly checkpoints: number
  /** Size of the largest. */
  readonly size: number
  readonly findings: readonly MirrorFinding[]
}

/** What to compare: the mirror's checkpoints with a log as it is published. */
export interface MirrorCheck {
  readonly notes: AsyncIterable<{ readonly path: string; readonly note: string }>
  readonly verifier: NoteVerifier
  readonly log: TrustedLog
  /** The committed head, which may be ahead of the published one. */
  readonly committed: Checkpoint | null
}

/** Compares every mirrored checkpoint with the log. @throws ledger-corrupt when the log's own tiles are missing, storage-failed */
export async function checkMirror(check: MirrorCheck): Promise<MirrorReport> {
  const findings: MirrorFinding[] = []
  let checkpoints = 0
  let size = 0
  for await (const { path, note } of check.notes) {
    checkpoints++
    const { problem, checkpoint } = await compare(check, note)
    size = Math.max(size, checkpoint?.size ?? 0)
    if (problem !== null) findings.push({ path, problem })
  }
  if (checkpoints === 0)
    findings.push({ path: '.', problem: 'the mirror holds no checkpoint of this log and key' })
  return { checkpoints, size, findings }
}

async function compare(
  { verifier, log, committed }: MirrorCheck,
  note: string,
): Promise<{ readonly problem: string | null; readonly checkpoint: Checkpoint | null }> {
  let checkpoint: Checkpoint
  try {
    checkpoint = await openCheckpoint(note, verifier)
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    return { problem: error.message, checkpoint: null }
  }
  const { size, root } = checkpoint
  const published = log.checkpoint.size
  const problem = (): Promise<string | null> | string | null => {
    if (size <= published)
      return hadRoot(log, checkpoint).then((had) =>
        had ? null : `the log published another root for its ${size} entries: it was rewritten`,
      )
    const onItsWay = committed?.size === size && equalBytes(committed.root, root)
    return onItsWay
      ? null
      : `${size} entries were published, and the log has ${published}: it was cut back, or its writer was interrupted; open it for writing and check again`
  }
  return { problem: await problem(), checkpoint }
}
