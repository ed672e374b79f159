// Limits of one binomial proportion. Every limit here is one-sided: `tail` is the chance of a truth beyond it, so
// that whatever is built of limits (differences, ratios, families of groups) spends its error knowingly.
// Clopper & Pearson 1934 is exact: the chance is never above `tail`, whatever the count. Wilson 1927 is narrower
// and about right on average, but below its nominal level for rare events in small groups.

import { betaQuantile, normalQuantile } from './special-functions.ts'

/** How many of how many. */
export interface Proportion {
  readonly successes: number
  readonly trials: number
}

/** A lower and an upper limit. */
export interface Limits {
  readonly low: number
  readonly high: number
}

/** Limits of a proportion, each with the error `tail` on its own side. */
export type ProportionLimits = (proportion: Proportion, tail: number) => Limits

/** Everything a proportion can be: what is known of a group without trials. */
export const unknownProportion: Limits = { low: 0, high: 1 }

/** Exact limits; counts need not be whole (effective counts of a variance), trials ≥ successes ≥ 0. */
export function clopperPearson({ successes, trials }: Proportion, tail: number): Limits {
  if (trials === 0) return unknownProportion
  const failures = trials - successes
  return {
    low: successes === 0 ? 0 : betaQuantile(tail, successes, failures + 1),
    high: failures === 0 ? 1 : 1 - betaQuantile(tail, failures, successes + 1),
  }
}

/** Wilson's score limits. */
export function wilson({ successes, trials }: Proportion, tail: number): Limits {
  if (trials === 0) return unknownProportion
  const z = -normalQuantile(tail)
  const share = successes / trials
  const middle = share + (z * z) / (2 * trials)
  const spread = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials))
  const scale = 1 + (z * z) / trials
  return {
    low: successes === 0 ? 0 : Math.max(0, (middle - spread) / scale),
    high: successes === trials ? 1 : Math.min(1, (middle + spread) / scale),
  }
}

/**
 * The error each of `count` independent statements may have for all of them to hold with 1 − `error` (Šidák 1967).
 * Slices share no rows, so their intervals are independent.
 */
export function sidak(error: number, count: number): number {
  return -Math.expm1(Math.log1p(-error) / Math.max(1, count))
}

/** The limits of TPR and TNR's mean, by MOVER (Zou & Donner 2008) from the limits of each. */
export function meanOfTwo(
  first: Limits & { readonly value: number },
  second: Limits & { readonly value: number },
): Limits {
  const mean = (first.value + second.value) / 2
  const below = Math.hypot(first.value - first.low, second.value - second.low) / 2
  const above = Math.hypot(first.high - first.value, second.high - second.value) / 2
  return { low: Math.max(0, mean - below), high: Math.min(1, mean + above) }
}

/** F1 from the Jaccard share tp / (tp + fp + fn), of which it is the increasing function 2J / (1 + J). */
export function f1OfJaccard(jaccard: number): number {
  return (2 * jaccard) / (1 + jaccard)
}
