// Follows a log: reads it from a projection's cursor to the checkpoint, holds every entry against the tree, and applies rows in
// bounded batches. Whatever it is interrupted by, the next call goes on from the cursor.
// INVARIANT: a projection goes on only in the log it began with: the cursor's tree must be a beginning of the checkpoint's.

import {
  appendLeaf,
  type Bytes,
  emptyFrontier,
  fromBase64,
  type Frontier,
  frontierRoot,
  leafHash,
  OperatingError,
  peakNodes,
  toBase64,
} from '@proofhouse/evidence'
import { hadRoot, nodesOf, type TrustedLog } from '../prefix.ts'
import { readEntries } from '../tile-reader.ts'
import { fastSha256 } from '../tree-hash.ts'
import type { Cursor, ProjectedRow, Project, ProjectionStore } from './projection.ts'

/** The bounds of one batch: rows that wait in memory, and how long a transaction takes. */
interface FollowLimits {
  readonly batchEntriesMax: number
  readonly batchMaxBytes: number
}

/** The bounds that every follower has unless it is given others. */
const followLimits: FollowLimits = { batchEntriesMax: 4_096, batchMaxBytes: 8 * 1_048_576 }

/** What to follow, and what with. */
export interface FollowTask<Row extends ProjectedRow> {
  readonly log: TrustedLog
  readonly store: ProjectionStore<Row>
  readonly project: Project<Row>
  readonly limits?: FollowLimits
  /** Stops between two batches. */
  readonly signal?: AbortSignal
  /** Told after every batch. */
  readonly onBatch?: (progress: FollowProgress) => void
}

/** How far a follower is. */
export interface FollowProgress {
  /** Entries applied, in all. */
  readonly applied: number
  /** Entries that the checkpoint has and the projection has not. */
  readonly lag: number
}

/** Brings a projection up to the checkpoint. @throws ledger-corrupt, ledger-conflict, and what the stores and `project` throw */
export async function follow<Row extends ProjectedRow>(
  task: FollowTask<Row>,
): Promise<FollowProgress> {
  const { log, store } = task
  for (let before: Cursor | null = null; ; ) {
    const cursor = await store.cursor()
    try {
      return await followFrom(task, cursor)
    } catch (error) {
      const conflict = error instanceof OperatingError && error.code === 'ledger-conflict'
      const now = await store.cursor()
      // Somebody else who follows took our place, and got further: go on from there. No progress is no such thing.
      if (!conflict || now === null || now.size <= (before?.size ?? -1)) throw error
      if (now.size >= log.checkpoint.size) return progressOf(log, now)
      before = now
    }
  }
}

const progressOf = ({ checkpoint }: TrustedLog, cursor: Cursor | null): FollowProgress => {
  const applied = cursor?.size ?? 0
  return { applied, lag: Math.max(0, checkpoint.size - applied) }
}

async function followFrom<Row extends ProjectedRow>(
  { log, store, project, limits = followLimits, signal, onBatch }: FollowTask<Row>,
  start: Cursor | null,
): Promise<FollowProgress> {
  const { origin, size } = log.checkpoint
  let cursor = start
  let frontier = await frontierAt(log, cursor)
  let rows: Row[] = []
  let bytes = 0
  const apply = async () => {
    const root = toBase64(frontierRoot(frontier, fastSha256))
    const to = { origin, size: frontier.size, root }
    await store.apply({ from: cursor, to, rows })
    cursor = to
    rows = []
    bytes = 0
    onBatch?.(progressOf(log, cursor))
  }
  for await (const { index, entry } of readEntries(log.tiles, {
    from: frontier.size,
    to: size,
    checkpoint: log.checkpoint,
  })) {
    if (signal?.aborted) break
    const leaf = leafHash(entry, fastSha256)
    frontier = appendLeaf(frontier, leaf, fastSha256)
    rows.push(await project(entry, { index, leaf }))
    bytes += entry.length
    if (rows.length >= limits.batchEntriesMax || bytes >= limits.batchMaxBytes) await apply()
  }
  // An empty log has a cursor too: it says which log is followed.
  if (rows.length > 0 || cursor === null) await apply()
  return progressOf(log, cursor)
}

/** Why a cursor is no place in a log; null when it is one. @throws ledger-corrupt when the log's own files do not hold */
export async function cursorProblem(log: TrustedLog, cursor: Cursor): Promise<string | null> {
  const { origin, size } = log.checkpoint
  if (cursor.origin !== origin)
    return `it is of the log \`${cursor.origin}\`, and this is \`${origin}\``
  if (!Number.isSafeInteger(cursor.size) || cursor.size < 0)
    return `it stands at ${cursor.size}, which is no place in a log`
  if (cursor.size > size)
    return `it stands at ${cursor.size}, and the log has ${size} entries: either it was cut back, or the cursor was changed`
  const oldRoot = rootOf(cursor)
  return oldRoot !== null && (await hadRoot(log, { size: cursor.size, root: oldRoot }))
    ? null
    : `it stands at ${cursor.size} with a root that this log never had at that size`
}

function rootOf({ root }: Cursor): Bytes | null {
  try {
    const bytes = fromBase64(root)
    return bytes.length === 32 ? bytes : null
  } catch {
    return null
  }
}

/** The tree at the cursor, ready to grow. @throws ledger-corrupt when the cursor is no place in the log */
async function frontierAt(log: TrustedLog, cursor: Cursor | null): Promise<Frontier> {
  if (cursor === null) return emptyFrontier
  const refuse = (problem: string) =>
    new OperatingError(
      'ledger-corrupt',
      `the index cannot go on in this ledger: ${problem}; check the ledger with \`proofhouse ledger fsck\`, then rebuild the index with \`proofhouse ledger index --rebuild\``,
    )
  const problem = await cursorProblem(log, cursor)
  if (problem !== null) throw refuse(problem)
  const peaks: Uint8Array[] = []
  for (const node of peakNodes(cursor.size)) peaks.push(await nodesOf(log)(node))
  const frontier = { size: cursor.size, peaks }
  // The proof has settled the root; the peaks were read anew.
  if (toBase64(frontierRoot(frontier, fastSha256)) !== cursor.root)
    throw refuse('the tiles do not lead to the root at its cursor')
  return frontier
}
