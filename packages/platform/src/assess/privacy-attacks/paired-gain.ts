// How much oftener one guess is right than another about the same rows. Rows on which both are right, or both wrong, say nothing.

import { clopperPearson } from '../intervals/proportion.ts'
import type { Estimate } from './attack-measures.ts'

/** How two guesses fare on the same rows. */
export interface PairedGain {
  readonly n: number
  /** Share of rows on which each is right. */
  readonly accuracy: Estimate
  readonly baseline: Estimate
  /** The difference of the two. */
  readonly gain: Estimate
}

/**
 * @param guess 1 for each row on which it is right
 * @param baseline likewise, of the guess to beat
 * @param tail of each limit, whatever the truth: the limits of two exact ones, each with half of it
 */
export function pairedGain(
  guess: readonly number[],
  baseline: readonly number[],
  tail: number,
): PairedGain {
  const trials = guess.length
  if (trials === 0) {
    const unknown = { value: null, limits: null }
    return { n: 0, accuracy: unknown, baseline: unknown, gain: unknown }
  }
  const count = (one: (right: number, other: number) => number) =>
    guess.reduce((sum, right, row) => sum + one(right, baseline[row] ?? 0), 0)
  const share = (successes: number): Estimate => ({
    value: successes / trials,
    limits: clopperPearson({ successes, trials }, tail),
  })
  const [won, lost] = [
    count((right, other) => right * (1 - other)),
    count((right, other) => other * (1 - right)),
  ]
  const limitsOf = (successes: number) => clopperPearson({ successes, trials }, tail / 2)
  const [wins, losses] = [limitsOf(won), limitsOf(lost)]
  return {
    n: trials,
    accuracy: share(count((right) => right)),
    baseline: share(count((_, other) => other)),
    gain: {
      value: (won - lost) / trials,
      limits: { low: wins.low - losses.high, high: wins.high - losses.low },
    },
  }
}

/** The difference of two values from different rows, by MOVER (Zou & Donner 2008); null where either is. */
export function differenceOf(first: Estimate, second: Estimate): Estimate {
  if (first.value === null || second.value === null) return { value: null, limits: null }
  const [a, b] = [first.limits ?? { low: -1, high: 1 }, second.limits ?? { low: -1, high: 1 }]
  const value = first.value - second.value
  return {
    value,
    limits: {
      low: Math.max(-2, value - Math.hypot(first.value - a.low, b.high - second.value)),
      high: Math.min(2, value + Math.hypot(a.high - first.value, second.value - b.low)),
    },
  }
}
