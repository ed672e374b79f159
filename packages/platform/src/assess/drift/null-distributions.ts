// The distributions that the Kolmogorov–Smirnov and the Cramér–von Mises statistic have when nothing changed.

import { logGamma } from '../intervals/special-functions.ts'
import { kolmogorovExceeds } from './kolmogorov.ts'

/** Rows a side up to which the Kolmogorov–Smirnov distribution is exact, as SciPy's is. */
const exactRowsMax = 10_000

/**
 * P(D·m·n ≥ `distance`) for samples of m and n rows without ties. Exact up to 10,000 rows a side: the share of lattice paths from
 * (0, 0) to (m, n) that leave the band (Hodges 1957). Beyond, as of one sample of m·n / (m + n) rows.
 */
export function kolmogorovSmirnovUpper(distance: number, m: number, n: number): number {
  if (distance <= 0) return 1
  return Math.max(m, n) <= exactRowsMax
    ? outsideShare(distance, m, n)
    : kolmogorovExceeds(Math.round((m * n) / (m + n)), distance / (m * n))
}

/** The chance that a random path reaches the edge of the band, by the last step: from the left or from below. */
function outsideShare(distance: number, m: number, n: number): number {
  const row = new Float64Array(n + 1)
  for (let i = 0; i <= m; i++)
    for (let j = 0; j <= n; j++) {
      if (Math.abs(i * n - j * m) >= distance) row[j] = 1
      else if (i + j > 0) {
        // A path to (i, j) comes from (i − 1, j) with chance i / (i + j), and from (i, j − 1) otherwise.
        const [left, below] = [i === 0 ? 0 : (row[j] ?? 0), j === 0 ? 0 : (row[j - 1] ?? 0)]
        row[j] = (i * left + j * below) / (i + j)
      }
    }
  return row[n] ?? 0
}

/** P(W > x) of the limit of the Cramér–von Mises statistic: Csörgő & Faraway (1996), equation 1.2. */
export function cramerVonMisesUpper(x: number): number {
  if (x < 0.003) return 1
  let below = 0
  for (let k = 0; k < 100; k++) {
    const y = 4 * k + 1
    const q = (y * y) / (16 * x)
    const scale = Math.exp(logGamma(k + 0.5) - logGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x))
    const term = scale * Math.sqrt(y) * Math.exp(-q) * besselK(0.25, q)
    below += term
    // Where SciPy stops, too.
    if (Math.abs(term) < 1e-7) break
  }
  return Math.max(0, 1 - below)
}

/** The modified Bessel function K of order ν at x > 0, by the trapezoidal rule on its integral (DLMF 10.32.9). */
function besselK(order: number, x: number): number {
  const step = 0.03
  let sum = Math.exp(-x) / 2
  for (let t = step; ; t += step) {
    const term = Math.exp(-x * Math.cosh(t)) * Math.cosh(order * t)
    sum += term
    if (term < 1e-18 * sum || term === 0) return step * sum
  }
}
