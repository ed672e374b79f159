// Numbers the cells between the boundaries that the splits of an ensemble draw on each feature: all values of a cell pass the
// same tests, so a row is known by its cells, and one value of a cell stands for all of it.

import {
  missingRule,
  nodeTest,
  type Rows,
  type TreeEnsemble,
  valueAt,
  zeroMax,
} from './tree-ensemble.ts'

/**
 * The cells of a feature: cell k holds the values from `starts[k - 1]` up to, not including, `starts[k]`; the last cell, of
 * number `starts.length` + 1, holds what is missing.
 */
export interface FeatureCells {
  readonly starts: Float64Array
}

const float = new Float64Array(1)
const bits = new BigInt64Array(float.buffer)

/** The next larger number. */
function nextUp(value: number): number {
  if (value === Infinity) return value
  float[0] = value === 0 ? 0 : value
  bits[0] = (bits[0] ?? 0n) + (value < 0 ? -1n : 1n)
  return float[0] ?? 0
}

/** The numbers from which on a split may answer otherwise. */
function startsOf(ensemble: TreeEnsemble, node: number): number[] {
  const threshold = ensemble.threshold[node] ?? 0
  const test = ensemble.test[node]
  const zeros =
    (ensemble.missing[node] ?? 0) >= missingRule.zeroRight ? [-zeroMax, nextUp(zeroMax)] : []
  if (test === nodeTest.below) return [threshold, ...zeros]
  if (test === nodeTest.atMost) return [nextUp(threshold), ...zeros]
  if (test === nodeTest.equal) return [threshold, nextUp(threshold), ...zeros]
  const set = ensemble.sets[threshold] ?? new Uint32Array()
  let isIn = false
  for (let category = 0; category <= 32 * set.length; category++) {
    const isNowIn = (((set[category >>> 5] ?? 0) >>> (category & 31)) & 1) === 1
    if (isNowIn !== isIn)
      zeros.push(category === 0 && test === nodeTest.memberTruncated ? nextUp(-1) : category)
    isIn = isNowIn
  }
  return zeros
}

/** The cells that some splits draw, feature by feature; a feature that none reads has one cell, and the missing one. */
export function cellsOf(ensemble: TreeEnsemble, splits: Iterable<number>): FeatureCells[] {
  const starts = Array.from({ length: ensemble.features }, (): number[] => [])
  for (const node of splits)
    for (const start of startsOf(ensemble, node)) starts[ensemble.feature[node] ?? 0]?.push(start)
  return starts.map((all) => {
    const sorted = Float64Array.from(all).toSorted()
    return { starts: sorted.filter((start, n) => n === 0 || start !== sorted[n - 1]) }
  })
}

/** How many cells a feature has, with the one for what is missing. */
export function cellCount({ starts }: FeatureCells): number {
  return starts.length + 2
}

/** A value of a cell. */
export function valueOfCell(cells: FeatureCells, cell: number): number {
  if (cell > cells.starts.length) return Number.NaN
  return cell === 0 ? -Infinity : (cells.starts[cell - 1] ?? Number.NaN)
}

/** The cell of a value. */
function cellOf({ starts }: FeatureCells, value: number): number {
  if (Number.isNaN(value)) return starts.length + 1
  let [low, high] = [0, starts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value >= (starts[middle] ?? 0)) low = middle + 1
    else high = middle
  }
  return low
}

/** The cell of each row, feature by feature. */
export function cellsOfRows(
  ensemble: TreeEnsemble,
  cells: readonly FeatureCells[],
  rows: Rows,
): Int32Array[] {
  return cells.map((of, feature) =>
    Int32Array.from({ length: of.starts.length === 0 ? 0 : rows.count }, (_, row) =>
      cellOf(of, valueAt(ensemble, rows, row, feature)),
    ),
  )
}

/** For each fine cell, the coarse one that it lies in. The starts of `coarse` are among those of `fine`. */
export function coarser(fine: FeatureCells, coarse: FeatureCells): Int32Array {
  return Int32Array.from({ length: cellCount(fine) }, (_, cell) =>
    cellOf(coarse, valueOfCell(fine, cell)),
  )
}
