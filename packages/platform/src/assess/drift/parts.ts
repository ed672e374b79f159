// A column of two periods in a few parts, for a picture and its table.

import { rangeLabel } from '../range-label.ts'
import {
  hasMoreNumbersThan,
  type NumberCounts,
  pairCategories,
  pairNumbers,
  totalOf,
} from './distribution.ts'
import type { Periods } from './evidently.ts'

/** A part of a column, with its share of the rows that hold a value in either period. */
export interface DriftPart {
  readonly label: string
  readonly reference: number
  readonly current: number
}

/** Parts of a column that a picture shows. */
const partsMax = 12
const numberPartsMax = 10
const otherLabel = '(other)'

/** Each value of few; of many, parts that hold about as many rows of the reference each. */
export function numberParts(reference: NumberCounts, current: NumberCounts): DriftPart[] {
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
export function categoryParts(periods: Extract<Periods, { kind: 'category' }>): DriftPart[] {
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
