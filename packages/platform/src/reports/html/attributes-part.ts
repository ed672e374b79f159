// What the model gives away of a person beside what is known of them, on the page.

import type { PrivacyFindings } from '../../assess/index.ts'
import { formatInterval, formatValue } from '../numbers.ts'
import { type Content, foreign, html, type Markup } from './markup.ts'
import { dataTable } from './table.ts'

type Risk = PrivacyFindings['attributes'][number]
type Attack = Risk['by_answer']

/** The attacks on columns; null where none was made. */
export function attributesPart(risks: readonly Risk[]): Markup | null {
  if (risks.length === 0) return null
  const attacks = risks.flatMap((risk): Line[] => [
    ...(risk.by_outcome === null ? [] : [{ risk, known: 'the outcome', attack: risk.by_outcome }]),
    { risk, known: 'the answer', attack: risk.by_answer },
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
  ],
  rows: attacks.map(guessed),
})}
<details><summary>Values found for nearly certain</summary>${dataTable({
    caption:
      'Share of training rows with the value that is found, where few others are taken for one',
    columns: [
      'Column',
      'Known besides',
      'Value',
      { number: 'Others taken' },
      { number: 'Found' },
      { number: 'Interval' },
      { number: 'Without the model' },
    ],
    rows: attacks.flatMap(found),
  })}</details>`
}

/** A column, what is known of the person besides, and what came of it. */
interface Line {
  readonly risk: Risk
  readonly known: string
  readonly attack: Attack
}

const interval = (of: Attack['by_membership']): string =>
  formatInterval(of.limits?.low ?? null, of.limits?.high ?? null)
const named = ({ column, is_read }: Risk): Content => [
  foreign(column),
  is_read ? null : ' (not read)',
]

function guessed({ risk, known, attack }: Line): Content[] {
  const { members, others, by_membership } = attack
  return [
    named(risk),
    known,
    formatValue(members.accuracy.value),
    formatValue(members.baseline.value),
    formatValue(members.gain.value),
    interval(members.gain),
    formatValue(others.gain.value),
    interval(by_membership),
  ]
}

function found({ risk, known, attack }: Line): Content[][] {
  return attack.found.map((at) => [
    named(risk),
    known,
    at.value === null ? '—' : foreign(at.value_found),
    `${Number((100 * at.asked).toFixed(3))}\u202f%`,
    at.value === null ? 'too few rows' : formatValue(at.value),
    interval(at),
    formatValue(at.baseline.value),
  ])
}
