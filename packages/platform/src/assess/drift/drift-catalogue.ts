// What is measured of two periods. Over a column: how far it changed. Over none: the column that changed most.

import type { MeasureDefinition } from '../measure-definition.ts'

const base = { needsScores: false, kind: 'rate', standard: false, ideal: 0, low: 0 } as const

/** The measures of drift. */
export const driftCatalogue = {
  'drift.share': {
    ...base,
    title: 'Share of drifted columns',
    definition:
      'columns that drifted by their test or by their missing values, among those that could be compared',
    standard: true,
    high: 1,
  },
  'drift.jensen_shannon': {
    ...base,
    title: 'Jensen–Shannon distance',
    definition: 'root of the Jensen–Shannon divergence of the two periods, in nats',
    standard: true,
    high: 1,
  },
  'drift.missing_share': {
    ...base,
    title: 'Change of missing values',
    definition:
      'absolute change of the share of rows without a value, or of values that are no number among numbers',
    standard: true,
    high: 1,
  },
  'drift.psi': {
    ...base,
    title: 'Population stability index',
    definition: 'sum over the parts of the change of their share times the change of its logarithm',
    high: Infinity,
  },
  'drift.hellinger': {
    ...base,
    title: 'Hellinger distance',
    definition: 'root of one minus the sum of the geometric means of the shares',
    high: 1,
  },
  'drift.total_variation': {
    ...base,
    title: 'Total variation distance',
    definition: 'half the sum of the absolute changes of the shares',
    high: 1,
  },
  'drift.kolmogorov_smirnov': {
    ...base,
    title: 'Kolmogorov–Smirnov distance',
    definition: 'largest distance of the two distribution functions; of numbers only',
    high: 1,
  },
  'drift.wasserstein': {
    ...base,
    title: 'Wasserstein distance',
    definition:
      'area between the two distribution functions, in standard deviations of the reference; of numbers only',
    high: Infinity,
  },
} as const satisfies Record<string, MeasureDefinition>

/** The name of a measure of drift. */
export type DriftMeasureName = keyof typeof driftCatalogue

/** Whether a measure is one of drift: it needs two periods, and is over any column. */
export const isDriftMeasure = (name: string): name is DriftMeasureName =>
  Object.hasOwn(driftCatalogue, name)
