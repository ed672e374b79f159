// What a column holds in one period: each distinct value with its rows. Such counts merge by addition, so that a day, a week and a
// shard give one answer; and every two-sample test here is a function of two of them.

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
  let total = 0
  // A loop: lists of millions are added up again and again.
  for (let n = 0; n < counts.length; n++) total += counts[n] ?? 0
  return total
}

/** The values of either side once, ascending, with the rows each side has of them. */
export interface Paired<Values> {
  readonly values: Values
  readonly reference: Float64Array
  readonly current: Float64Array
}

/** Two columns of numbers, value by value. */
export function pairNumbers(reference: NumberCounts, current: NumberCounts): Paired<Float64Array> {
  const room = reference.values.length + current.values.length
  const [values, before, after] = [
    new Float64Array(room),
    new Float64Array(room),
    new Float64Array(room),
  ]
  let [i, j, size] = [0, 0, 0]
  while (i < reference.values.length || j < current.values.length) {
    const left = reference.values[i] ?? Infinity
    const right = current.values[j] ?? Infinity
    values[size] = Math.min(left, right)
    if (left <= right) before[size] = reference.counts[i++] ?? 0
    if (right <= left) after[size] = current.counts[j++] ?? 0
    size += 1
  }
  return {
    values: values.subarray(0, size),
    reference: before.subarray(0, size),
    current: after.subarray(0, size),
  }
}

/** Two columns of categories, value by value. */
export function pairCategories(
  reference: CategoryCounts,
  current: CategoryCounts,
): Paired<readonly string[]> {
  const values = [...new Set([...reference.values, ...current.values])].toSorted((a, b) =>
    a < b ? -1 : 1,
  )
  const rowsOf = ({ values: known, counts }: CategoryCounts) => {
    const rows = new Map(known.map((value, n) => [value, counts[n] ?? 0]))
    return Float64Array.from(values, (value) => rows.get(value) ?? 0)
  }
  return { values, reference: rowsOf(reference), current: rowsOf(current) }
}

/** Whether two columns together have more distinct numbers than `most`; looks no further than it must. */
export function hasMoreNumbersThan(
  { values: a }: NumberCounts,
  { values: b }: NumberCounts,
  most: number,
): boolean {
  if (Math.max(a.length, b.length) > most) return true
  return new Set([...a, ...b]).size > most
}

/** Counts of two disjoint sets of rows together. */
export function addNumberCounts(a: NumberCounts, b: NumberCounts): NumberCounts {
  const { values, reference, current } = pairNumbers(a, b)
  return {
    values,
    counts: reference.map((rows, n) => rows + (current[n] ?? 0)),
  }
}

/** Counts of two disjoint sets of rows together. */
export function addCategoryCounts(a: CategoryCounts, b: CategoryCounts): CategoryCounts {
  const { values, reference, current } = pairCategories(a, b)
  return { values, counts: reference.map((rows, n) => rows + (current[n] ?? 0)) }
}
