// What the search for wrong labels measures: names, what each means, and its range.

import type { MeasureDefinition } from '../measure-definition.ts'

const base = {
  needsScores: false,
  kind: 'rate',
  standard: false,
  low: 0,
  high: 1,
  ideal: 0,
} as const

/** What the search for wrong labels measures. */
export const labelErrorCatalogue = {
  'labels.issue_share': {
    ...base,
    title: 'Labels likely wrong',
    definition:
      'share of rows whose label a model taught by the other rows confidently disbelieves',
  },
  'labels.outlier_share': {
    ...base,
    title: 'Outliers',
    definition: 'share of rows more than 2.7 medians away from their ten nearest others',
  },
  'labels.repeated_share': {
    ...base,
    title: 'Repeated rows',
    definition: 'share of rows that equal an earlier one, label included',
  },
} as const satisfies Record<string, MeasureDefinition>
