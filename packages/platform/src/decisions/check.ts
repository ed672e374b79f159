// Checks a decision log against itself: every entry's content opens in its place and is what was committed to, or an erasure covers it;
// the index says what contents say. One pass, in the order of the log.

import {
  canonicalJson,
  commit,
  type DecisionContent,
  type DecisionEntry,
  groupSalt,
  parseDecisionEntry,
  toBase64,
} from '@proofhouse/evidence'
import { fastSha256 } from '../ledger/index.ts'
import { correctionProblem } from './correcting.ts'
import type { IndexRow } from './index-segment.ts'
import type { LogParts } from './log-parts.ts'
import { declaredBy } from './decision.ts'
import { outcomeIn } from './outcomes.ts'
import { openContent } from './sealing.ts'

/** Findings that are told one by one; the others are counted. */
const findingsMax = 1_000

/** Something that does not fit. */
interface DecisionFinding {
  readonly index: number
  /** In words; no value of a decision. */
  readonly problem: string
}

/** What a check of a decision log found. */
export interface DecisionCheck {
  readonly entries: number
  readonly opened: number
  readonly erased: number
  /** The first thousand. */
  readonly findings: readonly DecisionFinding[]
  readonly findingsInAll: number
}

/** Checks a log that is open; decisions may be appended meanwhile. @throws ledger-corrupt, storage-failed */
export async function checkDecisionLog(log: LogParts): Promise<DecisionCheck> {
  const size = log.index.size
  const findings: DecisionFinding[] = []
  let [entries, opened, erased, findingsInAll] = [0, 0, 0, 0]
  const tell = (index: number, problem: string) => {
    findingsInAll += 1
    if (findings.length < findingsMax) findings.push({ index, problem })
  }
  for await (const { index, entry } of log.stores.ledger.read(0, size)) {
    entries += 1
    const row = await log.index.row(index)
    if (row === null) {
      tell(index, 'the index has no row of it')
      continue
    }
    const decision = parseDecisionEntry(entry)
    for (const problem of rowProblems(row, decision)) tell(index, problem)
    const content = await openedContent(log, row, entry)
    if (content === 'gone') {
      erased += 1
      if (log.erasures.of(index) === null)
        tell(index, 'its content or its key is gone, and no erasure covers it')
    } else if (content === 'changed')
      tell(index, 'its content does not open in its place: it was changed or moved')
    else {
      opened += 1
      for (const problem of contentProblems(log, row, decision, content)) tell(index, problem)
    }
    const wrong = await wrongCorrection(log, index, decision, content)
    if (wrong !== null) tell(index, wrong)
  }
  if (entries < size) tell(entries, `the ledger ends here, and the index goes on to ${size}`)
  return { entries, opened, erased, findings, findingsInAll }
}

async function openedContent(
  log: LogParts,
  row: IndexRow,
  entry: Uint8Array,
): Promise<DecisionContent | 'gone' | 'changed'> {
  const sealed = row.key === 0 ? null : await log.vault.read(row)
  const key = sealed === null ? null : await log.keys.key(row.key)
  if (sealed === null || key === null) return 'gone'
  return openContent(key, sealed, { ...log.place, entry }) ?? 'changed'
}

function rowProblems(row: IndexRow, entry: DecisionEntry): string[] {
  const { deployment, sequence, source, time } = entry
  const isSame = row.deployment === deployment && row.sequence === sequence && row.source === source
  return isSame && row.timeMs === Date.parse(time) ? [] : ['the index says otherwise of it']
}

function contentProblems(
  log: LogParts,
  row: IndexRow,
  entry: DecisionEntry,
  { groups, recordSalt }: DecisionContent,
): string[] {
  const problems: string[] = []
  const { commitments } = entry
  const names = Object.keys(commitments)
  for (const name of names) {
    const value = groups[name]
    const salt = groupSalt(recordSalt, name, fastSha256)
    const isKept =
      value !== undefined &&
      toBase64(commit({ name, salt, value: canonicalJson(value) }, fastSha256)) ===
        commitments[name]
    if (!isKept) problems.push(`\`${name}\` is not what was committed to`)
  }
  if (names.length !== Object.keys(groups).length)
    problems.push('its content has groups that were not committed to')
  const of = declaredBy(log.deployments, entry)
  if (of === undefined)
    problems.push('the evidence log does not state the declaration that it was made under')
  else if (row.outcome !== '' && row.outcome !== outcomeIn(of, groups))
    problems.push('the index has another outcome of it')
  if (log.erasures.of(row.index) !== null) problems.push('an erasure covers it, and it opens')
  return problems
}

/** What it supersedes must stand before it, and be about the same person; of what was erased that cannot be told any more. */
async function wrongCorrection(
  log: LogParts,
  index: number,
  { corrects, deployment }: DecisionEntry,
  content: DecisionContent | 'gone' | 'changed',
): Promise<string | null> {
  if (corrects === undefined) return null
  if (corrects.log === log.place.origin && corrects.index >= index)
    return '`corrects` names an entry that does not stand before it'
  const subject = typeof content === 'string' ? null : content.groups['subject']
  return correctionProblem(log, { corrects, deployment, subject }, false)
}
