// Whether two periods can be told apart at all: a classifier learns on one half of the rows which period each comes from, and is
// judged on the other. What it says of a row is also how much more, or less, often such rows come now.

import type { Limits } from '../intervals/proportion.ts'
import { rocAuc, rocAucInterval } from '../intervals/roc-auc.ts'
import { boost, boostedOdds } from '../checks/boosting.ts'
import type { CodedColumn } from '../checks/coding.ts'
import { scoreCountsOf } from '../score-counts.ts'

/** Rows of each period to learn from at most. */
const learningRowsMax = 10_000
/** Rows of either period below which nothing is said. */
const rowsMin = 60

/** Rows of both periods, coded together. */
export interface TwoPeriods {
  readonly columns: readonly CodedColumn[]
  /** 1 where the row is of the current period. */
  readonly isCurrent: Uint8Array
  /** 0 or 1 at random. */
  readonly half: Uint8Array
}

/** How well the periods are told apart. */
export interface DomainFinding {
  /** Chance that a current row is ranked above a reference row; null with too few rows. */
  readonly auc: number | null
  readonly limits: Limits | null
  /** Rows it was judged on. */
  readonly n: number
}

/** The log odds of being current of every row, each learnt from the other half; null with too few rows. */
export function currentOdds({ columns, isCurrent, half }: TwoPeriods): Float64Array | null {
  const current = isCurrent.reduce((sum, one) => sum + one, 0)
  if (Math.min(current, isCurrent.length - current) < rowsMin || columns.length === 0) return null
  const odds = new Float64Array(isCurrent.length)
  for (const learnt of [0, 1] as const) {
    const rows = rowsWhere(half, learnt)
    const step = Math.ceil(rows.length / (2 * learningRowsMax))
    const model = boost(
      columns,
      isCurrent,
      rows.filter((_, n) => n % step === 0),
    )
    for (const row of rowsWhere(half, learnt === 0 ? 1 : 0))
      odds[row] = boostedOdds(model, columns, row)
  }
  return odds
}

const rowsWhere = (marks: Uint8Array, mark: 0 | 1): Uint32Array =>
  Uint32Array.from([...marks.keys()].filter((row) => marks[row] === mark))

/** The AUC on the half that the first classifier did not see. */
export function tellApart(
  { isCurrent, half }: Omit<TwoPeriods, 'columns'>,
  odds: Float64Array | null,
  tail: number,
): DomainFinding {
  const rows = rowsWhere(half, 1)
  const roc = odds === null ? null : rocAuc(scoreCountsOf(rows, isCurrent, (row) => odds[row] ?? 0))
  return {
    auc: roc?.auc ?? null,
    limits: roc === null ? null : rocAucInterval(roc, tail),
    n: rows.length,
  }
}
