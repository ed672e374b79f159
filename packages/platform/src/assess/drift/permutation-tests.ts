// Tests whose chance is counted over random exchanges of rows between the periods, for want of a distribution to look it up in.
// Peers draw otherwise at every call; here the draws come from a fixed seed, so that the same data give the same chance.

import { assert } from '@proofhouse/evidence'
import { type Random, seededRandom } from '../intervals/random.ts'
import { type CategoryCounts, type NumberCounts, pairCategories, totalOf } from './distribution.ts'
import { drawHypergeometric } from './hypergeometric.ts'

const seed = 20_261_121
/** Exchanges for categories, as Evidently makes. */
const categoryDraws = 1_000
/** Exchanges for the kernel test, as Evidently makes. */
const kernelDraws = 100
/** Rows a side that the kernel test looks at: its work grows with their square. */
export const kernelRowsMax = 500

/** The share of exchanges that leave the categories at least as far apart in total variation. */
export function totalVariationTest(reference: CategoryCounts, current: CategoryCounts): number {
  return totalVariationChances(reference, current).reached
}

/** The shares of exchanges that leave the categories at least as far apart, and farther, in total variation. */
export function totalVariationChances(
  reference: CategoryCounts,
  current: CategoryCounts,
): { readonly reached: number; readonly passed: number } {
  const random = seededRandom(seed)
  const pair = pairCategories(reference, current)
  const pooled = pair.reference.map((rows, n) => rows + (pair.current[n] ?? 0))
  const [m, n] = [totalOf(reference), totalOf(current)]
  const observed = halfGap(pair.reference, pooled, { m, n })
  let [reached, passed] = [0, 0]
  for (let draw = 0; draw < categoryDraws; draw++) {
    const taken = drawWithout(random, pooled, m)
    const gap = halfGap(taken, pooled, { m, n })
    if (gap >= observed - 1e-12) reached += 1
    if (gap > observed + 1e-12) passed += 1
  }
  return { reached: reached / categoryDraws, passed: passed / categoryDraws }
}

/** The total variation distance of `m` rows from the `n` others that are counted with them. */
function halfGap(
  taken: Float64Array,
  pooled: Float64Array,
  { m, n }: { readonly m: number; readonly n: number },
): number {
  let sum = 0
  for (const [k, rows] of taken.entries()) sum += Math.abs(rows / m - ((pooled[k] ?? 0) - rows) / n)
  return sum / 2
}

/** `size` rows drawn without replacement from counted rows. */
function drawWithout(random: Random, counts: Float64Array, size: number): Float64Array {
  let [rowsLeft, toDraw] = [totalOf({ counts }), size]
  return counts.map((rows) => {
    rowsLeft -= rows
    const drawn = drawHypergeometric(random, { rows, others: rowsLeft, size: toDraw })
    toDraw -= drawn
    return drawn
  })
}

/** The maximum mean discrepancy of two samples (Gretton et al. 2012): unbiased, Gaussian kernel as wide as the median distance. */
export function meanDiscrepancy(kernel: Kernel, isReference: Uint8Array): number {
  const m = isReference.reduce((sum, one) => sum + one, 0)
  const n = isReference.length - m
  let [within, withinNow, between] = [0, 0, 0]
  for (let i = 0; i < isReference.length; i++)
    for (let j = 0; j < i; j++) {
      const value = kernel(i, j)
      if (isReference[i] !== isReference[j]) between += value
      else if (isReference[i] === 1) within += value
      else withinNow += value
    }
  return (2 * within) / (m * (m - 1)) + (2 * withinNow) / (n * (n - 1)) - (2 * between) / (m * n)
}

/** How alike two rows are. */
type Kernel = (i: number, j: number) => number

/**
 * The share of exchanges that leave the samples at least as far apart by their maximum mean discrepancy; over at most
 * {@link kernelRowsMax} rows a side, drawn at random. NaN for fewer than two rows a side.
 */
export function kernelTest(reference: NumberCounts, current: NumberCounts): number {
  const random = seededRandom(seed)
  const [before, now] = [sampled(random, reference), sampled(random, current)]
  if (Math.min(before.length, now.length) < 2) return Number.NaN
  const { kernel, isReference } = kernelOf(before, now)
  const observed = meanDiscrepancy(kernel, isReference)
  let reached = 0
  for (let draw = 0; draw < kernelDraws; draw++) {
    shuffle(random, isReference)
    if (meanDiscrepancy(kernel, isReference) >= observed) reached += 1
  }
  return reached / kernelDraws
}

/** The kernel over both samples, one after the other, the reference first. */
export function kernelOf(reference: Float64Array, current: Float64Array) {
  const all = Float64Array.from([...reference, ...current])
  const distances: number[] = []
  for (const a of reference) for (const b of reference) distances.push((a - b) ** 2)
  distances.sort((a, b) => a - b)
  // NumPy's `nearest` rounds half to even.
  const middle = (distances.length - 1) / 2
  const nearest = middle % 1 === 0.5 ? 2 * Math.round(middle / 2) : middle
  const median = distances[nearest] ?? 0
  // With σ² = median / 2, or 1/2 where most rows are equal: γ = 1 / (2σ²).
  const gamma = 1 / (median === 0 ? 1 : median)
  const size = all.length
  const table = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      table[i * size + j] = Math.exp(-gamma * ((all[i] ?? 0) - (all[j] ?? 0)) ** 2)
  const isReference = Uint8Array.from(all, (_, n) => Number(n < reference.length))
  return { kernel: (i: number, j: number) => table[i * size + j] ?? 0, isReference }
}

/** At most {@link kernelRowsMax} of the counted rows, at random. */
function sampled(random: Random, { values, counts }: NumberCounts): Float64Array {
  const rows = totalOf({ counts })
  const taken =
    rows <= kernelRowsMax ? counts : drawWithout(random, counts, Math.min(rows, kernelRowsMax))
  const sample: number[] = []
  for (const [n, count] of taken.entries())
    for (let k = 0; k < count; k++) sample.push(values[n] ?? 0)
  assert(sample.length <= kernelRowsMax, 'a sample is no larger than asked for')
  return Float64Array.from(sample)
}

function shuffle(random: Random, marks: Uint8Array): void {
  for (let n = marks.length - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1))
    const mark = marks[n] ?? 0
    marks[n] = marks[other] ?? 0
    marks[other] = mark
  }
}
