// The Anderson–Darling test of two samples: like Cramér–von Mises, with more weight on the tails. Midranks, as SciPy takes them.

import { type NumberCounts, pairNumbers, totalOf } from './distribution.ts'

/** Chances for which Scholz and Stephens (1987), table 1, give the critical value. */
const tabled = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]
/** Their critical values for two samples: b₀ + b₁ + b₂ of the table. */
const critical = [
  0.675 - 0.245 - 0.105,
  1.281 + 0.25 - 0.305,
  1.645 + 0.678 - 0.362,
  1.96 + 1.149 - 0.391,
  2.326 + 1.822 - 0.396,
  2.573 + 2.364 - 0.345,
  3.085 + 3.615 - 0.154,
]

/**
 * The chance of two samples at least so far apart, held between 0.001 and 0.25, where the table ends: read it as "at most" and "at
 * least" there. NaN for one distinct value.
 */
export function andersonDarling(reference: NumberCounts, current: NumberCounts): number {
  const pair = pairNumbers(reference, current)
  if (pair.values.length < 2) return Number.NaN
  const [m, n] = [totalOf(reference), totalOf(current)]
  const all = m + n
  let [before, own, now, sumM, sumN] = [0, 0, 0, 0, 0]
  for (const position of pair.values.keys()) {
    const [rows, rowsNow] = [pair.reference[position] ?? 0, pair.current[position] ?? 0]
    const tied = rows + rowsNow
    const rank = before + tied / 2
    const weight = tied / all / (rank * (all - rank) - (all * tied) / 4)
    sumM += weight * (all * (own + rows / 2) - rank * m) ** 2
    sumN += weight * (all * (now + rowsNow / 2) - rank * n) ** 2
    before += tied
    own += rows
    now += rowsNow
  }
  const statistic = ((sumM / m + sumN / n) * (all - 1)) / all
  return interpolated((statistic - 1) / Math.sqrt(variance(m, n)))
}

/** The variance of the statistic for two samples of one continuous distribution: equation 4 of the paper, with k = 2. */
function variance(m: number, n: number): number {
  const all = m + n
  const inverse = 1 / m + 1 / n
  // h = Σ 1/i for i < N;  g = Σ_{i=1}^{N−2} Σ_{j>i}^{N−1} 1 / ((N − i) j).
  let [h, g] = [1, 0]
  for (let i = 2; i < all; i++) h += 1 / i
  let tail = 0
  for (let i = 1; i <= all - 2; i++) {
    tail += 1 / (all - i)
    g += tail / (i + 1)
  }
  const a = 4 * g - 6 + (10 - 6 * g) * inverse
  const b = 4 * (2 * g - 4) + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6
  const c = 4 * (6 * h + 2 * g - 2) + 2 * (4 * h - 4 * g + 6) + (2 * h - 6) * inverse + 4 * h
  const d = 4 * (2 * h + 6) - 8 * h
  return (a * all ** 3 + b * all ** 2 + c * all + d) / ((all - 1) * (all - 2) * (all - 3))
}

/** The chance by the parabola in ln p that fits the table best, within its ends. */
function interpolated(statistic: number): number {
  const [first = 0, last = 0] = [critical.at(0), critical.at(-1)]
  if (statistic < first) return 0.25
  if (statistic > last) return 0.001
  const [c0, c1, c2] = parabola
  return Math.exp(c0 + (c1 + c2 * statistic) * statistic)
}

/** Least squares by Gram and Schmidt over 1, x and x². */
function fitParabola(
  xs: readonly number[],
  ys: readonly number[],
): readonly [number, number, number] {
  const mean = (of: (x: number, n: number) => number) =>
    xs.reduce((sum, x, n) => sum + of(x, n), 0) / xs.length
  const centre = mean((x) => x)
  const spread = mean((x) => (x - centre) ** 2)
  const skew = mean((x) => (x - centre) ** 3) / spread
  const bend = (x: number) => (x - centre) ** 2 - skew * (x - centre) - spread
  const y = (n: number) => ys[n] ?? 0
  const level = mean((_, n) => y(n))
  const slope = mean((x, n) => (x - centre) * y(n)) / spread
  const curve = mean((x, n) => bend(x) * y(n)) / mean((x) => bend(x) ** 2)
  const linear = slope - curve * skew
  return [
    level - linear * centre + curve * (centre ** 2 - spread),
    linear - 2 * curve * centre,
    curve,
  ]
}

const parabola = fitParabola(critical, tabled.map(Math.log))
