// From measures to a verdict: rules bound measures, and a bound holds only when the whole interval keeps it.
// Fail closed: what is undefined, missing or too uncertain to tell is inconclusive, never a pass.

import type { Measure, MeasureName } from './measure.ts'

/** What a rule, or a whole policy, comes to. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'inconclusive'

/** A bound on one measure, and why it is there. */
export interface Rule {
  readonly id: string
  readonly measure: MeasureName
  readonly over: readonly string[]
  /** Restricts the rule to one slice; without it every slice of `over` must hold, and the worst decides. */
  readonly slice?: Readonly<Record<string, string>>
  readonly min?: number
  readonly max?: number
  /** Where a pass becomes a warning; by default 80 % of the way from the measure's ideal to the bound. */
  readonly warn_at?: number
  readonly severity: 'low' | 'medium' | 'high' | 'critical'
  /** Whether the whole interval must keep the bound, or only the point value. */
  readonly holds: 'interval' | 'point'
  readonly rationale: string
  /** Clauses of law or policy that the rule serves, as free identifiers. */
  readonly requirements: readonly string[]
}

/** A rule with what became of it. */
export interface RuleOutcome extends Rule {
  readonly verdict: Verdict
  /** One sentence for a reader: the value, its interval and the bound. */
  readonly reason: string
  /** The measure that decided; null when there was none. */
  readonly worst: Measure | null
  readonly warn_at_used: number | null
}
