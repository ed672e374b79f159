// How measures lie to the bounds of a rule: facts that the verdict was made of, for those who draw and tell them.

import { concerns, type Measure, type Rule, type RuleOutcome } from '../assess/index.ts'
import type { AssessmentReport } from './assessment-report.ts'

/** The limits of a rule. */
export type Bounds = Partial<Pick<RuleOutcome, 'min' | 'max' | 'warn_at_used'>>

/** The whole interval within the bound; only the value within it, or nothing to tell by; the value beyond it. */
export type Fit = 'kept' | 'open' | 'beyond'

/** How a measure lies to the bounds. */
export function fitOf(measure: Measure, bounds: Bounds): Fit {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds
  if (measure.value === null || measure.low === null || measure.high === null) return 'open'
  if (measure.value < min || measure.value > max) return 'beyond'
  return measure.low < min || measure.high > max ? 'open' : 'kept'
}

/** The measures a rule looked at: one for a disparity or a named slice, else one per slice. */
export function measuresOf(rule: Rule, measures: readonly Measure[]): Measure[] {
  return measures.filter((measure) => concerns(rule, measure))
}

/** The rules that hold although an interval reaches beyond their bound, because only the value must hold. */
export function heldByValueAlone({
  rules,
  measures,
}: Pick<AssessmentReport, 'rules' | 'measures'>): RuleOutcome[] {
  return rules.filter(
    (rule) =>
      (rule.verdict === 'pass' || rule.verdict === 'warn') &&
      measuresOf(rule, measures).some((measure) => fitOf(measure, rule) === 'open'),
  )
}

/** Whether two lists hold the same texts in the same order. */
export function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, n) => text === b[n])
}
