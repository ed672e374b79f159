// What the search for triggers comes to as a measure.

import type { Measure } from '../measure.ts'
import type { TriggerSearch } from './trigger-search.ts'

/** The strongest pattern that nothing bears out; undefined where the search cannot tell that there is none. */
export function strongestTrigger({
  findings,
  complete,
}: Pick<TriggerSearch, 'findings' | 'complete'>): Measure {
  const about = { measure: 'poisoning.trigger_flip_rate', over: [], slice: null } as const
  const strongest = findings.find(({ borneOut }) => !borneOut)
  if (strongest !== undefined) {
    const { rate, limits, n } = strongest
    return { ...about, value: rate, ...limits, n }
  }
  const n = findings[0]?.n ?? 0
  if (complete && n > 0) return { ...about, value: 0, low: 0, high: 0, n }
  const note =
    n === 0
      ? 'undefined: no value is rare enough to be tried'
      : 'undefined: labels bear out every pattern that was measured, and weaker ones were not'
  return { ...about, value: null, low: null, high: null, n, note }
}
