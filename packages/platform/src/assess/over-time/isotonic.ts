// Isotonic regression: the rising curve nearest to what was seen, which turns scores into probabilities without assuming a shape.
// Pool adjacent violators (Barlow et al. 1972); between the scores seen linear, beyond them level, as scikit-learn's is.

/** Outcomes at one score. */
export interface ScoredOutcomes {
  /** Ascending and distinct. */
  readonly scores: Float64Array
  readonly positives: Float64Array
  readonly rows: Float64Array
}

/** A calibration: the share of positives at each score seen, rising. */
export interface Calibration {
  readonly scores: Float64Array
  readonly shares: Float64Array
}

/** Outcomes by distinct score. @param label 1 for positive */
export function outcomesByScore(score: Float64Array, label: Uint8Array): ScoredOutcomes {
  const order = Uint32Array.from(score.keys()).toSorted((a, b) => (score[a] ?? 0) - (score[b] ?? 0))
  const [scores, positives, rows]: [number[], number[], number[]] = [[], [], []]
  for (const row of order) {
    const value = score[row] ?? 0
    if (scores.length === 0 || value > (scores.at(-1) ?? 0)) {
      scores.push(value)
      positives.push(0)
      rows.push(0)
    }
    const at = scores.length - 1
    positives[at] = (positives[at] ?? 0) + (label[row] === 1 ? 1 : 0)
    rows[at] = (rows[at] ?? 0) + 1
  }
  return {
    scores: Float64Array.from(scores),
    positives: Float64Array.from(positives),
    rows: Float64Array.from(rows),
  }
}

/** The calibration of outcomes; scores without rows have no say. */
export function calibrate({ scores, positives, rows }: ScoredOutcomes): Calibration {
  const size = scores.length
  // Blocks of equal value, as a stack: where each begins, and what it holds.
  const [starts, sums, weights] = [
    new Uint32Array(size),
    new Float64Array(size),
    new Float64Array(size),
  ]
  let blocks = 0
  for (let n = 0; n < size; n++) {
    let [start, sum, weight] = [n, positives[n] ?? 0, rows[n] ?? 0]
    while (blocks > 0) {
      const [below, belowWeight] = [sums[blocks - 1] ?? 0, weights[blocks - 1] ?? 0]
      if (weight > 0 && belowWeight > 0 && below * weight < sum * belowWeight) break
      start = starts[blocks - 1] ?? 0
      sum += below
      weight += belowWeight
      blocks -= 1
    }
    starts[blocks] = start
    sums[blocks] = sum
    weights[blocks] = weight
    blocks += 1
  }
  const shares = new Float64Array(size)
  for (let block = 0; block < blocks; block++) {
    const end = block + 1 < blocks ? (starts[block + 1] ?? size) : size
    const weight = weights[block] ?? 0
    shares.fill(weight === 0 ? 0 : (sums[block] ?? 0) / weight, starts[block] ?? 0, end)
  }
  return { scores, shares }
}

/** The probability at a score. */
export function calibrated({ scores, shares }: Calibration, score: number): number {
  let [low, high] = [0, scores.length - 1]
  if (score <= (scores[low] ?? 0)) return shares[low] ?? 0
  if (score >= (scores[high] ?? 0)) return shares[high] ?? 0
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((scores[middle] ?? 0) <= score) low = middle
    else high = middle
  }
  const [from, to] = [scores[low] ?? 0, scores[high] ?? 0]
  const [below, above] = [shares[low] ?? 0, shares[high] ?? 0]
  return below + ((above - below) * (score - from)) / (to - from)
}
