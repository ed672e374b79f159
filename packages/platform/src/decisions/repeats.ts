// Whether a decision that is handed in under a number that has come is the one that came. What it would be now does not matter: it is
// compared under the declaration that its entry was made under.

import { isJsonObject, type JsonValue, parseDecisionEntry } from '@proofhouse/evidence'
import { checkDecision, declaredBy, isEmptied } from './decision.ts'
import type { IndexRow } from './index-segment.ts'
import type { LogParts } from './log-parts.ts'
import { commitDecision, openContent } from './sealing.ts'
import type { HandedIn, Outcome } from './waiting-decisions.ts'

/** What becomes of a decision that is not taken. */
export const refused = (problem: string): Outcome => ({ status: 'refused', problem })

/** What becomes of a number that its source cannot have come to. */
export const beyond = refused(
  '`sequence`: its source has left too many gaps; number from its last one on',
)

/** Who numbered a decision, and as what. */
interface Numbered {
  readonly source: string
  readonly sequence: number
}

/**
 * The number of what may not be taken now, where it has come: it may have been taken under another declaration. Null
 * where it has not.
 */
export function cameBefore(
  { deployments, sources }: Pick<LogParts, 'deployments' | 'sources'>,
  given: () => JsonValue | undefined,
): Numbered | null {
  if (deployments.values().every(({ version }) => version === 1)) return null
  const value = given()
  const { source, sequence } = isJsonObject(value) ? value : {}
  if (typeof source !== 'string' || typeof sequence !== 'number') return null
  return sources.has(source, sequence) ? { source, sequence } : null
}

/** A decision with a number that has come, and where its outcome is waited for. */
export interface Again {
  readonly decision: Numbered
  readonly by: HandedIn
  readonly n: number
}

interface AgainGiven {
  /** As it was handed in. */
  readonly value: () => JsonValue | undefined
  /** What is wrong with it now; null for nothing. */
  readonly problem: string | null
  /** Whether the one with its number is not in the log yet. */
  readonly isUnderWay: boolean
}

type Log = LogParts & { exclusively<Result>(work: () => Promise<Result>): Promise<Result> }

/** Tells the outcome of a decision with a number that has come, or the failure of finding out. */
export function settleAgain(log: Log, { decision, by, n }: Again, given: AgainGiven): void {
  const before = given.isUnderWay ? log.exclusively(() => Promise.resolve()) : Promise.resolve()
  before
    .then(() => outcomeAgain(log, decision, given))
    .then(
      (outcome) => by.settle(n, outcome),
      (error: unknown) => by.fail(error),
    )
}

/** The same again, or another one under its number. */
async function outcomeAgain(
  log: LogParts,
  { source, sequence }: Numbered,
  { value, problem }: AgainGiven,
): Promise<Outcome> {
  const row = await log.index.rowOf(source, sequence)
  if (row === null) return refused('`sequence` has come, and its decision is not to be found')
  if (await isSame(log, value(), row)) return { status: 'repeated', index: row.index }
  return refused(problem ?? '`sequence` has come from this source with other content')
}

/**
 * Whether a value is the decision committed in an entry. Of an erased one, or of one that was emptied before it came,
 * nobody can tell any more: it counts as the same.
 */
async function isSame(
  log: LogParts,
  value: JsonValue | undefined,
  row: IndexRow,
): Promise<boolean> {
  const sealed = await log.vault.read(row)
  const key = sealed === null ? null : await log.keys.key(row.key)
  if (sealed === null || key === null) return true
  for await (const { entry } of log.stores.ledger.read(row.index, row.index + 1)) {
    const content = openContent(key, sealed, { ...log.place, entry })
    if (content === null) return log.erasures.of(row.index) !== null
    if (isEmptied(content.groups)) return true
    const then = declaredBy(log.deployments, parseDecisionEntry(entry))
    if (then === undefined) return false
    const checked = checkDecision(value, new Map([[then.deployment.id, then]]))
    if ('problem' in checked) return false
    if (isEmptied(checked.decision)) return true
    const again = commitDecision(checked.decision, then, Buffer.from(content.recordSalt))
    return Buffer.from(entry).equals(again.entry)
  }
  return false
}
