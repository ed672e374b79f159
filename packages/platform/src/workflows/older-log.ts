// A decision log that is not the one whose heads the evidence log states: how that is told, and what of its history they share.

import { equalBytes } from '@proofhouse/evidence'
import type { DecisionLog, StatedErasure } from '../decisions/index.ts'
import { earlierRoot } from '../ledger/index.ts'
import { withoutLost } from './lost-entries.ts'
import { type StatedHead, statedHeads } from './stated-decisions.ts'

/** Why a log is not the one whose newest head the evidence log states; null where it is. */
export async function olderThan({ ledger }: DecisionLog['stores'], head: StatedHead | null) {
  if (head === null) return null
  const { checkpoint } = await ledger.checkpoint()
  if (checkpoint.size < head.size)
    return `has ${checkpoint.size} entries: it is an older copy, or was cut`
  return equalBytes(await earlierRoot(ledger, head.size), head.root)
    ? null
    : 'has other entries up to there: it went on from an older copy'
}

/**
 * Number of entries that a log has in common with the one whose heads are stated since the last restore: up to the
 * first head that is not its own. Where no head says otherwise all of them: it counts as an older copy.
 */
export async function sharedSize(
  { stores, place }: Pick<DecisionLog, 'stores' | 'place'>,
  workspace: Parameters<typeof statedHeads>[0],
): Promise<number> {
  const heads = await statedHeads(workspace, place.origin)
  const from = heads.findLast(({ isRestored }) => isRestored)?.index ?? 0
  const since = heads.filter(({ index }) => index >= from)
  const { checkpoint } = await stores.ledger.checkpoint()
  let shared = 0
  for (const { size, root } of since.toSorted((a, b) => a.size - b.size)) {
    if (size > checkpoint.size) break
    if (!equalBytes(await earlierRoot(stores.ledger, size), root)) return shared
    shared = size
  }
  return checkpoint.size
}

/** Erasures without the entries beyond so many of a log: under their numbers are others. */
export function erasuresWithin(
  erasures: readonly StatedErasure[],
  { origin, size }: { readonly origin: string; readonly size: number },
): readonly StatedErasure[] {
  const lost = [{ index: Number.POSITIVE_INFINITY, size }]
  return erasures.map(({ index, erasure }) => {
    const entries = erasure.entries.map(({ log, ranges }) => ({
      log,
      ranges: log === origin ? withoutLost(ranges, index, lost) : ranges,
    }))
    return { index, erasure: { ...erasure, entries } }
  })
}
