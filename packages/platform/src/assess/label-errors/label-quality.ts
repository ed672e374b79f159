// How far a row's label is believable, from 0 to 1: cleanlab's three scores (Northcutt et al. 2021; Kuan & Mueller, "Model-agnostic
// label quality scoring to detect real-world label errors", 2022). The lower, the more likely wrong.

import { type ClassProbabilities, probabilityOf } from './class-probabilities.ts'

/** The scores there are. */
export const labelQualityMethods = [
  'self_confidence',
  'normalized_margin',
  'confidence_weighted_entropy',
] as const

/** The name of a score. */
export type LabelQualityMethod = (typeof labelQualityMethods)[number]

/** What stands for a denominator of zero: cleanlab's. */
const least = 1e-6

/** The quality of every row's label; higher is more believable. */
export function labelQuality(
  labels: Uint8Array,
  probabilities: ClassProbabilities,
  method: LabelQualityMethod,
): Float64Array {
  const scoreOf = scores[method]
  return Float64Array.from(labels, (label, row) => scoreOf(probabilities, row, label))
}

type Score = (probabilities: ClassProbabilities, row: number, label: number) => number

const scores: Readonly<Record<LabelQualityMethod, Score>> = {
  /** The probability of the given label. */
  self_confidence: probabilityOf,
  /** The probability of the given label minus that of the likeliest other one, scaled from 0 to 1. */
  normalized_margin: (probabilities, row, label) => {
    let other = 0
    for (let code = 0; code < probabilities.classes; code++)
      if (code !== label) other = Math.max(other, probabilityOf(probabilities, row, code))
    return (probabilityOf(probabilities, row, label) - other + 1) / 2
  },
  /** ln(1 + w) / w of w, the entropy of the probabilities over its most, divided by the probability of the given label. */
  confidence_weighted_entropy: (probabilities, row, label) => {
    let entropy = 0
    for (let code = 0; code < probabilities.classes; code++) {
      const p = probabilityOf(probabilities, row, code)
      if (p > 0) entropy -= p * Math.log(p)
    }
    const normalised = entropy / Math.log(probabilities.classes)
    const weighted = normalised / Math.max(least, probabilityOf(probabilities, row, label))
    return Math.log(weighted + 1) / Math.max(least, weighted)
  },
}
