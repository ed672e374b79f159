// `model-card.md`: the nine sections of Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019), filled from what
// was measured and declared. What nobody stated is named as a blank for its owner to fill, never guessed.

import { type Measure, measureCatalogue, taskWords } from '../assess/index.ts'
import type { AssessmentReport } from './assessment-report.ts'
import { codeSpan, escapeMarkdown, markdownSentence, markdownTable } from './markdown.ts'
import { confinementText, runtimeText, verificationText } from './model-run-words.ts'
import {
  formatCount,
  formatInstant,
  formatInterval,
  formatPercent,
  formatSize,
  formatValue,
} from './numbers.ts'
import {
  boundOf,
  headline,
  joined,
  limitsOfEvidence,
  measuredText,
  overName,
  riskClassWords,
  sentence,
  sliceName,
  subjectOf,
  titleOf,
  valueAloneText,
  verdictWords,
} from './wording.ts'

const blank = (what: string) => `*Not stated: ${what}.*`
const item = (name: string, text: string) => `- **${name}**: ${text}`

/** The model card in Markdown. */
export function renderModelCard(report: AssessmentReport): string {
  const sections = [
    `# Model card: ${escapeMarkdown(report.system.name)}`,
    `Written by ${escapeMarkdown(report.tool.name)} ${escapeMarkdown(report.tool.version)} on ${formatInstant(report.generated_at)} from what was measured and declared. Blanks are marked *Not stated*.`,
    modelDetails(report),
    intendedUse(report),
    factors(report),
    metrics(report),
    dataSection(report, 'Evaluation data', 'test'),
    dataSection(report, 'Training data', 'train'),
    analyses(report),
    ethics(report),
    caveats(report),
  ]
  return `${sections.join('\n\n')}\n`
}

function modelDetails({ system, artifacts, columns, run }: AssessmentReport): string {
  const { model } = artifacts
  const signature =
    model === null || model.signature === null
      ? 'not signed'
      : `${codeSpan(model.signature.path)}, key hint ${codeSpan(model.signature.key_hint)}`
  return [
    '## Model details\n',
    item('System', `${escapeMarkdown(system.name)} (${codeSpan(system.id)})`),
    item('Owner', escapeMarkdown(system.owner)),
    model === null
      ? item('Model', 'none given; a column of predictions was assessed')
      : item('Model', `${codeSpan(model.path)}, ${formatSize(model.size_bytes)}`),
    ...(model === null
      ? []
      : [
          item('Root digest', codeSpan(model.root_digest)),
          item('Signature', signature),
          item('Structural check', verdictWords[model.check.verdict].word),
          item('Scan of what loading does', model.scan.verdict),
          item('Signature demanded', escapeMarkdown(verificationText(model.run))),
          item('Run by', escapeMarkdown(runtimeText(model.run))),
          item('Confined by', escapeMarkdown(confinementText(model.run))),
          item('Inputs', `${columns.features ?? 'an unknown number of'} columns`),
        ]),
    item('Run', `${codeSpan(run.id)}, announced ${formatInstant(run.announced_at)}`),
    item(
      'Model type and training method',
      blank('algorithm, hyperparameters, who trained it and when'),
    ),
    item(
      'Licence and citation',
      blank('under which terms the model may be used, and how to cite it'),
    ),
  ].join('\n')
}

function intendedUse({ system }: AssessmentReport): string {
  return [
    '## Intended use\n',
    item('Purpose', escapeMarkdown(system.purpose)),
    item('Risk class', riskClassWords[system.risk_class]),
    item('Jurisdictions', escapeMarkdown(system.jurisdictions.join(', '))),
    item('Intended users', blank('who operates the system and what they must know')),
    item('Out of scope', blank('uses the model was not built for')),
  ].join('\n')
}

function factors({ columns }: AssessmentReport): string {
  return [
    '## Factors\n',
    item(
      'Groups compared',
      columns.protected.length === 0 ? 'none' : joined(columns.protected.map(codeSpan)),
    ),
    item(
      'Other relevant factors',
      blank('instruments, circumstances and groups that matter and are not in the data'),
    ),
  ].join('\n')
}

function metrics(report: AssessmentReport): string {
  const { assessment, columns, task } = report
  const names = [...new Set(report.measures.map((m) => m.measure))]
  return [
    '## Metrics\n',
    ...(columns.positive_class === null
      ? []
      : [
          item(
            'Positive class',
            `${codeSpan(columns.positive_class)} in ${codeSpan(columns.label)}`,
          ),
        ]),
    task === null
      ? item(
          'Decision',
          assessment.threshold === null
            ? report.artifacts.model === null
              ? 'the predictions as given'
              : "the model's own"
            : `a score of ${assessment.threshold} and above`,
        )
      : item('Prediction', `${taskWords[task.kind]}, compared with ${codeSpan(columns.label)}`),
    item(
      'Intervals',
      `${formatPercent(assessment.confidence)} %, ${escapeMarkdown(assessment.interval)}; ${assessment.mode} mode`,
    ),
    ...names.map((name) => item(measureCatalogue[name].title, measureCatalogue[name].definition)),
  ].join('\n')
}

function dataSection(report: AssessmentReport, title: string, role: 'train' | 'test'): string {
  const files = report.artifacts.data.filter((d) => d.role === role)
  const lines =
    files.length === 0
      ? [blank('no file was given')]
      : files.flatMap((d) => [
          item(
            'File',
            `${codeSpan(d.path)}, ${formatCount(d.rows)} rows, ${formatCount(d.columns)} columns`,
          ),
          item('SHA-256', codeSpan(d.sha256)),
        ])
  return [
    `## ${title}\n`,
    ...lines,
    item(
      'Origin and preparation',
      blank('where the data come from, how they were chosen and changed'),
    ),
  ].join('\n')
}

function analyses(report: AssessmentReport): string {
  const of = (size: (over: readonly string[]) => boolean) =>
    report.measures.filter((m) => size(m.over) && measureCatalogue[m.measure].kind === 'rate')
  const disparities = report.measures.filter(
    (m) => measureCatalogue[m.measure].kind === 'disparity',
  )
  return [
    '## Quantitative analyses',
    `Verdict: **${verdictWords[report.verdict].word}**. ${headline(report)}`,
    markdownTable(
      ['Verdict', 'Rule', 'Measured:', 'Bound'],
      report.rules.map((rule) => [
        verdictWords[rule.verdict].word,
        escapeMarkdown(subjectOf(rule)),
        escapeMarkdown(measuredText(rule.worst, rule)),
        boundOf(rule),
      ]),
    ),
    '### Everyone',
    measuresTable(of((over) => over.length === 0)),
    '### Unitary results',
    measuresTable(of((over) => over.length === 1)),
    '### Intersectional results',
    measuresTable(of((over) => over.length > 1)),
    '### Differences between groups',
    measuresTable(disparities),
  ].join('\n\n')
}

function groupName({ over, slice, within }: Measure): string {
  const name = slice === null ? overName(over) : sliceName(slice)
  return within === undefined ? name : `${name} within ${sliceName(within)}`
}

function measuresTable(measures: readonly Measure[]): string {
  if (measures.length === 0) return 'Nothing was measured here.'
  return markdownTable(
    ['Measure', 'Group', 'Value:', 'Interval:', 'Rows:'],
    measures.map((m) => [
      titleOf(m),
      escapeMarkdown(groupName(m)),
      formatValue(m.value),
      formatInterval(m.low, m.high),
      formatCount(m.n),
    ]),
  )
}

function ethics(report: AssessmentReport): string {
  return [
    '## Ethical considerations\n',
    item(
      'Bounds and why they are there',
      report.rules.length === 0 ? 'no rule was set' : 'from the policy',
    ),
    ...report.rules.map(
      (rule) =>
        `  - ${escapeMarkdown(subjectOf(rule))}, ${boundOf(rule)}: ${escapeMarkdown(rule.rationale)}`,
    ),
    item(
      'Harms, human oversight and redress',
      blank('who may be harmed, who can intervene, where to complain'),
    ),
  ].join('\n')
}

function caveats(report: AssessmentReport): string {
  const alone = valueAloneText(report)
  return [
    '## Caveats and recommendations\n',
    ...[...(alone === null ? [] : [alone]), ...report.warnings, ...report.not_checked].map(
      (text) => `- ${markdownSentence(sentence(text))}`,
    ),
    ...limitsOfEvidence.map((text) => `- ${text}`),
  ].join('\n')
}
