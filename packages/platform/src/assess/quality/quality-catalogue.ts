// What the checks of the data measure: their names, what each means, and its range.

import type { MeasureDefinition } from '../measure-definition.ts'

const base = { needsScores: false, kind: 'rate', standard: false, low: 0, high: 1 } as const

/** What the checks of the data measure. */
export const qualityCatalogue = {
  'leakage.exact_duplicates': {
    ...base,
    title: 'Test rows among the training rows',
    definition:
      'share of rows that a training row equals in every column that was compared, the label aside',
    ideal: 0,
  },
  'leakage.exact_duplicates_with_label': {
    ...base,
    title: 'Test rows among the training rows, with their labels',
    definition:
      'share of rows that a training row equals in every column that was compared, and in the label',
    ideal: 0,
  },
  'leakage.near_duplicates': {
    ...base,
    title: 'Test rows near training rows',
    definition:
      'share of rows that no training row equals in every column, but one does in all columns but one',
    ideal: 0,
  },
  'leakage.subject_overlap': {
    ...base,
    title: 'Subjects among the training subjects',
    definition: 'share of the values of an identifier that the training data have, too',
    ideal: 0,
  },
  'leakage.time_overlap': {
    ...base,
    title: 'Training rows after the test began',
    definition: 'share of training rows later than the first test row',
    ideal: 0,
  },
  'leakage.predictive_power': {
    ...base,
    title: 'Predictive power of one column',
    definition:
      'how much of the way from a naive guess of the label to certainty the column alone takes one',
    ideal: null,
  },
  'leakage.order_auc': {
    ...base,
    title: 'ROC AUC of the order',
    definition: 'chance that a row of the class stands after one that is not in it',
    ideal: 0.5,
  },
  'quality.repeated_rows': {
    ...base,
    title: 'Repeated rows',
    definition: 'share of rows that equal an earlier one, label included',
    ideal: 0,
  },
  'quality.conflicting_labels': {
    ...base,
    title: 'Conflicting labels',
    definition: 'share of rows of which another is alike and has another label',
    ideal: 0,
  },
  'quality.commonest_share': {
    ...base,
    title: 'Most frequent value',
    definition: 'share of rows with the most frequent value of the column',
    ideal: null,
  },
  'quality.missing_share': {
    ...base,
    title: 'Missing values',
    definition: 'share of the rows of the group without a value in the column',
    ideal: 0,
  },
  'quality.group_share': {
    ...base,
    title: 'Share of a group',
    definition: 'share of rows that are of the group',
    ideal: null,
  },
} as const satisfies Record<string, MeasureDefinition>
