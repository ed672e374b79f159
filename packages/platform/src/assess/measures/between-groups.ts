// The part of the inequality of benefits that lies between the privileged and everyone else (Speicher et al. 2018, as AIF360 has it):
// every row is given the mean benefit of its group. With two groups of given sizes an index depends on the ratio of the two means alone:
// 0 where they are equal, and growing away from there on both sides. So limits of the ratio give limits of the index.

import { clopperPearson, type Limits } from '../intervals/proportion.ts'
import type { MeasureDefinition } from '../measure-definition.ts'
import { type OutcomeCounts, rowsOf } from '../statistics.ts'
import type { Point } from './outcome-rates.ts'
import type { TwoGroups } from './privileged.ts'

const shared = {
  ideal: 0,
  low: 0,
  high: Number.MAX_SAFE_INTEGER,
  needsScores: false,
  kind: 'disparity',
  standard: false,
} as const

/** The facts about the indices of inequality between two groups. */
export const betweenGroupsCatalogue = {
  'fairness.between_group_generalized_entropy_index': {
    ...shared,
    title: 'Between-group generalized entropy index',
    definition: 'inequality of the mean benefits of privileged and unprivileged, α = 2',
  },
  'fairness.between_group_theil_index': {
    ...shared,
    title: 'Between-group Theil index',
    definition: 'inequality of the mean benefits of privileged and unprivileged, α = 1',
  },
  'fairness.between_group_coefficient_of_variation': {
    ...shared,
    title: 'Between-group coefficient of variation',
    definition: 'coefficient of variation of the mean benefits of privileged and unprivileged',
  },
} as const satisfies Record<string, MeasureDefinition>

/** An index of inequality between two groups. */
export type BetweenGroupsName = keyof typeof betweenGroupsCatalogue

/** Every index of inequality between two groups, in the order in which they are reported. */
export const betweenGroupsNames: readonly BetweenGroupsName[] = [
  'fairness.between_group_generalized_entropy_index',
  'fairness.between_group_theil_index',
  'fairness.between_group_coefficient_of_variation',
]

/** An index by the two benefits in units of everyone's mean, and the groups' shares of the rows. */
type Index = (parts: readonly { readonly benefit: number; readonly share: number }[]) => number

const entropy: Index = (parts) =>
  Math.max(0, parts.reduce((sum, { benefit, share }) => sum + share * benefit ** 2, -1) / 2)

const indices: Readonly<Record<BetweenGroupsName, Index>> = {
  'fairness.between_group_generalized_entropy_index': entropy,
  'fairness.between_group_theil_index': (parts) =>
    Math.max(
      0,
      parts.reduce(
        (sum, { benefit, share }) =>
          sum + (benefit === 0 ? 0 : share * benefit * Math.log(benefit)),
        0,
      ),
    ),
  'fairness.between_group_coefficient_of_variation': (parts) => Math.sqrt(2 * entropy(parts)),
}

/** The index where the unprivileged, who are `share` of the rows, have `ratio` times the mean benefit of the privileged. */
function atRatio(name: BetweenGroupsName, ratio: number, share: number): number {
  const privileged = ratio === Infinity ? 0 : 1
  const unprivileged = ratio === Infinity ? 1 : ratio
  const mean = share * unprivileged + (1 - share) * privileged
  return indices[name]([
    { benefit: unprivileged / mean, share },
    { benefit: privileged / mean, share: 1 - share },
  ])
}

const meanBenefit = (o: OutcomeCounts): number => 1 + (o.fp - o.fn) / rowsOf(o)

/** The value of an index; both modes agree. */
export function betweenGroupsIndex(name: BetweenGroupsName, groups: TwoGroups): Point {
  const { privileged, unprivileged } = groups
  const [p, u] = [rowsOf(privileged), rowsOf(unprivileged)]
  if (p === 0 || u === 0)
    return { value: null, note: `undefined: nobody is ${p === 0 ? '' : 'un'}privileged` }
  const [ours, theirs] = [meanBenefit(unprivileged), meanBenefit(privileged)]
  if (ours + theirs === 0) return { value: null, note: 'undefined: nobody has any benefit' }
  return { value: atRatio(name, theirs === 0 ? Infinity : ours / theirs, u / (p + u)) }
}

/** The interval of an index that is defined, missing the truth with a chance of at most `error`. */
export function betweenGroupsInterval(
  name: BetweenGroupsName,
  { privileged, unprivileged }: TwoGroups,
  error: number,
): Limits {
  const share = rowsOf(unprivileged) / (rowsOf(unprivileged) + rowsOf(privileged))
  // Four shares with two limits each; any of them may fail.
  const limits = (successes: number, trials: number) =>
    clopperPearson({ successes, trials }, error / 8)
  const mean = (o: OutcomeCounts): Limits => {
    const [none, double] = [limits(o.fn, rowsOf(o)), limits(o.fp, rowsOf(o))]
    return { low: Math.max(0, 1 - none.high + double.low), high: 1 - none.low + double.high }
  }
  const [ours, theirs] = [mean(unprivileged), mean(privileged)]
  const low = ours.low / theirs.high
  const high = theirs.low === 0 ? Infinity : ours.high / theirs.low
  const ends = [atRatio(name, low, share), atRatio(name, high, share)]
  return { low: low <= 1 && high >= 1 ? 0 : Math.min(...ends), high: Math.max(...ends) }
}
