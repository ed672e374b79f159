// Power sums of a loss over rows: enough for its mean, variance and skewness, and mergeable by addition.
// Losses here are bounded (0 to 1 for squared error, 0 to 36 for log loss), so raw power sums lose no accuracy
// that matters; central moments are formed once, at the end.

/** Sums of x, x² and x³ over n rows, and the range seen. With no rows, min is Infinity and max −Infinity. */
export interface Moments {
  readonly n: number
  readonly sum: number
  readonly sum2: number
  readonly sum3: number
  readonly min: number
  readonly max: number
}

/** Moments of two disjoint sets of rows together. */
export function addMoments(a: Moments, b: Moments): Moments {
  return {
    n: a.n + b.n,
    sum: a.sum + b.sum,
    sum2: a.sum2 + b.sum2,
    sum3: a.sum3 + b.sum3,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  }
}

/** Moments of values in hand. */
export function momentsOf(values: Iterable<number>): Moments {
  let [n, sum, sum2, sum3, min, max] = [0, 0, 0, 0, Infinity, -Infinity]
  for (const x of values) {
    n += 1
    sum += x
    sum2 += x * x
    sum3 += x * x * x
    if (x < min) min = x
    if (x > max) max = x
  }
  return { n, sum, sum2, sum3, min, max }
}

/** Mean, unbiased standard deviation and skewness (0 when all values are equal). Needs at least two rows. */
export function shapeOf(m: Moments): { mean: number; deviation: number; skewness: number } {
  const mean = m.sum / m.n
  const second = Math.max(0, m.sum2 / m.n - mean * mean)
  const third = m.sum3 / m.n - 3 * mean * (m.sum2 / m.n) + 2 * mean ** 3
  // Differences of nearly equal sums leave noise of the order of 1e-16 × sum2: treat it as no spread at all.
  const spreadless = m.min === m.max || second <= 1e-14 * (m.sum2 / m.n)
  return {
    mean,
    deviation: spreadless ? 0 : Math.sqrt((second * m.n) / (m.n - 1)),
    skewness: spreadless ? 0 : third / second ** 1.5,
  }
}
