// What the checks of the data found, for the tests of the renderers: something of everything.

import type { DataFindings } from '../assess/index.ts'

/** Findings of every kind. */
export const dataFixture: DataFindings = {
  rows: 500,
  quality: {
    shares: [
      {
        name: 'leakage.exact_duplicates',
        column: null,
        group: null,
        value: 0.012,
        low: 0.012,
        high: 0.012,
        n: 500,
      },
      {
        name: 'leakage.subject_overlap',
        column: 'person',
        group: null,
        value: null,
        low: null,
        high: null,
        n: 0,
        note: 'undefined: no rows',
      },
    ],
    unattainable: 1,
    powers: [
      {
        column: 'decision date',
        n: 500,
        score: 0.91,
        limits: { low: 0.85, high: 0.95 },
        model: 0.96,
        baseline: 0.6,
      },
      {
        column: 'name',
        n: 500,
        score: null,
        limits: null,
        model: null,
        baseline: null,
        note: 'undefined: differs in every row',
      },
    ],
    order: [
      {
        column: '(row number)',
        label: 'good',
        n: 500,
        auc: 0.7,
        limits: { low: 0.66, high: 0.74 },
        tells: true,
      },
    ],
    constant: [
      {
        column: 'country',
        n: 500,
        distinct: 1,
        missing: 0,
        commonest: 'DE',
        share: 1,
        limits: { low: 0.99, high: 1 },
        variety: 'constant',
      },
    ],
    duplicates: [{ columns: ['sex', 'gender code'], equal: false }],
    missing: [
      {
        missing: 'income',
        column: 'sex',
        group: 'female',
        n: 150,
        share: 0.2,
        limits: { low: 0.13, high: 0.28 },
        outside: 0.05,
        difference: { low: 0.07, high: 0.24 },
        differs: true,
      },
    ],
    missing_compared: 4,
    representation: [
      {
        column: 'sex',
        group: 'female',
        n: 500,
        share: 0.31,
        stated: 0.51,
        limits: { low: 0.27, high: 0.35 },
        ratio: 0.608,
        differs: true,
      },
    ],
  },
  labels: {
    of: 'train',
    rows: 500,
    tells: true,
    issues: 41,
    confusions: [{ given: 'good', likely: 'bad', share: 0.06 }],
    anomalies: [
      {
        kind: 'label_issue',
        column: 'site',
        group: 'north',
        n: 90,
        share: 0.2,
        limits: { low: 0.12, high: 0.3 },
        outside: 0.05,
        difference: { low: 0.06, high: 0.25 },
        differs: true,
      },
    ],
    share: {
      name: 'labels.issue_share',
      column: null,
      group: null,
      value: 0.082,
      low: 0.059,
      high: 0.11,
      n: 500,
    },
  },
}
