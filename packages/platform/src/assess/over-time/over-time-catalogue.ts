// What is measured of two periods beside single columns: whether rows can be told apart, and what performance is now.

import type { MeasureDefinition } from '../measure-definition.ts'

const base = { needsScores: false, kind: 'rate', standard: true, low: 0, high: 1 } as const
const estimated = { ...base, ideal: 1, needsScores: true } as const
const byScores = 'in the current period, estimated without labels from calibrated scores (CBPE)'
const byWeights =
  'in the current period, estimated without labels by weighting the rows of the reference'
const realised = 'in the current period, by the labels that have arrived'

/** The measures of two periods. */
export const overTimeCatalogue = {
  'drift.domain_classifier_auc': {
    ...base,
    ideal: 0.5,
    title: 'Domain classifier ROC AUC',
    definition:
      'how well a classifier tells rows of the two periods apart: 0.5 not at all, 1 always',
  },
  'drift.reconstruction_error_ratio': {
    ...base,
    ideal: 1,
    high: Infinity,
    title: 'Reconstruction error, now to before',
    definition:
      'mean distance of rows from what the main directions of half of the reference make of them, divided by that of the other half',
  },
  'estimated.accuracy': {
    ...estimated,
    title: 'Estimated accuracy',
    definition: `accuracy ${byScores}`,
  },
  'estimated.precision': {
    ...estimated,
    title: 'Estimated precision',
    definition: `precision ${byScores}`,
  },
  'estimated.recall': { ...estimated, title: 'Estimated recall', definition: `recall ${byScores}` },
  'estimated.specificity': {
    ...estimated,
    title: 'Estimated specificity',
    definition: `true negative rate ${byScores}`,
  },
  'estimated.f1': { ...estimated, title: 'Estimated F1', definition: `F1 ${byScores}` },
  'estimated.roc_auc': {
    ...estimated,
    title: 'Estimated ROC AUC',
    definition: `ROC AUC ${byScores}`,
  },
  'weighted.accuracy': {
    ...base,
    ideal: 1,
    title: 'Weighted accuracy',
    definition: `accuracy ${byWeights}`,
  },
  'weighted.precision': {
    ...base,
    ideal: 1,
    title: 'Weighted precision',
    definition: `precision ${byWeights}`,
  },
  'weighted.recall': {
    ...base,
    ideal: 1,
    title: 'Weighted recall',
    definition: `recall ${byWeights}`,
  },
  'weighted.specificity': {
    ...base,
    ideal: 1,
    title: 'Weighted specificity',
    definition: `true negative rate ${byWeights}`,
  },
  'realised.accuracy': {
    ...base,
    ideal: 1,
    title: 'Realised accuracy',
    definition: `accuracy ${realised}`,
  },
  'monitor.score_evidence': {
    ...base,
    ideal: 1,
    high: Infinity,
    needsScores: true,
    title: 'Evidence that scores changed',
    definition:
      'largest capital of a bettor against "scores come as they came"; reaches 20 by chance once in twenty, however often one looks',
  },
  'monitor.error_evidence': {
    ...base,
    ideal: 1,
    high: Infinity,
    title: 'Evidence of more errors',
    definition:
      'largest capital of a bettor against "errors are no more frequent than the reference allows"; reaches 20 by chance once in twenty',
  },
} as const satisfies Record<string, MeasureDefinition>

/** Whether a measure is one of two periods. */
export const isOverTimeMeasure = (name: string): name is keyof typeof overTimeCatalogue =>
  Object.hasOwn(overTimeCatalogue, name)
