// What lime said of neighbours (scripts/conformance/lime_values.py), and how far ours is from it.

import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { fitLocally } from './local-fit.ts'

const selections = ['none', 'auto', 'forward_selection', 'highest_weights', 'lasso_path'] as const
const numbers = Type.Array(Type.Number())
const caseShape = Type.Object({
  name: Type.String(),
  neighbours: Type.Array(numbers),
  scores: numbers,
  distances: numbers,
  fits: Type.Array(
    Type.Object({
      selection: Type.Enum([...selections, 'tabular']),
      features: Type.Integer(),
      coefficients: numbers,
      intercept: Type.Number(),
      score: Type.Number(),
      prediction: Type.Number(),
    }),
  ),
})

/** Reads cases. */
export const limeCases = Compile(Type.Array(caseShape))

/** Largest difference of any number of every fit of a case. */
export function limeDifferences(one: Static<typeof caseShape>) {
  return one.fits.map(({ selection, features, ...theirs }) => {
    // What `explain_instance` chooses by itself.
    const chosen = selection === 'tabular' ? 'auto' : selection
    const ours = fitLocally(one, { selection: chosen, features })
    const pairs = [
      ...theirs.coefficients.map((value, n) => [value, ours.coefficients[n] ?? Number.NaN]),
      [theirs.intercept, ours.intercept],
      [theirs.score, ours.score],
      [theirs.prediction, ours.prediction],
    ]
    const apart = Math.max(...pairs.map(([a = 0, b = 0]) => Math.abs(a - b)))
    return { selection, features, apart }
  })
}
