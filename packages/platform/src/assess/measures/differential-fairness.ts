// Differential fairness (Foulds et al. 2018): the smallest ε such that no group is selected, or refused, more than e^ε times as often as
// another. The value is AIF360's, with rates smoothed by half a row of each outcome, so that an empty cell is not infinite; the
// interval is that of the true rates, widened to hold the smoothed value.

import { type Family, ratioInterval } from '../intervals/disparity.ts'
import type { Limits, ProportionLimits } from '../intervals/proportion.ts'
import type { MeasureDefinition } from '../measure-definition.ts'
import { type OutcomeCounts, rowsOf } from '../statistics.ts'
import { type Point, simpleRates } from './outcome-rates.ts'

/** The name of the measure. */
export const differentialFairness = 'fairness.smoothed_empirical_differential_fairness'

/** How much larger it is among the predictions than among the labels. */
export const biasAmplification = 'fairness.differential_fairness_bias_amplification'

/** The facts about both. */
export const differentialFairnessCatalogue = {
  [differentialFairness]: {
    title: 'Smoothed empirical differential fairness',
    definition:
      'largest absolute logarithm of a ratio of selection rates, or of refusal rates, between two groups',
    ideal: 0,
    low: 0,
    high: Number.MAX_SAFE_INTEGER,
    needsScores: false,
    kind: 'disparity',
    standard: false,
  },
  [biasAmplification]: {
    title: 'Differential fairness bias amplification',
    definition:
      'smoothed empirical differential fairness of the predictions minus that of the labels: above 0, the system sets groups further apart than the outcomes do',
    ideal: 0,
    low: -Number.MAX_SAFE_INTEGER,
    high: Number.MAX_SAFE_INTEGER,
    needsScores: false,
    kind: 'disparity',
    standard: false,
  },
} as const satisfies Record<string, MeasureDefinition>

/** Rows added to each group, half of them selected. */
const concentration = 1

const selected = simpleRates['performance.selection_rate'].of

type Counted = typeof selected

const positive: Counted = (group) => ({ successes: group.tp + group.fn, trials: rowsOf(group) })

/** The value over groups; both modes agree. */
export function differentialFairnessOf(
  groups: readonly OutcomeCounts[],
  counted: Counted = selected,
): Point {
  if (groups.length < 2) return { value: null, note: 'undefined: fewer than two groups' }
  const rates = groups.map((group) => {
    const { successes, trials } = counted(group)
    return (successes + concentration / 2) / (trials + concentration)
  })
  const [least, most] = [Math.min(...rates), Math.max(...rates)]
  return { value: Math.max(Math.log(most / least), Math.log((1 - least) / (1 - most))) }
}

/** The interval of a value that is defined, missing the truth with a chance of at most `error`. */
export function differentialFairnessInterval(
  groups: readonly OutcomeCounts[],
  value: number,
  { limits, error }: { readonly limits: ProportionLimits; readonly error: number },
  counted: Counted = selected,
): Limits {
  const chosen: Family = groups.map(counted)
  const refused: Family = groups.map((group) => ({
    successes: rowsOf(group) - counted(group).successes,
    trials: rowsOf(group),
  }))
  const ratio = ratioInterval([chosen, refused], limits, error)
  const high = ratio.low === 0 ? Number.MAX_SAFE_INTEGER : -Math.log(ratio.low)
  return { low: Math.min(value, -Math.log(ratio.high)), high: Math.max(value, high) }
}

/** The value over groups; both modes agree. */
export function biasAmplificationOf(groups: readonly OutcomeCounts[]): Point {
  const [predicted, labelled] = [selected, positive].map((of) => differentialFairnessOf(groups, of))
  if (typeof predicted?.value !== 'number' || typeof labelled?.value !== 'number')
    return differentialFairnessOf(groups)
  return { value: predicted.value - labelled.value }
}

/** The interval of a value that is defined: half the error for what is taken from, half for what is taken away. */
export function biasAmplificationInterval(
  groups: readonly OutcomeCounts[],
  by: { readonly limits: ProportionLimits; readonly error: number },
): Limits {
  const half = { limits: by.limits, error: by.error / 2 }
  const of = (counted: Counted) =>
    differentialFairnessInterval(
      groups,
      differentialFairnessOf(groups, counted).value ?? 0,
      half,
      counted,
    )
  const [predicted, labelled] = [of(selected), of(positive)]
  return { low: predicted.low - labelled.high, high: predicted.high - labelled.low }
}
