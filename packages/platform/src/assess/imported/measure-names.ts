// Which of our measures another tool's name stands for. A name that is not here has none: it is kept as it is, and
// never passed off as ours.

import { isMeasureName } from '../measure.ts'

/** Names of rates, in lower case with `_` for spaces, by the measure that is theirs. */
const rates: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  accuracy_score: 'accuracy',
  balanced_accuracy: 'balanced_accuracy',
  balanced_accuracy_score: 'balanced_accuracy',
  precision: 'precision',
  precision_score: 'precision',
  recall: 'recall',
  recall_score: 'recall',
  f1: 'f1',
  f1_score: 'f1',
  f1score: 'f1',
  roc_auc: 'roc_auc',
  rocauc: 'roc_auc',
  roc_auc_score: 'roc_auc',
  brier_score_loss: 'brier',
  log_loss: 'log_loss',
  logloss: 'log_loss',
  average_precision_score: 'average_precision',
  selection_rate: 'selection_rate',
  true_positive_rate: 'true_positive_rate',
  tpr: 'true_positive_rate',
  true_negative_rate: 'true_negative_rate',
  tnr: 'true_negative_rate',
  specificity_score: 'true_negative_rate',
  false_positive_rate: 'false_positive_rate',
  fpr: 'false_positive_rate',
  fallout_rate: 'false_positive_rate',
  false_negative_rate: 'false_negative_rate',
  fnr: 'false_negative_rate',
  miss_rate: 'false_negative_rate',
  zero_one_loss: 'zero_one_loss',
  false_discovery_rate: 'false_discovery_rate',
  false_omission_rate: 'false_omission_rate',
  negative_predictive_value: 'negative_predictive_value',
}

/** Comparisons that have a name of their own, which every assessment measures. */
const criteria: Readonly<Record<string, string>> = {
  selection_rate_difference: 'demographic_parity_difference',
  selection_rate_ratio: 'demographic_parity_ratio',
  true_positive_rate_difference: 'equal_opportunity_difference',
  true_positive_rate_ratio: 'equal_opportunity_ratio',
}

const plain = (name: string) =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')

const rateOf = (name: string): string | undefined => {
  const key = plain(name)
  return Object.hasOwn(rates, key) ? rates[key] : undefined
}

const known = (measure: string): string | null => (isMeasureName(measure) ? measure : null)

/** The measure of a rate, such as `performance.accuracy` for `accuracy_score`; null when there is none. */
export function rateMeasure(name: string): string | null {
  const rate = rateOf(name)
  return rate === undefined ? null : known(`performance.${rate}`)
}

/** The measure of a comparison of a rate between groups, such as `difference`; null when there is none. */
export function comparisonMeasure(rateName: string, form: string): string | null {
  const rate = rateOf(rateName)
  if (rate === undefined) return null
  // Fairlearn compares what scikit-learn calls recall; the comparison is known by the other name.
  const name = `${rate === 'recall' ? 'true_positive_rate' : rate}_${form}`
  return known(`fairness.${(Object.hasOwn(criteria, name) ? criteria[name] : undefined) ?? name}`)
}

/**
 * The measure of a function of Fairlearn's that gives one number, such as `equalized_odds_difference`; null when
 * there is none.
 */
export function criterionMeasure(name: string): string | null {
  const key = plain(name)
  const parts = /^(.+?)_(difference|ratio|group_min|group_max)$/.exec(key)
  const compared = parts === null ? null : comparisonMeasure(parts[1] ?? '', parts[2] ?? '')
  return compared ?? known(`fairness.${key}`)
}

/** What a test of Evidently's gives, by the name it shows, where it is one of our measures of drift. */
const distances: Readonly<Record<string, string>> = {
  'Jensen-Shannon distance': 'drift.jensen_shannon',
  jensenshannon: 'drift.jensen_shannon',
  PSI: 'drift.psi',
  psi: 'drift.psi',
  'Wasserstein distance (normed)': 'drift.wasserstein',
  wasserstein: 'drift.wasserstein',
}

/**
 * The measure of drift that a test of Evidently's gives; null where it gives a chance, or a distance of another
 * kind.
 */
export const driftMeasure = (test: string): string | null =>
  Object.hasOwn(distances, test) ? (distances[test] ?? null) : null
