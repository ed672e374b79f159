// How a property of rows (a missing value, a likely wrong label) is spread over the groups of a column: the share in each group,
// and how far it lies from the share among everyone else, with limits that hold for all comparisons at once.

import { pairLimits, rateWithLimits } from '../intervals/disparity.ts'
import { clopperPearson, type Limits } from '../intervals/proportion.ts'
import type { CodedColumn } from '../checks/coding.ts'

/** The share of flagged rows in one group, beside everyone else's. */
export interface GroupShare {
  readonly column: string
  readonly group: string
  /** Rows of the group. */
  readonly n: number
  readonly share: number
  /** Of the share. */
  readonly limits: Limits
  /** The share among all other rows. */
  readonly outside: number
  /** Of the share minus that of the others. */
  readonly difference: Limits
  /** Whether zero lies outside the limits of the difference. */
  readonly differs: boolean
}

/** How many comparisons a column of groups makes: of two groups, each is told by the other. */
export function comparisonsOf({ labels }: Pick<CodedColumn, 'labels'>): number {
  return labels.length === 2 ? 1 : labels.length
}

/**
 * The share of flagged rows in every group of a column that has rows, and leaves some outside.
 * Limits: Clopper–Pearson for a share, MOVER (Zou & Donner 2008) for a difference.
 * @param flagged whether a row has the property; null for a row that was not looked at
 * @param tail the error of each limit: the whole error over twice the comparisons (Bonferroni), whatever they share
 */
export function groupShares(
  column: CodedColumn,
  flagged: (row: number) => boolean | null,
  tail: number,
): GroupShare[] {
  const trials = new Float64Array(column.labels.length)
  const successes = new Float64Array(column.labels.length)
  const all = { trials: 0, successes: 0 }
  for (const [row, code] of column.codes.entries()) {
    const has = flagged(row)
    if (has === null) continue
    trials[code] = (trials[code] ?? 0) + 1
    all.trials += 1
    if (!has) continue
    successes[code] = (successes[code] ?? 0) + 1
    all.successes += 1
  }
  return column.labels.flatMap((group, code) => {
    const inside = { trials: trials[code] ?? 0, successes: successes[code] ?? 0 }
    const rest = {
      trials: all.trials - inside.trials,
      successes: all.successes - inside.successes,
    }
    if (inside.trials === 0 || rest.trials === 0) return []
    const [here, there] = [inside, rest].map((side) => rateWithLimits(side, clopperPearson, tail))
    if (here === undefined || there === undefined) return []
    const difference = {
      low: pairLimits.differenceBelow(here, there),
      high: pairLimits.differenceAbove(here, there),
    }
    return [
      {
        column: column.name,
        group,
        n: inside.trials,
        share: here.value,
        limits: { low: here.low, high: here.high },
        outside: there.value,
        difference,
        differs: difference.low > 0 || difference.high < 0,
      },
    ]
  })
}
