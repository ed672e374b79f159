// How far the share of missing values changed, and of those that are no number among numbers: the one change of a column that tests of
// its values never see.

import { differenceInterval } from '../intervals/disparity.ts'
import { clopperPearson } from '../intervals/proportion.ts'
import type { DistancePoint } from './distance-intervals.ts'

/** Two counts, of the reference and of the current period. */
interface Both {
  readonly reference: number
  readonly current: number
}

/** A column's rows without a value to compare. */
export interface Unvalued {
  /** Rows that hold nothing. */
  readonly missing: Both
  /** Rows of a column of numbers that hold something which is no finite number. */
  readonly unreadable: Both
  /** All rows. */
  readonly rows: Both
}

/**
 * The absolute change of the share of rows without a value; where some hold what is no number, the larger of both
 * changes.
 */
export function missingChange(
  { missing, unreadable, rows }: Unvalued,
  tail: number,
): DistancePoint {
  if (unreadable.reference + unreadable.current === 0) return shareChange(missing, rows, tail)
  const [none, other] = [missing, unreadable].map((part) => shareChange(part, rows, tail / 2))
  const most = (of: (point: DistancePoint | undefined) => number | null | undefined) =>
    Math.max(of(none) ?? 0, of(other) ?? 0)
  return {
    value: most((point) => point?.value),
    limits: {
      low: most((point) => point?.limits?.low),
      high: most((point) => point?.limits?.high),
    },
    note: unreadableNote(unreadable),
  }
}

/** How many cells of a column of numbers are none. */
const unreadableNote = ({ reference, current }: Both): string =>
  `${reference} values of the reference and ${current} of the current period are no finite numbers`

function shareChange(missing: Both, rows: Both, tail: number): DistancePoint {
  const periods = [
    { successes: missing.reference, trials: rows.reference },
    { successes: missing.current, trials: rows.current },
  ]
  return {
    value: Math.abs(missing.reference / rows.reference - missing.current / rows.current),
    limits: differenceInterval([periods], clopperPearson, 2 * tail),
  }
}
