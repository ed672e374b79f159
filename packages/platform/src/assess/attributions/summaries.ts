// What the values of many decisions say together: means over the explained rows, with limits that know both chances, of the rows
// that were drawn and of the background that they were drawn beside (a jackknife over its parts; Efron & Stein 1981).

import type { CodedColumn } from '../checks/coding.ts'
import type { Limits } from '../intervals/proportion.ts'
import { studentQuantile } from '../intervals/special-functions.ts'
import type { Attribution } from './shapley.ts'

/** Explained rows of a group, and of the others, from which their means are told. */
const groupRowsMin = 10
/** Columns told for each group. */
const pushesMax = 5

/** What is summarised. */
export interface Told {
  /** Of the columns, in the order of the values. */
  readonly names: readonly string[]
  readonly attributions: readonly Attribution[]
  /** The chance that limits of one family may miss, all of the family together. */
  readonly error: number
}

/** What one column does to the score. */
export interface ColumnImportance {
  readonly column: string
  /** Mean absolute Shapley value. */
  readonly importance: number
  readonly limits: Limits
}

/** What one column does to the score of a group, on average, more than to the score of all others. */
export interface GroupPush {
  readonly group: { readonly column: string; readonly value: string }
  readonly rows: number
  readonly pushes: readonly {
    readonly column: string
    readonly mean: number
    readonly limits: Limits
  }[]
}

/** Mean absolute values per column, largest first; limits hold for all columns at once. */
export function importanceOf({ names, attributions, error }: Told): ColumnImportance[] {
  const beside = backgroundsOf(attributions)
  return names
    .map((column, feature) => {
      const found = meansOf(attributions.map(({ values }) => Math.abs(values[feature] ?? 0)))
      const limits = limitsOf(
        found.mean,
        [
          found,
          chanceOf(beside, (values) => mean(values.map((row) => Math.abs(row[feature] ?? 0)))),
        ],
        error / names.length,
      )
      return {
        column,
        importance: found.mean,
        limits: { ...limits, low: Math.max(0, limits.low) },
      }
    })
    .toSorted((a, b) => b.importance - a.importance || (a.column < b.column ? -1 : 1))
}

/** The share of some columns in all absolute values: a ratio of means, its chance over rows by the delta method; null without any. */
export function shareOf({ names, attributions, error }: Told, among: readonly string[]) {
  const isAmong = names.map((name) => among.includes(name))
  const sumsOf = (values: Float64Array) => {
    let [some, all] = [0, 0]
    for (const [feature, value] of values.entries()) {
      all += Math.abs(value)
      if (isAmong[feature] === true) some += Math.abs(value)
    }
    return { some, all }
  }
  const ratioOf = (rows: readonly Float64Array[]) => {
    const sums = rows.map(sumsOf)
    return mean(sums.map(({ some }) => some)) / mean(sums.map(({ all }) => all))
  }
  const rows = attributions.map(({ values }) => values)
  const value = ratioOf(rows)
  if (Number.isNaN(value)) return null
  const sums = rows.map(sumsOf)
  const total = mean(sums.map(({ all }) => all))
  const residuals = meansOf(sums.map(({ some, all }) => (some - value * all) / total))
  const limits = limitsOf(value, [residuals, chanceOf(backgroundsOf(attributions), ratioOf)], error)
  return { value, limits: { low: Math.max(0, limits.low), high: Math.min(1, limits.high) } }
}

/**
 * Per group the columns that lift or lower its scores most against all others’: mean values of its rows minus those of
 * all other rows, which together are the difference of the two mean scores. Limits hold for all columns and groups at
 * once.
 */
export function pushesOf(
  { names, attributions, error }: Told,
  by: { readonly groups: readonly CodedColumn[]; readonly picked: readonly number[] },
): GroupPush[] {
  const found = by.groups.flatMap(({ name, codes, labels }) =>
    labels.flatMap((value, code) => {
      const isInside = by.picked.map((row) => codes[row] === code)
      const rows = isInside.filter(Boolean).length
      const others = isInside.length - rows
      return Math.min(rows, others) < groupRowsMin ? [] : [{ column: name, value, isInside, rows }]
    }),
  )
  const beside = backgroundsOf(attributions)
  const share = error / Math.max(1, found.length * names.length)
  return found.map(({ column: name, value, isInside, rows }) => {
    const gapOf = (values: readonly number[]) => {
      const [own, others] = [true, false].map((inside) =>
        meansOf(values.filter((_, n) => isInside[n] === inside)),
      )
      if (own === undefined || others === undefined) throw new RangeError('two sides')
      return { gap: own.mean - others.mean, own, others }
    }
    const pushes = names
      .map((column, feature) => {
        const valuesOf = (all: readonly Float64Array[]) => all.map((row) => row[feature] ?? 0)
        const { gap, own, others } = gapOf(valuesOf(attributions.map(({ values }) => values)))
        const chance = chanceOf(beside, (all) => gapOf(valuesOf(all)).gap)
        return { column, mean: gap, limits: limitsOf(gap, [own, others, chance], share) }
      })
      .toSorted((a, b) => Math.abs(b.mean) - Math.abs(a.mean))
      .slice(0, pushesMax)
    return { group: { column: name, value }, rows, pushes }
  })
}

/** A part of the variance of an estimate, and how well it is known. */
interface Chance {
  readonly variance: number
  readonly degrees: number
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** The mean of values, and the variance of that mean. */
function meansOf(values: readonly number[]): Chance & { readonly mean: number } {
  const centre = mean(values)
  const degrees = Math.max(1, values.length - 1)
  const squares = values.reduce((sum, one) => sum + (one - centre) ** 2, 0)
  return { mean: centre, variance: squares / degrees / Math.max(1, values.length), degrees }
}

/** All rows' values once per part of the background, beside all other parts. */
function backgroundsOf(attributions: readonly Attribution[]): Float64Array[][] {
  const parts = Math.max(0, ...attributions.map((one) => one.parts.length))
  return Array.from({ length: parts }, (_, left) =>
    attributions.map(({ values, parts: own }) => {
      const without = own[left]
      if (without === undefined || without.weight >= 1) return values
      return values.map(
        (value, feature) => (value - (without.values[feature] ?? 0)) / (1 - without.weight),
      )
    }),
  )
}

/** The variance that a statistic has by the choice of the background: a jackknife that leaves out one part of it at a time. */
function chanceOf(
  beside: readonly (readonly Float64Array[])[],
  statistic: (values: readonly Float64Array[]) => number,
): Chance {
  const found = beside.map(statistic)
  const degrees = Math.max(1, found.length - 1)
  const centre = mean(found)
  const squares = found.reduce((sum, one) => sum + (one - centre) ** 2, 0)
  return { variance: (squares * degrees) / Math.max(1, found.length), degrees }
}

/** Limits of an estimate whose variance is a sum, by Student with Satterthwaite's degrees of freedom (1946). */
function limitsOf(value: number, chances: readonly Chance[], error: number): Limits {
  const variance = chances.reduce((sum, chance) => sum + chance.variance, 0)
  if (!(variance > 0)) return { low: value, high: value }
  const spread = chances.reduce((sum, one) => sum + one.variance ** 2 / one.degrees, 0)
  const reach = studentQuantile(error / 2, variance ** 2 / spread) * Math.sqrt(variance)
  return { low: value - reach, high: value + reach }
}
