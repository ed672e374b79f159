// A workspace's decision log, checked against itself and against the heads that the evidence log states: `proofhouse decisions check`.

import { appendLeaf, emptyFrontier, equalBytes, frontierRoot, leafHash } from '@proofhouse/evidence'
import { fastSha256 } from '../ledger/index.ts'
import { checkDecisionLog, type DecisionCheck } from '../decisions/index.ts'
import {
  type DecisionLogInUse,
  type StatedHead,
  statedHeads,
  withDecisionLog,
} from './decision-log-access.ts'
import type { Services } from './services.ts'

/** Checks every entry, content and row, and that no head was taken back. @throws what the log throws */
export function checkDecisions(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<DecisionCheck> {
  return withDecisionLog(services, folder, async (opened) => {
    const { findings, findingsInAll, ...counts } = await checkDecisionLog(opened.log)
    const heads = await headFindings(opened)
    return {
      ...counts,
      findings: [...heads, ...findings],
      findingsInAll: findingsInAll + heads.length,
    }
  })
}

/** Heads that the log has not, or had otherwise: it is an older copy, was cut, or went on from an older copy. */
async function headFindings(opened: DecisionLogInUse): Promise<DecisionCheck['findings']> {
  const { log } = opened
  const size = log.index.size
  const heads = await statedHeads(opened)
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
