// The measures that the four outcome counts of a slice define. Each simple rate is successes out of trials, which is
// also what its interval needs; balanced accuracy and F1 are built of such rates.
// Strict leaves a rate without trials undefined; compatible gives it Fairlearn's 0.0 with the interval [0, 1].

import {
  f1OfJaccard,
  type Limits,
  meanOfTwo,
  type Proportion,
  type ProportionLimits,
  unknownProportion,
} from '../intervals/proportion.ts'
import type { Mode } from '../measure-definition.ts'
import { type OutcomeCounts, rowsOf } from '../statistics.ts'

/** A point value with, where it is not the whole story, a note. */
export interface Point {
  readonly value: number | null
  readonly note?: string
}

interface SimpleRate {
  readonly of: (o: OutcomeCounts) => Proportion
  /** What is missing when there are no trials. */
  readonly lacking: string
}

const positives = 'rows whose label is positive'
const negatives = 'rows whose label is negative'

/** The rates that are one proportion. */
export const simpleRates = {
  'performance.accuracy': {
    of: (o) => ({ successes: o.tp + o.tn, trials: rowsOf(o) }),
    lacking: 'rows',
  },
  'performance.precision': {
    of: (o) => ({ successes: o.tp, trials: o.tp + o.fp }),
    lacking: 'rows predicted positive',
  },
  'performance.recall': {
    of: (o) => ({ successes: o.tp, trials: o.tp + o.fn }),
    lacking: positives,
  },
  'performance.selection_rate': {
    of: (o) => ({ successes: o.tp + o.fp, trials: rowsOf(o) }),
    lacking: 'rows',
  },
  'performance.true_positive_rate': {
    of: (o) => ({ successes: o.tp, trials: o.tp + o.fn }),
    lacking: positives,
  },
  'performance.true_negative_rate': {
    of: (o) => ({ successes: o.tn, trials: o.tn + o.fp }),
    lacking: negatives,
  },
  'performance.false_positive_rate': {
    of: (o) => ({ successes: o.fp, trials: o.tn + o.fp }),
    lacking: negatives,
  },
  'performance.false_negative_rate': {
    of: (o) => ({ successes: o.fn, trials: o.tp + o.fn }),
    lacking: positives,
  },
  'performance.zero_one_loss': {
    of: (o) => ({ successes: o.fp + o.fn, trials: rowsOf(o) }),
    lacking: 'rows',
  },
  'performance.false_discovery_rate': {
    of: (o) => ({ successes: o.fp, trials: o.tp + o.fp }),
    lacking: 'rows predicted positive',
  },
  'performance.false_omission_rate': {
    of: (o) => ({ successes: o.fn, trials: o.tn + o.fn }),
    lacking: 'rows predicted negative',
  },
  'performance.negative_predictive_value': {
    of: (o) => ({ successes: o.tn, trials: o.tn + o.fn }),
    lacking: 'rows predicted negative',
  },
} as const satisfies Record<`performance.${string}`, SimpleRate>

/** A measure of one slice that the outcome counts alone define. */
export type OutcomeRateName =
  | keyof typeof simpleRates
  | 'performance.balanced_accuracy'
  | 'performance.f1'

/** Every outcome rate, in catalogue order. */
export const outcomeRateNames: readonly OutcomeRateName[] = [
  'performance.accuracy',
  'performance.balanced_accuracy',
  'performance.precision',
  'performance.recall',
  'performance.f1',
  'performance.selection_rate',
  'performance.true_positive_rate',
  'performance.true_negative_rate',
  'performance.false_positive_rate',
  'performance.false_negative_rate',
  'performance.zero_one_loss',
  'performance.false_discovery_rate',
  'performance.false_omission_rate',
  'performance.negative_predictive_value',
]

const truePositives = simpleRates['performance.true_positive_rate'].of
const trueNegatives = simpleRates['performance.true_negative_rate'].of
const jaccard = (o: OutcomeCounts): Proportion => ({
  successes: o.tp,
  trials: o.tp + o.fp + o.fn,
})

const shareOf = ({ successes, trials }: Proportion): number => successes / trials

/** The value an undefined rate gets. */
function undefinedPoint(mode: Mode, lacking: string): Point {
  return mode === 'strict'
    ? { value: null, note: `undefined: no ${lacking}` }
    : { value: 0, note: `no ${lacking}: 0 by Fairlearn's convention` }
}

/** The value of an outcome rate in a slice. */
export function outcomeRate(name: OutcomeRateName, o: OutcomeCounts, mode: Mode): Point {
  if (name === 'performance.balanced_accuracy') return balancedAccuracy(o, mode)
  if (name === 'performance.f1') {
    const none = 'rows positive by label or by prediction'
    const { tp, fp, fn } = o
    return tp + fp + fn === 0
      ? undefinedPoint(mode, none)
      : { value: (2 * tp) / (2 * tp + fp + fn) }
  }
  const { of, lacking } = simpleRates[name]
  const proportion = of(o)
  return proportion.trials === 0 ? undefinedPoint(mode, lacking) : { value: shareOf(proportion) }
}

function balancedAccuracy(o: OutcomeCounts, mode: Mode): Point {
  const [tpr, tnr] = [truePositives(o), trueNegatives(o)]
  if (tpr.trials > 0 && tnr.trials > 0) return { value: (shareOf(tpr) + shareOf(tnr)) / 2 }
  const lacking = tpr.trials === 0 ? positives : negatives
  if (mode === 'strict' || rowsOf(o) === 0) return undefinedPoint(mode, lacking)
  return {
    value: shareOf(tpr.trials > 0 ? tpr : tnr),
    note: `no ${lacking}: the other class alone, by scikit-learn's convention`,
  }
}

/** The interval of an outcome rate in a slice, with the error `tail` on each side. */
export function outcomeRateInterval(
  name: OutcomeRateName,
  o: OutcomeCounts,
  { limits, tail }: { readonly limits: ProportionLimits; readonly tail: number },
): Limits {
  if (name === 'performance.f1') {
    const { low, high } = limits(jaccard(o), tail)
    return { low: f1OfJaccard(low), high: f1OfJaccard(high) }
  }
  if (name !== 'performance.balanced_accuracy') return limits(simpleRates[name].of(o), tail)
  const [tpr, tnr] = [truePositives(o), trueNegatives(o)].map((proportion) => ({
    ...limits(proportion, tail),
    value: proportion.trials === 0 ? null : shareOf(proportion),
  }))
  if (tpr === undefined || tnr === undefined) return unknownProportion
  if (tpr.value !== null && tnr.value !== null)
    return meanOfTwo({ ...tpr, value: tpr.value }, { ...tnr, value: tnr.value })
  // One class is missing, so its rate may be anything.
  return { low: (tpr.low + tnr.low) / 2, high: (tpr.high + tnr.high) / 2 }
}
