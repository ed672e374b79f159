// NannyML's univariate methods with its values. Numbers are binned by Doane's rule over the reference alone, and what lies outside is
// one bin more; from 10,000 reference rows on, Kolmogorov–Smirnov and Wasserstein are estimated over 10,000 equal bins.

import { chiSquareUpper } from '../intervals/tail-probabilities.ts'
import {
  type BinCounts,
  deviationOf,
  jensenShannonDivergence,
  sharesOf,
  wasserstein,
} from './distances.ts'
import {
  type CategoryCounts,
  type NumberCounts,
  type Paired,
  pairCategories,
  totalOf,
} from './distribution.ts'
import { largestGap } from './two-sample-tests.ts'

const estimatedFrom = 10_000
const estimatedBins = 10_000

/** Edges by Doane's rule (1976): more bins the more skewed the sample. */
export function doaneEdges(reference: NumberCounts): Float64Array {
  const { values, counts } = reference
  const rows = totalOf(reference)
  const [first, last] = [values[0] ?? 0, values.at(-1) ?? 0]
  const deviation = deviationOf(reference)
  if (rows <= 2 || deviation === 0 || first === last)
    return equalEdges(first === last ? first - 0.5 : first, first === last ? last + 0.5 : last, 1)
  let mean = 0
  for (const [n, value] of values.entries()) mean += (value * (counts[n] ?? 0)) / rows
  let skew = 0
  for (const [n, value] of values.entries())
    skew += (((value - mean) / deviation) ** 3 * (counts[n] ?? 0)) / rows
  const skewError = Math.sqrt((6 * (rows - 2)) / ((rows + 1) * (rows + 3)))
  const bins = 1 + Math.log2(rows) + Math.log2(1 + Math.abs(skew) / skewError)
  const width = (last - first) / bins
  return equalEdges(first, last, Math.ceil((last - first) / width))
}

const equalEdges = (first: number, last: number, bins: number): Float64Array =>
  Float64Array.from({ length: bins + 1 }, (_, n) =>
    n === bins ? last : first + n * ((last - first) / bins),
  )

/** Rows within the edges by bin, and those below and above. */
function binned(edges: Float64Array, { values, counts }: NumberCounts) {
  const bins = new Float64Array(edges.length - 1)
  const [first, last] = [edges[0] ?? 0, edges.at(-1) ?? 0]
  let [bin, below, above] = [0, 0, 0]
  for (const [n, value] of values.entries()) {
    const rows = counts[n] ?? 0
    if (value < first) below += rows
    else if (value > last) above += rows
    else {
      while (bin < bins.length - 1 && value >= (edges[bin + 1] ?? Infinity)) bin += 1
      bins[bin] = (bins[bin] ?? 0) + rows
    }
  }
  return { bins, below, above }
}

/** Rows over Doane's bins, and what is new beyond them. */
export function numberBinsOf(reference: NumberCounts, current: NumberCounts): BinCounts {
  const edges = doaneEdges(reference)
  const { bins, below, above } = binned(edges, current)
  return withRest({ reference: binned(edges, reference).bins, current: bins }, below + above)
}

/** Categories of the reference one by one, and all that are new together. */
export function categoryBinsOf(reference: CategoryCounts, current: CategoryCounts): BinCounts {
  const pair = pairCategories(reference, current)
  const known = [...pair.reference.keys()].filter((n) => (pair.reference[n] ?? 0) > 0)
  const of = (side: Float64Array) => Float64Array.from(known, (n) => side[n] ?? 0)
  const seen = of(pair.current)
  return withRest(
    { reference: of(pair.reference), current: seen },
    totalOf(current) - totalOf({ counts: seen }),
  )
}

const withRest = ({ reference, current }: BinCounts, rest: number): BinCounts => ({
  reference: Float64Array.from([...reference, 0]),
  current: Float64Array.from([...current, rest]),
})

/** The Jensen–Shannon distance with the logarithm of base 2: 0 to 1. */
const jensenShannonBits = (bins: BinCounts): number =>
  Math.sqrt(jensenShannonDivergence(sharesOf(bins)) / Math.LN2)

function hellingerOf(bins: BinCounts): number {
  const { reference, current } = sharesOf(bins)
  return Math.sqrt(
    reference.reduce((sum, p, n) => sum + (Math.sqrt(p) - Math.sqrt(current[n] ?? 0)) ** 2, 0) / 2,
  )
}

/** Jensen–Shannon of numbers. */
export const jensenShannonOfNumbers = (reference: NumberCounts, current: NumberCounts): number =>
  jensenShannonBits(numberBinsOf(reference, current))

/** Jensen–Shannon of categories. */
export const jensenShannonOfCategories = (
  reference: CategoryCounts,
  current: CategoryCounts,
): number => jensenShannonBits(categoryBinsOf(reference, current))

/** Hellinger of numbers. */
export const hellingerOfNumbers = (reference: NumberCounts, current: NumberCounts): number =>
  hellingerOf(numberBinsOf(reference, current))

/** Hellinger of categories. */
export const hellingerOfCategories = (reference: CategoryCounts, current: CategoryCounts): number =>
  hellingerOf(categoryBinsOf(reference, current))

/** The largest distance of the two distribution functions; over the bins' upper edges once it is estimated. */
export function kolmogorovSmirnovDistance(reference: NumberCounts, current: NumberCounts): number {
  const [m, n] = [totalOf(reference), totalOf(current)]
  if (m < estimatedFrom) return largestGap(reference, current) / (m * n)
  const { before, now } = estimatedFunctions(reference, current)
  return before.reduce((most, below, bin) => Math.max(most, Math.abs(below - (now[bin] ?? 0))), 0)
}

/** Distribution functions at the upper edges of the estimation's bins. */
function estimatedFunctions(reference: NumberCounts, current: NumberCounts) {
  const edges = equalEdges(reference.values[0] ?? 0, reference.values.at(-1) ?? 0, estimatedBins)
  const [m, n] = [totalOf(reference), totalOf(current)]
  const { bins, below, above } = binned(edges, current)
  return {
    edges,
    before: cumulated(binned(edges, reference).bins, { from: 0, rows: m }),
    now: cumulated(bins, { from: below, rows: n }),
    below,
    above,
  }
}

function cumulated(
  bins: Float64Array,
  { from, rows }: { readonly from: number; readonly rows: number },
): Float64Array {
  let sum = from
  return bins.map((count) => {
    sum += count
    return sum / rows
  })
}

/**
 * The Wasserstein distance. Estimated as NannyML does, with its count of one row too many on either side of the
 * reference's range.
 */
export function wassersteinDistance(reference: NumberCounts, current: NumberCounts): number {
  if (totalOf(reference) < estimatedFrom) return wasserstein(reference, current)
  const n = totalOf(current)
  const { edges, before, now, below, above } = estimatedFunctions(reference, current)
  const [first, last] = [edges[0] ?? 0, edges.at(-1) ?? 0]
  const width = (edges[1] ?? 0) - first
  const extra = below > 0 ? 1 / n : 0
  const inside = before.reduce(
    (sum, f, bin) => sum + Math.abs(f - ((now[bin] ?? 0) + extra)) * width,
    0,
  )
  return (
    inside +
    outside(current, { last: first, rows: below }) / n +
    outside(current, { first: last, rows: above }) / n
  )
}

/** The area beyond one end of the reference's range, in rows. */
function outside(
  { values, counts }: NumberCounts,
  end: { readonly first?: number; readonly last?: number; readonly rows: number },
): number {
  if (end.rows === 0) return 0
  const { first = -Infinity, last = Infinity } = end
  let [seen, area, at] = [0, 0, Number.NaN]
  if (first > -Infinity) [seen, at] = [1, first]
  for (const [n, value] of values.entries()) {
    if (last < Infinity ? value >= last : value <= first) continue
    if (!Number.isNaN(at)) area += (value - at) * (last < Infinity ? seen : end.rows + 1 - seen)
    seen += counts[n] ?? 0
    at = value
  }
  return last < Infinity ? area + (last - at) * seen : area
}

/** The chance of the two-by-k table of counts under one distribution; Yates' correction for two categories. */
export function contingencyTest(reference: CategoryCounts, current: CategoryCounts): number {
  const pair = pairCategories(reference, current)
  return chiSquareUpper(contingencyStatistic(pair), pair.values.length - 1)
}

function contingencyStatistic({ values, reference, current }: Paired<readonly string[]>): number {
  const [m, n] = [totalOf({ counts: reference }), totalOf({ counts: current })]
  const correction = values.length === 2 ? 0.5 : 0
  let sum = 0
  for (const [k, rows] of reference.entries()) {
    const now = current[k] ?? 0
    for (const [seen, total] of [
      [rows, m],
      [now, n],
    ] as const) {
      const expected = ((rows + now) * total) / (m + n)
      const gap = Math.abs(seen - expected)
      sum += (gap - Math.min(correction, gap)) ** 2 / expected
    }
  }
  return sum
}

/** The largest change of a category's share. */
export function largestShareChange(reference: CategoryCounts, current: CategoryCounts): number {
  const pair = pairCategories(reference, current)
  const [m, n] = [totalOf(reference), totalOf(current)]
  return pair.reference.reduce(
    (most, rows, k) => Math.max(most, Math.abs(rows / m - (pair.current[k] ?? 0) / n)),
    0,
  )
}
