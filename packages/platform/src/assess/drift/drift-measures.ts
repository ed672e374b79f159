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
import { pairCategories, totalOf } from './distribution.ts'
import { driftCatalogue, type DriftMeasureName, isDriftMeasure } from './drift-catalogue.ts'
import type { Periods } from './evidently.ts'
import { gapPoint, wassersteinPoint } from './number-intervals.ts'

type DistanceName = Exclude<DriftMeasureName, 'drift.share' | 'drift.missing_share'>

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

/** What a measure of a column is about. */
interface Subject {
  readonly column: string
  /** Whether a period holds numbers, so that it has the distances of numbers. */
  readonly hasNumbers: boolean
  /** All rows, with a value or without. */
  readonly rows: { readonly reference: number; readonly current: number }
}

/** A column's rows over the parts by which its distances are taken. */
export const binsOf = (periods: Periods): BinCounts =>
  periods.kind === 'number'
    ? numberBins(periods.reference, periods.current, periods.whole)
    : pairCategories(periods.reference, periods.current)

/** The distances of a column by the names asked for; those that its kind does not have are absent. */
export function columnDistances(
  periods: Periods,
  bins: BinCounts,
  asked: Subject & { readonly asked: readonly DriftMeasureName[]; readonly tail: number },
): Measure[] {
  const { column, tail } = asked
  const n = totalOf(periods.reference) + totalOf(periods.current)
  return asked.asked.filter(isDistance).flatMap((name) => {
    const binned = ofBins[name]
    if (binned !== undefined) return [measured(name, [column], { ...binned(bins, tail), n })]
    const number = ofNumbers[name]
    if (number === undefined || !asked.hasNumbers) return []
    return [
      measured(
        name,
        [column],
        periods.kind === 'number'
          ? { ...number(periods.reference, periods.current, tail), n }
          : { value: null, limits: null, n, note: 'undefined: one period holds no numbers' },
      ),
    ]
  })
}

/** The same of a column that could not be compared. */
export function undefinedDistances(
  { column, hasNumbers, rows }: Subject,
  { asked, note }: { readonly asked: readonly DriftMeasureName[]; readonly note: string },
): Measure[] {
  const n = rows.reference + rows.current
  return asked
    .filter(isDistance)
    .filter((name) => ofBins[name] !== undefined || hasNumbers)
    .map((name) => measured(name, [column], { value: null, limits: null, n, note }))
}

const isDistance = (name: DriftMeasureName): name is DistanceName =>
  name !== 'drift.share' && name !== 'drift.missing_share'

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
  const unlimited = all.find(({ note, high }) => note !== undefined && high === unbounded)
  if (unknown.length === 0) return unlimited?.note
  const names = unknown.slice(0, namedMax).map(({ over }) => `\`${over.join()}\``)
  const more = unknown.length > namedMax ? ` and ${unknown.length - namedMax} more` : ''
  return `nothing is known of ${names.join(', ')}${more}, which \`drift.ignore\` can leave out`
}

/** A column as the share of drifted columns counts it. */
export interface Counted {
  /** Null where that was not found out. */
  readonly drifted: boolean | null
  /** Whether it did beyond doubt. */
  readonly surely: boolean
  /** Whether it may have, for nothing shows that it did not. */
  readonly perhaps: boolean
}

/**
 * The share of the columns that drifted, among those of which that was found out. Its limits are over all: they count
 * those beyond doubt, and those not beyond it.
 */
export function driftShare(columns: readonly Counted[], rows: number): Measure {
  const told = columns.filter(({ drifted }) => drifted !== null)
  const count = (of: (one: Counted) => boolean | null) => columns.filter(of).length
  if (told.length === 0)
    return measured('drift.share', [], {
      value: null,
      limits: null,
      n: rows,
      note: 'undefined: no column could be compared',
    })
  const untold = columns.length - told.length
  return measured('drift.share', [], {
    value: count((one) => one.drifted) / told.length,
    limits: {
      low: count((one) => one.surely) / columns.length,
      high: count((one) => one.perhaps) / columns.length,
    },
    n: rows,
    ...(untold === 0
      ? {}
      : {
          note: `${untold} of ${columns.length} columns could not be compared, which \`drift.ignore\` can leave out`,
        }),
  })
}

/** A measure over columns, with its limits. */
export function measured(
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
