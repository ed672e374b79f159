// A decision log that went on from an older copy: under the numbers of what was lost come other decisions, and nothing that was said of
// the lost ones before may reach them.

import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { showDecision } from './answer-about-decisions.ts'
import { checkDecisions } from './check-decisions.ts'
import { by, decisionAbout, newDecisionsWorkspace } from './decisions-workspace.fixture.ts'
import { endEpoch, eraseDecisions } from './erase-decisions.ts'
import { exportSubject } from './export-subject.ts'
import { holdDecisions } from './hold-decisions.ts'
import { restoreDecisions } from './restore-decisions.ts'
import { expireDecisions, reportRetention } from './retain-decisions.ts'

const work = newDecisionsWorkspace()
const { at, folder, services } = work
afterAll(work.remove)

const parts = ['decisions', 'keys/wrapped']
const copy = () => {
  for (const name of parts) cpSync(join(folder, name), at(`copy/${name}`), { recursive: true })
}
const putBack = () => {
  for (const name of parts) {
    rmSync(join(folder, name), { recursive: true })
    cpSync(at(`copy/${name}`), join(folder, name), { recursive: true })
  }
}
const shown = async (index: number) =>
  (await showDecision({ folder, index, by }, services)).groups?.['subject']

test('erasures, holds and accesses of what a restore has lost do not reach what came after it', async () => {
  await work.deploy('credit')
  await work.deploy('kept', { retention: { class: 'c', rules: [{ law: 'a', keep: 'P1Y' }] } })
  await work.record(decisionAbout('p-first', 0))
  copy()
  await work.record(decisionAbout('p-lost', 1), decisionAbout('p-held', 2))
  await work.record(decisionAbout('p-asked', 3, { deployment: 'kept' }))
  await showDecision({ folder, index: 2, by }, services)
  const hold = { scope: { subject: 'p-held' }, reason: 'case 7', by: 'ana' }
  await holdDecisions({ folder, ...hold }, services)
  const asked = eraseDecisions(
    { folder, what: { subject: 'p-asked' }, reason: 'request', policy: 'restrict' },
    services,
  )
  await expect(asked).rejects.toMatchObject({ code: 'erasure-restricted' })
  await eraseDecisions({ folder, what: { subject: 'p-lost' }, reason: 'request' }, services)
  putBack()
  expect(await restoreDecisions({ folder }, services)).toMatchObject({ size: 1, sizeBefore: 4 })

  const others = ['p-one', 'p-two', 'p-three'].map((subject, n) =>
    decisionAbout(subject, n, { source: 'other' }),
  )
  await work.record(...others)
  for (const [n, { subject }] of others.entries()) expect(await shown(n + 1)).toBe(subject)
  expect(await reportRetention({ folder }, services)).toMatchObject({
    holds: [{ decisions: 0 }],
    restricted: [],
  })
  work.setTime('2029-01-01T00:00:00Z')
  const expired = await expireDecisions({ folder, dryRun: false }, services)
  expect(expired).toMatchObject({ retention: 0, request: 0 })
  await endEpoch({ folder }, services)
  for (const [n, { subject }] of others.entries()) expect(await shown(n + 1)).toBe(subject)
  const { entries, opened, findings } = await checkDecisions({ folder }, services)
  expect([entries, opened, findings]).toEqual([4, 4, []])
  const request = { subject: 'p-two', withhold: [], after: null, by }
  const files = { folder, output: at('two.json'), page: null }
  const { accesses } = await exportSubject({ ...request, ...files }, services)
  expect(accesses.map(({ decisions }) => decisions)).toEqual([[2], [2]])

  // The same copy again, under the statements of the restore.
  putBack()
  await restoreDecisions({ folder }, services)
  await work.record(...others)
  for (const [n, { subject }] of others.entries()) expect(await shown(n + 1)).toBe(subject)
})

test('looking at a log of another history destroys nothing of it, and restoring it nothing but what they share', async () => {
  const other = newDecisionsWorkspace()
  const of = { folder: other.folder }
  const everything = ['decisions', 'keys', 'ledger']
  const copyTo = (from: string, to: string, names: readonly string[]) => {
    for (const name of names) {
      rmSync(join(to, name), { recursive: true, force: true })
      cpSync(join(from, name), join(to, name), { recursive: true })
    }
  }
  await other.deploy('credit')
  await other.record(decisionAbout('p-a', 0), decisionAbout('p-shared', 1))
  copyTo(other.folder, other.at('old'), everything)
  const erase = (subject: string) =>
    eraseDecisions({ ...of, what: { subject }, reason: 'request' }, other.services)
  await other.record(decisionAbout('p-b', 2))
  await erase('p-b')
  await erase('p-shared')
  copyTo(other.folder, other.at('new'), ['ledger'])
  // All of it goes back, evidence too, and goes on; then the newer evidence is found again.
  copyTo(other.at('old'), other.folder, everything)
  await other.record(decisionAbout('p-c', 0, { source: 'other' }))
  copyTo(other.at('new'), other.folder, ['ledger'])
  rmSync(join(other.folder, 'decisions/stated.json'), { force: true })
  const subjectOf = async (index: number) =>
    (await showDecision({ ...of, index, by }, other.services)).groups?.['subject']
  await expect(subjectOf(2)).rejects.toMatchObject({ code: 'ledger-older' })
  const looked = await checkDecisions(of, other.services)
  expect([looked.opened, looked.erased]).toEqual([3, 0])
  expect(looked.findings.length).toBeGreaterThan(0)
  await restoreDecisions(of, other.services)
  expect(await subjectOf(2)).toBe('p-c')
  expect(await subjectOf(1)).toBeUndefined()
  expect(await subjectOf(0)).toBe('p-a')
  other.remove()
})
