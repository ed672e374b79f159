// A correction and what it supersedes are linked both ways, wherever one of them is told.

import { writeFileSync } from 'node:fs'
import { parseReceipt, verifyReceipt } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { receiptOfDecision, searchDecisions, showDecision } from './answer-about-decisions.ts'
import { checkDecisions } from './check-decisions.ts'
import { correctDecision } from './correct-decision.ts'
import { by, decisionAbout, newDecisionsWorkspace } from './decisions-workspace.fixture.ts'
import { eraseDecisions } from './erase-decisions.ts'

const work = newDecisionsWorkspace()
const { folder, services } = work
afterAll(work.remove)
const show = (index: number) => showDecision({ folder, by, index }, services)
const receipt = (index: number) =>
  receiptOfDecision({ folder, by, index, groups: ['output'] }, services)

function correct(index: number, changes: object) {
  const file = work.at('changes.json')
  writeFileSync(file, JSON.stringify(changes))
  return correctDecision({ folder, file, index, reason: 'misread', by: 'ana' }, services)
}

test('a correction changes what it names, and each says what became of it', async () => {
  await work.deploy('credit')
  await work.record(...[0, 1, 2].map((n) => decisionAbout('anna', n)))
  const before = await receipt(1)
  expect(await correct(1, { input: { income: 9000 }, output: { label: 'approved' } })).toEqual({
    index: 3,
    supersedes: 1,
  })
  expect(await correct(1, { output: { label: 'declined' } })).toEqual({ index: 4, supersedes: 1 })
  expect(await correct(3, { context: { channel: 'phone' } })).toEqual({ index: 5, supersedes: 3 })
  expect(await show(1)).toMatchObject({ supersedes: null, supersededBy: [3, 4] })
  const correction = await show(3)
  expect(correction).toMatchObject({
    supersedes: 1,
    supersededBy: [5],
    entry: { source: 'corrections', sequence: 0, time: '2026-02-01T00:00:00.000Z' },
    groups: {
      subject: 'anna',
      input: { age: 41, iban: '***' },
      'input/income': 9000,
      output: { label: 'approved' },
      context: { correction: { reason: 'misread', by: 'ana' } },
    },
  })
  const search = { subject: 'anna', limit: 10 }
  const found = await searchDecisions({ folder, by, show: [], search }, services)
  expect(found.map(({ supersedes, supersededBy }) => [supersedes, supersededBy])).toEqual([
    [null, []],
    [null, [3, 4]],
    [null, []],
    [1, [5]],
    [1, []],
    [3, []],
  ])
  const after = await verifyReceipt(await receipt(1))
  expect(after.supersededBy.map(({ index }) => index)).toEqual([3, 4])
  expect(after.summary).toContain('; superseded by entry 3, 4; ')
  expect((await verifyReceipt(before)).supersededBy).toEqual([])
  expect(parseReceipt(await receipt(0)).corrections).toBeUndefined()
  expect((await verifyReceipt(await receipt(3))).entry.corrects).toMatchObject({ index: 1 })
  expect(await checkDecisions({ folder }, services)).toMatchObject({ entries: 6, findings: [] })
})

test('what cannot be superseded is refused, by hand and by clients', async () => {
  const refusal: unknown = expect.objectContaining({ code: 'decision-malformed' })
  await expect(correct(0, { subject: 'bert' })).rejects.toThrow(refusal)
  await expect(correct(0, { output: { label: 7 } })).rejects.toThrow('is no text')
  await expect(correct(99, {})).rejects.toThrow('there is no decision 99')
  await work.deploy('other')
  const log = 'proofhouse.local/decisions'
  const corrects = (sequence: number, index: number, given: object = {}) =>
    decisionAbout('anna', sequence, { corrects: { log, index }, ...given })
  const { accepted, refused } = await work.record(
    corrects(3, 99),
    corrects(3, 0, { deployment: 'other' }),
    corrects(3, 0, { subject: 'bert' }),
    corrects(3, 0, { corrects: { log: 'example.org/other', index: 0 } }),
    corrects(3, 2),
  )
  expect(accepted).toBe(1)
  expect(refused.map(({ problem }) => problem.replace(/^`corrects` names /, ''))).toEqual([
    'an entry that is not in the log',
    'an entry of another deployment',
    'an entry that is about somebody else',
    'another log: only entries of this one can be superseded here',
  ])
  // Sent again it is the same, also once what it supersedes was erased.
  await eraseDecisions({ folder, what: { indexes: [2] }, reason: 'request' }, services)
  expect(await work.record(corrects(3, 2))).toMatchObject({ repeated: 1 })
  expect(await work.record(corrects(4, 2))).toMatchObject({
    refused: [{ problem: '`corrects` names an entry whose content was erased' }],
  })
  await expect(correct(2, {})).rejects.toThrow('was erased')
  expect(await checkDecisions({ folder }, services)).toMatchObject({ findings: [], erased: 1 })
})
