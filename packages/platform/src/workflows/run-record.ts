// The life of a run in the ledger: announced before it computes, closed whatever happens. A run that was killed too hard to
// close itself is closed as abandoned by the next one, which holds the ledger's lock and so knows that nobody runs it.

import {
  errorRegistry,
  makeStatement,
  OperatingError,
  type ResourceDescriptor,
  type RunAnnounced,
  type RunClosed,
  runAnnounced,
  runClosed,
} from '@proofhouse/evidence'
import { type KnownRun, type RecordedStatement, readRunHistory } from '../registry/index.ts'
import type { Workspace } from './services.ts'

/** A run under way. */
export interface OpenRun {
  readonly announcement: RunAnnounced
  readonly recorded: RecordedStatement
  /** What the run is about: its data sets and model. */
  readonly subject: readonly ResourceDescriptor[]
}

/** How a run ended. */
export type RunEnd = Pick<RunClosed, 'outcome' | 'verdict' | 'errorCode'>

/** Every run the ledger knows of, with those of ours that were left open closed as abandoned. */
export async function settleHistory(
  workspace: Workspace,
  now: () => Date,
): Promise<readonly KnownRun[]> {
  const runs = await readRunHistory(workspace.entries(), workspace.verifiers)
  const settled: KnownRun[] = []
  for (const run of runs) {
    if (run.closure !== null || !run.vouched) {
      settled.push(run)
      continue
    }
    const closure = closureOf(
      run.announcement.runId,
      run.announcedIndex,
      { outcome: 'abandoned', verdict: null, errorCode: null },
      now(),
    )
    const subject = Object.entries(run.announcement.dataDigests).map(([name, sha256]) => ({
      name,
      digest: { sha256 },
    }))
    const { index } = await workspace.recorder.record(makeStatement(runClosed, subject, closure))
    settled.push({ ...run, closure, closedIndex: index })
  }
  return settled
}

/** Appends the announcement; nothing may be computed from the data before this resolves. */
export async function announceRun(
  workspace: Workspace,
  announcement: RunAnnounced,
  subject: readonly ResourceDescriptor[],
): Promise<OpenRun> {
  const recorded = await workspace.recorder.record(
    makeStatement(runAnnounced, subject, announcement),
  )
  return { announcement, recorded, subject }
}

/** Appends the closure of a run. */
export async function closeRun(
  workspace: Workspace,
  run: OpenRun,
  end: RunEnd,
  now: Date,
): Promise<RecordedStatement> {
  const closure = closureOf(run.announcement.runId, run.recorded.index, end, now)
  return workspace.recorder.record(makeStatement(runClosed, run.subject, closure))
}

function closureOf(runId: string, announcementIndex: number, end: RunEnd, now: Date): RunClosed {
  return { runId, ...end, announcementIndex, closedAt: now.toISOString() }
}

/** How a run ends that threw: abandoned when a person stopped it, failed otherwise, with the error's code. */
export function endOfError(error: unknown): RunEnd {
  if (error instanceof OperatingError && error.code === 'interrupted')
    return { outcome: 'abandoned', verdict: null, errorCode: null }
  const code = error instanceof OperatingError ? error.code : 'program-defect'
  return {
    outcome: 'failed',
    verdict: null,
    errorCode: code in errorRegistry ? code : 'program-defect',
  }
}
