import { OperatingError, utf8 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import keys from '../../../../../spec/vectors/keys.json' with { type: 'json' }
import vectors from '../../../../../spec/vectors/receipts.json' with { type: 'json' }
import { checkFile } from './check-file.ts'
import { receiptBytes, receiptElement } from './embedded-receipt.ts'
import { renderVerifierPage } from './page.ts'
import { readTrustTexts } from './trust-text.ts'
import { valueRows } from './value-rows.ts'
import { arabic } from './words-arabic.ts'
import { english, filled } from './words-english.ts'

const nothing = { log: '', evidence: '', keys: '' }

test('a receipt in a page is the receipt, whatever stands in it', () => {
  const receipt = { value: '</script><!--<script>alert(1)</script>\u2028"\\u003c' }
  const page = renderVerifierPage({
    program: "const a = '</script><!--'",
    receipt: JSON.stringify(receipt),
    toolVersion: '1',
  })
  expect(page.match(/<\/script>/g)).toHaveLength(2)
  expect(page).not.toContain('<!--')
  expect(JSON.parse(new TextDecoder().decode(receiptBytes(utf8(page))))).toEqual(receipt)
  expect(page).toBe(
    renderVerifierPage({
      program: "const a = '</script><!--'",
      receipt: JSON.stringify(receipt),
      toolVersion: '1',
    }),
  )
})

test('a page without a receipt holds none, also where its program names the element', () => {
  const program = `const a = ${JSON.stringify(receiptElement('{}'))}`
  const page = renderVerifierPage({ program, receipt: null, toolVersion: '1' })
  expect(() => receiptBytes(utf8(page))).toThrow(OperatingError)
})

test('both languages say the same things, with the same things put in', () => {
  const namesIn = (text: string) => (text.match(/\{\w+\}|`[^`]*`/g) ?? []).toSorted()
  for (const [name, text] of Object.entries(english)) {
    const other = new Map(Object.entries(arabic)).get(name) ?? ''
    expect(namesIn(other), name).toEqual(namesIn(text))
    expect(other, name).toMatch(/\p{Script=Arabic}/u)
  }
  expect(filled('{a} {b} {toString}', { a: 1 })).toBe('1 {b} {toString}')
})

test('a key in one line, a policy, and keys in PEM are read; anything else is refused', async () => {
  const line = vectors.trust.decisions.split(/\s/)[1] ?? ''
  const pem = `${keys['P-256'].publicKeyPem}\r\n${keys['P-384'].publicKeyPem}`
  const read = await readTrustTexts({
    log: ` ${line}\n`,
    evidence: vectors.trust.evidence,
    keys: pem,
  })
  expect(read.log?.quorum).toBe('none')
  expect(read.evidence?.log.name).toBe('example.org/evidence')
  expect(read.keys).toHaveLength(2)
  expect(await readTrustTexts({ log: ' ', evidence: '', keys: '\n' })).toEqual({
    log: null,
    evidence: null,
    keys: null,
  })
  const refused = [{ log: 'x' }, { log: 'log x' }, { keys: `${pem} and more` }, { keys: 'x' }]
  for (const given of refused)
    await expect(readTrustTexts({ ...nothing, ...given })).rejects.toThrow(OperatingError)
})

test.each([...vectors.valid, ...vectors.invalid])(
  'the page and the package agree: $name',
  async (given) => {
    const { trust } = vectors
    const texts = given.trusted
      ? { log: trust.decisions, evidence: trust.evidence, keys: trust.keys.join('\n') }
      : nothing
    const outcome = await checkFile(utf8(JSON.stringify(given.receipt)), texts)
    if (outcome.kind === 'receipt') {
      expect(outcome.report.verdict).toBe(given.expected)
      expect(outcome.erasure === null).toBe(outcome.report.erasure === null)
    } else expect(outcome.kind).toBe(given.expected === 'trust-not-met' ? 'undecided' : 'refused')
    expect(outcome.kind === 'receipt').toBe(vectors.valid.some(({ name }) => name === given.name))
  },
)

test('what is neither, and what cannot be compared with, is told', async () => {
  expect(await checkFile(utf8('PK'), nothing)).toMatchObject({ kind: 'refused' })
  expect(await checkFile(new Uint8Array(), nothing)).toMatchObject({ kind: 'refused' })
  expect(await checkFile(utf8('{}'), { ...nothing, log: 'x' })).toMatchObject({
    kind: 'undecided',
    why: 'trust-unreadable',
  })
})

test('a value becomes rows, no more than are asked for', () => {
  const value = { a: { b: [1, 'x'] }, c: {}, d: null }
  expect(valueRows(value, 3)).toEqual({
    rows: [
      { path: ['a', 'b', '0'], value: 1 },
      { path: ['a', 'b', '1'], value: 'x' },
      { path: ['c'], value: {} },
    ],
    count: 4,
  })
  expect(valueRows('x', 3)).toEqual({ rows: [{ path: [], value: 'x' }], count: 1 })
})
