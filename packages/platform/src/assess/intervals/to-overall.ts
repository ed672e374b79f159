// Intervals of how far groups lie from everyone, and of the lowest and the highest group.
//
// A group's rate and everyone's are not independent: the group is part of everyone. With w the group's share of the trials,
// everyone's rate is w·p + (1 − w)·q, where q is the rate of all the others, which shares no row with the group. Hence
//   p − everyone = (1 − w)(p − q),   p / everyone = θ / (wθ + 1 − w) with θ = p / q,   everyone / p = w + (1 − w) / θ,
// each increasing in the difference or ratio of two independent rates, whose limits are MOVER's (see disparity.ts). The others
// pooled are no single binomial, but their variance is at most the binomial one, so its limits hold all the more.
// The largest distance is the largest over 2k such comparisons, so the errors are shared as they are between pairs of groups:
// the limit away from parity fails with one comparison only, the one towards parity if any does. Shares w are taken as given.

import { type Family, pairLimits, rateWithLimits } from './disparity.ts'
import type { Limits, Proportion, ProportionLimits } from './proportion.ts'

interface Parts {
  readonly group: Proportion
  readonly others: Proportion
  /** The group's share of the trials. */
  readonly share: number
}

/** Each group with trials beside all the others together; none where a group is alone. */
function partsOf(family: Family): Parts[] {
  const trials = family.reduce((sum, group) => sum + group.trials, 0)
  const successes = family.reduce((sum, group) => sum + group.successes, 0)
  return family
    .filter((group) => group.trials > 0 && group.trials < trials)
    .map((group) => ({
      group,
      others: { successes: successes - group.successes, trials: trials - group.trials },
      share: group.trials / trials,
    }))
}

const comparisonsOf = (families: readonly Family[]): number =>
  families.reduce((sum, family) => sum + 2 * partsOf(family).length, 0)

/** The interval of the largest distance of a group's rate from everyone's; of several families, of the larger. */
export function differenceToOverallInterval(
  families: readonly Family[],
  limits: ProportionLimits,
  error: number,
): Limits {
  const near = error / Math.max(2, comparisonsOf(families))
  let [low, high] = [0, 0]
  for (const family of families) {
    for (const { group, others, share } of partsOf(family)) {
      const at = (tail: number) =>
        [rateWithLimits(group, limits, tail), rateWithLimits(others, limits, tail)] as const
      const [i, j] = at(near)
      const below = Math.max(pairLimits.differenceBelow(i, j), pairLimits.differenceBelow(j, i))
      low = Math.max(low, (1 - share) * below)
      const [u, v] = at(error / 2)
      const above = Math.max(pairLimits.differenceAbove(u, v), pairLimits.differenceAbove(v, u))
      high = Math.max(high, (1 - share) * above)
    }
    if (isUnknown(family)) high = 1
  }
  return { low, high: Math.min(1, high) }
}

/** The interval of the smallest ratio of a group's rate and everyone's; of several families, of the smaller. */
export function ratioToOverallInterval(
  families: readonly Family[],
  limits: ProportionLimits,
  error: number,
): Limits {
  const near = error / Math.max(2, comparisonsOf(families))
  let [low, high] = [1, 1]
  for (const family of families) {
    for (const { group, others, share } of partsOf(family)) {
      const at = (tail: number) =>
        [rateWithLimits(group, limits, tail), rateWithLimits(others, limits, tail)] as const
      const toOverall = (ratio: number) =>
        ratio === Infinity ? 1 / share : ratio / (share * ratio + 1 - share)
      const fromOverall = (ratio: number) => share + (1 - share) * ratio
      const [i, j] = at(near)
      high = Math.min(
        high,
        toOverall(pairLimits.ratioAbove(i, j)),
        fromOverall(pairLimits.ratioAbove(j, i)),
      )
      const [u, v] = at(error / 2)
      low = Math.min(
        low,
        toOverall(pairLimits.ratioBelow(u, v)),
        fromOverall(pairLimits.ratioBelow(v, u)),
      )
    }
    if (isUnknown(family)) low = 0
  }
  return { low, high }
}

/**
 * The interval of the lowest or the highest rate over the groups. The lowest rate lies above the lowest lower
 * limit unless the limit of the one lowest group fails; it lies below the lowest upper limit unless any upper limit
 * fails: Bonferroni over the groups.
 */
export function extremeInterval(
  family: Family,
  limits: ProportionLimits,
  { error, of }: { readonly error: number; readonly of: 'min' | 'max' },
): Limits {
  const many = error / (2 * Math.max(1, family.length))
  const [one, all] = [error / 2, many]
  const lows = family.map((group) => limits(group, of === 'min' ? one : all).low)
  const highs = family.map((group) => limits(group, of === 'min' ? all : one).high)
  return of === 'min'
    ? { low: Math.min(1, ...lows), high: Math.min(1, ...highs) }
    : { low: Math.max(0, ...lows), high: Math.max(0, ...highs) }
}

/** Whether some group has no trials: its rate may be anything. */
const isUnknown = (family: Family): boolean => family.some(({ trials }) => trials === 0)
