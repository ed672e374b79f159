// The columns of two periods compared one by one: which test, its score, whether it is drift, and how far the column moved.

import { assert, OperatingError } from '@proofhouse/evidence'
import { type Limits, sidak } from '../intervals/proportion.ts'
import type { Measure } from '../measure.ts'
import {
  type AggregateEngine,
  type CategoryCountsProfile,
  distinctCategoriesMax,
  type NumberCountsProfile,
} from '../ports.ts'
import { type CategoryCounts, type NumberCounts, totalOf } from './distribution.ts'
import { throwIfAborted } from '../scoring-interruption.ts'
import type { DriftMeasureName } from './drift-catalogue.ts'
import { columnDistances, type Counted, driftShare, largestDistances } from './drift-measures.ts'
import {
  chosenTest,
  type DriftOptions,
  type NamedTest,
  type TestChoice,
  testsOfCategories,
  testsOfNumbers,
} from './drift-tests.ts'
import type { Periods } from './evidently.ts'
import { categoryParts, type DriftPart, numberParts } from './parts.ts'
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
  readonly drifted: boolean
  /** Rows without a value. */
  readonly missing: { readonly reference: number; readonly current: number }
  /** Shares of the rows with a value, by part: at most twelve, for a picture. */
  readonly parts: readonly DriftPart[]
  /** Why there is no score. */
  readonly note?: string
}

/** What changed from the reference to the current period. */
export interface DriftFindings {
  readonly rows: { readonly reference: number; readonly current: number }
  readonly columns: readonly ColumnDrift[]
  /** Share of the compared columns that drifted; null when none could be compared. */
  readonly share: number | null
  /** The share from which the data as a whole count as drifted. */
  readonly share_max: number
  /** Whether they do. */
  readonly drifted: boolean
}

/** What to compare, and how. */
export interface DriftRequest extends DriftOptions {
  /** Columns that both tables have. */
  readonly compared: readonly string[]
  /** What to measure of each column. */
  readonly asked: readonly DriftMeasureName[]
  readonly confidence: number
  readonly signal?: AbortSignal
}

/**
 * Compares the periods column by column.
 * @throws `config-invalid` where a test is asked for that the kind of the column does not have
 */
export async function comparePeriods(
  reference: AggregateEngine,
  current: AggregateEngine,
  request: DriftRequest,
): Promise<{ readonly findings: DriftFindings; readonly measures: readonly Measure[] }> {
  const { compared: columns, confidence, signal } = request
  const rows = { reference: reference.table.rows, current: current.table.rows }
  const tail = sidak(1 - confidence, columns.length) / 2
  const found: Compared[] = []
  for (const column of columns) {
    throwIfAborted(signal)
    found.push(await compareColumn(reference, current, { column, tail, request }))
  }
  for (const engine of [reference, current]) await engine.profile([], signal, 'confirm')
  const scored = found.filter(({ drift }) => drift.score !== null)
  const n = rows.reference + rows.current
  const share = driftShare(
    scored.map((one) => countedOf(one, scored.length)),
    n,
  )
  const distances = found.flatMap((one) => one.distances)
  return {
    findings: {
      rows,
      columns: found.map(({ drift }) => drift),
      share: share.value,
      share_max: request.share,
      drifted: share.value !== null && share.value >= request.share,
    },
    measures: [share, ...largestDistances(distances, n), ...distances],
  }
}

/** A column with what was measured of it. */
interface Compared {
  readonly drift: ColumnDrift
  readonly distances: readonly Measure[]
}

interface Ask {
  readonly column: string
  /** Share of error on either side of an interval. */
  readonly tail: number
  readonly request: DriftRequest
}

/** How sure it is that a column drifted: by the interval of its distance, or by its chance among as many tests. */
function countedOf({ drift }: Compared, tests: number): Counted {
  const { drifted, score, scored, limits, threshold } = drift
  if (score === null || threshold === null) return { drifted, surely: false, perhaps: false }
  if (scored === 'chance') return { drifted, surely: score < threshold / tests, perhaps: drifted }
  if (limits === null) return { drifted, surely: drifted, perhaps: drifted }
  return { drifted, surely: limits.low >= threshold, perhaps: limits.high >= threshold }
}

async function compareColumn(
  reference: AggregateEngine,
  current: AggregateEngine,
  ask: Ask,
): Promise<Compared> {
  const isNumber = (await holdsNumbers(reference, ask)) && (await holdsNumbers(current, ask))
  return isNumber
    ? compareNumbers(await numbersOf(reference, ask), await numbersOf(current, ask), ask)
    : compareCategories(await categoriesOf(reference, ask), await categoriesOf(current, ask), ask)
}

function compareNumbers(
  reference: NumberCountsProfile,
  current: NumberCountsProfile,
  ask: Ask,
): Compared {
  const base = { column: ask.column, kind: 'number', ...missingOf(reference, current) } as const
  if (reference.values.length === 0 || current.values.length === 0)
    return nothing(base, 'a period has no value')
  const whole = reference.whole && current.whole
  const periods = { kind: 'number', reference, current, whole } as const
  const choice = chosenTest(ask.column, periods, ask.request)
  const test = testsOfNumbers[choice.test]
  const parts = numberParts(reference, current)
  // Few distinct numbers are compared as categories.
  const asText = {
    kind: 'category',
    reference: byText(reference),
    current: byText(current),
  } as const
  const score =
    test === undefined
      ? judged(choice, testsOfCategories[choice.test], asText, ask.tail)
      : judged(choice, test, periods, ask.tail)
  return withDistances({ ...base, parts, ...score }, periods, ask)
}

function compareCategories(
  reference: CategoryCountsProfile,
  current: CategoryCountsProfile,
  ask: Ask,
): Compared {
  const { column } = ask
  const base = { column, kind: 'category', ...missingOf(reference, current) } as const
  if (reference.values === null || current.values === null)
    return nothing(base, `more than ${distinctCategoriesMax} values: a name or a text`)
  if (reference.values.length === 0 || current.values.length === 0)
    return nothing(base, 'a period has no value')
  const periods = {
    kind: 'category',
    reference: { values: reference.values, counts: reference.counts },
    current: { values: current.values, counts: current.counts },
  } as const
  const choice = chosenTest(column, periods, ask.request)
  const test = testsOfCategories[choice.test]
  if (test === undefined)
    throw new OperatingError(
      'config-invalid',
      `\`drift\`: the test \`${choice.test}\` is for numbers, and \`${column}\` holds categories; choose one for categories, which docs/drift.md lists`,
    )
  const score = judged(choice, test, periods, ask.tail)
  return withDistances({ ...base, parts: categoryParts(periods), ...score }, periods, ask)
}

/** Adds the distances asked for. */
function withDistances(
  drift: ColumnDrift,
  periods: Periods,
  { column, tail, request }: Ask,
): Compared {
  const rows = totalOf(periods.reference) + totalOf(periods.current)
  return {
    drift,
    distances: columnDistances(column, periods, { asked: request.asked, tail, rows }),
  }
}

/** Whether every cell that is there is a number. */
async function holdsNumbers(engine: AggregateEngine, { column, request }: Ask): Promise<boolean> {
  const { columns, format } = engine.table
  const declared = columns.find(({ name }) => name === column)?.kind
  // Only CSV leaves it to the reader what a column holds.
  if (format !== 'csv') return declared === 'number'
  const [profile] = await engine.profile([{ column, as: 'number' }], request.signal)
  assert(profile?.as === 'number', 'a profile answers its request')
  return profile.unreadable === 0 && profile.min !== null
}

async function numbersOf(
  engine: AggregateEngine,
  { column, request }: Ask,
): Promise<NumberCountsProfile> {
  const [profile] = await engine.profile([{ column, as: 'number-counts' }], request.signal)
  assert(profile?.as === 'number-counts', 'a profile answers its request')
  return profile
}

async function categoriesOf(
  engine: AggregateEngine,
  { column, request }: Ask,
): Promise<CategoryCountsProfile> {
  const [profile] = await engine.profile([{ column, as: 'category-counts' }], request.signal)
  assert(profile?.as === 'category-counts', 'a profile answers its request')
  return profile
}

/** A column that could not be compared. */
const nothing = (
  base: Pick<ColumnDrift, 'column' | 'kind' | 'missing'>,
  note: string,
): Compared => ({
  drift: {
    ...base,
    test: null,
    score: null,
    limits: null,
    threshold: null,
    scored: null,
    drifted: false,
    parts: [],
    note,
  },
  distances: [],
})

/** Applies a test; a score that is no number, such as that of two constants, is no drift and no score. */
function judged<Column extends Periods>(
  choice: TestChoice,
  named: NamedTest<Column> | undefined,
  column: Column,
  tail: number,
): Pick<ColumnDrift, 'test' | 'score' | 'limits' | 'threshold' | 'scored' | 'drifted' | 'note'> {
  assert(named !== undefined, 'a test chosen is a test there is')
  const { test } = choice
  const { kind: scored } = named
  const threshold = choice.threshold ?? named.threshold
  assert(threshold !== null, 'a test without a threshold is chosen with one')
  const score = named.score(column)
  const base = { test, threshold, scored } as const
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

const missingOf = (
  reference: { readonly missing: number },
  current: { readonly missing: number },
) => ({ missing: { reference: reference.missing, current: current.missing } })

/** Counted values in order of code unit. */
function byText(counted: NumberCounts): CategoryCounts {
  const rows = Array.from(counted.values, (value, n) => ({
    value: String(value),
    count: counted.counts[n] ?? 0,
  })).toSorted((a, b) => (a.value < b.value ? -1 : 1))
  return {
    values: rows.map(({ value }) => value),
    counts: Float64Array.from(rows, ({ count }) => count),
  }
}
