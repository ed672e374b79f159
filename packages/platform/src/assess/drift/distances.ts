// How far two distributions lie apart, with the values that Evidently gives for the same columns. PSI, KL and Jensen–Shannon of
// numbers are taken over Sturges' bins of both periods pooled, whatever number of bins is asked of Evidently; of
// categories, and of numbers with at most twenty values, over the values themselves.

import {
  type CategoryCounts,
  type NumberCounts,
  type Paired,
  pairCategories,
  pairNumbers,
  totalOf,
} from './distribution.ts'

/** Shares of the same bins in two periods. */
export interface Shares {
  readonly reference: Float64Array
  readonly current: Float64Array
}

/** Numbers with no more distinct reference values are compared value by value. */
const binnedAbove = 20
/** What Evidently puts in the place of an empty bin. */
const emptyShare = 0.0001

/** The least number by which Evidently divides a Wasserstein distance. */
export const wassersteinNormMin = 0.001

/** Rows of the same bins in two periods. */
export type BinCounts = Pick<Paired<unknown>, 'reference' | 'current'>

/**
 * Rows over bins as Evidently makes them.
 * @param whole whether both columns are stored as integers: NumPy then makes no bin narrower than 1
 */
export function numberBins(
  reference: NumberCounts,
  current: NumberCounts,
  whole: boolean,
): BinCounts {
  const pair = pairNumbers(reference, current)
  if (reference.values.length <= binnedAbove) return pair
  const rows = totalOf(reference) + totalOf(current)
  const edges = sturgesEdges(pair.values, rows, whole)
  return { reference: histogram(edges, reference), current: histogram(edges, current) }
}

/** Shares over the categories of either period. */
export function categoryShares(reference: CategoryCounts, current: CategoryCounts): Shares {
  return sharesOf(pairCategories(reference, current))
}

/** Rows as shares of their period. */
export function sharesOf({ reference, current }: BinCounts): Shares {
  const [before, after] = [totalOf({ counts: reference }), totalOf({ counts: current })]
  return {
    reference: reference.map((rows) => rows / before),
    current: current.map((rows) => rows / after),
  }
}

/** NumPy's `histogram_bin_edges(…, bins='sturges')`. */
function sturgesEdges(values: ArrayLike<number>, rows: number, whole: boolean): Float64Array {
  const [first, last] = [values[0] ?? 0, values[values.length - 1] ?? 1]
  const width = (last - first) / (Math.log2(rows) + 1)
  const bins = Math.max(1, Math.ceil((last - first) / (whole && width < 1 ? 1 : width)))
  const step = (last - first) / bins
  return Float64Array.from({ length: bins + 1 }, (_, n) => (n === bins ? last : n * step + first))
}

/** Rows per bin; a bin holds its lower edge, and the last also its upper one. */
function histogram(edges: Float64Array, { values, counts }: NumberCounts): Float64Array {
  const bins = new Float64Array(edges.length - 1)
  let bin = 0
  for (let n = 0; n < values.length; n++) {
    while (bin < bins.length - 1 && (values[n] ?? 0) >= (edges[bin + 1] ?? Infinity)) bin += 1
    bins[bin] = (bins[bin] ?? 0) + (counts[n] ?? 0)
  }
  return bins
}

/** Evidently's stand-in for empty bins: one in ten thousand, or a millionth of the smallest share if that is smaller. */
function filled(shares: Float64Array): Float64Array {
  const least = shares.reduce((min, share) => (share > 0 && share < min ? share : min), Infinity)
  const stand = least <= emptyShare ? least / 1e6 : emptyShare
  return shares.map((share) => (share === 0 ? stand : share))
}

const sum = (values: Float64Array, of: (value: number, n: number) => number): number =>
  values.reduce((total, value, n) => total + of(value, n), 0)

/** The population stability index: 0 for the same, no upper bound. */
export function psi(shares: Shares): number {
  const [before, after] = [filled(shares.reference), filled(shares.current)]
  return sum(before, (p, n) => (p - (after[n] ?? 0)) * Math.log(p / (after[n] ?? 0)))
}

/** The Kullback–Leibler divergence of the reference from the current period, in nats. */
export function kullbackLeibler(shares: Shares): number {
  const [before, after] = [filled(shares.reference), filled(shares.current)].map(normalised)
  if (before === undefined || after === undefined) return Number.NaN
  return sum(before, (p, n) => relativeEntropy(p, after[n] ?? 0))
}

/** The Jensen–Shannon distance: the root of the divergence in nats, 0 to √ln 2. */
export function jensenShannon(shares: Shares): number {
  return Math.sqrt(jensenShannonDivergence(shares))
}

/** The Jensen–Shannon divergence in nats, 0 to ln 2. */
export function jensenShannonDivergence({ reference, current }: Shares): number {
  const [before, after] = [normalised(reference), normalised(current)]
  const middle = before.map((p, n) => (p + (after[n] ?? 0)) / 2)
  const divergence = (from: Float64Array) => sum(from, (p, n) => relativeEntropy(p, middle[n] ?? 0))
  return Math.max(0, (divergence(before) + divergence(after)) / 2)
}

function normalised(shares: Float64Array): Float64Array {
  const total = sum(shares, (share) => share)
  return shares.map((share) => share / total)
}

const relativeEntropy = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q))

/** The Hellinger distance of categories, 0 to 1. */
export function categoryHellinger(reference: CategoryCounts, current: CategoryCounts): number {
  return hellinger(categoryShares(reference, current))
}

/** The Hellinger distance of numbers over Sturges' bins of the distinct values of both periods, 0 to 1. */
export function numberHellinger(
  reference: NumberCounts,
  current: NumberCounts,
  whole: boolean,
): number {
  return hellinger(sharesOf(distinctBins(reference, current, whole)))
}

/** Rows over Sturges' bins of the distinct values of both periods. */
export function distinctBins(
  reference: NumberCounts,
  current: NumberCounts,
  whole: boolean,
): BinCounts {
  const { values } = pairNumbers(reference, current)
  const edges = sturgesEdges(values, values.length, whole)
  return { reference: histogram(edges, reference), current: histogram(edges, current) }
}

/** The Hellinger distance of shares, 0 to 1. */
export function hellinger({ reference, current }: Shares): number {
  const overlap = sum(reference, (p, n) => Math.sqrt(p * (current[n] ?? 0)))
  return Math.sqrt(1 - Math.min(1, Math.max(0, overlap)))
}

/** The total variation distance of categories, 0 to 1. */
export function totalVariation(reference: CategoryCounts, current: CategoryCounts): number {
  return variation(categoryShares(reference, current))
}

/** The total variation distance of shares, 0 to 1. */
export function variation({ reference, current }: Shares): number {
  return sum(reference, (p, n) => Math.abs(p - (current[n] ?? 0))) / 2
}

/** The first Wasserstein distance as Evidently norms it: by the standard deviation of the reference, or by 0.001 if that is less. */
export function wassersteinNormed(reference: NumberCounts, current: NumberCounts): number {
  return wasserstein(reference, current) / Math.max(deviationOf(reference), wassersteinNormMin)
}

/** The first Wasserstein distance: the area between the two distribution functions. */
export function wasserstein(reference: NumberCounts, current: NumberCounts): number {
  return betweenSteps(reference, current, (below, belowNow) => Math.abs(below - belowNow))
}

/** The standard deviation of counted numbers, divided by their number. */
export function deviationOf({ values, counts }: NumberCounts): number {
  const rows = totalOf({ counts })
  // Loops, here and below: the lists have millions of numbers.
  let [total, squares] = [0, 0]
  for (let n = 0; n < values.length; n++) total += (counts[n] ?? 0) * (values[n] ?? 0)
  const mean = total / rows
  for (let n = 0; n < values.length; n++)
    squares += (counts[n] ?? 0) * ((values[n] ?? 0) - mean) ** 2
  return Math.sqrt(squares / rows)
}

/** The energy distance. */
export function energyDistance(reference: NumberCounts, current: NumberCounts): number {
  return Math.sqrt(
    2 * betweenSteps(reference, current, (below, belowNow) => (below - belowNow) ** 2),
  )
}

/** The integral of a function of the two distribution functions. */
export function betweenSteps(
  reference: NumberCounts,
  current: NumberCounts,
  of: (below: number, belowNow: number) => number,
): number {
  const [a, b] = [reference.values, current.values]
  const [before, after] = [totalOf(reference), totalOf(current)]
  let [i, j, below, belowNow, total, last] = [0, 0, 0, 0, 0, Number.NaN]
  while (i < a.length || j < b.length) {
    const left = i < a.length ? (a[i] ?? 0) : Infinity
    const right = j < b.length ? (b[j] ?? 0) : Infinity
    const value = Math.min(left, right)
    if (i + j > 0) total += of(below / before, belowNow / after) * (value - last)
    if (left <= right) below += reference.counts[i++] ?? 0
    if (right <= left) belowNow += current.counts[j++] ?? 0
    last = value
  }
  return total
}
