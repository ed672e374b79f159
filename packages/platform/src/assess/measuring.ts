// Statistics in, measures out: every measure of the catalogue that the statistics allow, over everyone, over each
// group and over each intersection asked for, each with its interval. Pure and deterministic.

import { assert } from '@proofhouse/evidence'
import { percentileLimits, resample } from './intervals/bootstrap.ts'
import {
  clopperPearson,
  type Limits,
  type ProportionLimits,
  sidak,
  wilson,
} from './intervals/proportion.ts'
import { seededRandom } from './intervals/random.ts'
import {
  type Measure,
  measureCatalogue,
  type MeasureName,
  measureNames,
  type MeasureOptions,
} from './measure.ts'
import { benefitIndex, benefitInterval, benefitNames } from './measures/benefits.ts'
import {
  betweenGroupsIndex,
  betweenGroupsInterval,
  betweenGroupsNames,
} from './measures/between-groups.ts'
import { type DisparityName, disparityNames } from './measures/comparisons.ts'
import {
  biasAmplification,
  biasAmplificationInterval,
  biasAmplificationOf,
  differentialFairness,
  differentialFairnessInterval,
  differentialFairnessOf,
} from './measures/differential-fairness.ts'
import { disparity, disparityInterval } from './measures/disparities.ts'
import { outcomeRate, outcomeRateInterval, outcomeRateNames } from './measures/outcome-rates.ts'
import {
  privilegedComparison,
  privilegedInterval,
  privilegedNames,
  splitByPrivilege,
} from './measures/privileged.ts'
import { type PointInterval, scoreMeasures } from './measures/score-measures.ts'
import {
  type CellStatistics,
  marginal,
  type OutcomeCounts,
  rowsOf,
  type Statistics,
} from './statistics.ts'

/** Whether a measure is asked for: the standard ones always, the others by name. */
const isAsked = (name: MeasureName, { also }: MeasureOptions): boolean =>
  measureCatalogue[name].standard || also.has(name)

/** The limits of a proportion by method; the bootstrap replaces what it can and leaves the rest exact. */
const proportionLimits: Record<MeasureOptions['interval'], ProportionLimits> = {
  exact: clopperPearson,
  score: wilson,
  bootstrap: clopperPearson,
}

/**
 * The standard measures, and those asked for by name, over each of the asked column sets, in the order asked, then
 * slice by slice in catalogue order, the disparities last. Score measures are absent for a system without scores, disparities over `[]`.
 */
export function measure(statistics: Statistics, options: MeasureOptions): Measure[] {
  assert(options.confidence > 0 && options.confidence < 1, 'confidence lies between 0 and 1')
  const all = options.overs.flatMap((over) => measureOver(marginal(statistics, over), options))
  const confidence = 1 - sidak(1 - options.confidence, options.explored.length)
  const explored = options.explored.flatMap((over) =>
    measureOver(marginal(statistics, over), { ...options, confidence }),
  )
  return [
    ...all,
    ...explored,
    ...options.withins.flatMap((within) => measureWithin(statistics, within, options)),
  ]
}

/** The disparities among the rows of each combination of the control columns' values, one combination after the other. */
function measureWithin(
  statistics: Statistics,
  within: readonly string[],
  options: MeasureOptions,
): Measure[] {
  const levels = Map.groupBy(statistics.cells, ({ cell }) =>
    JSON.stringify(within.map((column) => cell[statistics.columns.indexOf(column)])),
  )
  const confidence = 1 - sidak(1 - options.confidence, levels.size)
  const overs = options.overs.filter((over) => over.every((column) => !within.includes(column)))
  return [...levels.values()].flatMap((cells) => {
    const level = marginal({ columns: statistics.columns, cells }, within)
    const where = sliceOf(within, level.cells[0]?.cell ?? [])
    return overs
      .flatMap((over) =>
        measureOver(marginal({ columns: statistics.columns, cells }, over), {
          ...options,
          confidence,
        }),
      )
      .filter(({ measure: name }) => measureCatalogue[name].kind === 'disparity')
      .map((found) => ({ ...found, within: where }))
  })
}

function measureOver(statistics: Statistics, options: MeasureOptions): Measure[] {
  const { columns, cells } = statistics
  const error = 1 - options.confidence
  const limits = proportionLimits[options.interval]
  const tail = sidak(error, cells.length) / 2
  const outcomes = cells.map((cell) => cell.outcomes)
  const drawn = options.interval === 'bootstrap' ? bootstrap(outcomes, options) : null
  const measures = cells.flatMap((cell, position) =>
    measureSlice(cell, { options, limits, tail }).map(({ name, ...point }) =>
      entry(name, drawn?.slice(position, name, point) ?? point, {
        over: columns,
        slice: columns.length === 0 ? null : sliceOf(columns, cell.cell),
        n: rowsOf(cell.outcomes),
      }),
    ),
  )
  if (columns.length === 0) return measures
  const n = outcomes.reduce((sum, group) => sum + rowsOf(group), 0)
  for (const name of disparityNames.filter((known) => isAsked(known, options))) {
    const point = {
      ...disparity(name, outcomes, options.mode),
      limits: disparityInterval(name, outcomes, { limits, error }),
    }
    measures.push(entry(name, drawn?.all(name, point) ?? point, { over: columns, slice: null, n }))
  }
  if (isAsked(differentialFairness, options)) {
    const point = differentialFairnessOf(outcomes)
    const found =
      point.value === null
        ? null
        : differentialFairnessInterval(outcomes, point.value, { limits, error })
    const where = { over: columns, slice: null, n }
    measures.push(entry(differentialFairness, { ...point, limits: found }, where))
  }
  if (isAsked(biasAmplification, options)) {
    const point = biasAmplificationOf(outcomes)
    const found =
      point.value === null ? null : biasAmplificationInterval(outcomes, { limits, error })
    measures.push(
      entry(biasAmplification, { ...point, limits: found }, { over: columns, slice: null, n }),
    )
  }
  return [...measures, ...comparePrivileged(statistics, n, options)]
}

/** The unprivileged beside the privileged, where it is said who is. The bootstrap has no part in it. */
function comparePrivileged(
  statistics: Statistics,
  n: number,
  options: MeasureOptions,
): readonly Measure[] {
  const groups = splitByPrivilege(statistics, options.privileged)
  if (groups === null) return []
  const by = { limits: proportionLimits[options.interval], error: 1 - options.confidence }
  const where = { over: statistics.columns, slice: null, n }
  const rates = privilegedNames.filter((name) => isAsked(name, options))
  const indices = betweenGroupsNames.filter((name) => isAsked(name, options))
  return [
    ...rates.map((name) => {
      const point = privilegedComparison(name, groups, options.mode)
      const limits = point.value === null ? null : privilegedInterval(name, groups, by)
      return entry(name, { ...point, limits }, where)
    }),
    ...indices.map((name) => {
      const point = betweenGroupsIndex(name, groups)
      const limits = point.value === null ? null : betweenGroupsInterval(name, groups, by.error)
      return entry(name, { ...point, limits }, where)
    }),
  ]
}

type NamedPoint = PointInterval & { readonly name: MeasureName }

function measureSlice(
  cell: CellStatistics,
  by: {
    readonly options: MeasureOptions
    readonly limits: ProportionLimits
    readonly tail: number
  },
): NamedPoint[] {
  const names = outcomeRateNames.filter((name) => isAsked(name, by.options))
  const rates = names.map((name) => ({
    name,
    ...outcomeRate(name, cell.outcomes, by.options.mode),
    limits: outcomeRateInterval(name, cell.outcomes, by),
  }))
  const benefits = benefitNames
    .filter((name) => isAsked(name, by.options))
    .map((name) => {
      const point = benefitIndex(name, cell.outcomes)
      const found = point.value === null ? null : benefitInterval(name, cell.outcomes, by.tail)
      return { name, ...point, limits: found }
    })
  const order = (point: NamedPoint): number => measureNames.indexOf(point.name)
  const scored = scoreMeasures(cell, by.tail, (name) => isAsked(name, by.options))
  return [...rates, ...scored, ...benefits].toSorted((a, b) => order(a) - order(b))
}

function sliceOf(columns: readonly string[], cell: readonly string[]): Record<string, string> {
  return Object.fromEntries(columns.map((column, position) => [column, cell[position] ?? '']))
}

function entry(
  name: MeasureName,
  { value, limits, note }: PointInterval,
  where: Pick<Measure, 'over' | 'slice' | 'n'>,
): Measure {
  const { over, slice, n } = where
  const low = value === null ? null : (limits?.low ?? null)
  const high = value === null ? null : (limits?.high ?? null)
  return {
    measure: name,
    over,
    slice,
    value,
    low,
    high,
    n,
    ...(note === undefined ? {} : { note }),
  }
}

/** Percentile intervals of everything the outcome counts define; for the rest, the point as it was. */
function bootstrap(groups: readonly OutcomeCounts[], options: MeasureOptions) {
  const { mode, draws, seed } = options
  const random = seededRandom(seed)
  const error = 1 - options.confidence
  const samples = Array.from({ length: draws }, () => resample(random, groups))
  const replace = (
    point: PointInterval,
    valueIn: (sample: readonly OutcomeCounts[]) => number | null,
  ): PointInterval => {
    const values = Float64Array.from(samples, (sample) => valueIn(sample) ?? Number.NaN)
    const limits: Limits | null = percentileLimits(values, error)
    return { ...point, limits }
  }
  return {
    slice(position: number, name: MeasureName, point: PointInterval): PointInterval {
      const rate = outcomeRateNames.find((known) => known === name)
      if (rate === undefined) return point
      return replace(point, (sample) => {
        const group = sample[position]
        return group === undefined ? null : outcomeRate(rate, group, mode).value
      })
    },
    all(name: DisparityName, point: PointInterval): PointInterval {
      return replace(point, (sample) => disparity(name, sample, mode).value)
    },
  }
}
