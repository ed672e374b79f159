// Entries of a decision log that a restore has lost. The log goes on under their numbers, so that a statement made before the restore
// means nothing of what stands there now: an erasure of what was lost must not empty another person's decision.

import type { EntryRange } from '@proofhouse/evidence'

/** A restore, as the entry `index` of the evidence log declares it: the log went on from its first `size` entries. */
export type Restore = { readonly index: number; readonly size: number }

/** What remains of the ranges of a statement, made at an entry of the evidence log, after the restores declared since. */
export function withoutLost(
  ranges: readonly EntryRange[],
  statedIndex: number,
  restores: readonly Restore[],
): EntryRange[] {
  const since = restores.filter(({ index }) => index > statedIndex)
  const size = Math.min(...since.map((one) => one.size))
  return ranges.flatMap(({ from, to }) => (from < size ? [{ from, to: Math.min(to, size) }] : []))
}
