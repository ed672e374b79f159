// The fairness measures: how far apart the groups' rates lie. Definitions are Fairlearn's `between_groups` and `to_overall`.
// Strict compares the groups whose rate is defined and says which were left out; compatible counts an undefined
// rate as 0.0, as Fairlearn does. The interval never pretends to know an undefined rate, in either mode.

import { differenceInterval, type Family, ratioInterval } from '../intervals/disparity.ts'
import type { Limits, ProportionLimits } from '../intervals/proportion.ts'
import {
  differenceToOverallInterval,
  extremeInterval,
  ratioToOverallInterval,
} from '../intervals/to-overall.ts'
import type { Mode } from '../measure-definition.ts'
import type { OutcomeCounts } from '../statistics.ts'
import {
  type ComparedRate,
  type Comparison,
  comparisonOf,
  type DisparityName,
  type Form,
} from './comparisons.ts'
import { type Point, simpleRates } from './outcome-rates.ts'

const rateOf = (rate: ComparedRate) => simpleRates[`performance.${rate}`]

const familiesOf = (name: DisparityName, groups: readonly OutcomeCounts[]): Family[] =>
  comparisonOf(name).rates.map((rate) => groups.map((group) => rateOf(rate).of(group)))

/** The smaller of two rates divided by the larger; null where both are 0. */
const ratioOf = (a: number, b: number): number | null =>
  Math.max(a, b) === 0 ? null : Math.min(a, b) / Math.max(a, b)

/** One form of one family of rates; null where the data do not define it. */
function compare(family: Family, form: Form, mode: Mode): number | null {
  const defined = family.filter(({ trials }) => trials > 0)
  const rates = defined.map(({ successes, trials }) => successes / trials)
  if (mode === 'compatible' && defined.length < family.length) rates.push(0)
  const enough = mode === 'strict' && !form.startsWith('group_') ? 2 : 1
  if (rates.length < enough) return null
  const [least, most] = [Math.min(...rates), Math.max(...rates)]
  if (form === 'difference') return most - least
  if (form === 'ratio') return ratioOf(least, most)
  if (form === 'group_min') return least
  if (form === 'group_max') return most
  return compareToOverall(family, rates, form)
}

function compareToOverall(
  family: Family,
  rates: readonly number[],
  form: 'difference_to_overall' | 'ratio_to_overall',
): number | null {
  const trials = family.reduce((sum, group) => sum + group.trials, 0)
  const successes = family.reduce((sum, group) => sum + group.successes, 0)
  const overall = trials === 0 ? 0 : successes / trials
  if (form === 'difference_to_overall')
    return Math.max(...rates.map((rate) => Math.abs(rate - overall)))
  const ratios = rates.map((rate) => ratioOf(rate, overall)).filter((ratio) => ratio !== null)
  return ratios.length === 0 ? null : Math.min(...ratios)
}

/**
 * Fairlearn takes Python's `min` of the TPR and the FPR ratio, in which a NaN counts only when it comes first, and for the mean
 * leaves a NaN out; strict is undefined when either is.
 */
function combined(
  values: readonly (number | null)[],
  { form, combine }: Comparison,
  mode: Mode,
): number | null {
  const known = values.filter((value) => value !== null)
  if (known.length < values.length && (mode === 'strict' || known.length === 0)) return null
  if (combine === 'mean') return known.reduce((sum, value) => sum + value, 0) / known.length
  if (values[0] === null) return null
  return form.startsWith('ratio') || form === 'group_min' ? Math.min(...known) : Math.max(...known)
}

function noteOf(
  name: DisparityName,
  groups: readonly OutcomeCounts[],
  { mode, value }: { readonly mode: Mode; readonly value: number | null },
): string | undefined {
  const { rates, form } = comparisonOf(name)
  const missing = rates.flatMap((rate) => {
    const without = groups.filter((group) => rateOf(rate).of(group).trials === 0).length
    const { lacking } = rateOf(rate)
    return without === 0 ? [] : [`${without} of ${groups.length} groups have no ${lacking}`]
  })
  const left = missing.length === 0 ? undefined : missing.join(' and ')
  if (value === null) {
    if (left === undefined && groups.length >= 2)
      return form.startsWith('ratio') ? 'undefined: every rate is 0' : 'undefined'
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
  const comparison = comparisonOf(name)
  const values = familiesOf(name, groups).map((family) => compare(family, comparison.form, mode))
  const value = combined(values, comparison, mode)
  const note = noteOf(name, groups, { mode, value })
  return note === undefined ? { value } : { value, note }
}

const intervals: Readonly<
  Record<Form, (families: readonly Family[], limits: ProportionLimits, error: number) => Limits>
> = {
  difference: differenceInterval,
  ratio: ratioInterval,
  difference_to_overall: differenceToOverallInterval,
  ratio_to_overall: ratioToOverallInterval,
  group_min: ([family = []], limits, error) =>
    extremeInterval(family, limits, { error, of: 'min' }),
  group_max: ([family = []], limits, error) =>
    extremeInterval(family, limits, { error, of: 'max' }),
}

/** The interval of a disparity over groups, missing the truth with a chance of at most `error`. */
export function disparityInterval(
  name: DisparityName,
  groups: readonly OutcomeCounts[],
  { limits, error }: { readonly limits: ProportionLimits; readonly error: number },
): Limits {
  const { form, combine } = comparisonOf(name)
  const families = familiesOf(name, groups)
  if (combine === 'worst') return intervals[form](families, limits, error)
  // Each of the intervals may miss with its share of the error; the mean of the limits holds the mean when none does.
  const each = families.map((family) => intervals[form]([family], limits, error / families.length))
  const meanOf = (side: keyof Limits) =>
    each.reduce((sum, interval) => sum + interval[side], 0) / each.length
  return { low: meanOf('low'), high: meanOf('high') }
}
