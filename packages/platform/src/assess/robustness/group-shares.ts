// Shares of rows, overall and per group, with exact limits that hold for a whole curve, and for all groups of a
// column, at once.

import { clopperPearson, type Limits, sidak } from '../intervals/proportion.ts'

/** Which group of a column each row belongs to. */
export interface Grouping {
  readonly name: string
  /** One code per row, below `labels.length`. */
  readonly codes: ArrayLike<number>
  readonly labels: readonly string[]
}

/** A share of rows. */
export interface Share {
  /** Null without rows. */
  readonly value: number | null
  readonly limits: Limits | null
  readonly n: number
}

/** The share of one group. */
interface GroupShare extends Share {
  readonly column: string
  readonly group: string
}

/** A share overall and per group. */
export interface DividedShare {
  readonly overall: Share
  readonly groups: readonly GroupShare[]
}

/** What the limits are to hold for. */
export interface ShareClaims {
  /** Chance that any limit of the overall curve, or any of one column's groups' curves, misses. */
  readonly error: number
  /** Points of the curve; they share their rows, so that the error is divided among them (Bonferroni). */
  readonly points: number
}

/** The share of the rows for which `isCounted`, overall and in every group that has rows. */
export function divideShare(
  isCounted: Uint8Array,
  groupings: readonly Grouping[],
  { error, points }: ShareClaims,
): DividedShare {
  const groups = groupings.flatMap(({ name, codes, labels }) => {
    const trials = new Float64Array(labels.length)
    const successes = new Float64Array(labels.length)
    for (const [row, counted] of isCounted.entries()) {
      const code = codes[row] ?? 0
      trials[code] = (trials[code] ?? 0) + 1
      successes[code] = (successes[code] ?? 0) + counted
    }
    // Groups share no rows, so that their limits are independent.
    const present = trials.filter((rows) => rows > 0).length
    const tail = sidak(error, present) / (2 * points)
    return labels.flatMap((group, code) => {
      const share = shareOf(successes[code] ?? 0, trials[code] ?? 0, tail)
      return share.n === 0 ? [] : [{ column: name, group, ...share }]
    })
  })
  const all = isCounted.reduce((sum, counted) => sum + counted, 0)
  return { overall: shareOf(all, isCounted.length, error / (2 * points)), groups }
}

function shareOf(successes: number, trials: number, tail: number): Share {
  if (trials === 0) return { value: null, limits: null, n: 0 }
  return {
    value: successes / trials,
    limits: clopperPearson({ successes, trials }, tail),
    n: trials,
  }
}
