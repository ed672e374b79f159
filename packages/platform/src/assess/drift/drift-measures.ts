// The measures of drift with their intervals, simultaneous over the columns.

import type { Limits } from '../intervals/proportion.ts'
import type { Measure } from '../measure.ts'
import {
  type DistancePoint,
  hellingerPoint,
  jensenShannonPoint,
  psiPoint,
  unbounded,
  variationPoint,
} from './distance-intervals.ts'
import { type BinCounts, numberBins } from './distances.ts'
import { pairCategories } from './distribution.ts'
import { driftCatalogue, type DriftMeasureName, isDriftMeasure } from './drift-catalogue.ts'
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

/**
 * Over no column: the largest distance of any, with limits of the largest truth. It is at least what any column's is
 * known to be; a column of which nothing is known may be as far apart as can be.
 */
export function largestDistances(found: readonly Measure[], rows: number): Measure[] {
  return [...Map.groupBy(found, ({ measure }) => measure)].map(([name, all]) => {
    const known = all.filter((one) => one.value !== null)
    const unknown = all.filter((one) => one.low === null || one.high === null)
    const note = noteOn(all, unknown)
    if (known.length === 0)
      return measured(name, [], { value: null, limits: null, n: rows, note: `undefined: ${note}` })
    const most = (of: (one: Measure) => number | null) =>
      known.reduce((max, one) => Math.max(max, of(one) ?? 0), 0)
    const high = unknown.length === 0 ? most((one) => one.high) : largestOf(name)
    return measured(name, [], {
      value: most((one) => one.value),
      limits: { low: most((one) => one.low), high },
      n: rows,
      ...(note === undefined ? {} : { note }),
    })
  })
}

const largestOf = (name: Measure['measure']): number =>
  isDriftMeasure(name) ? Math.min(driftCatalogue[name].high, unbounded) : unbounded

/** Columns that a note names. */
const namedMax = 3

/** Why the largest distance has no upper limit. */
function noteOn(all: readonly Measure[], unknown: readonly Measure[]): string | undefined {
  const unlimited = all.find(({ note }) => note !== undefined)
  if (unknown.length === 0) return unlimited?.note
  const names = unknown.slice(0, namedMax).map(({ over }) => `\`${over.join()}\``)
  const more = unknown.length > namedMax ? ` and ${unknown.length - namedMax} more` : ''
  return `nothing is known of ${names.join(', ')}${more}, which \`drift.ignore\` can leave out`
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
