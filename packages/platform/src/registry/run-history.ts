// The runs a ledger knows of: each announced before it computed, each closed whatever happened.
// A projection: rebuilt from the entries alone, so nothing can be left out of it.

import {
  type Bytes,
  type DsseVerifier,
  type Envelope,
  fromBase64,
  OperatingError,
  parseLedgerEntry,
  parseStatement,
  readStatement,
  type RunAnnounced,
  type RunClosed,
  runAnnounced,
  runClosed,
  statementPayloadType,
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
  /** Whether a key that the reader trusts signed it. A run that is not vouched for is listed, and is no evidence. */
  readonly vouched: boolean
}

/** A statement about a run, as its entry holds it. */
interface RunStatement {
  readonly payload: Bytes
  readonly predicateType: string
  readonly vouched: boolean
}

/**
 * The runs recorded in the entries, in order of announcement. Signing with another key hides no run: such a run is
 * listed as not vouched for. A closure that nobody vouches for closes no run that somebody does.
 */
export async function readRunHistory(
  entries: AsyncIterable<ReadEntry>,
  verifiers: readonly DsseVerifier[],
): Promise<readonly KnownRun[]> {
  const runs = new Map<string, KnownRun>()
  for await (const { index, entry } of entries) {
    const statement = await runStatement(entry, verifiers)
    if (statement === null) continue
    const { payload, vouched } = statement
    if (statement.predicateType === runAnnounced.uri) {
      const announcement = readStatement(payload, runAnnounced).predicate
      const key = keyOf(announcement.runId, vouched)
      // The first announcement of a run stands; a second one under its name could only be a forgery.
      if (!runs.has(key))
        runs.set(key, {
          announcement,
          announcedIndex: index,
          closure: null,
          closedIndex: null,
          vouched,
        })
      continue
    }
    const closure = readStatement(payload, runClosed).predicate
    for (const key of vouched
      ? [keyOf(closure.runId, true), keyOf(closure.runId, false)]
      : [keyOf(closure.runId, false)]) {
      const run = runs.get(key)
      if (run !== undefined && run.closure === null)
        runs.set(key, { ...run, closure, closedIndex: index })
    }
  }
  return [...runs.values()]
}

/** Nobody without the key may take the name of a run, so the same name under another key is another run. */
const keyOf = (runId: string, vouched: boolean) => `${vouched ? 'vouched' : 'other'} ${runId}`

async function runStatement(
  entry: Uint8Array,
  verifiers: readonly DsseVerifier[],
): Promise<RunStatement | null> {
  const parsed = parseLedgerEntry(entry)
  if (parsed.kind !== 'envelope' || parsed.envelope.payloadType !== statementPayloadType)
    return null
  const payload = fromBase64(parsed.envelope.payload)
  const { predicateType } = parseStatement(payload)
  if (predicateType !== runAnnounced.uri && predicateType !== runClosed.uri) return null
  return { payload, predicateType, vouched: await isVouched(parsed.envelope, verifiers) }
}

/** Whether one of the keys signed the envelope. */
export async function isVouched(
  envelope: Envelope,
  verifiers: readonly DsseVerifier[],
): Promise<boolean> {
  try {
    await verifyEnvelope(envelope, verifiers)
    return true
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'envelope-signature-invalid') return false
    throw error
  }
}

/** The runs whose test data are the given ones: what a reader must know beside the latest result. */
export function runsOverSameData(
  runs: readonly KnownRun[],
  testDigest: string,
): readonly KnownRun[] {
  return runs.filter((run) => run.announcement.dataDigests['test'] === testDigest)
}
