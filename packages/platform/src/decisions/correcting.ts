// Whether one decision may supersede another: an earlier one of this log, of the same deployment, about the same person or nobody.

import { decodeDecisionContent, type JsonValue, parseDecisionEntry } from '@proofhouse/evidence'
import type { Decision } from './decision.ts'
import type { IndexRow } from './index-segment.ts'
import type { LogParts } from './log-parts.ts'
import type { PreparedDecision } from './preparing.ts'
import { openGroups } from './sealing.ts'

/** A decision that says it supersedes another one. */
interface Correction {
  readonly corrects: NonNullable<Decision['corrects']>
  readonly deployment: string
  /** Whom it is about, if anybody; null where that was erased. */
  readonly subject: JsonValue | undefined
}

/**
 * What is wrong with the place that a decision says it supersedes, in words; null when nothing is.
 * @param isNew whether it is only handed in: then what it supersedes must still be there to be compared
 */
export async function correctionProblem(
  log: LogParts,
  { corrects, deployment, subject }: Correction,
  isNew: boolean,
): Promise<string | null> {
  if (corrects.log !== log.place.origin)
    return '`corrects` names another log: only entries of this one can be superseded here'
  const row = await log.index.row(corrects.index)
  if (row === null) return '`corrects` names an entry that is not in the log'
  if (row.deployment !== deployment) return '`corrects` names an entry of another deployment'
  const about = await subjectOf(log, row)
  if (about === null) return isNew ? '`corrects` names an entry whose content was erased' : null
  return subject === null || about.subject === subject
    ? null
    : '`corrects` names an entry that is about somebody else'
}

/** The same of a decision that is handed in. */
export async function newCorrectionProblem(
  log: LogParts,
  { entry, content }: Pick<PreparedDecision, 'entry' | 'content'>,
): Promise<string | null> {
  const { corrects, deployment } = parseDecisionEntry(entry)
  if (corrects === undefined) return null
  const { subject } = decodeDecisionContent(content).groups
  return correctionProblem(log, { corrects, deployment, subject }, true)
}

/** Whom a decision is about, if anybody; null where its content does not open any more. */
async function subjectOf(
  log: LogParts,
  row: IndexRow,
): Promise<{ readonly subject: JsonValue | undefined } | null> {
  const sealed = row.key === 0 ? null : await log.vault.read(row)
  const key = sealed === null ? null : await log.keys.key(row.key)
  if (sealed === null || key === null) return null
  for await (const { entry } of log.stores.ledger.read(row.index, row.index + 1)) {
    const groups = openGroups(key, { sealed, entry, place: log.place })
    return groups === null ? null : { subject: groups['subject'] }
  }
  return null
}
