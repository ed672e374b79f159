// What may be told of a column in a report, which others read: nothing that fewer than ten people share. A row is a person.

/** A value, or the rows beyond a number, that fewer rows hold is not told: it could point at someone. */
export const toldRowsMin = 10

/** What stands for values of fewer rows. */
export const fewLabel = '(fewer than ten)'

/** A number that lies among those of many rows, to a hundredth of their spread or finer; itself where they do not differ. */
export function roundedWithin(value: number, spread: number): number {
  if (!(spread > 0)) return value
  const unit = 10 ** (Math.floor(Math.log10(spread)) - 2)
  return Number((Math.round(value / unit) * unit).toPrecision(12))
}

/** A score among those of many rows, to three digits, counted from 0 or from 1, whichever is nearer. */
export function roundedScore(score: number): number {
  if (score <= 0 || score >= 1) return score
  const nearer = Math.min(score, 1 - score)
  const rounded = Number(nearer.toPrecision(3))
  return score <= 0.5 ? rounded : Number((1 - rounded).toPrecision(12))
}
