// Checks a ledger's files against its signed heads: every byte of every file is either derived
// again or must not be there. Bad content is a finding that names its file, never an exception.
// Pure over the store: works on a directory, in memory, or anywhere else.

import {
  type NoteVerifier,
  toBase64,
  type TrustedCheckpoint,
  type TrustPolicy,
} from '@proofhouse/evidence'
import { checkAhead } from './ahead.ts'
import { pathsOf } from './extras.ts'
import { type Finding, Findings } from './findings.ts'
import { guardedStore } from './guarded-store.ts'
import { inlineHasher, type LeafHasher } from './hash.ts'
import { type Committed, readCommitted, readHeads } from './head.ts'
import { takeInventory } from './inventory.ts'
import { readStaging } from './staging.ts'
import { TreeCheck, type TreeTask } from './tree.ts'
import { checkpointPath, committedPath, lockPath } from '../layout.ts'
import type { TileStore } from '../ports.ts'

/** What to check, and with what. */
export interface FsckRequest {
  readonly tiles: TileStore
  /**
   * Whose log it must be and who must have seen it; null believes the key that lies beside the
   * log.
   */
  readonly trust: TrustPolicy | null
  /** Starts a hasher for large logs; without one they are hashed in this thread. */
  readonly startHasher?: () => LeafHasher | Promise<LeafHasher>
}

/** What a check found. */
export interface FsckReport {
  /** Whether there are no findings. */
  readonly ok: boolean
  /** The log's name; null when no checkpoint could be read. */
  readonly origin: string | null
  /** Number of published entries. */
  readonly size: number
  /** Published root in base64; null when no checkpoint could be read. */
  readonly root: string | null
  /** Committed entries, of which the last ones may not be published yet. */
  readonly entries: number
  /** Number of files there are. */
  readonly files: number
  readonly findings: readonly Finding[]
  /** Whether the log is the one the given policy names. */
  readonly logEstablished: boolean
  /** Witnesses of the given policy that co-signed, with the time each claims in Unix seconds. */
  readonly witnesses: TrustedCheckpoint['witnesses']
  /** All of that in one line, for example `intact; origin not established; unwitnessed`. */
  readonly summary: string
}

/** Logs of at least this many entries are worth starting threads for. */
const parallelSizeMin = 20_000

/** Checks a ledger. @throws what the store throws */
export async function fsck({ tiles: store, trust, startHasher }: FsckRequest): Promise<FsckReport> {
  const findings = new Findings()
  const tiles = guardedStore(store, findings)
  const { log, published, witnesses } = await readHeads(tiles, trust, findings)
  const size = published?.size ?? 0
  const inventory = await takeInventory(tiles, size, findings)
  const committed = log === null ? null : await readCommitted(tiles, log, findings)
  await checkLock(tiles, inventory.single, findings)
  if (published !== null) {
    const parallel = startHasher !== undefined && size >= parallelSizeMin
    const hasher = parallel ? await startHasher() : inlineHasher
    try {
      const staged = await readStaging({ tiles, paths: inventory.staging, hasher, findings })
      const { root } = published
      const { extras } = inventory
      const olderSize = committed?.older?.size ?? null
      const task = { tiles, hasher, size, root, extras, staged, olderSize, findings }
      await checkTree(task, committed, log)
    } finally {
      await hasher.close()
    }
  }
  const list = findings.list
  const logEstablished = trust !== null && published !== null
  return {
    ok: list.length === 0,
    origin: published?.origin ?? null,
    size,
    root: published === null ? null : toBase64(published.root),
    entries: Math.max(size, committed?.current.size ?? 0),
    files: inventory.files,
    findings: list,
    logEstablished,
    witnesses,
    summary: summarize({ count: list.length, full: findings.full, logEstablished, witnesses }),
  }
}

/** The report with what was found beside the ledger's own files. */
export function withFindings(report: FsckReport, more: readonly Finding[]): FsckReport {
  const findings = [...report.findings, ...more]
  const count = findings.length
  const summary = summarize({ ...report, count, full: false })
  return { ...report, ok: count === 0, findings, summary }
}

async function checkTree(
  task: TreeTask,
  committed: Committed | null,
  log: NoteVerifier | null,
): Promise<void> {
  const { extras, findings, size, staged } = task
  const headKnown = !findings.has(committedPath)
  const tree = await new TreeCheck(task).run()
  // Without a sound commit point nobody knows how far the log goes: its own finding says enough.
  if (!headKnown) return
  await checkAhead(task, tree, committed)
  const committedSize = committed?.current.size ?? size
  const ahead = [...staged.filesAfter(committedSize)]
  // Someone may be writing: what was on its way to its commit when it was read is there by now.
  const now = ahead.length === 0 ? null : await sizeCommittedNow(task.tiles, log)
  for (const file of now === null ? ahead : staged.filesAfter(Math.max(now, committedSize)))
    findings.add(file, `holds entries beyond the ${committedSize} that are committed`)
  if (tree.edges === null) return
  for (const path of pathsOf(extras))
    findings.add(path, `belongs to none of the ${committedSize} entries`)
}

async function sizeCommittedNow(
  tiles: TileStore,
  log: NoteVerifier | null,
): Promise<number | null> {
  const committed = log === null ? null : await readCommitted(tiles, log, new Findings())
  return committed?.current.size ?? null
}

async function checkLock(
  tiles: TileStore,
  single: ReadonlySet<string>,
  findings: Findings,
): Promise<void> {
  if (!single.has(lockPath)) return
  const content = await tiles.read(lockPath)
  if (content !== null && content.length > 0) findings.add(lockPath, 'is not empty')
  if (!single.has(committedPath)) findings.add(committedPath, 'missing')
  if (!single.has(checkpointPath)) findings.add(checkpointPath, 'missing')
}

function summarize(given: {
  readonly count: number
  /** Whether there may be more. */
  readonly full: boolean
  readonly logEstablished: boolean
  readonly witnesses: TrustedCheckpoint['witnesses']
}): string {
  const { count, full, logEstablished, witnesses } = given
  const seen =
    witnesses.length === 0
      ? 'unwitnessed'
      : `witnessed by ${witnesses.map(({ name }) => name).join(', ')}`
  return [
    count === 0
      ? 'intact'
      : `damaged: ${count}${full ? ' or more' : ''} ${count === 1 ? 'finding' : 'findings'}`,
    `origin ${logEstablished ? '' : 'not '}established`,
    seen,
  ].join('; ')
}
