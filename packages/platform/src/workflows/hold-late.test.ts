// A deployment that is held as a whole, and decisions of it that come after the person they are about was erased.

import { afterAll, expect, test } from 'vitest'
import type { DecisionLogInUse } from './decision-log-access.ts'
import { decisionAbout, newDecisionsWorkspace } from './decisions-workspace.fixture.ts'
import { erasing } from './erase-decisions.ts'
import { holding, releasing } from './hold-decisions.ts'

const work = newDecisionsWorkspace()
const { services } = work
afterAll(work.remove)
const who = { by: 'ana', reason: 'case 12' }
const before = { time: '2025-01-31T12:00:00Z' }
const hold = (opened: DecisionLogInUse) =>
  holding.run(opened, { scope: { deployment: 'credit' }, ...who }, services)

test('what comes late of a held deployment is kept whole, for as long as the hold stands', async () => {
  await work.deploy('credit')
  await work.deploy('other')
  const late = async (
    { log }: DecisionLogInUse,
    sequence: number,
    given: { readonly deployment?: string } = {},
  ) => {
    const [outcome] = await log.append([decisionAbout('fay-99', sequence, { ...before, ...given })])
    return outcome?.status
  }
  let id = ''
  await work.use(async (opened) => {
    ;({ id } = await hold(opened))
    await erasing.run(opened, { what: { subject: 'fay-99' }, reason: 'request' }, services)
    expect(await late(opened, 0)).toBe('accepted')
    expect(await late(opened, 1, { deployment: 'other' })).toBe('erased')
  })
  await work.use(async (opened) => {
    expect(await late(opened, 2)).toBe('accepted')
    await releasing.run(opened, { id, ...who }, services)
    expect(await late(opened, 3)).toBe('erased')
    await hold(opened)
    expect(await late(opened, 4)).toBe('accepted')
  })
})
