// The columns of two periods compared one by one: which test, its score, and whether Evidently would call it drift.

import { assert } from '@proofhouse/evidence'
import {
  type AggregateEngine,
  type CategoryCountsProfile,
  distinctCategoriesMax,
  type NumberCountsProfile,
} from '../ports.ts'
import {
  type CategoryCounts,
  hasMoreNumbersThan,
  type NumberCounts,
  pairCategories,
  pairNumbers,
  totalOf,
} from './distribution.ts'
import { rangeLabel } from '../range-label.ts'
import {
  categoryTests,
  defaultTest,
  type DriftTest,
  numberTests,
  type Periods,
} from './evidently.ts'

/** One column in two periods. */
export interface ColumnDrift {
  readonly column: string
  readonly kind: 'number' | 'category'
  /** Evidently's name of the test; null where nothing could be compared. */
  readonly test: string | null
  readonly score: number | null
  readonly threshold: number | null
  /** Whether the score is a distance, with drift at or above the threshold, or the chance of no change, with drift below. */
  readonly scored: 'distance' | 'chance' | null
  readonly drifted: boolean
  /** Rows without a value. */
  readonly missing: { readonly reference: number; readonly current: number }
  /** Shares of the rows with a value, by part: at most twelve, for a picture. */
  readonly parts: readonly {
    readonly label: string
    readonly reference: number
    readonly current: number
  }[]
  /** Why there is no score. */
  readonly note?: string
}

/** What changed from the reference to the current period. */
export interface DriftFindings {
  readonly rows: { readonly reference: number; readonly current: number }
  readonly columns: readonly ColumnDrift[]
  /** Share of the compared columns that drifted; null when none could be compared. */
  readonly share: number | null
}

/** Parts of a column that a picture shows. */
const partsMax = 12
const numberPartsMax = 10
const otherLabel = '(other)'

/** Compares the columns that both tables have and that are asked for. */
export async function comparePeriods(
  reference: AggregateEngine,
  current: AggregateEngine,
  { columns, signal }: { readonly columns: readonly string[]; readonly signal?: AbortSignal },
): Promise<DriftFindings> {
  const found: ColumnDrift[] = []
  for (const column of columns)
    found.push(await compareColumn(reference, current, { column, signal }))
  for (const engine of [reference, current]) await engine.profile([], signal, 'confirm')
  const compared = found.filter(({ score }) => score !== null)
  const drifted = compared.filter((one) => one.drifted)
  return {
    rows: { reference: reference.table.rows, current: current.table.rows },
    columns: found,
    share: compared.length === 0 ? null : drifted.length / compared.length,
  }
}

interface Ask {
  readonly column: string
  readonly signal: AbortSignal | undefined
}

async function compareColumn(
  reference: AggregateEngine,
  current: AggregateEngine,
  ask: Ask,
): Promise<ColumnDrift> {
  const isNumber = (await holdsNumbers(reference, ask)) && (await holdsNumbers(current, ask))
  return isNumber
    ? compareNumbers(await numbersOf(reference, ask), await numbersOf(current, ask))
    : compareCategories(await categoriesOf(reference, ask), await categoriesOf(current, ask))
}

function compareNumbers(reference: NumberCountsProfile, current: NumberCountsProfile): ColumnDrift {
  const { column } = reference
  if (reference.values.length === 0 || current.values.length === 0)
    return {
      column,
      kind: 'number',
      ...missingOf(reference, current),
      ...nothing,
      note: 'a period has no value',
    }
  const whole = reference.whole && current.whole
  const periods = { kind: 'number', reference, current, whole } as const
  const name = defaultTest(periods)
  const base = { column, kind: 'number', ...missingOf(reference, current) } as const
  const parts = numberParts(reference, current)
  if (isNumberTest(name)) return { ...base, parts, ...judged(name, numberTests[name], periods) }
  // Few distinct numbers are compared as categories.
  const asText = {
    kind: 'category',
    reference: byText(reference),
    current: byText(current),
  } as const
  assert(isCategoryTest(name), 'a default test is one of the two lists')
  return { ...base, parts, ...judged(name, categoryTests[name], asText) }
}

function compareCategories(
  reference: CategoryCountsProfile,
  current: CategoryCountsProfile,
): ColumnDrift {
  const { column } = reference
  const base = { column, kind: 'category', ...missingOf(reference, current) } as const
  if (reference.values === null || current.values === null)
    return {
      ...base,
      ...nothing,
      note: `more than ${distinctCategoriesMax} values: a name or a text`,
    }
  if (reference.values.length === 0 || current.values.length === 0)
    return { ...base, ...nothing, note: 'a period has no value' }
  const periods = {
    kind: 'category',
    reference: { values: reference.values, counts: reference.counts },
    current: { values: current.values, counts: current.counts },
  } as const
  const name = defaultTest(periods)
  assert(isCategoryTest(name), 'a default test of categories is one of categories')
  return { ...base, parts: categoryParts(periods), ...judged(name, categoryTests[name], periods) }
}

/** Whether every cell that is there is a number. */
async function holdsNumbers(engine: AggregateEngine, { column, signal }: Ask): Promise<boolean> {
  const { columns, format } = engine.table
  const declared = columns.find(({ name }) => name === column)?.kind
  // Only CSV leaves it to the reader what a column holds.
  if (format !== 'csv') return declared === 'number'
  const [profile] = await engine.profile([{ column, as: 'number' }], signal)
  assert(profile?.as === 'number', 'a profile answers its request')
  return profile.unreadable === 0 && profile.min !== null
}

async function numbersOf(
  engine: AggregateEngine,
  { column, signal }: Ask,
): Promise<NumberCountsProfile> {
  const [profile] = await engine.profile([{ column, as: 'number-counts' }], signal)
  assert(profile?.as === 'number-counts', 'a profile answers its request')
  return profile
}

async function categoriesOf(
  engine: AggregateEngine,
  { column, signal }: Ask,
): Promise<CategoryCountsProfile> {
  const [profile] = await engine.profile([{ column, as: 'category-counts' }], signal)
  assert(profile?.as === 'category-counts', 'a profile answers its request')
  return profile
}

/** A column that could not be compared. */
const nothing = {
  test: null,
  score: null,
  threshold: null,
  scored: null,
  drifted: false,
  parts: [],
} as const

const isNumberTest = (name: string): name is keyof typeof numberTests =>
  Object.hasOwn(numberTests, name)
const isCategoryTest = (name: string): name is keyof typeof categoryTests =>
  Object.hasOwn(categoryTests, name)

/** Applies a test; a score that is no number, such as that of two constants, is no drift and no score. */
function judged<Column>(
  test: string,
  { score: of, threshold, kind: scored }: DriftTest<Column>,
  column: Column,
): Pick<ColumnDrift, 'test' | 'score' | 'threshold' | 'scored' | 'drifted' | 'note'> {
  const score = of(column)
  if (!Number.isFinite(score))
    return {
      test,
      score: null,
      threshold,
      scored,
      drifted: false,
      note: 'the test is undefined here',
    }
  const drifted = scored === 'distance' ? score >= threshold : score < threshold
  return { test, score, threshold, scored, drifted }
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

/** Each value of few; of many, parts that hold about as many rows of the reference each. */
function numberParts(reference: NumberCounts, current: NumberCounts): ColumnDrift['parts'] {
  if (!hasMoreNumbersThan(reference, current, partsMax)) {
    const pair = pairNumbers(reference, current)
    const [before, after] = [totalOf(reference), totalOf(current)]
    return Array.from(pair.values, (value, n) => ({
      label: String(value),
      reference: (pair.reference[n] ?? 0) / before,
      current: (pair.current[n] ?? 0) / after,
    }))
  }
  const total = totalOf(reference)
  const edges: number[] = []
  let below = 0
  for (const [n, value] of reference.values.entries()) {
    // An edge stands before the first value that has enough of the reference below it.
    if (n > 0 && below >= ((edges.length + 1) * total) / numberPartsMax && below < total)
      edges.push(value)
    below += reference.counts[n] ?? 0
  }
  const shares = (counted: NumberCounts) => {
    const rows = new Float64Array(edges.length + 1)
    let part = 0
    for (const [n, value] of counted.values.entries()) {
      while (value >= (edges[part] ?? Infinity)) part += 1
      rows[part] = (rows[part] ?? 0) + (counted.counts[n] ?? 0)
    }
    const all = totalOf(counted)
    return rows.map((count) => count / all)
  }
  const [before, after] = [shares(reference), shares(current)]
  return Array.from(before, (share, part) => ({
    label: rangeLabel(edges, part),
    reference: share,
    current: after[part] ?? 0,
  }))
}

/** The most frequent categories of both periods together, and the rest as one. */
function categoryParts(periods: Extract<Periods, { kind: 'category' }>): ColumnDrift['parts'] {
  const { values, reference, current } = pairCategories(periods.reference, periods.current)
  const [before, after] = [totalOf(periods.reference), totalOf(periods.current)]
  const all = values
    .map((label, n) => ({
      label,
      reference: (reference[n] ?? 0) / before,
      current: (current[n] ?? 0) / after,
    }))
    .toSorted((a, b) => b.reference + b.current - a.reference - a.current)
  if (all.length <= partsMax) return all
  const rest = all.slice(partsMax - 1)
  const sum = (of: 'reference' | 'current') => rest.reduce((total, part) => total + part[of], 0)
  return [
    ...all.slice(0, partsMax - 1),
    { label: otherLabel, reference: sum('reference'), current: sum('current') },
  ]
}
