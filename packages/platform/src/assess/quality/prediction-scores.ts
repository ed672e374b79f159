// Scores of predictions, fold by fold: scikit-learn's weighted F1, and the mean of a score over the folds.

/**
 * F1 of each class, weighted by its rows; 0 for a class that nobody predicts rightly. From 0 to 1.
 * @param truth classes as numbers
 */
export function weightedF1(truth: Float64Array, predicted: Float64Array): number {
  const counts = new Map<number, { truth: number; predicted: number; both: number }>()
  const of = (value: number) =>
    counts.getOrInsertComputed(value, () => ({ truth: 0, predicted: 0, both: 0 }))
  for (const [row, value] of truth.entries()) {
    const answer = predicted[row] ?? 0
    of(value).truth += 1
    of(answer).predicted += 1
    if (answer === value) of(value).both += 1
  }
  let sum = 0
  for (const one of counts.values())
    sum += one.truth * ((2 * one.both) / (one.truth + one.predicted))
  return sum / truth.length
}

/** The mean over the folds that have rows. */
export function meanOverFolds(
  rows: {
    readonly truth: Float64Array
    readonly predicted: Float64Array
    readonly fold: Uint8Array
  },
  score: (truth: Float64Array, predicted: Float64Array) => number,
): number {
  const scores = [...new Set(rows.fold)].map((part) => {
    const isHere = (_: number, row: number) => rows.fold[row] === part
    return score(rows.truth.filter(isHere), rows.predicted.filter(isHere))
  })
  return scores.reduce((sum, one) => sum + one, 0) / scores.length
}
