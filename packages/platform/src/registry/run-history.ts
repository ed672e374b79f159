// The runs a ledger knows of: each announced before it computed, each closed whatever happened.
// A projection: rebuilt from the entries alone, so nothing can be left out of it.

import {
  type DsseVerifier,
  type Envelope,
  fromBase64,
  parseLedgerEntry,
  parseStatement,
  readStatement,
  type RunAnnounced,
  type RunClosed,
  runAnnounced,
  runClosed,
  verifyEnvelope,
} from '@proofhouse/evidence'

/** An entry as a ledger reads it back. */
interface ReadEntry {
  readonly index: number
  readonly entry: Uint8Array
}

/** One announced run. */
export interface KnownRun {
  readonly announcement: RunAnnounced
  readonly announcedIndex: number
  /** Null while it runs, or when it was interrupted too hard to say so. */
  readonly closure: RunClosed | null
  readonly closedIndex: number | null
}

/**
 * The runs recorded in the entries, in order of announcement. Only statements signed by a given key count:
 * anyone may have appended to a copy, and an unsigned closure must not hide a run.
 */
export async function readRunHistory(
  entries: AsyncIterable<ReadEntry>,
  verifiers: readonly DsseVerifier[],
): Promise<readonly KnownRun[]> {
  const runs = new Map<string, KnownRun>()
  for await (const { index, entry } of entries) {
    const parsed = parseLedgerEntry(entry)
    if (parsed.kind !== 'envelope') continue
    const type = typeOf(parsed.envelope)
    if (type !== runAnnounced.uri && type !== runClosed.uri) continue
    const { payload } = await verifyEnvelope(parsed.envelope, verifiers)
    if (type === runAnnounced.uri) {
      const announcement = readStatement(payload, runAnnounced).predicate
      // The first announcement of a run stands; a second one under its name could only be a forgery.
      if (!runs.has(announcement.runId))
        runs.set(announcement.runId, {
          announcement,
          announcedIndex: index,
          closure: null,
          closedIndex: null,
        })
    } else {
      const closure = readStatement(payload, runClosed).predicate
      const run = runs.get(closure.runId)
      if (run !== undefined && run.closure === null)
        runs.set(closure.runId, { ...run, closure, closedIndex: index })
    }
  }
  return [...runs.values()]
}

const typeOf = (envelope: Envelope) => parseStatement(fromBase64(envelope.payload)).predicateType

/** The runs whose test data are the given ones: what a reader must know beside the latest result. */
export function runsOverSameData(
  runs: readonly KnownRun[],
  testDigest: string,
): readonly KnownRun[] {
  return runs.filter((run) => run.announcement.dataDigests['test'] === testDigest)
}
