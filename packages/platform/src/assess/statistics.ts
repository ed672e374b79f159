// Sufficient statistics: everything a measure needs to know about the rows, and nothing about any one row.
// They are counts and sums, so they merge by addition: one machine, a stream's window and a cluster agree.
// INVARIANT: cells are distinct and sorted by code unit, column by column; a combination nobody has is absent.

import { assert } from '@proofhouse/evidence'
import { addMoments, type Moments } from './moments.ts'
import { addScoreCounts, type ScoreCounts } from './score-counts.ts'

/** The four outcomes of a binary prediction, in rows. Positive means the configured positive class. */
export interface OutcomeCounts {
  readonly tp: number
  readonly fp: number
  readonly tn: number
  readonly fn: number
}

/** The statistics of the rows that share one value in each protected column. */
export interface CellStatistics {
  /** One value per column of the statistics, in their order. */
  readonly cell: readonly string[]
  readonly outcomes: OutcomeCounts
  /** Of (score − label)², null when the model gives no scores. */
  readonly squaredError: Moments | null
  /** Of −ln of the probability given to the true label, clipped as `logLossClip` says; null without scores. */
  readonly logLoss: Moments | null
  readonly scores: ScoreCounts | null
}

/** A data set reduced to one cell per seen combination of protected values. */
export interface Statistics {
  readonly columns: readonly string[]
  readonly cells: readonly CellStatistics[]
}

/**
 * The distance from 0 and 1 to which probabilities are clipped before the logarithm: the machine epsilon of a
 * double, 2⁻⁵², as `sklearn.metrics.log_loss` does. The largest loss of a row is therefore 52 ln 2 ≈ 36.04.
 */
export const logLossClip = 2 ** -52

/** Rows behind the outcomes. */
export function rowsOf(o: OutcomeCounts): number {
  return o.tp + o.fp + o.tn + o.fn
}

/** Outcomes of two disjoint sets of rows together. */
export function addOutcomes(a: OutcomeCounts, b: OutcomeCounts): OutcomeCounts {
  return { tp: a.tp + b.tp, fp: a.fp + b.fp, tn: a.tn + b.tn, fn: a.fn + b.fn }
}

/** Statistics in their one form: cells of the same combination added up, all cells sorted. */
export function statisticsOf(
  columns: readonly string[],
  cells: readonly CellStatistics[],
): Statistics {
  const byKey = Map.groupBy(cells, ({ cell }) => {
    assert(cell.length === columns.length, 'a cell has one value per column')
    return JSON.stringify(cell)
  })
  const merged = [...byKey.values()].flatMap((same) => addAll(same) ?? [])
  return { columns, cells: merged.toSorted((a, b) => compareCells(a.cell, b.cell)) }
}

/** Adds by halves: merging long score lists one after the other would copy the first ones again and again. */
function addAll(cells: readonly CellStatistics[]): CellStatistics | undefined {
  const half = Math.ceil(cells.length / 2)
  const [left, right] = [cells.slice(0, half), cells.slice(half)]
  const [a, b] = cells.length < 2 ? cells : [addAll(left), addAll(right)]
  return a === undefined || b === undefined ? a : addCells(a, b)
}

/** The statistics of two disjoint sets of rows together; both must be over the same columns. */
export function mergeStatistics(a: Statistics, b: Statistics): Statistics {
  assert(
    JSON.stringify(a.columns) === JSON.stringify(b.columns),
    'statistics that merge are over the same columns',
  )
  return statisticsOf(a.columns, [...a.cells, ...b.cells])
}

/** Statistics over some of the columns, the others summed out; `[]` gives everyone as one cell. */
export function marginal(statistics: Statistics, columns: readonly string[]): Statistics {
  const positions = columns.map((column) => statistics.columns.indexOf(column))
  assert(!positions.includes(-1), `the statistics are over ${statistics.columns.join(', ')}`)
  const cells = statistics.cells.map((cell) => ({
    ...cell,
    cell: positions.map((position) => cell.cell[position] ?? ''),
  }))
  return statisticsOf(columns, cells)
}

function addCells(a: CellStatistics, b: CellStatistics): CellStatistics {
  return {
    cell: a.cell,
    outcomes: addOutcomes(a.outcomes, b.outcomes),
    squaredError: addBoth(a.squaredError, b.squaredError, addMoments),
    logLoss: addBoth(a.logLoss, b.logLoss, addMoments),
    scores: addBoth(a.scores, b.scores, addScoreCounts),
  }
}

function addBoth<T>(a: T | null, b: T | null, add: (a: T, b: T) => T): T | null {
  assert((a === null) === (b === null), 'either every cell has scores or none has')
  return a === null || b === null ? null : add(a, b)
}

function compareCells(a: readonly string[], b: readonly string[]): number {
  for (const [position, value] of a.entries()) {
    const other = b[position] ?? ''
    if (value !== other) return value < other ? -1 : 1
  }
  return 0
}
