// Whether probabilities tell anything of the labels. Where they do not, confident learning still names rows, and means nothing by it.

import { normalQuantile } from '../intervals/special-functions.ts'
import { type ClassProbabilities, probabilityOf } from './class-probabilities.ts'

/**
 * Whether a row's own label is likelier for it than for rows at large: the mean of that difference, which is zero for
 * labels drawn at random, lies above zero by more than its standard error allows. A model that is too sure, or not sure
 * enough, tells as much.
 * @param tail chance of saying so of labels that were drawn at random
 */
export function tellsLabels(
  labels: Uint8Array,
  probabilities: ClassProbabilities,
  tail: number,
): boolean {
  const rows = labels.length
  const means = new Float64Array(probabilities.classes)
  for (const [at, p] of probabilities.values.entries()) {
    const label = at % probabilities.classes
    means[label] = (means[label] ?? 0) + p / rows
  }
  const gains = Float64Array.from(
    labels,
    (label, row) => probabilityOf(probabilities, row, label) - (means[label] ?? 0),
  )
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / rows
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0)
  const error = Math.sqrt(squares / Math.max(1, rows - 1) / rows)
  return mean > -normalQuantile(tail) * error && mean > 0
}
