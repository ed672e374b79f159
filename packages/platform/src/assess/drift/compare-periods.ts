// The columns of two periods compared one by one: which test, its score, whether it is drift, and how far the column moved.

import { assert, OperatingError } from '@proofhouse/evidence'
import { sidak } from '../intervals/proportion.ts'
import type { Measure } from '../measure.ts'
import { isMostly, isOfNumbers, type ValueCounts } from '../number-cells.ts'
import type { AggregateEngine, CategoryCountsProfile, NumberCountsProfile } from '../ports.ts'
import { throwIfAborted } from '../scoring-interruption.ts'
import {
  type ColumnBase,
  type ColumnDrift,
  type Compared,
  comparedColumn,
  judged,
  uncomparedColumn,
} from './column-drift.ts'
import { type CategoryCounts, hasMoreNumbersThan, type NumberCounts } from './distribution.ts'
import type { DriftMeasureName } from './drift-catalogue.ts'
import { driftShare, largestDistances } from './drift-measures.ts'
import { chosenTest, type DriftOptions, testsOfCategories, testsOfNumbers } from './drift-tests.ts'
import { categoryParts, numberParts } from './parts.ts'

/** What changed from the reference to the current period. */
export interface DriftFindings {
  readonly rows: { readonly reference: number; readonly current: number }
  readonly columns: readonly ColumnDrift[]
  /** Columns of which it was found out whether they drifted. */
  readonly told: number
  /** Share of them that drifted; null when there are none. */
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
  // Of each column two things are said: of its values, and of those that are missing.
  const tail = sidak(1 - confidence, 2 * columns.length) / 2
  const found: Compared[] = []
  for (const column of columns) {
    throwIfAborted(signal)
    found.push(await compareColumn(reference, current, { column, tail, rows, request }))
  }
  for (const engine of [reference, current]) await engine.profile([], signal, 'confirm')
  const counted = found.flatMap((one) => one.counted ?? [])
  const n = rows.reference + rows.current
  const share = driftShare(counted, n)
  const measures = found.flatMap((one) => one.measures)
  return {
    findings: {
      rows,
      columns: found.map(({ drift }) => drift),
      told: counted.filter(({ drifted }) => drifted !== null).length,
      share: share.value,
      share_max: request.share,
      drifted: share.value !== null && share.value >= request.share,
    },
    measures: [share, ...largestDistances(measures, n), ...measures],
  }
}

interface Ask {
  readonly column: string
  /** Share of error on either side of an interval. */
  readonly tail: number
  readonly rows: ColumnBase['rows']
  readonly request: DriftRequest
}

async function compareColumn(
  reference: AggregateEngine,
  current: AggregateEngine,
  ask: Ask,
): Promise<Compared> {
  const { kind, hasNumbers } = await kindOf(reference, current, ask)
  if (kind !== 'category') {
    const [before, now] = [await numbersOf(reference, ask), await numbersOf(current, ask)]
    if (kind === 'number' || hasMoreNumbersThan(before, now, codesMax))
      return compareNumbers(before, now, ask)
  }
  const [before, now] = [await categoriesOf(reference, ask), await categoriesOf(current, ask)]
  return compareCategories(before, now, { ...ask, hasNumbers })
}

function compareNumbers(
  reference: NumberCountsProfile,
  current: NumberCountsProfile,
  { column, tail, rows, request }: Ask,
): Compared {
  const { asked } = request
  const unreadable = { reference: reference.unreadable, current: current.unreadable }
  const base = {
    column,
    kind: 'number',
    hasNumbers: true,
    missing: missingOf(reference, current),
    unreadable,
    rows,
  } as const
  const empty = emptiness(reference.values, current.values)
  if (empty !== null) return uncomparedColumn(base, empty, { asked, tail })
  const whole = reference.whole && current.whole
  const periods = { kind: 'number', reference, current, whole } as const
  const choice = chosenTest(column, periods, request)
  const named = testsOfNumbers[choice.test]
  const parts = numberParts(reference, current)
  // Few distinct numbers are compared as categories.
  const score =
    named === undefined
      ? judged(choice, {
          named: testsOfCategories[choice.test],
          column: { kind: 'category', reference: byText(reference), current: byText(current) },
          tail,
        })
      : judged(choice, { named, column: periods, tail })
  return comparedColumn(base, { judged: score, periods, parts }, { asked, tail })
}

function compareCategories(
  reference: CategoryCountsProfile,
  current: CategoryCountsProfile,
  { column, tail, rows, request, hasNumbers }: Ask & { readonly hasNumbers: boolean },
): Compared {
  const { asked } = request
  const missing = missingOf(reference, current)
  const unreadable = { reference: 0, current: 0 }
  const base = { column, kind: 'category', hasNumbers, missing, unreadable, rows } as const
  const empty = emptiness(reference.values, current.values)
  if (empty !== null) return uncomparedColumn(base, empty, { asked, tail })
  if (reference.values === null || current.values === null)
    return uncomparedColumn(base, 'names', { asked, tail })
  const periods = {
    kind: 'category',
    reference: { values: reference.values, counts: reference.counts },
    current: { values: current.values, counts: current.counts },
  } as const
  const choice = chosenTest(column, periods, request)
  const named = testsOfCategories[choice.test]
  if (named === undefined)
    throw new OperatingError(
      'config-invalid',
      `\`drift\`: the test \`${choice.test}\` is for numbers, and \`${column}\` holds categories; choose one for categories, which docs/drift.md lists`,
    )
  const score = judged(choice, { named, column: periods, tail })
  const parts = categoryParts(periods)
  return comparedColumn(base, { judged: score, periods, parts }, { asked, tail })
}

/** Which periods hold no value; null where both hold some. Too many categories to list are null, and not none. */
function emptiness(
  reference: ArrayLike<unknown> | null,
  current: ArrayLike<unknown> | null,
): 'empty' | 'filled' | 'emptied' | null {
  if (reference?.length === 0) return current?.length === 0 ? 'empty' : 'filled'
  return current?.length === 0 ? 'emptied' : null
}

/** Different numbers up to which, beside texts in more than a few rows, they are codes as the texts are. */
const codesMax = 12

interface ColumnKind {
  /** Of both periods taken together; marked where the texts among the numbers are frequent, but a handful. */
  readonly kind: ColumnDrift['kind'] | 'marked'
  /** Whether a period holds numbers. */
  readonly hasNumbers: boolean
}

/**
 * What a column holds. Only CSV leaves it to the reader: there a few cells that are none do not make categories of the
 * other numbers.
 */
async function kindOf(
  reference: AggregateEngine,
  current: AggregateEngine,
  ask: Ask,
): Promise<ColumnKind> {
  const periods = [reference, current]
  const declared = periods.map((engine) => declaredKind(engine, ask.column))
  if (declared.every((kind) => kind !== null)) {
    const hasNumbers = declared.includes('number')
    return { kind: declared.includes('category') ? 'category' : 'number', hasNumbers }
  }
  const counts: ValueCounts[] = []
  for (const [n, engine] of periods.entries())
    if (declared[n] !== 'category') counts.push(await valueCounts(engine, ask))
  const sum = (of: (one: ValueCounts) => number) => counts.reduce((all, one) => all + of(one), 0)
  const together = {
    found: sum(({ found }) => found),
    others: sum(({ others }) => others),
    marks: new Set(counts.flatMap(({ marks }) => [...marks])),
  }
  if (declared.includes('category') || !isOfNumbers(together))
    return { kind: 'category', hasNumbers: counts.some(isOfNumbers) }
  return { kind: isMostly(together) ? 'number' : 'marked', hasNumbers: true }
}

/** What the file says that a column holds; null where it does not. */
function declaredKind({ table }: AggregateEngine, column: string): ColumnDrift['kind'] | null {
  if (table.format === 'csv') return null
  const found = table.columns.find(({ name }) => name === column)
  return found?.kind === 'number' ? 'number' : 'category'
}

async function valueCounts(
  engine: AggregateEngine,
  { column, request }: Ask,
): Promise<ValueCounts> {
  const [profile] = await engine.profile([{ column, as: 'number' }], request.signal)
  assert(profile?.as === 'number', 'a profile answers its request')
  const { missing, unreadable, unreadableTexts } = profile
  return {
    found: engine.table.rows - missing - unreadable,
    others: unreadable,
    marks: new Set(unreadableTexts),
  }
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

const missingOf = (
  reference: { readonly missing: number },
  current: { readonly missing: number },
) => ({ reference: reference.missing, current: current.missing })

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
