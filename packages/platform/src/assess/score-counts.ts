// Scores reduced to their distinct values with the labels seen at each: the whole ROC curve, exactly, ties included.
// INVARIANT: scores are ascending and distinct, and the three arrays have one length.

/** How many positive and negative rows got each distinct score. */
export interface ScoreCounts {
  readonly scores: Float64Array
  readonly positives: Float64Array
  readonly negatives: Float64Array
}

/** Score counts of two disjoint sets of rows together: one linear merge of two sorted lists. */
export function addScoreCounts(a: ScoreCounts, b: ScoreCounts): ScoreCounts {
  const room = a.scores.length + b.scores.length
  const scores = new Float64Array(room)
  const positives = new Float64Array(room)
  const negatives = new Float64Array(room)
  let [i, j, size] = [0, 0, 0]
  while (i < a.scores.length || j < b.scores.length) {
    const left = a.scores[i] ?? Infinity
    const right = b.scores[j] ?? Infinity
    const takeLeft = i < a.scores.length && left <= right
    const takeRight = j < b.scores.length && right <= left
    scores[size] = takeLeft ? left : right
    positives[size] =
      (takeLeft ? (a.positives[i] ?? 0) : 0) + (takeRight ? (b.positives[j] ?? 0) : 0)
    negatives[size] =
      (takeLeft ? (a.negatives[i] ?? 0) : 0) + (takeRight ? (b.negatives[j] ?? 0) : 0)
    if (takeLeft) i += 1
    if (takeRight) j += 1
    size += 1
  }
  return {
    scores: scores.subarray(0, size),
    positives: positives.subarray(0, size),
    negatives: negatives.subarray(0, size),
  }
}

/** Rows by label. */
export function labelTotals(counts: ScoreCounts): { positives: number; negatives: number } {
  let [positives, negatives] = [0, 0]
  for (const count of counts.positives) positives += count
  for (const count of counts.negatives) negatives += count
  return { positives, negatives }
}

/** Counts of some rows by score. @param target 1 where the row is positive */
export function scoreCountsOf(
  rows: Uint32Array,
  target: Uint8Array,
  scoreOf: (row: number) => number,
): ScoreCounts {
  const byScore = new Map<number, [number, number]>()
  for (const row of rows) {
    const counts = byScore.getOrInsertComputed(scoreOf(row), () => [0, 0])
    counts[target[row] === 1 ? 0 : 1] += 1
  }
  const scores = [...byScore].toSorted(([a], [b]) => a - b)
  return {
    scores: Float64Array.from(scores, ([score]) => score),
    positives: Float64Array.from(scores, ([, [positives]]) => positives),
    negatives: Float64Array.from(scores, ([, [, negatives]]) => negatives),
  }
}
