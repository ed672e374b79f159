// GitLab's code quality report: a JSON array of findings with fingerprint, severity and place.
// A warning is `minor` whatever the rule's severity; what fails or is undecided carries the severity of its rule.

import type { RuleOutcome } from '../assess/index.ts'
import type { AssessmentReport } from './assessment-report.ts'
import { findingsOf } from './findings.ts'
import { visibleText } from './plain-text.ts'

const severities = {
  low: 'minor',
  medium: 'major',
  high: 'critical',
  critical: 'blocker',
} as const satisfies Record<RuleOutcome['severity'], string>

/** The findings as GitLab code quality JSON. */
export function renderGitlabCodeQuality(report: AssessmentReport): string {
  const issues = findingsOf(report).map(({ rule, fingerprint, message, line }) => ({
    description: message,
    check_name: visibleText(rule.id),
    fingerprint,
    severity: rule.verdict === 'warn' ? 'minor' : severities[rule.severity],
    location: { path: visibleText(report.artifacts.system_file), lines: { begin: line } },
  }))
  return `${JSON.stringify(issues, null, 2)}\n`
}
