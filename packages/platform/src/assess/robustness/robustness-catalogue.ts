// What the search for fragile decisions measures.

import type { MeasureDefinition } from '../measure-definition.ts'

const base = { needsScores: false, kind: 'rate', standard: false, low: 0, high: 1 } as const

/** Measures of robustness. */
export const robustnessCatalogue = {
  'robustness.accuracy_at_epsilon': {
    ...base,
    title: 'Robust accuracy (upper bound)',
    definition:
      'share of rows that are decided rightly and that no attack flipped by a feasible change of at most epsilon; attacks that fail prove nothing, so the truth is at most this and the interval begins at 0',
    ideal: 1,
  },
  'robustness.certified_accuracy': {
    ...base,
    title: 'Certified accuracy (lower bound)',
    definition:
      'share of rows that are decided rightly and that provably no feasible change of any column by at most epsilon flips; trees only',
    ideal: 1,
  },
  'robustness.noise_flip_rate': {
    ...base,
    title: 'Flips under noise',
    definition:
      'share of decisions that flip when every number gets normal noise of a tenth of its interquartile range',
    ideal: 0,
  },
  'robustness.swap_flip_rate': {
    ...base,
    title: 'Flips under wrong categories',
    definition:
      'share of decisions that flip when each category is another one with a chance of one in ten',
    ideal: 0,
  },
  'robustness.missing_flip_rate': {
    ...base,
    title: 'Flips under missing values',
    definition:
      'share of decisions that flip when each value is missing with a chance of one in ten',
    ideal: 0,
  },
} as const satisfies Record<string, MeasureDefinition>

/** The name of a measure of robustness. */
export type RobustnessName = keyof typeof robustnessCatalogue
