// What was tried against a harm, and what came of it: the rules before and after, from the ledger.

import type { AssessmentReport, MitigationState, ReportMitigation } from '../assessment-report.ts'
import { formatInterval, formatValue } from '../numbers.ts'
import { visibleText } from '../plain-text.ts'
import { joined } from '../wording.ts'
import { foreign, html, type Markup } from './markup.ts'
import { badge } from './rules-part.ts'
import { dataTable } from './table.ts'

/** The record of mitigations; null when the system file names none. */
export function mitigationsPart({ mitigations }: AssessmentReport): Markup | null {
  if (mitigations.length === 0) return null
  return html`<section class="part" id="mitigations" aria-labelledby="mitigations-h"><h2 id="mitigations-h">What was tried</h2>
<p>What was done against a harm, and what came of it. The figures are those that the ledger holds for each run,
judged by the policy of today; what was accepted, and why, is the word of the people who answer for the system.</p>
${mitigations.map(mitigation)}</section>`
}

function mitigation(record: ReportMitigation, n: number): Markup {
  return html`<article class="rule" aria-labelledby="mitigation-${n + 1}-h"><h3 id="mitigation-${n + 1}-h">${foreign(record.what)}</h3>
<p><strong>${record.accepted ? 'Accepted' : 'Not accepted'}.</strong> ${foreign(record.why)}</p>
${
  record.otherwise.length === 0
    ? null
    : html`<p class="notice">One of the runs measured with another ${foreign(joined(record.otherwise))}: before and after do not answer the same question.</p>`
}
${dataTable({
  caption: visibleText(
    `Each rule before (run ${record.before_run.slice(0, 8)}) and after (run ${record.after_run.slice(0, 8)})`,
  ),
  columns: ['Rule', 'Before', { number: 'Value' }, 'After', { number: 'Value' }],
  rows: record.rules.map(({ id, before, after }) => [
    foreign(id),
    badge(before.verdict),
    valueCell(before),
    badge(after.verdict),
    valueCell(after),
  ]),
})}</article>`
}

function valueCell({ value, low, high }: MitigationState): Markup {
  return html`${formatValue(value)}<span class="within">${formatInterval(low, high)}</span>`
}
