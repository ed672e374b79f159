// What code hosts show as findings: every rule that does not simply pass, with a fingerprint that stays the same from run
// to run, so that a finding known yesterday is the same finding today whatever the figures moved to.

import { createHash } from 'node:crypto'
import type { RuleOutcome } from '../assess/index.ts'
import type { AssessmentReport } from './assessment-report.ts'
import { boundOf, measuredText, reasonOf, sentence, subjectOf, verdictWords } from './wording.ts'

/** A rule to be shown as a finding. */
export interface Finding {
  readonly rule: RuleOutcome
  /** SHA-256, hex, over the system and the rule: not over figures, wording or time. */
  readonly fingerprint: string
  readonly message: string
  /** Where the rule starts in the system file, from 1. */
  readonly line: number
}

/** The findings in the order of the policy. */
export function findingsOf(report: AssessmentReport): Finding[] {
  return report.rules
    .map((rule, n) => ({ rule, line: report.artifacts.rule_lines[n] ?? 1 }))
    .filter(({ rule }) => rule.verdict !== 'pass')
    .map(({ rule, line }) => ({
      rule,
      line,
      fingerprint: fingerprintOf(report.system.id, rule.id),
      message: `${verdictWords[rule.verdict].word}: ${subjectOf(rule)}: ${measuredText(rule.worst, rule)}, must be ${boundOf(rule)}. ${sentence(reasonOf(rule))}`,
    }))
}

function fingerprintOf(systemId: string, ruleId: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['proofhouse.dev/rule/v1', systemId, ruleId]))
    .digest('hex')
}
