// The measures of drift with their intervals, simultaneous over the columns.

import type { Limits } from '../intervals/proportion.ts'
import type { Measure } from '../measure.ts'
import {
  type DistancePoint,
  hellingerPoint,
  jensenShannonPoint,
  psiPoint,
  variationPoint,
} from './distance-intervals.ts'
import { type BinCounts, numberBins } from './distances.ts'
import { pairCategories } from './distribution.ts'
import type { DriftMeasureName } from './drift-catalogue.ts'
import type { Periods } from './evidently.ts'
import { gapPoint, wassersteinPoint } from './number-intervals.ts'

type DistanceName = Exclude<DriftMeasureName, 'drift.share'>

const ofBins: Partial<Record<DistanceName, (bins: BinCounts, tail: number) => DistancePoint>> = {
  'drift.jensen_shannon': jensenShannonPoint,
  'drift.psi': psiPoint,
  'drift.hellinger': hellingerPoint,
  'drift.total_variation': variationPoint,
}

const ofNumbers: Partial<Record<DistanceName, typeof gapPoint>> = {
  'drift.kolmogorov_smirnov': gapPoint,
  'drift.wasserstein': wassersteinPoint,
}

/** The distances of a column by the names asked for; those that its kind does not have are absent. */
export function columnDistances(
  column: string,
  periods: Periods,
  {
    asked,
    tail,
    rows,
  }: { readonly asked: readonly DriftMeasureName[]; readonly tail: number; readonly rows: number },
): Measure[] {
  const bins =
    periods.kind === 'number'
      ? numberBins(periods.reference, periods.current, periods.whole)
      : pairCategories(periods.reference, periods.current)
  return asked.flatMap((name) => {
    if (name === 'drift.share') return []
    const number = periods.kind === 'number' ? ofNumbers[name] : undefined
    const point =
      number === undefined || periods.kind !== 'number'
        ? ofBins[name]?.(bins, tail)
        : number(periods.reference, periods.current, tail)
    return point === undefined ? [] : [measured(name, [column], { ...point, n: rows })]
  })
}

/** Over no column: the largest distance of any, with limits of the largest truth. */
export function largestDistances(found: readonly Measure[], rows: number): Measure[] {
  return [...Map.groupBy(found, ({ measure }) => measure)].map(([name, all]) => {
    const most = (of: (one: Measure) => number | null) =>
      Math.max(...all.map((one) => of(one) ?? Number.NaN))
    const limits = { low: most(({ low }) => low), high: most(({ high }) => high) }
    const value = most((one) => one.value)
    const isBounded = Number.isFinite(limits.low) && Number.isFinite(limits.high)
    return measured(name, [], { value, limits: isBounded ? limits : null, n: rows })
  })
}

/** A column as the share of drifted columns counts it. */
export interface Counted {
  readonly drifted: boolean
  /** Whether the interval of its distance, or its chance times the columns, leaves no doubt. */
  readonly surely: boolean
  /** Whether it may have drifted. */
  readonly perhaps: boolean
}

/** The share of the compared columns that drifted; its limits count those beyond doubt, and those not beyond it. */
export function driftShare(columns: readonly Counted[], rows: number): Measure {
  const share = (of: (one: Counted) => boolean) => columns.filter(of).length / columns.length
  if (columns.length === 0)
    return measured('drift.share', [], {
      value: null,
      limits: null,
      n: rows,
      note: 'undefined: no column could be compared',
    })
  const limits = { low: share((one) => one.surely), high: share((one) => one.perhaps) }
  return measured('drift.share', [], { value: share((one) => one.drifted), limits, n: rows })
}

function measured(
  measure: Measure['measure'],
  over: readonly string[],
  found: {
    readonly value: number | null
    readonly limits: Limits | null
    readonly n: number
    readonly note?: string
  },
): Measure {
  const { value, limits, n, note } = found
  return {
    measure,
    over,
    slice: null,
    value,
    low: limits?.low ?? null,
    high: limits?.high ?? null,
    n,
    ...(note === undefined ? {} : { note }),
  }
}
