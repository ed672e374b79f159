// The index of a ledger's statements: brought up to the checkpoint, rebuilt, searched, and compared with the log row by row.

import { join, resolve } from 'node:path'
import { type Bytes, OperatingError } from '@proofhouse/evidence'
import {
  audit,
  type AuditReport,
  digestRows,
  follow,
  type FollowProgress,
  projectStatements,
  type StatementHit,
  type StatementQuery,
} from '../ledger/index.ts'
import type { OpenStatementIndex, Services } from './services.ts'
import { type LedgerFolder, openTrustedLedger, type TrustedLedger } from './trusted-ledger.ts'

/** Which ledger, and where its index and its large statements are. */
export interface IndexedLedger extends LedgerFolder {
  /** File of the index; null for the one beside the ledger's folder. */
  readonly indexPath: string | null
  /** Folder of the statements that are too large for an entry; null for `blobs` beside the ledger's folder. */
  readonly blobsPath: string | null
}

type IndexServices = Pick<Services, 'files' | 'openLedgerFiles' | 'openStatementIndex' | 'blobs'>

/** Told while it goes on. */
export interface IndexProgress {
  readonly signal: AbortSignal
  readonly onBatch: (progress: FollowProgress) => void
}

/** How an index stands. */
export interface IndexState extends FollowProgress {
  readonly path: string
  /** Of the checkpoint that it was brought up to. */
  readonly origin: string
  readonly size: number
}

/** What a rebuild from zero came to. */
export interface RebuiltIndex extends IndexState {
  /** SHA-256 over all rows that the index had before, in canonical JSON, one a line; null where there was no index to read. */
  readonly before: string | null
  /** The same over the same entries of the index that was made from zero. */
  readonly after: string
  /** Whether the two are the same; null where there was nothing to compare. */
  readonly equal: boolean | null
}

/** Beside the ledger's folder, which holds nothing but the ledger. */
const indexPathOf = ({ folder, indexPath }: IndexedLedger) =>
  indexPath ?? `${resolve(folder)}.index.sqlite`

/** The kept envelope of a digest; null when it is not there. */
function readKept({ blobs }: IndexServices, { folder, blobsPath }: IndexedLedger) {
  const store = blobs(blobsPath ?? join(resolve(folder), '..', 'blobs'))
  return async (digest: string): Promise<Bytes | null> => {
    try {
      return await store.get(digest)
    } catch (error) {
      if (error instanceof OperatingError && error.code === 'file-missing') return null
      throw error
    }
  }
}

/** Brings the index up to the checkpoint. @throws ledger-missing, ledger-corrupt, storage-failed, and what trust throws */
export async function indexLedger(
  services: IndexServices,
  request: IndexedLedger,
  progress: IndexProgress,
): Promise<IndexState> {
  const log = await openTrustedLedger(services, request)
  return withIndex(services, request, false, (store) =>
    bringUp(store, { services, request, log, progress }),
  )
}

type Store = Awaited<ReturnType<OpenStatementIndex>>

interface BringUp {
  readonly services: IndexServices
  readonly request: IndexedLedger
  readonly log: TrustedLedger
  readonly progress: IndexProgress
}

async function bringUp(
  store: Store,
  { services, request, log, progress }: BringUp,
): Promise<IndexState> {
  const project = projectStatements(readKept(services, request))
  const done = await follow({ log, store, project, ...progress })
  const { origin, size } = log.checkpoint
  return { path: indexPathOf(request), origin, size, ...done }
}

/** Makes the index from zero, and says whether that came to what was there. @throws as `indexLedger`, and interrupted */
export async function rebuildIndex(
  services: IndexServices,
  request: IndexedLedger,
  progress: IndexProgress,
): Promise<RebuiltIndex> {
  const log = await openTrustedLedger(services, request)
  return withIndex(services, request, true, async (store) => {
    const covered = (await store.cursor())?.size ?? 0
    const before = covered === 0 ? null : await digestRows(store.rows(), Number.POSITIVE_INFINITY)
    await store.clear()
    const state = await bringUp(store, { services, request, log, progress })
    if (progress.signal.aborted)
      throw new OperatingError('interrupted', 'the rebuild was interrupted; run it again')
    const after = await digestRows(store.rows(), before === null ? state.applied : covered)
    const equal = before === null ? null : before.sha256 === after.sha256
    return { ...state, before: before?.sha256 ?? null, after: after.sha256, equal }
  })
}

/** What was found, and how far the index lags behind the ledger that it was brought up to. */
export interface LedgerSearch extends IndexState {
  readonly hits: readonly StatementHit[]
}

/** Searches the statements of a ledger; the index is brought up to the checkpoint first. @throws as `indexLedger`, usage-invalid */
export async function searchLedger(
  services: IndexServices,
  request: IndexedLedger & { readonly query: StatementQuery },
  progress: IndexProgress,
): Promise<LedgerSearch> {
  const log = await openTrustedLedger(services, request)
  return withIndex(services, request, false, async (store) => {
    const state = await bringUp(store, { services, request, log, progress })
    return { ...state, hits: await store.search(request.query) }
  })
}

/** What an audit compared, and what it found. */
export interface LedgerAudit extends AuditReport {
  readonly path: string
  readonly origin: string
  readonly size: number
  /** Whether the log is the one that a given policy names. */
  readonly logEstablished: boolean
}

/** Compares every row of the index with the ledger. @throws file-missing without an index, ledger-missing, ledger-corrupt */
export async function auditLedger(
  services: IndexServices,
  request: IndexedLedger,
): Promise<LedgerAudit> {
  const log = await openTrustedLedger(services, request)
  const path = indexPathOf(request)
  if ((await services.files.kind(path)) !== 'file')
    throw new OperatingError(
      'file-missing',
      `there is no index at \`${path}\`, so nothing to compare; make one with \`proofhouse ledger index\``,
    )
  return withIndex(services, request, false, async (store) => {
    const project = projectStatements(readKept(services, request))
    const report = await audit({ log, store, project })
    const { origin, size } = log.checkpoint
    return { path, origin, size, logEstablished: request.trustPath !== null, ...report }
  })
}

async function withIndex<T>(
  { openStatementIndex }: IndexServices,
  request: IndexedLedger,
  replace: boolean,
  task: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStatementIndex({ path: indexPathOf(request), replace })
  try {
    return await task(store)
  } finally {
    await store.close()
  }
}
