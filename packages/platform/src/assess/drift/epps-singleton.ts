// The Epps–Singleton test: compares the characteristic functions of two samples, and so also sees what rank tests miss. Values are
// SciPy's: Epps & Singleton (1986) with the points and the small-sample correction of Goerg & Kaiser (2009).

import { chiSquareUpper } from '../intervals/tail-probabilities.ts'
import { symmetricEigen } from '../symmetric-eigen.ts'
import { type NumberCounts, pairNumbers, totalOf } from './distribution.ts'

/** Where the characteristic functions are compared, in half interquartile ranges. */
const points = [0.4, 0.8]
const features = 2 * points.length
const rowsMin = 5
const correctedBelow = 25

/** The chance of two samples at least so far apart; NaN for fewer than five rows a side, or where half of all rows are one value. */
export function eppsSingleton(reference: NumberCounts, current: NumberCounts): number {
  const [m, n] = [totalOf(reference), totalOf(current)]
  if (Math.min(m, n) < rowsMin) return Number.NaN
  const pair = pairNumbers(reference, current)
  const pooled = {
    values: pair.values,
    counts: pair.reference.map((rows, k) => rows + (pair.current[k] ?? 0)),
  }
  const scale = (quantile(pooled, 0.75) - quantile(pooled, 0.25)) / 2
  if (scale === 0) return Number.NaN
  const all = m + n
  const [before, now] = [momentsOf(reference, scale), momentsOf(current, scale)]
  const covariance = before.covariance.map((row, i) =>
    row.map((value, j) => (all / m) * value + (all / n) * (now.covariance[i]?.[j] ?? 0)),
  )
  const gap = before.mean.map((mean, i) => mean - (now.mean[i] ?? 0))
  const { values, vectors } = symmetricEigen(covariance)
  const least = Math.abs(values[0] ?? 0) * 1e-15
  let [statistic, rank] = [0, 0]
  for (const [k, value] of values.entries()) {
    if (Math.abs(value) <= least) continue
    const along = gap.reduce((sum, one, i) => sum + one * (vectors[k]?.[i] ?? 0), 0)
    statistic += (along * along) / value
    rank += 1
  }
  const correction =
    Math.max(m, n) < correctedBelow ? 1 / (1 + all ** -0.45 + 10.1 * (m ** -1.7 + n ** -1.7)) : 1
  return chiSquareUpper(all * statistic * correction, rank)
}

/** The mean and the covariance of cos(t·x) and sin(t·x) at every point. */
function momentsOf({ values, counts }: NumberCounts, scale: number) {
  const rows = totalOf({ counts })
  const feature = (k: number, x: number) => {
    const t = ((points[k % points.length] ?? 0) * x) / scale
    return k < points.length ? Math.cos(t) : Math.sin(t)
  }
  const table = Array.from({ length: features }, (_, k) => values.map((x) => feature(k, x)))
  const mean = Float64Array.from(
    table,
    (column) => column.reduce((sum, value, at) => sum + value * (counts[at] ?? 0), 0) / rows,
  )
  const covariance = table.map((a, i) =>
    Float64Array.from(table, (b, j) => {
      let sum = 0
      for (const [at, value] of a.entries())
        sum += (counts[at] ?? 0) * (value - (mean[i] ?? 0)) * ((b[at] ?? 0) - (mean[j] ?? 0))
      return sum / rows
    }),
  )
  return { mean, covariance }
}

/** A quantile of counted numbers, interpolated linearly as NumPy's default does. */
function quantile({ values, counts }: NumberCounts, p: number): number {
  const position = (totalOf({ counts }) - 1) * p
  const at = (rank: number): number => {
    let below = 0
    for (const [n, rows] of counts.entries()) {
      below += rows
      if (rank < below) return values[n] ?? 0
    }
    return values.at(-1) ?? 0
  }
  const low = Math.floor(position)
  return at(low) + (at(low + 1) - at(low)) * (position - low)
}
