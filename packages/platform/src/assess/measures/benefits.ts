// Inequality of benefits (Speicher et al. 2018, as AIF360 has it): a row's benefit is 1 + prediction − label, so 0 for a positive row
// that was refused, 2 for a negative one that was selected, 1 where the prediction is right. One number for unfairness between
// individuals; within a group it is the inequality among its members.
//
// With a the share of benefit 0 and c the share of benefit 2, every index is a function of a and c alone, increasing in a, and first
// rising, then falling in c. So exact limits of a and c give exact limits of the index: at both ends of a, with c at an end or the top.

import { clopperPearson, type Limits } from '../intervals/proportion.ts'
import type { MeasureDefinition } from '../measure-definition.ts'
import { type OutcomeCounts, rowsOf } from '../statistics.ts'
import type { Point } from './outcome-rates.ts'

const shared = {
  ideal: 0,
  low: 0,
  high: Number.MAX_SAFE_INTEGER,
  needsScores: false,
  kind: 'rate',
  standard: false,
} as const

/** The facts about the indices of inequality. */
export const benefitCatalogue = {
  'fairness.generalized_entropy_index': {
    ...shared,
    title: 'Generalized entropy index',
    definition: 'inequality of benefits, α = 2: half the squared coefficient of variation',
  },
  'fairness.theil_index': {
    ...shared,
    title: 'Theil index',
    definition: 'inequality of benefits, α = 1: mean of b/µ · ln(b/µ)',
  },
  'fairness.coefficient_of_variation': {
    ...shared,
    title: 'Coefficient of variation of benefits',
    definition: 'standard deviation of the benefits divided by their mean',
  },
} as const satisfies Record<string, MeasureDefinition>

/** An index of inequality. */
export type BenefitName = keyof typeof benefitCatalogue

/** Every index of inequality, in the order in which they are reported. */
export const benefitNames: readonly BenefitName[] = [
  'fairness.generalized_entropy_index',
  'fairness.theil_index',
  'fairness.coefficient_of_variation',
]

interface Index {
  /** By the shares of benefit 0 and of benefit 2; the mean benefit is above 0. */
  readonly of: (none: number, double: number) => number
  /** The share of benefit 2 at which it is highest, by the share of benefit 0. */
  readonly top: (none: number) => number
}

const meanBenefit = (none: number, double: number) => 1 - none + double

const entropy: Index = {
  of: (none, double) =>
    Math.max(0, ((1 - none + 3 * double) / meanBenefit(none, double) ** 2 - 1) / 2),
  top: (none) => (1 - none) / 3,
}

const indices: Readonly<Record<BenefitName, Index>> = {
  'fairness.generalized_entropy_index': entropy,
  'fairness.theil_index': {
    of: (none, double) => {
      const mean = meanBenefit(none, double)
      return Math.max(0, (2 * double * Math.LN2) / mean - Math.log(mean))
    },
    top: (none) => (2 * Math.LN2 - 1) * (1 - none),
  },
  'fairness.coefficient_of_variation': {
    of: (none, double) => Math.sqrt(2 * entropy.of(none, double)),
    top: entropy.top,
  },
}

/** The value of an index in a slice; both modes agree. */
export function benefitIndex(name: BenefitName, o: OutcomeCounts): Point {
  const n = rowsOf(o)
  if (n === 0) return { value: null, note: 'undefined: no rows' }
  if (o.fn === n) return { value: null, note: 'undefined: nobody has any benefit' }
  return { value: indices[name].of(o.fn / n, o.fp / n) }
}

/** The interval of an index in a slice, with the error `tail` on each side. */
export function benefitInterval(name: BenefitName, o: OutcomeCounts, tail: number): Limits {
  const n = rowsOf(o)
  const { of, top } = indices[name]
  // On each side one limit of the one share and both of the other can fail.
  const none = clopperPearson({ successes: o.fn, trials: n }, tail / 3)
  const double = clopperPearson({ successes: o.fp, trials: n }, tail / 3)
  const within = (share: number, most: number) => Math.min(share, most)
  const lowEnds = [double.low, double.high].map((share) => within(share, 1 - none.low))
  const peak = Math.min(Math.max(top(none.high), double.low), double.high)
  const high = none.high === 1 ? Infinity : of(none.high, within(peak, 1 - none.high))
  return {
    low: Math.min(...lowEnds.map((share) => of(none.low, share))),
    high: Math.min(shared.high, high),
  }
}
