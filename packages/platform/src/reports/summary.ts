// `summary.md`: what a reviewer sees on a pull request or a pipeline's page. Short: verdict, rules, where to look.

import type { AssessmentReport } from './assessment-report.ts'
import {
  agreementWord,
  importedCounts,
  importedSubject,
  importedWarning,
  madeText,
  peerName,
} from './imported-words.ts'
import { codeSpan, escapeMarkdown, markdownSentence, markdownTable } from './markdown.ts'
import { namespacesText, runtimeText } from './model-run-words.ts'
import { formatCount, formatValue } from './numbers.ts'
import type { ReportImport } from './report-import.ts'
import {
  boundOf,
  headline,
  measuredText,
  sentence,
  subjectOf,
  valueAloneText,
  verdictWords,
} from './wording.ts'

/** Numbers of each import that a summary shows. */
const importedRowsMax = 20

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
    (text) => `- ${markdownSentence(sentence(text))}`,
  )
  const earlier = run.earlier_runs.length
  return [
    `## ${icon} ${word}: ${escapeMarkdown(report.system.name)}`,
    headline(report),
    markdownTable(['Verdict', 'Rule', 'Measured:', 'Bound', 'Must hold', 'Severity'], rules),
    ...(notes.length === 0 ? [] : [`**Keep in mind**\n\n${notes.join('\n')}`]),
    ...importedParts(report),
    [
      `${formatCount(report.groups[0]?.n ?? 0)} test rows`,
      earlier === 0
        ? 'no earlier run over the same data on record'
        : `earlier runs over the same data: ${earlier}`,
      `announcement ${run.preregistration}`,
      ...scanParts(report),
      `ledger ${codeSpan(ledger.origin)}, ${formatCount(ledger.size)} entries, root ${codeSpan(ledger.root)}`,
    ].join(' · '),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n')
}

/** What the scan of the model's files said, and how the model ran. */
const scanParts = ({ artifacts: { model } }: AssessmentReport): string[] =>
  model === null
    ? []
    : [
        `scan of the model: ${model.scan.verdict}`,
        `its signature: ${model.run.verification.verdict}`,
        `run by ${escapeMarkdown(runtimeText(model.run))}, ${namespacesText(model.run)}`,
      ]

/** Results of other tools: what each import is, and those of its numbers that stand beside ours. */
function importedParts({ imported }: AssessmentReport): string[] {
  if (imported === null) return []
  return [
    `**Results of other tools**\n\n${escapeMarkdown(importedWarning)}`,
    ...imported.imports.flatMap(importedFile),
  ]
}

function importedFile(one: ReportImport): string[] {
  const { agree, differ, undecided } = one.numbers
  const beside = one.results.filter(({ measure }) => measure !== null).slice(0, importedRowsMax)
  const hidden = agree + differ + undecided - beside.length
  const rows = beside.map((result) => [
    escapeMarkdown(importedSubject(result)),
    formatValue(result.imported),
    formatValue(result.computed),
    formatValue(result.difference),
    agreementWord(result),
  ])
  return [
    `*Imported:* ${escapeMarkdown(peerName(one))}, ${escapeMarkdown(madeText(one))}, ` +
      `ledger entry ${one.index}, statement ${codeSpan(one.digest)}: ${escapeMarkdown(importedCounts(one))}.`,
    ...(rows.length === 0
      ? []
      : [markdownTable(['Measure', 'Imported:', 'Ours:', 'Difference:', 'Agreement'], rows)]),
    ...(hidden === 0 ? [] : [`And ${hidden} more in \`report.html\`.`]),
  ]
}
