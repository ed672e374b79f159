// Whether a decision that is handed in under a number that has come is the one that came.

import { parseDecisionEntry } from '@proofhouse/evidence'
import { type Decision, isEmptied, type OpenDeployment } from './decision.ts'
import type { IndexRow } from './index-segment.ts'
import type { LogParts } from './log-parts.ts'
import { commitDecision, openContent } from './sealing.ts'

/**
 * Whether a decision is the one committed in an entry. Of an erased one, or of one that was
 * emptied before it came, nobody can tell any more: it counts as the same.
 */
export async function isSame(
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
