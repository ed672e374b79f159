// One column in two periods: its test, its missing values, and how sure it is that it drifted.

import { assert } from '@proofhouse/evidence'
import type { Limits } from '../intervals/proportion.ts'
import type { Measure } from '../measure.ts'
import { type DistancePoint, jensenShannonPoint } from './distance-intervals.ts'
import { distinctCategoriesMax } from '../ports.ts'
import type { DriftMeasureName } from './drift-catalogue.ts'
import {
  binsOf,
  columnDistances,
  type Counted,
  measured,
  undefinedDistances,
} from './drift-measures.ts'
import type { NamedTest, TestChoice } from './drift-tests.ts'
import type { Periods } from './evidently.ts'
import { missingChange, type Unvalued } from './missing-values.ts'
import type { DriftPart } from './parts.ts'
import { scoreLimits } from './score-limits.ts'

/** One column in two periods. */
export interface ColumnDrift {
  readonly column: string
  readonly kind: 'number' | 'category'
  /** The test by the name under which it is asked for; null where nothing could be compared. */
  readonly test: string | null
  readonly score: number | null
  /** Limits of the true distance, simultaneous over the columns; null where the score is none that has them. */
  readonly limits: Limits | null
  readonly threshold: number | null
  /** Whether the score is a distance, with drift at or above the threshold, or the chance of no change, with drift below. */
  readonly scored: 'distance' | 'chance' | null
  /** By its test, by its missing values, or because a period has no value at all. */
  readonly drifted: boolean
  /** Rows without a value. */
  readonly missing: { readonly reference: number; readonly current: number }
  /** Rows of a column of numbers that hold something which is no finite number; its tests leave them out. */
  readonly unreadable: { readonly reference: number; readonly current: number }
  /** Shares of the rows with a value, by part: at most twelve, for a picture. */
  readonly parts: readonly DriftPart[]
  /** Why there is no score, or why it drifted other than by its score. */
  readonly note?: string
}

/** What is known of a column before its values are compared. */
export interface ColumnBase extends Unvalued {
  readonly column: string
  readonly kind: ColumnDrift['kind']
  /** Whether a period holds numbers, so that it has the distances of numbers. */
  readonly hasNumbers: boolean
}

/** What is asked of a column. */
export interface ColumnAsk {
  readonly asked: readonly DriftMeasureName[]
  /** Share of error on either side of an interval. */
  readonly tail: number
}

/** A column with what was measured of it. */
export interface Compared {
  readonly drift: ColumnDrift
  readonly measures: readonly Measure[]
  /** How it counts in the share of drifted columns; null for a column without a value in either period. */
  readonly counted: Counted | null
}

/** A change of the share of missing values from which a column counts as drifted, like a distance of Evidently's. */
const missingChangeMin = 0.1
/** A column is beyond doubt not drifted, if its test is none of a distance, where its Jensen–Shannon distance lies below. */
const nearBelow = 0.1

/** A test's score, and what follows. */
export type Judged = Pick<
  ColumnDrift,
  'test' | 'score' | 'limits' | 'threshold' | 'scored' | 'drifted' | 'note'
> & { readonly isExact: boolean }

/** Applies a test; a score that is no number, such as that of two constants, is no drift and no score. */
export function judged<Column extends Periods>(
  choice: TestChoice,
  {
    named,
    column,
    tail,
  }: {
    readonly named: NamedTest<Column> | undefined
    readonly column: Column
    readonly tail: number
  },
): Judged {
  assert(named !== undefined, 'a test chosen is a test there is')
  const { test } = choice
  const { kind: scored, isExact = false } = named
  const threshold = choice.threshold ?? named.threshold
  assert(threshold !== null, 'a test without a threshold is chosen with one')
  const score = named.score(column)
  const base = { test, threshold, scored, isExact } as const
  if (!Number.isFinite(score))
    return {
      ...base,
      score: null,
      limits: null,
      drifted: false,
      note: 'the test is undefined here',
    }
  const limits = scoreLimits(column, { test, score, tail })
  const drifted = scored === 'distance' ? score >= threshold : score < threshold
  return { ...base, score, limits, drifted }
}

/** A column whose values were compared. */
export function comparedColumn(
  base: ColumnBase,
  found: {
    readonly judged: Judged
    readonly periods: Periods
    readonly parts: readonly DriftPart[]
  },
  { asked, tail }: ColumnAsk,
): Compared {
  const { column, kind, missing, unreadable } = base
  const { isExact: _, ...score } = found.judged
  const change = missingChange(base, tail)
  const moved = hasMoved(change)
  const bins = binsOf(found.periods)
  const counted = countedBy(found.judged, jensenShannonPoint(bins, tail), tail)
  const note = moved ? movedNote(base) : score.note
  return {
    drift: {
      column,
      kind,
      missing,
      unreadable,
      parts: found.parts,
      ...score,
      drifted: score.drifted || moved,
      ...(note === undefined ? {} : { note }),
    },
    measures: [
      ...columnDistances(found.periods, bins, { ...base, asked, tail }),
      ...missingMeasure(base, change, asked),
    ],
    counted: withMissing(counted, change),
  }
}

/** A column that could not be compared. It may have drifted; without a value in one period, it has. */
export function uncomparedColumn(
  base: ColumnBase,
  why: 'emptied' | 'filled' | 'empty' | 'names',
  { asked, tail }: ColumnAsk,
): Compared {
  const { column, kind, missing, unreadable } = base
  const change = missingChange(base, tail)
  const drifted = why === 'emptied' || why === 'filled' || hasMoved(change)
  const isRead = unreadable.reference + unreadable.current === 0
  const note = isRead ? uncomparedNotes[why] : uncomparedNotes[why].replace('value', 'number')
  return {
    drift: {
      column,
      kind,
      missing,
      unreadable,
      parts: [],
      test: null,
      score: null,
      limits: null,
      threshold: null,
      scored: null,
      drifted,
      note,
    },
    measures: [
      ...(why === 'empty' ? [] : undefinedDistances(base, { asked, note: `undefined: ${note}` })),
      ...missingMeasure(base, change, asked),
    ],
    counted:
      why === 'empty'
        ? null
        : withMissing({ drifted: drifted || null, surely: false, perhaps: true }, change),
  }
}

const uncomparedNotes = {
  emptied: 'no value in the current period',
  filled: 'no value in the reference',
  empty: 'no value in either period',
  names: `more than ${distinctCategoriesMax} values: a name or a text`,
} as const

/**
 * How sure it is that a column drifted. A distance says so by its limits, an exact chance by itself; for all others the
 * limits of the Jensen–Shannon distance stand in: a change beyond doubt, and for a distance one as large as
 * `nearBelow`.
 */
export function countedBy(
  { drifted, score, scored, isExact, limits, threshold }: Judged,
  distance: DistancePoint,
  tail: number,
): Counted {
  if (limits !== null && threshold !== null)
    return { drifted, surely: limits.low >= threshold, perhaps: limits.high >= threshold }
  const { low, high } = distance.limits ?? { low: 0, high: Infinity }
  const isProven =
    scored === 'chance' ? (isExact ? (score ?? 1) < tail : low > 0) : low >= nearBelow
  const perhaps = drifted || high >= nearBelow
  // Without a score it is told only by being near.
  return {
    drifted: score === null && perhaps ? null : drifted,
    surely: drifted && isProven,
    perhaps,
  }
}

const movedNote = ({ unreadable }: Unvalued): string =>
  unreadable.reference + unreadable.current === 0
    ? 'the share of its missing values changed'
    : 'the share of its missing values, or of those that are no number, changed'

const hasMoved = ({ value }: DistancePoint): boolean => (value ?? 0) >= missingChangeMin

function withMissing(counted: Counted, { value, limits }: DistancePoint): Counted {
  const { low, high } = limits ?? { low: 0, high: 1 }
  return {
    drifted: hasMoved({ value, limits }) || counted.drifted,
    surely: counted.surely || low >= missingChangeMin,
    perhaps: counted.perhaps || high >= missingChangeMin,
  }
}

const missingMeasure = (
  { column, rows }: ColumnBase,
  change: DistancePoint,
  asked: readonly DriftMeasureName[],
): Measure[] =>
  asked.includes('drift.missing_share')
    ? [measured('drift.missing_share', [column], { ...change, n: rows.reference + rows.current })]
    : []
