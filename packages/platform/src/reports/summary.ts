// `summary.md`: what a reviewer sees on a pull request or a pipeline's page. Short: verdict, rules, where to look.

import type { AssessmentReport } from './assessment-report.ts'
import { codeSpan, escapeMarkdown, markdownSentence, markdownTable } from './markdown.ts'
import { formatCount } from './numbers.ts'
import {
  boundOf,
  headline,
  measuredText,
  subjectOf,
  valueAloneText,
  verdictWords,
} from './wording.ts'

/** The step summary in Markdown. */
export function renderSummary(report: AssessmentReport): string {
  const { icon, word } = verdictWords[report.verdict]
  const { run, ledger } = report
  const rules = report.rules.map((rule) => [
    `${verdictWords[rule.verdict].icon} ${verdictWords[rule.verdict].word}`,
    escapeMarkdown(subjectOf(rule)),
    escapeMarkdown(measuredText(rule.worst, rule)),
    boundOf(rule),
    rule.holds,
    rule.severity,
  ])
  const alone = valueAloneText(report)
  const notes = [...(alone === null ? [] : [alone]), ...report.warnings, ...report.not_checked].map(
    (text) => `- ${markdownSentence(text)}`,
  )
  const earlier = run.earlier_runs.length
  return [
    `## ${icon} ${word}: ${escapeMarkdown(report.system.name)}`,
    headline(report),
    markdownTable(['Verdict', 'Rule', 'Measured:', 'Bound', 'Must hold', 'Severity'], rules),
    ...(notes.length === 0 ? [] : [`**Keep in mind**\n\n${notes.join('\n')}`]),
    [
      `${formatCount(report.groups[0]?.n ?? 0)} test rows`,
      earlier === 0
        ? 'no earlier run over the same data on record'
        : `earlier runs over the same data: ${earlier}`,
      `announcement ${run.preregistration}`,
      `ledger ${codeSpan(ledger.origin)}, ${formatCount(ledger.size)} entries, root ${codeSpan(ledger.root)}`,
    ].join(' · '),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n')
}
