// Whether a decision that is handed in under a number that has come is the one that came.

import { type JsonValue, parseDecisionEntry } from '@proofhouse/evidence'
import { checkDecision, type Decision, isEmptied, type OpenDeployment } from './decision.ts'
import type { IndexRow } from './index-segment.ts'
import type { LogParts } from './log-parts.ts'
import type { PreparedDecision } from './preparing.ts'
import { commitDecision, openContent } from './sealing.ts'
import type { Outcome } from './waiting-decisions.ts'

/** What becomes of a decision that is not taken. */
export const refused = (problem: string): Outcome => ({ status: 'refused', problem })

/**
 * The outcome of a decision with a number that has come: the same again, or another one under its number.
 * @param value as it was handed in
 */
export async function outcomeAgain(
  log: LogParts,
  { source, sequence }: PreparedDecision,
  value: () => JsonValue | undefined,
): Promise<Outcome> {
  const row = await log.index.rowOf(source, sequence)
  if (row === null) return refused('`sequence` has come, and its decision is not to be found')
  const checked = checkDecision(value(), log.deployments)
  if ('problem' in checked) return refused(checked.problem)
  return (await isSame(log, checked.decision, checked.of, row))
    ? { status: 'repeated', index: row.index }
    : refused('`sequence` has come from this source with other content')
}

/**
 * Whether a decision is the one committed in an entry. Of an erased one, or of one that was emptied before it came, nobody can
 * tell any more: it counts as the same.
 */
async function isSame(
  log: LogParts,
  decision: Decision,
  of: OpenDeployment,
  row: IndexRow,
): Promise<boolean> {
  if (isEmptied(decision)) return true
  const sealed = await log.vault.read(row)
  const key = sealed === null ? null : await log.keys.key(row.key)
  if (sealed === null || key === null) return true
  for await (const { entry } of log.stores.ledger.read(row.index, row.index + 1)) {
    const content = openContent(key, sealed, { ...log.place, entry })
    if (content === null) return log.erasures.of(row.index) !== null
    if (isEmptied(content.groups)) return true
    // The model that decided then: a client that sends again after another one was deployed says the same.
    const { model } = parseDecisionEntry(entry)
    const then = { ...of, deployment: { ...of.deployment, model } }
    const again = commitDecision(decision, then, Buffer.from(content.recordSalt))
    return Buffer.from(entry).equals(again.entry)
  }
  return false
}
