// A column of two periods in a few parts, for a picture and its table.

import { rangeLabel } from '../range-label.ts'
import { fewLabel, roundedWithin, toldRowsMin } from '../told-values.ts'
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
    const parts = Array.from(pair.values, (value, n) => ({
      label: String(value),
      reference: (pair.reference[n] ?? 0) / before,
      current: (pair.current[n] ?? 0) / after,
      isFew: (pair.reference[n] ?? 0) + (pair.current[n] ?? 0) < toldRowsMin,
    }))
    return withRest(
      parts.filter(({ isFew }) => !isFew).map(partOf),
      fewLabel,
      parts.filter(({ isFew }) => isFew),
    )
  }
  const total = totalOf(reference)
  const found: number[] = []
  let below = 0
  for (const [n, value] of reference.values.entries()) {
    // An edge stands before the first value that has enough of the reference below it.
    if (n > 0 && below >= ((found.length + 1) * total) / numberPartsMax && below < total)
      found.push(value)
    below += reference.counts[n] ?? 0
  }
  // An edge is somebody's number until it is rounded.
  const spread = (found.at(-1) ?? 0) - (found[0] ?? 0)
  const edges = [
    ...new Set(found.map((edge) => roundedWithin(edge, spread > 0 ? spread : Math.abs(edge)))),
  ]
  const shares = (counted: NumberCounts) => {
    const rows = new Float64Array(edges.length + 1)
    let part = 0
    for (let n = 0; n < counted.values.length; n++) {
      while ((counted.values[n] ?? 0) >= (edges[part] ?? Infinity)) part += 1
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
      isFew: (reference[n] ?? 0) + (current[n] ?? 0) < toldRowsMin,
    }))
    .toSorted((a, b) => b.reference + b.current - a.reference - a.current)
  const told = all.filter(({ isFew }) => !isFew)
  const few = all.filter(({ isFew }) => isFew)
  return told.length + Math.min(1, few.length) <= partsMax
    ? withRest(told.map(partOf), fewLabel, few)
    : withRest(told.slice(0, partsMax - 1).map(partOf), otherLabel, [
        ...told.slice(partsMax - 1),
        ...few,
      ])
}

const partOf = ({ label, reference, current }: DriftPart): DriftPart => ({
  label,
  reference,
  current,
})

/** Parts, and those that are not told by themselves as one, where there are any. */
function withRest(
  parts: readonly DriftPart[],
  label: string,
  rest: readonly DriftPart[],
): DriftPart[] {
  const sum = (of: 'reference' | 'current') => rest.reduce((total, part) => total + part[of], 0)
  return rest.length === 0
    ? [...parts]
    : [...parts, { label, reference: sum('reference'), current: sum('current') }]
}
