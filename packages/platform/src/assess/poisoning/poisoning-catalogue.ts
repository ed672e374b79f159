// What the search for triggers measures.

import type { MeasureDefinition } from '../measure-definition.ts'

/** The measures of poisoning. */
export const poisoningCatalogue = {
  'poisoning.trigger_flip_rate': {
    title: 'Flip rate of the strongest trigger',
    definition:
      'share of decisions that a rare pattern of one or two values flips, whatever else a row says and without labels that bear it out; the strongest found on one half of the rows, measured on the other',
    ideal: 0,
    low: 0,
    high: 1,
    needsScores: false,
    kind: 'rate',
    standard: false,
  },
} as const satisfies Record<string, MeasureDefinition>
