// Whoever is shown contents is written down first: which entries, which groups, why, and never about whom.

import { parseReceipt } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { receiptOfDecision, searchDecisions, showDecision } from './answer-about-decisions.ts'
import { by, decisionAbout, newDecisionsWorkspace } from './decisions-workspace.fixture.ts'
import { eraseDecisions } from './erase-decisions.ts'

const work = newDecisionsWorkspace()
const { folder, services } = work
afterAll(work.remove)
const uri = 'https://proofhouse.dev/access/v1'
const subjects = ['anna-4711x', 'bert-4711x']

test('every access is stated before it happens, and names nobody', async () => {
  await work.deploy('credit')
  const decisions = [0, 1, 2, 3, 4].map((n) => decisionAbout(subjects[n % 2] ?? '', n))
  expect(await work.record(...decisions)).toMatchObject({ accepted: 5 })
  const at = { folder, by }
  expect((await showDecision({ ...at, index: 1 }, services)).groups?.['output']).toEqual({
    label: 'declined',
  })
  const found = (search: object, show: readonly string[] = []) =>
    searchDecisions({ ...at, show, search: { limit: 10, ...search } }, services)
  expect(await found({ subject: 'anna-4711x' }, ['input/income', 'input/none'])).toMatchObject([
    { index: 0, groups: { 'input/income': 7000 } },
    { index: 2, groups: { 'input/income': 7002 } },
    { index: 4, outcome: 'approved' },
  ])
  expect(await found({ after: 3 })).toEqual([expect.not.objectContaining({ groups: {} })])
  expect(await found({ subject: 'nobody' })).toEqual([])
  const given = { ...at, by: { ...by, reason: null }, index: 2, groups: ['output'] }
  const receipt = parseReceipt(await receiptOfDecision(given, services))
  expect(Object.keys(receipt.revealed)).toEqual(['output'])
  const { predicates, text } = await work.stated(uri)
  const shared = { log: 'proofhouse.local/decisions', user: 'svc', as: 'ana' }
  const why = { ...shared, reason: 'complaint 4711' }
  const whole = ['id', 'input', 'input/income', 'output', 'subject']
  const three = [0, 2, 4].map((from) => ({ from, to: from + 1 }))
  expect(predicates).toMatchObject([
    { ...why, act: 'show', ranges: [{ from: 1, to: 2 }], groups: whole },
    { ...why, act: 'find', ranges: three, groups: ['input/income', 'output/label', 'subject'] },
    { ...why, act: 'find', ranges: [{ from: 4, to: 5 }], groups: ['output/label'] },
    { ...shared, reason: null, act: 'receipt', ranges: [{ from: 2, to: 3 }], groups: ['output'] },
  ])
  for (const hidden of subjects) expect(text).not.toContain(hidden)
})

test('a reason that names the person is refused, and nothing is shown or stated', async () => {
  const before = (await work.stated(uri)).predicates.length
  const named = { folder, by: { ...by, reason: 'about bert-4711x' } }
  const refusal: unknown = expect.objectContaining({ code: 'usage-invalid' })
  await expect(showDecision({ ...named, index: 1 }, services)).rejects.toThrow(refusal)
  const receipt = { ...named, index: 1, groups: ['output'] }
  await expect(receiptOfDecision(receipt, services)).rejects.toThrow(refusal)
  const asked = { ...named, show: [], search: { subject: 'bert-4711x', limit: 5 } }
  await expect(searchDecisions(asked, services)).rejects.toThrow(refusal)
  const unasked = { ...named, show: [], search: { limit: 5 } }
  await expect(searchDecisions(unasked, services)).rejects.toThrow(refusal)
  const empty = { folder, by: { ...by, as: '' }, index: 1 }
  await expect(showDecision(empty, services)).rejects.toThrow(refusal)
  for (const user of ['bert-4711x', 'for BERT-4711x, bert-4711x'])
    await expect(showDecision({ folder, by: { ...by, user }, index: 1 }, services)).rejects.toThrow(
      refusal,
    )
  expect((await work.stated(uri)).predicates).toHaveLength(before)
  const other = { ...by, user: 'bert-4711xx' }
  await expect(showDecision({ folder, by: other, index: 1 }, services)).resolves.toBeDefined()
})

test('what cannot be stated is not shown', async () => {
  const failing: typeof services = {
    ...services,
    async openWorkspace(at) {
      const workspace = await services.openWorkspace(at)
      const record = () => Promise.reject(new Error('no room'))
      return { ...workspace, recorder: { ...workspace.recorder, record } }
    },
  }
  const at = { folder, by, index: 1 }
  await expect(showDecision(at, failing)).rejects.toThrow('no room')
  await expect(receiptOfDecision({ ...at, groups: null }, failing)).rejects.toThrow('no room')
  const asked = { folder, by, show: ['output'], search: { limit: 5 } }
  await expect(searchDecisions(asked, failing)).rejects.toThrow('no room')
})

test('of what was erased nothing is shown, and no access stated', async () => {
  await eraseDecisions({ folder, what: { subject: 'bert-4711x' }, reason: 'request' }, services)
  const before = (await work.stated(uri)).predicates.length
  expect((await showDecision({ folder, by, index: 1 }, services)).groups).toBeNull()
  const erased = await receiptOfDecision({ folder, by, index: 1, groups: null }, services)
  expect(parseReceipt(erased)).toMatchObject({ revealed: {}, erasure: { envelope: null } })
  expect((await work.stated(uri)).predicates).toHaveLength(before)
})
