// What a decision log holds about one person, as a page for that person: no script, no request, readable in the dark, on paper and from
// right to left. It shows what receipts show, and checks none: the file beside it is what proves.

import {
  isJsonObject,
  type JsonValue,
  parseDecisionEntry,
  type SubjectExport,
  utf8,
} from '@proofhouse/evidence'
import { retentionLaws } from '../../decisions/index.ts'
import { type Content, foreign, html, type Markup, marked } from '../html/markup.ts'
import { page } from '../html/page.ts'
import { dataTable } from '../html/table.ts'
import { formatInstant } from '../numbers.ts'
import { valueRows } from '../verifier-page/value-rows.ts'
import { filled } from '../verifier-page/words-english.ts'
import { type ExportLanguage, type ExportWords, exportWords } from './words.ts'

/** Rows that are shown of one group; the file has all. */
const rowsMax = 500
/** The order in which a person asks. */
const order = ['output', 'input', 'explanation', 'context', 'subject', 'id']

type Decision = SubjectExport['decisions'][number]

/** The page, self-contained. */
export function renderSubjectExport(exported: SubjectExport, language: ExportLanguage): string {
  const words = exportWords[language]
  const { decisions, toolVersion } = exported
  return page(
    {
      title: words.title,
      generator: `proofhouse ${toolVersion}`,
      language,
      direction: language === 'ar' ? 'rtl' : 'ltr',
    },
    html`${top(exported, words)}
<main>
${
  decisions.length === 0
    ? html`<section class="part" id="none" aria-label="${words.title}"><p>${words.none}</p></section>`
    : decisions.map((decision) => decisionPart(decision, exported, words))
}
${exported.after === null ? null : html`<section class="part" id="more" aria-label="${words.title}"><p>${words.moreDecisions}</p></section>`}
${decisions.length === 0 ? null : [accessesPart(exported, words), deploymentsPart(exported, words)]}
<section class="part" id="rights" aria-labelledby="rights-h"><h2 id="rights-h">${words.rights}</h2>
<ul>${[words.rightCheck, words.rightCorrect, words.rightErase, words.rightMasked].map((text) => html`<li>${marked(text)}</li>`)}</ul></section>
</main>
<footer><p>${filled(words.footer, { version: toolVersion })}</p>${words.unreviewed === '' ? null : html`<p>${words.unreviewed}</p>`}</footer>`,
  )
}

/** A text of ours with strangers' names in it, each kept to itself. */
const placed = (text: string, values: Readonly<Record<string, string | number>>): Content =>
  text.split(/(\{\w+\})/).map((piece) => {
    const value = /^\{\w+\}$/.test(piece) ? values[piece.slice(1, -1)] : undefined
    return value === undefined ? piece : foreign(String(value))
  })

const facts = (pairs: readonly (readonly [string, Content] | null)[]): Markup =>
  html`<dl class="facts">${pairs.map((pair) =>
    pair === null
      ? null
      : html`<div><dt>${pair[0]}</dt><dd>${pair[1]}</dd></div>
`,
  )}</dl>`

function top(exported: SubjectExport, words: ExportWords): Markup {
  const { subject, log, size, exportedAt, decisions, accessIndex } = exported
  return html`<header class="top">
<p class="eyebrow">${words.eyebrow}</p>
<h1>${words.title}</h1>
<p class="purpose muted">${words.lead}</p>
${facts([
  [words.person, html`<strong>${foreign(subject)}</strong>`],
  [words.decisionCount, decisions.length],
  [words.exportedAt, foreign(formatInstant(exportedAt))],
  [words.log, placed(words.logEntries, { name: log, n: size })],
  accessIndex === null ? null : [words.access, placed(words.accessAt, { n: accessIndex })],
])}</header>`
}

function decisionPart(
  decision: Decision,
  { decisions }: SubjectExport,
  words: ExportWords,
): Markup {
  const { index, state, supersedes, supersededBy, receipt, withheld } = decision
  const entry = parseDecisionEntry(utf8(receipt.entry))
  const isHere = new Set(decisions.map((one) => one.index))
  const link = (to: number) => {
    const text = filled(words.entryAt, { n: to })
    return isHere.has(to) ? html`<a href="#d-${to}">${text}</a>` : text
  }
  const id = `d-${index}`
  return html`<section class="part" id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${filled(words.decisionAt, { n: index })}</h2>
${facts([
  [words.deployment, foreign(entry.deployment)],
  [words.time, foreign(formatInstant(entry.time))],
  [words.stateTerm, words[`state_${state}`]],
  supersedes === null ? null : [words.corrects, link(supersedes)],
  supersededBy.length === 0
    ? null
    : [words.supersededBy, supersededBy.map((by, n) => [n === 0 ? null : ', ', link(by)])],
  [words.source, placed(words.sequence, { source: entry.source, n: entry.sequence })],
])}
${state === 'erased' ? html`<p>${words.erasedText}</p>` : null}
${state === 'shown' ? valuesTable(decision, words) : null}
${
  withheld.length === 0
    ? null
    : html`<p>${words.withheldText}</p><ul>${withheld.map((name) => html`<li>${groupLabel(name, words)}${name.includes('/') ? [': ', foreign(fieldOf(name))] : null}</li>`)}</ul>`
}</section>
`
}

const groupOf = (name: string): string => name.split('/')[0] ?? ''
const fieldOf = (name: string): string => name.slice(name.indexOf('/') + 1)

function groupLabel(name: string, words: ExportWords): string {
  const group = groupOf(name)
  switch (group) {
    case 'subject':
    case 'id':
    case 'input':
    case 'output':
    case 'explanation':
    case 'context':
      return words[`group_${group}`]
    default:
      return group
  }
}

function valuesTable({ index, receipt }: Decision, words: ExportWords): Markup {
  const rank = (name: string) => order.indexOf(groupOf(name))
  const names = Object.keys(receipt.revealed).toSorted(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  )
  let left = 0
  const rows = names.flatMap((name) => {
    const found = valueRows(receipt.revealed[name]?.value ?? null, rowsMax)
    left += found.count - found.rows.length
    const field = name.includes('/') ? [fieldOf(name)] : []
    return found.rows.map(({ path, value }): readonly Content[] => [
      groupLabel(name, words),
      pathCell([...field, ...path], words),
      valueCell(value, words),
    ])
  })
  return html`${dataTable({
    caption: `${filled(words.decisionAt, { n: index })}: ${words.valuesOf}`,
    columns: [words.group, words.name, { text: words.value }],
    rows,
  })}${left === 0 ? null : html`<p>${filled(words.more, { n: left })}</p>`}`
}

const muted = (text: string) => html`<span class="muted">${text}</span>`

const pathCell = (path: readonly string[], words: ExportWords): Content =>
  path.length === 0
    ? muted(words.wholeValue)
    : path.map((name, n) => [n === 0 ? null : ' › ', foreign(name)])

function valueCell(value: JsonValue, words: ExportWords): Content {
  if (value === null) return muted(words.noValue)
  if (typeof value === 'object' || value === '') return muted(words.emptyText)
  return foreign(String(value))
}

function accessesPart({ accesses }: SubjectExport, words: ExportWords): Markup {
  const left = accesses.length - rowsMax
  return html`<section class="part" id="accesses" aria-labelledby="accesses-h"><h2 id="accesses-h">${words.accesses}</h2>
${
  accesses.length === 0
    ? html`<p>${words.accessesNone}</p>`
    : dataTable({
        caption: words.accessesText,
        columns: [words.when, words.what, words.which, { text: words.parts }],
        rows: accesses
          .slice(0, rowsMax)
          .map(({ at, act, decisions, groups }) => [
            foreign(formatInstant(at)),
            words[`act_${act}`],
            decisions.join(', '),
            groups.map((name, n) => [
              n === 0 ? null : ', ',
              groupLabel(name, words),
              name.includes('/') ? [': ', foreign(fieldOf(name))] : null,
            ]),
          ]),
      })
}${left > 0 ? html`<p>${filled(words.accessesMore, { n: left })}</p>` : null}</section>
`
}

const units: Readonly<Record<string, string>> = { D: 'day', M: 'month', Y: 'year' }

/** `P25M` as `25 months`; what is no such period, as it is. */
function periodText(period: string, { locale }: ExportWords): string {
  const [, count, letter = ''] = /^P(\d+)([DMY])$/.exec(period) ?? []
  const unit = units[letter]
  if (count === undefined || unit === undefined) return period
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Number(count),
  )
}

/** Every rule that the declaration has of its own, and the laws that it names. */
function retentionCell(
  declaration: Readonly<Record<string, JsonValue>>,
  words: ExportWords,
): Content {
  const { retention } = declaration
  const listed = isJsonObject(retention) ? [retention['laws'], retention['rules']] : []
  const terms = listed
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .flatMap((rule) => {
      if (typeof rule === 'string') {
        const law = retentionLaws.find((one) => one.id === rule)
        const told = { period: periodText(law?.keep ?? '', words), law: law?.citation ?? '' }
        return [law === undefined ? foreign(rule) : placed(words.keptAtLeast, told)]
      }
      const { law, keep, erase } = isJsonObject(rule) ? rule : {}
      const moment = (text: string, period: JsonValue | undefined) =>
        typeof period === 'string' && typeof law === 'string'
          ? [placed(text, { period: periodText(period, words), law })]
          : []
      return [...moment(words.keptAtLeast, keep), ...moment(words.keptAtMost, erase)]
    })
  return terms.length === 0
    ? words.keptUndeclared
    : terms.map((one, n) => [n === 0 ? null : '; ', one])
}

function deploymentsPart({ deployments }: SubjectExport, words: ExportWords): Markup {
  return html`<section class="part" id="deployments" aria-labelledby="deployments-h"><h2 id="deployments-h">${words.deployments}</h2>
${deployments.map(
  ({ id, declaration }) => html`<h3>${foreign(id)}</h3>
${
  declaration === null
    ? html`<p>${words.undeclared}</p>`
    : html`${facts([[words.keptFor, retentionCell(declaration, words)]])}${dataTable({
        caption: words.deploymentsText,
        columns: [words.field, words.kind, words.kept],
        rows: fieldRows(declaration, words),
      })}`
}`,
)}</section>`
}

function fieldRows(
  declaration: Readonly<Record<string, JsonValue>>,
  words: ExportWords,
): readonly (readonly Content[])[] {
  const isListed = (list: JsonValue | undefined, path: string) =>
    Array.isArray(list) && list.includes(path)
  return ['input', 'output'].flatMap((group) => {
    const fields = declaration[group]
    return Object.entries(isJsonObject(fields) ? fields : {}).map(([name, kind]) => {
      const path = `${group}/${name}`
      const kept = isListed(declaration['drop'], path)
        ? words.kept_drop
        : isListed(declaration['mask'], path)
          ? words.kept_mask
          : words.kept_whole
      return [[groupLabel(group, words), ' › ', foreign(name)], kindWord(kind, words), kept]
    })
  })
}

function kindWord(kind: JsonValue, words: ExportWords): string {
  const type = isJsonObject(kind) ? kind['type'] : undefined
  return type === 'number' || type === 'text' || type === 'boolean' ? words[type] : ''
}
