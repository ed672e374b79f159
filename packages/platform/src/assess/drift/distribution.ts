// What a column holds in one period: each distinct value with its rows. Such counts merge by addition, so that a day, a week and a
// shard give one answer; and every two-sample test here is a function of two of them.

import { assert } from '@proofhouse/evidence'

/** A column of numbers. */
export interface NumberCounts {
  /** Finite, distinct, ascending. */
  readonly values: Float64Array
  /** Rows of each value. */
  readonly counts: Float64Array
}

/** A column of categories. */
export interface CategoryCounts {
  /** Distinct, in order of code unit. */
  readonly values: readonly string[]
  readonly counts: Float64Array
}

/** The counts of values as they come. */
export function numberCounts(values: Iterable<number>): NumberCounts {
  const counts = new Map<number, number>()
  // Adding 0 makes −0 and 0 one value.
  for (const value of values) counts.set(value + 0, (counts.get(value + 0) ?? 0) + 1)
  const sorted = [...counts].toSorted(([a], [b]) => a - b)
  return {
    values: Float64Array.from(sorted, ([value]) => value),
    counts: Float64Array.from(sorted, ([, rows]) => rows),
  }
}

/** The counts of categories as they come. */
export function categoryCounts(values: Iterable<string>): CategoryCounts {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const sorted = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    values: sorted.map(([value]) => value),
    counts: Float64Array.from(sorted, ([, rows]) => rows),
  }
}

/** Rows counted. */
export function totalOf({ counts }: Pick<NumberCounts, 'counts'>): number {
  return counts.reduce((sum, rows) => sum + rows, 0)
}

/** The values of either side once, ascending, with the rows each side has of them. */
export interface Paired<Value> {
  readonly values: readonly Value[]
  readonly reference: Float64Array
  readonly current: Float64Array
}

/** Two columns of numbers, value by value. */
export function pairNumbers(reference: NumberCounts, current: NumberCounts): Paired<number> {
  return pair(reference, current, (a, b) => a - b)
}

/** Two columns of categories, value by value. */
export function pairCategories(reference: CategoryCounts, current: CategoryCounts): Paired<string> {
  return pair(reference, current, (a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

interface Counted<Value> {
  readonly values: ArrayLike<Value>
  readonly counts: Float64Array
}

function pair<Value>(
  reference: Counted<Value>,
  current: Counted<Value>,
  compare: (a: Value, b: Value) => number,
): Paired<Value> {
  const values: Value[] = []
  const [before, after]: [number[], number[]] = [[], []]
  let [i, j] = [0, 0]
  while (i < reference.values.length || j < current.values.length) {
    const [left, right] = [reference.values[i], current.values[j]]
    const order = left === undefined ? 1 : right === undefined ? -1 : compare(left, right)
    const value = order <= 0 ? left : right
    assert(value !== undefined, 'one side has a value left')
    values.push(value)
    before.push(order <= 0 ? (reference.counts[i] ?? 0) : 0)
    after.push(order >= 0 ? (current.counts[j] ?? 0) : 0)
    if (order <= 0) i += 1
    if (order >= 0) j += 1
  }
  return { values, reference: Float64Array.from(before), current: Float64Array.from(after) }
}

/** Counts of two disjoint sets of rows together. */
export function addNumberCounts(a: NumberCounts, b: NumberCounts): NumberCounts {
  const { values, reference, current } = pairNumbers(a, b)
  return {
    values: Float64Array.from(values),
    counts: reference.map((rows, n) => rows + (current[n] ?? 0)),
  }
}

/** Counts of two disjoint sets of rows together. */
export function addCategoryCounts(a: CategoryCounts, b: CategoryCounts): CategoryCounts {
  const { values, reference, current } = pairCategories(a, b)
  return { values, counts: reference.map((rows, n) => rows + (current[n] ?? 0)) }
}
