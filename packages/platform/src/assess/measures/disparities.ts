// The fairness measures: how far apart the groups' rates lie. Definitions are Fairlearn's `between_groups`.
// Strict compares the groups whose rate is defined and says which were left out; compatible counts an undefined
// rate as 0.0, as Fairlearn does. The interval never pretends to know an undefined rate, in either mode.

import { differenceInterval, type Family, ratioInterval } from '../intervals/disparity.ts'
import type { Limits, ProportionLimits } from '../intervals/proportion.ts'
import type { MeasureName, Mode } from '../measure.ts'
import type { OutcomeCounts } from '../statistics.ts'
import { type Point, simpleRates } from './outcome-rates.ts'

const families = {
  'performance.selection_rate': simpleRates['performance.selection_rate'].of,
  'performance.true_positive_rate': simpleRates['performance.true_positive_rate'].of,
  'performance.false_positive_rate': simpleRates['performance.false_positive_rate'].of,
} as const

interface Disparity {
  /** The rates compared; of several, the worst comparison counts. */
  readonly rates: readonly (keyof typeof families)[]
  readonly form: 'difference' | 'ratio'
}

/** The name of a fairness measure. */
export type DisparityName = Extract<MeasureName, `fairness.${string}`>

const selection = ['performance.selection_rate'] as const
const opportunity = ['performance.true_positive_rate'] as const
const odds = ['performance.true_positive_rate', 'performance.false_positive_rate'] as const

/** Which rates each disparity compares, and how. */
const disparities: Readonly<Record<DisparityName, Disparity>> = {
  'fairness.demographic_parity_difference': { rates: selection, form: 'difference' },
  'fairness.demographic_parity_ratio': { rates: selection, form: 'ratio' },
  'fairness.equalized_odds_difference': { rates: odds, form: 'difference' },
  'fairness.equalized_odds_ratio': { rates: odds, form: 'ratio' },
  'fairness.equal_opportunity_difference': { rates: opportunity, form: 'difference' },
}

/** Every disparity, in catalogue order. */
export const disparityNames: readonly DisparityName[] = [
  'fairness.demographic_parity_difference',
  'fairness.demographic_parity_ratio',
  'fairness.equalized_odds_difference',
  'fairness.equalized_odds_ratio',
  'fairness.equal_opportunity_difference',
]

const familiesOf = (name: DisparityName, groups: readonly OutcomeCounts[]): Family[] =>
  disparities[name].rates.map((rate) => groups.map(families[rate]))

/** The gap or ratio of one family; null where the data do not define it. */
function compare(family: Family, form: 'difference' | 'ratio', mode: Mode): number | null {
  const defined = family.filter(({ trials }) => trials > 0)
  const rates = defined.map(({ successes, trials }) => successes / trials)
  if (mode === 'compatible' && defined.length < family.length) rates.push(0)
  if (rates.length === 0 || (mode === 'strict' && rates.length < 2)) return null
  const [least, most] = [Math.min(...rates), Math.max(...rates)]
  if (form === 'difference') return most - least
  return most === 0 ? null : least / most
}

/**
 * Fairlearn takes Python's `min` of the TPR and the FPR ratio, in which a NaN counts only when it comes first;
 * strict is undefined when either is.
 */
function worstOf(values: readonly (number | null)[], form: Disparity['form'], mode: Mode) {
  const known = values.filter((value) => value !== null)
  if (known.length < values.length && (mode === 'strict' || values[0] === null)) return null
  return form === 'difference' ? Math.max(...known) : Math.min(...known)
}

function noteOf(
  name: DisparityName,
  groups: readonly OutcomeCounts[],
  { mode, value }: { readonly mode: Mode; readonly value: number | null },
): string | undefined {
  const { rates, form } = disparities[name]
  const missing = rates.flatMap((rate) => {
    const without = groups.filter((group) => families[rate](group).trials === 0).length
    const { lacking } = simpleRates[rate]
    return without === 0 ? [] : [`${without} of ${groups.length} groups have no ${lacking}`]
  })
  const left = missing.length === 0 ? undefined : missing.join(' and ')
  if (value === null) {
    if (left === undefined && groups.length >= 2)
      return form === 'ratio' ? 'undefined: every rate is 0' : 'undefined'
    return `undefined: ${left ?? 'fewer than two groups'}`
  }
  if (left === undefined) return undefined
  return mode === 'strict'
    ? `${left}; the value is over the others, the interval allows them any rate`
    : `${left}, which counts as 0 by Fairlearn's convention; the interval allows them any rate`
}

/** The value of a disparity over groups. */
export function disparity(
  name: DisparityName,
  groups: readonly OutcomeCounts[],
  mode: Mode,
): Point {
  const { form } = disparities[name]
  const values = familiesOf(name, groups).map((family) => compare(family, form, mode))
  const value = worstOf(values, form, mode)
  const note = noteOf(name, groups, { mode, value })
  return note === undefined ? { value } : { value, note }
}

/** The interval of a disparity over groups, missing the truth with a chance of at most `error`. */
export function disparityInterval(
  name: DisparityName,
  groups: readonly OutcomeCounts[],
  { limits, error }: { readonly limits: ProportionLimits; readonly error: number },
): Limits {
  const interval = disparities[name].form === 'difference' ? differenceInterval : ratioInterval
  return interval(familiesOf(name, groups), limits, error)
}
