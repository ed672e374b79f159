// A workspace's decision log, checked against itself and against the heads that the evidence log states: `proofhouse decisions check`.

import { appendLeaf, emptyFrontier, equalBytes, frontierRoot, leafHash } from '@proofhouse/evidence'
import { fastSha256 } from '../ledger/index.ts'
import { checkDecisionLog, type DecisionCheck } from '../decisions/index.ts'
import { type DecisionLogInUse, withDecisionLog } from './decision-log-access.ts'
import type { Services } from './services.ts'
import { type StatedHead, statedHeads } from './stated-decisions.ts'

/** What a check found, and what is missing with a reason. */
export interface CheckedDecisions extends DecisionCheck {
  /** Restores that were declared: which head they began with, and how many entries a head before them had at most. */
  readonly restores: readonly {
    readonly index: number
    readonly size: number
    readonly sizeBefore: number
  }[]
}

/** Checks every entry, content and row, and that no head was taken back. @throws what the log throws */
export function checkDecisions(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<CheckedDecisions> {
  const check = async (opened: DecisionLogInUse) => {
    const { findings, findingsInAll, ...counts } = await checkDecisionLog(opened.log)
    const stated = await statedHeads(opened.workspace, opened.log.place.origin)
    const restores = stated
      .filter(({ isRestored }) => isRestored)
      .map(({ index, size }) => {
        const before = stated.filter((head) => head.index < index)
        return { index, size, sizeBefore: Math.max(0, ...before.map((head) => head.size)) }
      })
    // What a restore took back was told when it was declared.
    const from = restores.at(-1)?.index ?? 0
    const heads = await headFindings(
      opened,
      stated.filter(({ index }) => index >= from),
    )
    return {
      ...counts,
      findings: [...heads, ...findings],
      findingsInAll: findingsInAll + heads.length,
      restores,
    }
  }
  return withDecisionLog(services, folder, check, { ofOlder: 'look' })
}

/** Heads that the log has not, or had otherwise: it is an older copy, was cut, or went on from an older copy. */
async function headFindings(
  opened: DecisionLogInUse,
  heads: readonly StatedHead[],
): Promise<DecisionCheck['findings']> {
  const size = opened.log.index.size
  const longest = heads.reduce<StatedHead | null>(
    (last, head) => (head.size > Math.max(size, last?.size ?? 0) ? head : last),
    null,
  )
  const findings = await changedHeads(opened, heads)
  if (longest === null) return findings
  const problem = `the log ends before it, and entry ${longest.index} of the evidence log states a head of ${longest.size}: this is an older copy, or was cut`
  return [...findings, { index: size, problem }]
}

async function changedHeads(
  { log }: DecisionLogInUse,
  heads: readonly StatedHead[],
): Promise<DecisionCheck['findings']> {
  const bySize = Map.groupBy(heads, (head) => head.size)
  const findings: { readonly index: number; readonly problem: string }[] = []
  let frontier = emptyFrontier
  const compare = () => {
    const stated = bySize.get(frontier.size) ?? []
    if (stated.length === 0) return
    const root = frontierRoot(frontier, fastSha256)
    for (const head of stated)
      if (!equalBytes(root, head.root))
        findings.push({
          index: Math.max(0, frontier.size - 1),
          problem: `the log up to here is not the one that entry ${head.index} of the evidence log states`,
        })
  }
  compare()
  for await (const { entry } of log.stores.ledger.read(0, log.index.size)) {
    frontier = appendLeaf(frontier, leafHash(entry, fastSha256), fastSha256)
    compare()
  }
  return findings
}
