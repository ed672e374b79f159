// What a receipt shows: the decision, its values, what is hidden, and its erasure.

import type { Erasure, JsonValue, ReceiptReport } from '@proofhouse/evidence'
import { valueRows } from '../value-rows.ts'
import { filled, type Words } from '../words-english.ts'
import { type Child, code, el, facts, foreign, instant, part, sentence, table } from './elements.ts'

/** Rows that are shown of one group. */
const rowsMax = 500

/** The parts about a receipt. */
export function receiptParts(report: ReceiptReport, erasure: Erasure | null, words: Words): Child {
  // What is in no log is nobody's word.
  if (report.verdict === 'missing') return null
  return [
    decisionPart(report, words),
    shownPart(report, words),
    hiddenPart(report, words),
    erasure === null ? null : erasurePart(report, erasure, words),
  ]
}

function decisionPart({ entry, origin, index, supersededBy }: ReceiptReport, words: Words): Child {
  const { corrects } = entry
  return part(
    'decision',
    words.decision,
    facts([
      [words.deployment, foreign(entry.deployment)],
      [words.time, instant(entry.time)],
      [words.source, placed(words.sequence, { source: entry.source, n: String(entry.sequence) })],
      [words.place, placed(words.placeAt, { log: origin, n: String(index) })],
      corrects === undefined
        ? null
        : [words.corrects, placed(words.placeAt, { log: corrects.log, n: String(corrects.index) })],
      ...supersededBy.map((by): readonly [string, Child] => [
        words.supersededBy,
        [placed(words.placeAt, { log: origin, n: String(by.index) }), '; ', instant(by.time)],
      ]),
      [words.model, code(entry.model), 'wide'],
    ]),
  )
}

/** A text of ours with strangers' names in it, each kept to itself. */
export function placed(text: string, values: Readonly<Record<string, string>>): Child {
  return text.split(/(\{\w+\})/).map((piece) => {
    const value = /^\{\w+\}$/.test(piece) ? values[piece.slice(1, -1)] : undefined
    return value === undefined ? piece : foreign(value)
  })
}

const groupOf = (name: string): string => name.split('/')[0] ?? ''

function groupLabel(name: string, words: Words): string {
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

/** The order in which a person asks. */
const order = ['output', 'input', 'explanation', 'context', 'subject', 'id']
const rankOf = (name: string) => order.indexOf(groupOf(name))
const inOrder = (names: readonly string[]) =>
  names.toSorted((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))

function shownPart({ revealed }: ReceiptReport, words: Words): Child {
  const names = inOrder(Object.keys(revealed))
  if (names.length === 0) return null
  const groups = names.map((name, place) => {
    const isSame = groupOf(names[place - 1] ?? '') === groupOf(name)
    const { rows, count } = valueRows(revealed[name] ?? null, rowsMax)
    const field = name.includes('/') ? [name.slice(name.indexOf('/') + 1)] : []
    return {
      left: count - rows.length,
      rows: rows.map(({ path, value }, n): readonly Child[] => [
        groupCell(groupLabel(name, words), n > 0 || isSame),
        pathCell([...field, ...path], words),
        valueCell(value, words),
      ]),
    }
  })
  const left = groups.reduce((sum, group) => sum + group.left, 0)
  return part(
    'shown',
    words.shown,
    table(
      words.shownCaption,
      [words.group, words.name, words.value],
      groups.flatMap(({ rows }) => rows),
    ),
    left === 0 ? null : el('p', {}, sentence(filled(words.moreRows, { n: left }))),
  )
}

/** Said in every row, for whoever hears the table; seen in the first. */
const groupCell = (label: string, isSame: boolean): Child =>
  isSame ? el('span', { class: 'unseen' }, label) : label

function pathCell(path: readonly string[], words: Words): Child {
  if (path.length === 0) return el('span', { class: 'muted' }, words.wholeValue)
  return path.map((name, n) => [n === 0 ? null : ' › ', foreign(name)])
}

function valueCell(value: JsonValue, words: Words): Child {
  if (value === null) return el('span', { class: 'muted' }, words.noValue)
  if (typeof value === 'object' || value === '')
    return el('span', { class: 'muted' }, words.emptyText)
  return typeof value === 'string' ? foreign(value) : code(String(value))
}

function hiddenPart({ hidden, verdict, erasure, entry }: ReceiptReport, words: Words): Child {
  if (hidden.length === 0) return null
  const names = Object.keys(entry.commitments)
  const labelOf = (name: string): Child => {
    const group = groupLabel(name, words)
    if (name.includes('/')) return [group, ': ', foreign(name.slice(name.indexOf('/') + 1))]
    // Members that are groups of their own are told by themselves.
    const isRest = names.some((other) => other.startsWith(`${name}/`))
    return isRest ? filled(words.theRest, { group }) : group
  }
  return part(
    'hidden',
    words.hidden,
    el(
      'p',
      {},
      verdict === 'erased'
        ? filled(words.hiddenErasedText, { n: erasure?.index ?? '' })
        : words.hiddenText,
    ),
    el(
      'ul',
      {},
      inOrder(hidden).map((name) => el('li', {}, labelOf(name))),
    ),
  )
}

function erasurePart(
  { erasure: by, verdict }: ReceiptReport,
  erasure: Erasure,
  words: Words,
): Child {
  return part(
    'erasure',
    words.erasure,
    verdict === 'valid' ? el('p', {}, words.erasureShownText) : null,
    facts([
      [words.statement, filled(words.statementAt, { n: by?.index ?? '' })],
      [words.reason, words[`reason_${erasure.reason}`]],
      [words.requestedAt, instant(erasure.requestedAt)],
      [words.statedAt, instant(erasure.statedAt)],
      [words.state, words[`state_${erasure.state}`], 'wide'],
    ]),
    table(
      words.storesCaption,
      [words.store, words.outcome],
      erasure.stores
        .slice(0, rowsMax)
        .map(({ store, outcome, detail }) => [
          foreign(store),
          [words[`outcome_${outcome}`], detail === undefined ? null : ['; ', foreign(detail)]],
        ]),
    ),
  )
}
