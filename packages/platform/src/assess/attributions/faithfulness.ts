// How faithful values are, from what was asked: what they say taking features away does, and how much they change
// with their row.

import type { Attribution } from './shapley.ts'

/** Features taken from a row, and what that did to its score. */
interface Taking {
  readonly values: Float64Array
  /** 0 for the features that were taken. */
  readonly own: Uint8Array
  /** The score's fall. */
  readonly effect: number
}

/**
 * Infidelity (Yeh et al., NeurIPS 2019) of values that are already effects: the mean squared error of their sums over
 * what was taken, and beside it the variance of the effects.
 */
export function infidelityOf(takings: readonly Taking[]): {
  readonly error: number
  readonly spread: number
} {
  const mean = takings.reduce((sum, { effect }) => sum + effect, 0) / takings.length
  let [errors, spread] = [0, 0]
  for (const { values, own, effect } of takings) {
    const told = values.reduce((sum, value, feature) => sum + (own[feature] === 1 ? 0 : value), 0)
    errors += (told - effect) ** 2
    spread += (effect - mean) ** 2
  }
  return { error: errors / takings.length, spread: spread / takings.length }
}

/**
 * The length of the change of a row's values, beyond what sampling explains, relative to their length (Yeh et al.
 * 2019).
 */
export function relativeChange(before: Attribution, after: Attribution): number {
  let [change, noise, size] = [0, 0, 0]
  for (const [feature, value] of after.values.entries()) {
    change += (value - (before.values[feature] ?? 0)) ** 2
    noise += (after.errors[feature] ?? 0) ** 2 + (before.errors[feature] ?? 0) ** 2
    size += (before.values[feature] ?? 0) ** 2
  }
  return Math.sqrt(Math.max(0, change - 4 * noise) / Math.max(size, 1e-12))
}
