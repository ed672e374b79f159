// What explanations measure.

import type { MeasureDefinition } from '../measure-definition.ts'

/** The measures of explanations. */
export const explanationCatalogue = {
  'explanations.protected_share': {
    title: 'Protected share of what decides',
    definition:
      'mean absolute Shapley values of the protected columns that the model reads, as a share of those of all columns',
    ideal: 0,
    low: 0,
    high: 1,
    needsScores: false,
    kind: 'rate',
    standard: false,
  },
} as const satisfies Record<string, MeasureDefinition>
