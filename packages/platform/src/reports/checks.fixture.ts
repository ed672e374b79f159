// What the checks found and what was tried, for the tests of the renderers: something of everything, and of everything nothing.

import type { CheckFindings, DriftFindings } from '../assess/index.ts'
import type { ReportMitigation } from './assessment-report.ts'

/** Findings of every kind. */
export const checksFixture: CheckFindings = {
  sampled: 500,
  confirming: 251,
  consistency: { n: 251, value: 0.781, limits: { low: 0.71, high: 0.84 } },
  proxies: [
    {
      column: 'sex',
      group: 'female',
      n: 251,
      auc: 0.661,
      limits: { low: 0.585, high: 0.731 },
      columns: [{ name: 'employment_duration', auc: 0.653 }],
    },
    { column: 'age_group', group: 'under_25', n: 251, auc: null, limits: null, columns: [] },
  ],
  slices: {
    searched: 1652,
    findings: [
      {
        terms: [
          { column: 'housing', value: 'rent' },
          { column: 'savings', value: 'none' },
        ],
        n: 49,
        inside: 0.612,
        outside: 0.261,
        limits: { low: 0.08, high: 0.57 },
      },
    ],
  },
  multicalibration: {
    searched: 12,
    findings: [
      {
        group: { column: 'sex', value: 'male' },
        band: { from: 0.041, to: 0.598 },
        n: 48,
        score: 0.412,
        positives: 0.479,
        limits: { low: -0.13, high: 0.27 },
      },
      {
        group: null,
        band: { from: 0.605, to: 0.813 },
        n: 0,
        score: null,
        positives: null,
        limits: null,
      },
    ],
  },
}

/** One that did not help, between runs that measured differently. */
export const mitigationFixture: ReportMitigation = {
  what: 'Reweighed the training rows by sex and outcome',
  accepted: false,
  why: 'The gap stayed, and the error rate rose.',
  before_run: '0b0e5d0e-2a49-4e1c-9d6e-0f2f6f6a1111',
  after_run: '7f1c44b2-93c1-4b5e-8a50-3d3a9c5a2222',
  otherwise: ['threshold'],
  rules: [
    {
      id: 'approval-by-sex',
      before: { verdict: 'fail', value: 0.71, low: 0.6, high: 0.79 },
      after: { verdict: 'inconclusive', value: null, low: null, high: null },
    },
  ],
}

/** A column that drifted, one that did not, and one that could not be compared. */
export const driftFixture: DriftFindings = {
  rows: { reference: 500, current: 4_000 },
  share: 0.5,
  share_max: 0.5,
  drifted: true,
  columns: [
    {
      column: 'housing',
      kind: 'category',
      test: 'jensenshannon',
      score: 0.213,
      limits: { low: 0.165, high: 0.262 },
      threshold: 0.1,
      scored: 'distance',
      drifted: true,
      missing: { reference: 0, current: 12 },
      parts: [
        { label: 'rent', reference: 0.2, current: 0.5 },
        { label: 'own', reference: 0.8, current: 0.5 },
      ],
    },
    {
      column: 'amount',
      kind: 'number',
      test: 'ks',
      score: 0.41,
      limits: null,
      threshold: 0.05,
      scored: 'chance',
      drifted: false,
      missing: { reference: 0, current: 0 },
      parts: [{ label: 'all', reference: 1, current: 1 }],
    },
    {
      column: 'name',
      kind: 'category',
      test: null,
      score: null,
      limits: null,
      threshold: null,
      scored: null,
      drifted: false,
      missing: { reference: 0, current: 0 },
      parts: [],
      note: 'more than 10000 values: a name or a text',
    },
  ],
}
