// What the model gives away of a person beside what is known of them, on the page.

import type { PrivacyFindings } from '../../assess/index.ts'
import { formatInterval, formatPercent, formatValue } from '../numbers.ts'
import { type Content, foreign, html, type Markup } from './markup.ts'
import { dataTable } from './table.ts'

type Risk = PrivacyFindings['attributes'][number]
type Attack = Risk['by_answer']

/** The attacks on columns; null where none was made. */
export function attributesPart(risks: readonly Risk[]): Markup | null {
  if (risks.length === 0) return null
  const lines = risks.flatMap((risk) => [
    ...(risk.by_outcome === null ? [] : [line(risk, 'the outcome', risk.by_outcome)]),
    line(risk, 'the answer', risk.by_answer),
  ])
  const shown = risks.filter(({ by_outcome, by_answer }) =>
    [by_outcome, by_answer].some((attack) => (attack?.members.gain.limits?.low ?? 0) > 0),
  )
  return html`<h3 id="attributes-h">What they were</h3>
<p>Somebody who knows all of a person but one column guesses it with the model’s help, and without. Only the gain is the
model’s leak: what the other columns tell, they tell anyway.
<strong>${
    shown.length === 0
      ? 'No column is guessed better with the model than without.'
      : html`With the model, ${shown.map(({ column }, n): Content => [n === 0 ? null : ', ', foreign(column)])} ${
          shown.length === 1 ? 'is' : 'are'
        } guessed better than without.`
  }</strong></p>
${dataTable({
  caption: 'Share of training rows guessed rightly; limits of a gain hold for all columns at once',
  columns: [
    'Column',
    'Known besides',
    { number: 'With' },
    { number: 'Without' },
    { number: 'Gain' },
    { number: 'Interval' },
    { number: 'Gain, test rows' },
    { number: 'By membership' },
    { text: 'Given away most' },
  ],
  rows: lines,
})}`
}

function line({ column, is_read }: Risk, known: string, attack: Attack): Content[] {
  const { members, others, by_membership } = attack
  const { limits } = members.gain
  return [
    [foreign(column), is_read ? null : ' (not read)'],
    known,
    formatValue(members.accuracy.value),
    formatValue(members.baseline.value),
    formatValue(members.gain.value),
    formatInterval(limits?.low ?? null, limits?.high ?? null),
    formatValue(others.gain.value),
    formatInterval(by_membership.limits?.low ?? null, by_membership.limits?.high ?? null),
    attack.found.map(({ asked, value, value_found, baseline }, n): Content => {
      if (value === null) return null
      const percent = Number((100 * asked).toFixed(3))
      return [
        n === 0 ? null : html`<br>`,
        foreign(value_found),
        ` at ${percent}\u202f%: ${formatPercent(value)}\u202f% (without ${baseline.value === null ? '—' : formatPercent(baseline.value)})`,
      ]
    }),
  ]
}
