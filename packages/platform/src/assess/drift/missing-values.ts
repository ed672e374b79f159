// How far the share of missing values changed: the one change of a column that tests of its values never see.

import { differenceInterval } from '../intervals/disparity.ts'
import { clopperPearson } from '../intervals/proportion.ts'
import type { DistancePoint } from './distance-intervals.ts'

/** Two counts, of the reference and of the current period. */
interface Both {
  readonly reference: number
  readonly current: number
}

/** The absolute change of the share of rows without a value. */
export function missingChange(
  { missing, rows }: { readonly missing: Both; readonly rows: Both },
  tail: number,
): DistancePoint {
  const periods = [
    { successes: missing.reference, trials: rows.reference },
    { successes: missing.current, trials: rows.current },
  ]
  return {
    value: Math.abs(missing.reference / rows.reference - missing.current / rows.current),
    limits: differenceInterval([periods], clopperPearson, 2 * tail),
  }
}
