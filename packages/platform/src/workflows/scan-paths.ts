// Scans files and folders for what loading them would do, and records the answer where a workspace is given: `proofhouse scan`.

import { basename, resolve } from 'node:path'
import { OperatingError, type ResourceDescriptor } from '@proofhouse/evidence'
import type { FoundPath } from '../artifacts/index.ts'
import {
  scanDigested,
  type ScannedFile,
  scanFile,
  type ScanReport,
  worstVerdict,
} from '../artifacts/scan/index.ts'
import type { RecordedChecks } from './record-in-workspace.ts'
import { resultPath } from './result-path.ts'
import type { DigestedScan, ScanToState } from './scan-statement.ts'
import type { Services } from './services.ts'

/** What to scan. */
export interface ScanRequest {
  /** Files and folders. */
  readonly paths: readonly string[]
  /** The workspace whose ledger records the answer, itself not scanned; null to record nothing. */
  readonly out: string | null
  /** Where to write SARIF; null for nowhere. */
  readonly sarifPath: string | null
  readonly signal: AbortSignal
  /** Hears of every file before it is scanned. */
  readonly began: (path: string) => void
}

/** A scan, and where it was recorded. */
export interface ScannedPaths extends ScanReport {
  /** Null when nothing was to be recorded, or no file could be named by a digest. */
  readonly recorded: RecordedChecks | null
}

/**
 * Scans every file at and below the paths. What is no file is named as not read.
 * @throws file-missing for a path that is not there; limit-exceeded, interrupted, and those of the ledger
 */
export async function scanPaths(
  services: Pick<Services, 'files' | 'modelFiles' | 'openWorkspace' | 'toolVersion' | 'now'>,
  { paths, out, sarifPath, signal, began }: ScanRequest,
): Promise<ScannedPaths> {
  const { modelFiles, toolVersion, now } = services
  const startedAt = now()
  const files: DigestedScan[] = []
  const roots: ResourceDescriptor[] = []
  const told: ScannedFile[] = []
  // A file below two of the paths is scanned once.
  const seen = new Map<string, string | null>()
  for (const root of paths) {
    const isWorkspace = (path: string) => out !== null && resolve(root, path) === resolve(out)
    const listed = await modelFiles.list(root, isWorkspace)
    const found = listed.filter(({ kind }) => kind !== 'ignored')
    const digests = new Map<FoundPath, string | null>()
    for (const file of found.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
      const path = file.path === '.' ? root : `${root.replace(/\/+$/, '')}/${file.path}`
      const absolute = resolve(path)
      if (seen.has(absolute)) {
        digests.set(file, seen.get(absolute) ?? null)
        continue
      }
      began(path)
      const given = { root, file, path, signal, withDigest: out !== null }
      const one = await scanFound(modelFiles, given)
      files.push(one)
      if (sarifPath !== null) told.push({ ...one.scanned, path: resultPath(root, path) })
      digests.set(file, one.sha256)
      seen.set(absolute, one.sha256)
      // Lets the process hear that it is to stop.
      await new Promise(setImmediate)
      if (signal.aborted) throw new OperatingError('interrupted', 'the scan was stopped')
    }
    if (out !== null) {
      const { rootDigestOf } = await import('../artifacts/index.ts')
      const sha256 = rootDigestOf(found, (file) => digests.get(file) ?? null)
      if (sha256 !== null) roots.push({ name: basename(resolve(root)), digest: { sha256 } })
    }
  }
  const finishedAt = now()
  const scanned = files.map((one) => one.scanned)
  if (sarifPath !== null) {
    // Loaded where it is asked for: most scans need no renderer.
    const { renderScanSarif } = await import('../reports/index.ts')
    await services.files.write(sarifPath, renderScanSarif(told, toolVersion))
  }
  return {
    verdict: worstVerdict(scanned.map(({ verdict }) => verdict)),
    files: scanned,
    recorded:
      out === null
        ? null
        : await recorded(services, out, { files, roots, toolVersion, startedAt, finishedAt }),
  }
}

/** Appends the answer to the ledger of a workspace; null where no file could be named by a digest. */
async function recorded(
  services: Pick<Services, 'openWorkspace'>,
  out: string,
  scan: ScanToState,
): Promise<RecordedChecks | null> {
  // Loaded where it is asked for: most scans record nothing, and their time is that of the start.
  const { scanStatements } = await import('./scan-statement.ts')
  const { recordInWorkspace } = await import('./record-in-workspace.ts')
  const statements = scanStatements(scan)
  return statements.length === 0 ? null : recordInWorkspace(services, out, statements)
}

interface FileToScan {
  readonly root: string
  readonly file: FoundPath
  readonly path: string
  readonly signal: AbortSignal
  readonly withDigest: boolean
}

async function scanFound(
  modelFiles: Services['modelFiles'],
  { root, file, path, signal, withDigest }: FileToScan,
): Promise<DigestedScan> {
  if (file.kind !== 'file' && file.kind !== 'link-to-file')
    return unread(path, file.kind, 'it is no file, and was not followed')
  try {
    const opened = modelFiles.open(root, file)
    try {
      if (!withDigest) return { scanned: await scanFile(path, opened.source, signal), sha256: null }
      const scanned = await scanDigested(path, opened.source, signal)
      opened.requireUnchanged()
      return scanned
    } finally {
      opened.close()
    }
  } catch (error) {
    // One file that cannot be read leaves the others to be scanned, and the whole undecided.
    if (error instanceof OperatingError && error.code !== 'interrupted')
      return unread(path, 'unreadable', error.message)
    throw error
  }
}

function unread(path: string, format: string, detail: string): DigestedScan {
  const finding = {
    rule: 'unread-content',
    severity: 'unread',
    location: '@0',
    detail,
    ids: [],
  } as const
  return { scanned: { path, format, verdict: 'incomplete', findings: [finding] }, sha256: null }
}
