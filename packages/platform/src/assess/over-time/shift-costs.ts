// Which column's shift costs performance. For every column: the accuracy on the reference within each of its values, weighted as the
// values are distributed now. What changes against the reference is what this shift alone would do, were nothing else to move.
// Reference rows without a label tell how values were distributed, and nothing of the accuracy.

import type { Limits } from '../intervals/proportion.ts'
import { normalQuantile } from '../intervals/special-functions.ts'
import type { CodedColumn } from '../checks/coding.ts'
import { unknownLabel } from './period-sample.ts'

/** Reference rows with a label that a value needs to have an accuracy of its own. */
const rowsMin = 20

/** What the shift of one column does to the accuracy. */
export interface ShiftCost {
  readonly column: string
  /** Accuracy under the column's present distribution minus that of the reference; below 0 it costs. */
  readonly change: number
  readonly limits: Limits
  /** Share of current rows whose value is too rare in the reference to tell; they are left out. */
  readonly unseen: number
  /** The values that contribute most, the largest first. */
  readonly values: readonly ShiftPart[]
}

/** A value's part in it. */
interface ShiftPart {
  readonly label: string
  readonly before: number
  readonly now: number
  /** Accuracy of the labelled reference rows that have it. */
  readonly accuracy: number
  /** How many those are. */
  readonly labelled: number
  readonly change: number
}

const valuesMax = 5

/**
 * The cost of every column's shift, the costliest first.
 * @param right for reference rows: 1 predicted right, 0 wrongly, {@link unknownLabel} where the label is not known
 */
export function shiftCosts(
  columns: readonly CodedColumn[],
  isCurrent: Uint8Array,
  right: Uint8Array,
  tail: number,
): ShiftCost[] {
  return columns
    .map((column) => costOf(column, { isCurrent, right, tail }))
    .filter((cost) => cost !== null)
    .toSorted((a, b) => a.change - b.change || (a.column < b.column ? -1 : 1))
}

function costOf(
  { name, codes, labels }: CodedColumn,
  by: { readonly isCurrent: Uint8Array; readonly right: Uint8Array; readonly tail: number },
): ShiftCost | null {
  const counts = () => new Float64Array(labels.length)
  const [before, now, labelled, hits] = [counts(), counts(), counts(), counts()]
  for (const [row, code] of codes.entries()) {
    if (by.isCurrent[row] === 1) now[code] = (now[code] ?? 0) + 1
    else {
      before[code] = (before[code] ?? 0) + 1
      if (by.right[row] === unknownLabel) continue
      labelled[code] = (labelled[code] ?? 0) + 1
      hits[code] = (hits[code] ?? 0) + (by.right[row] ?? 0)
    }
  }
  const told = [...labels.keys()].filter((code) => (labelled[code] ?? 0) >= rowsMin)
  const among = (rows: Float64Array) => told.reduce((sum, code) => sum + (rows[code] ?? 0), 0)
  const [m, n] = [among(before), among(now)]
  if (told.length < 2 || n === 0) return null
  const overall = among(hits) / among(labelled)
  const parts = told.map((code) => {
    const known = labelled[code] ?? 0
    const accuracy = (hits[code] ?? 0) / known
    const shares = { before: (before[code] ?? 0) / m, now: (now[code] ?? 0) / n }
    // Against the mean: a value as good as the others costs nothing, however much more often it comes.
    const change = (shares.now - shares.before) * (accuracy - overall)
    return { label: labels[code] ?? '', ...shares, accuracy, labelled: known, change }
  })
  const change = parts.reduce((sum, part) => sum + part.change, 0)
  const reach = -normalQuantile(by.tail) * Math.sqrt(varianceOf(parts, { m, n }))
  return {
    column: name,
    change,
    limits: { low: change - reach, high: change + reach },
    unseen: 1 - n / now.reduce((sum, rows) => sum + rows, 0),
    values: parts.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change)).slice(0, valuesMax),
  }
}

/**
 * Of Σ now·accuracy − Σ before·accuracy, by the delta method: the shares of both periods and every accuracy are
 * estimates. An accuracy varies as if a row of either kind had been seen besides, so that none is taken as known.
 */
function varianceOf(
  parts: readonly ShiftPart[],
  { m, n }: { readonly m: number; readonly n: number },
): number {
  const spread = (share: (part: ShiftPart) => number) => {
    const mean = parts.reduce((sum, part) => sum + share(part) * part.accuracy, 0)
    return parts.reduce((sum, part) => sum + share(part) * (part.accuracy - mean) ** 2, 0)
  }
  const accuracies = parts.reduce((sum, { before, now, accuracy, labelled }) => {
    const share = (accuracy * labelled + 1) / (labelled + 2)
    return sum + ((now - before) ** 2 * share * (1 - share)) / labelled
  }, 0)
  return spread(({ now }) => now) / n + spread(({ before }) => before) / m + accuracies
}
