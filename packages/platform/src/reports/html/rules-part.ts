// The policy on the page: every rule in one table, then one plot per rule with its bound, reason and rationale.

import { measureCatalogue, type RuleOutcome, type Verdict } from '../../assess/index.ts'
import type { AssessmentReport } from '../assessment-report.ts'
import { fitOf, measuresOf } from '../bounds.ts'
import { formatBound, formatPercent } from '../numbers.ts'
import {
  boundOf,
  capital,
  counted,
  joined,
  measuredText,
  overName,
  reasonOf,
  sentence,
  sliceName,
  subjectOf,
  verdictWords,
} from '../wording.ts'
import { intervalPlot } from './interval-plot.ts'
import { code, foreign, html, type Markup } from './markup.ts'
import { dataTable } from './table.ts'

/** Icon and word of a verdict; the colour only repeats them. */
export function badge(verdict: Verdict): Markup {
  const { icon, word } = verdictWords[verdict]
  return html`<span class="badge ${verdict}"><span class="icon" aria-hidden="true">${icon}</span>${word}</span>`
}

/** The section on the policy's rules. */
export function rulesPart(report: AssessmentReport): Markup {
  const confidence = formatPercent(report.assessment.confidence)
  return html`<section class="part" id="rules" aria-labelledby="rules-h"><h2 id="rules-h">Rules</h2>
<p>Each rule bounds one measure. Intervals hold the true value with ${confidence}\u202f% confidence; where a rule says
<em>interval</em>, the whole of it must keep the bound.</p>
${dataTable({
  caption: 'Every rule of the policy and what became of it',
  columns: ['Rule', 'Verdict', { number: 'Measured' }, 'Bound', 'Must hold', 'Severity'],
  rows: report.rules.map((rule, n) => [
    html`<a href="#rule-${n + 1}">${subjectOf(rule)}</a><span class="within">${foreign(rule.id)}</span>`,
    badge(rule.verdict),
    measuredText(rule.worst, rule),
    boundOf(rule),
    rule.holds,
    rule.severity,
  ]),
})}
${report.rules.map((rule, n) => ruleCard(report, rule, n + 1))}</section>`
}

function ruleCard(report: AssessmentReport, rule: RuleOutcome, number: number): Markup {
  const { definition, low, high } = measureCatalogue[rule.measure]
  const measures = measuresOf(rule, report.measures)
  const title = subjectOf(rule)
  return html`<article class="rule" id="rule-${number}" aria-labelledby="rule-${number}-h">
<header><h3 id="rule-${number}-h">${title}</h3>${badge(rule.verdict)}</header>
<p>${sentence(reasonOf(rule))}</p>
${intervalPlot({
  id: `rule-${number}-plot`,
  title: `${title}, against ${boundOf(rule)}`,
  summary: summaryOf(rule, report),
  measures,
  min: rule.min,
  max: rule.max,
  warnAt: rule.warn_at_used,
  range: [low, high],
})}
<dl class="facts small"><div><dt>Why this bound</dt><dd>${foreign(rule.rationale)}</dd></div>
<div><dt>What is measured</dt><dd>${sentence(definition)}</dd></div>
<div><dt>Serves</dt><dd>${rule.requirements.length === 0 ? 'no requirement named' : rule.requirements.map((id, n) => [n === 0 ? null : html`<br>`, code(id)])}</dd></div></dl></article>`
}

/** One or two sentences that say what the plot shows to someone who cannot see it. */
function summaryOf(rule: RuleOutcome, report: AssessmentReport): string {
  const measures = measuresOf(rule, report.measures)
  const defined = measures.filter((m) => m.value !== null)
  if (defined.length === 0)
    return 'There is no figure to draw: the measure is not defined on these data.'
  const [first] = defined
  const warned =
    typeof rule.warn_at_used === 'number'
      ? `, the dashed line at ${formatBound(Number(rule.warn_at_used.toFixed(4)))} is where a warning begins`
      : ''
  const limit = `the solid line is the bound (${boundOf(rule)})${warned}`
  if (defined.length === 1 && first !== undefined)
    return `The value is ${measuredText(first, rule)}; ${limit}.${fitSentence(rule, defined)}`
  const ordered = defined.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))
  const [lowest, highest] = [ordered[0] ?? null, ordered.at(-1) ?? null]
  const among =
    rule.within === undefined
      ? `Over ${defined.length} groups by ${overName(rule.over)}`
      : `Within ${defined.length} levels of ${overName(rule.within)}`
  const name = (measure: (typeof defined)[number] | null) =>
    sliceName(measure?.within ?? measure?.slice ?? null)
  return `${among} the values run from ${measuredText(lowest, rule)} for ${name(lowest)} to ${measuredText(highest, rule)} for ${name(highest)}; ${limit}.${fitSentence(rule, defined)}`
}

function fitSentence(rule: RuleOutcome, defined: ReturnType<typeof measuresOf>): string {
  const fits = defined.map((m) => fitOf(m, rule))
  const [open, beyond] = ['open', 'beyond'].map((fit) => fits.filter((f) => f === fit).length)
  const parts = [
    ...(beyond ? [`${counted(beyond, 'value lies', 'values lie')} beyond the bound (square)`] : []),
    ...(open ? [`${counted(open, 'interval reaches', 'intervals reach')} beyond it (hollow)`] : []),
  ]
  return parts.length === 0 ? '' : ` ${capital(joined(parts))}.`
}
