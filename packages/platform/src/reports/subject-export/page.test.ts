// The page of a person's decisions: well-formed whatever the texts, in both languages, and it shows what the receipts show.

import { parseSubjectExport, type SubjectExport, utf8 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import vectors from '../../../../../spec/vectors/subject-export.json' with { type: 'json' }
import { hostileText } from '../hostile-report.fixture.ts'
import { readMarkup } from '../markup-tree.fixture.ts'
import { renderSubjectExport } from './page.ts'
import { exportWords } from './words.ts'

const [whole, none, erased] = vectors.valid.map((value) =>
  parseSubjectExport(utf8(JSON.stringify(value))),
)

function given(exported: SubjectExport | undefined): SubjectExport {
  if (exported === undefined) throw new Error('the vectors have one')
  return exported
}

test('it shows values, what is left out, and what supersedes what', () => {
  const page = renderSubjectExport(given(whole), 'en')
  readMarkup(page, { html: true })
  for (const text of [
    '<html lang="en" dir="ltr">',
    '<bdi>p-1042</bdi>',
    '0.875',
    'Replaced by</dt><dd><a href="#d-3">decision 3</a>',
    'Replaces</dt><dd><a href="#d-2">decision 2</a>',
    'held, and not shown',
    '<td>looked at</td>',
    '<li>What the model was given: <bdi>income</bdi></li>',
    'entry <bdi>7</bdi> of the evidence log',
  ])
    expect(page).toContain(text)
  expect(page).not.toContain('<script')
})

test('it says for how long decisions are kept, and by which law', () => {
  const [one] = given(whole).deployments
  const retention = {
    class: 'c',
    laws: ['us-reg-b-consumer'],
    rules: [{ law: 'policy 7', erase: 'P3Y' }],
  }
  const deployments = [{ id: one?.id ?? '', declaration: { retention } }]
  const page = renderSubjectExport({ ...given(whole), deployments }, 'en')
  expect(page).toContain(
    'at least <bdi>25 months</bdi> (<bdi>12 CFR 1002.12(b)(1)</bdi>); at most <bdi>3 years</bdi> (<bdi>policy 7</bdi>)',
  )
})

test('of nobody, and of what was erased, it says so', () => {
  expect(renderSubjectExport(given(none), 'en')).toContain('holds no decision about this person')
  const page = renderSubjectExport(given(erased), 'en')
  expect(page).toContain('was destroyed')
  expect(page).toContain('There are more decisions, in another file')
})

test('in Arabic it runs from right to left, says the same, and admits who wrote it', () => {
  const page = renderSubjectExport(given(whole), 'ar')
  readMarkup(page, { html: true })
  expect(page).toContain('<html lang="ar" dir="rtl">')
  expect(page).toContain(exportWords.ar.unreviewed)
  const namesIn = (text: string) => (text.match(/\{\w+\}|`[^`]*`/g) ?? []).toSorted()
  for (const [name, text] of Object.entries(exportWords.en)) {
    const other = new Map(Object.entries(exportWords.ar)).get(name) ?? ''
    expect(namesIn(other), name).toEqual(namesIn(text))
    if (name !== 'unreviewed' && name !== 'locale')
      expect(other, name).toMatch(/\p{Script=Arabic}/u)
  }
})

test('whatever strangers wrote stays text', () => {
  const [first] = given(whole).decisions
  if (first === undefined) throw new Error('it has one')
  const receipt = {
    ...first.receipt,
    revealed: { 'input/<b>': { salt: 'AAAA', value: { [hostileText]: [hostileText, null, {}] } } },
  }
  const hostile: SubjectExport = {
    ...given(whole),
    subject: hostileText,
    log: hostileText,
    decisions: [{ ...first, receipt, withheld: [`input/${hostileText}`] }],
    deployments: [
      {
        id: hostileText,
        declaration: {
          input: { [hostileText]: { type: hostileText } },
          retention: { laws: [hostileText], rules: [{ law: hostileText, keep: hostileText }] },
        },
      },
    ],
  }
  for (const language of ['en', 'ar'] as const) {
    const page = renderSubjectExport(hostile, language)
    readMarkup(page, { html: true })
    expect(page).not.toContain('<script')
    expect(page).not.toContain('\u202e')
  }
})
