// Everything about a person, and nothing about others: with proofs, corrections, what was erased and withheld, and an access stated first.

import { readFileSync, writeFileSync } from 'node:fs'
import { isJsonObject, parseSubjectExport, type SubjectExport } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { showDecision } from './answer-about-decisions.ts'
import { correctDecision } from './correct-decision.ts'
import { by, decisionAbout, newDecisionsWorkspace } from './decisions-workspace.fixture.ts'
import { eraseDecisions } from './erase-decisions.ts'
import { exportSubject } from './export-subject.ts'
import { verifyExportFile } from './verify-export.ts'

const work = newDecisionsWorkspace()
const { folder, services } = work
afterAll(work.remove)
const output = work.at('export.json')
const trust = { trustPath: null, evidenceTrustPath: null, keyPaths: [] }
const asked = { folder, by, output, page: null, withhold: [], after: null }
const read = (): SubjectExport => parseSubjectExport(readFileSync(output))

test('a person gets every decision about them, and the proofs hold', async () => {
  await work.deploy('credit')
  await work.record(
    ...[0, 1, 2, 3, 4, 5].map((n) => decisionAbout(n % 2 === 0 ? 'anna-77' : 'bert-77', n)),
  )
  const file = work.at('changes.json')
  writeFileSync(file, JSON.stringify({ output: { label: 'declined' } }))
  for (const index of [2, 4])
    await correctDecision({ folder, file, index, reason: 'misread', by: 'ana' }, services)
  await eraseDecisions({ folder, what: { indexes: [4] }, reason: 'order' }, services)
  const page = { path: work.at('export.html'), language: 'ar' as const }
  for (const index of [0, 1]) await showDecision({ folder, by, index }, services)
  await exportSubject({ ...asked, subject: 'anna-77', page, withhold: ['input'] }, services)
  const exported = read()
  const { decisions, deployments } = exported
  expect(decisions.map(({ index, state }) => [index, state])).toEqual([
    [0, 'shown'],
    [2, 'shown'],
    [4, 'erased'],
    [6, 'shown'],
    [7, 'shown'],
  ])
  expect(decisions.map((one) => [one.supersedes, one.supersededBy])).toEqual([
    [null, []],
    [null, [6]],
    [null, [7]],
    [2, []],
    [4, []],
  ])
  expect(decisions.map(({ withheld }) => withheld.length)).toEqual([1, 1, 0, 1, 1])
  expect(exported.accesses).toMatchObject([
    { act: 'show', decisions: [0], groups: ['id', 'input', 'input/income', 'output', 'subject'] },
  ])
  expect(deployments).toMatchObject([{ id: 'credit', declaration: { mask: ['input/iban'] } }])
  const text = readFileSync(output, 'utf8')
  expect(text).not.toContain('bert-77')
  expect(text).not.toContain('DE89')
  expect(readFileSync(page.path, 'utf8')).toContain('<bdi>anna-77</bdi>')
  const stated = await work.stated('https://proofhouse.dev/access/v1')
  expect(stated.predicates.slice(2)).toMatchObject([
    {
      act: 'export',
      ranges: [
        { from: 0, to: 1 },
        { from: 2, to: 3 },
        { from: 6, to: 8 },
      ],
    },
  ])
  expect(exported.accessIndex).not.toBeNull()
  expect(stated.text).not.toContain('anna-77')
  expect(await verifyExportFile(services, { path: output, ...trust })).toEqual({
    decisions: 5,
    shown: 4,
    erased: 1,
    withheld: 0,
    logEstablished: false,
    problems: [],
  })
})

test('what was changed in an export is found', async () => {
  const exported = read()
  const [first, second] = exported.decisions
  if (first === undefined || second === undefined) throw new Error('it has them')
  const problemsOf = async (change: Partial<SubjectExport>) => {
    const path = work.at('changed.json')
    writeFileSync(path, JSON.stringify({ ...exported, ...change }))
    const { problems } = await verifyExportFile(services, { path, ...trust })
    return problems.map(({ index, problem }) => `${index} ${problem}`)
  }
  const { output: shown } = first.receipt.revealed
  const value = isJsonObject(shown?.value) ? { ...shown.value, label: 'declined' } : {}
  const revealed = { ...first.receipt.revealed, output: { salt: shown?.salt ?? '', value } }
  const lied = { ...first, receipt: { ...first.receipt, revealed } }
  expect(await problemsOf({ decisions: [lied] })).toEqual([
    expect.stringContaining('0 `output` is not what was committed to'),
  ])
  expect(await problemsOf({ decisions: [{ ...first, index: 1 }] })).toEqual([
    '1 its receipt is of another entry',
  ])
  expect(await problemsOf({ decisions: [first], subject: 'bert-77' })).toEqual([
    '0 it is about somebody else',
  ])
  expect(await problemsOf({ decisions: [{ ...second, supersededBy: [] }] })).toEqual([
    '2 other entries supersede it than it says',
  ])
  expect(await problemsOf({ decisions: [{ ...second, supersedes: 0 }] })).toEqual([
    '2 it supersedes another entry than it says',
  ])
})

test('of somebody unknown, or wholly withheld, nothing is shown and no access stated', async () => {
  await exportSubject({ ...asked, subject: 'carl-77' }, services)
  expect(read()).toMatchObject({ decisions: [], accessIndex: null, deployments: [] })
  const withhold = ['context', 'id', 'input', 'input/income', 'output', 'subject']
  await exportSubject({ ...asked, subject: 'bert-77', withhold }, services)
  expect(read().decisions.map(({ state }) => state)).toEqual(['withheld', 'withheld', 'withheld'])
  expect(read().accessIndex).toBeNull()
  await exportSubject({ ...asked, subject: 'bert-77', after: 3 }, services)
  expect(read()).toMatchObject({ decisions: [{ index: 5 }], after: null })
  expect((await work.stated('https://proofhouse.dev/access/v1')).predicates).toHaveLength(4)
})

test('a group to withhold that no decision has is refused: it may be misspelt', async () => {
  const before = (await work.stated('https://proofhouse.dev/access/v1')).predicates.length
  for (const name of ['inptu', 'input/age', ''])
    await expect(
      exportSubject({ ...asked, subject: 'bert-77', withhold: ['output', name] }, services),
    ).rejects.toMatchObject({ code: 'usage-invalid' })
  const { predicates } = await work.stated('https://proofhouse.dev/access/v1')
  expect(predicates).toHaveLength(before)
})
