// What must be kept is not erased, what is due is, and what waits is carried out when it may; the clock is moved.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDecisionLog, readDecision } from '../decisions/index.ts'
import type { DecisionLogInUse } from './decision-log-access.ts'
import { decisionAbout, newDecisionsWorkspace } from './decisions-workspace.fixture.ts'
import { erasing } from './erase-decisions.ts'
import { holding, releasing } from './hold-decisions.ts'
import {
  expireDecisions,
  expiring,
  reportingRetention,
  reportRetention,
} from './retain-decisions.ts'

const work = newDecisionsWorkspace()
const { folder, services } = work
afterAll(work.remove)
const refusal: unknown = expect.objectContaining({ code: 'erasure-restricted' })
const who = { by: 'ana', reason: 'case 12' }

/** What is done with a log that is open. */
const actions = (opened: DecisionLogInUse) => ({
  report: () => reportingRetention.run(opened, {}, services),
  expire: (dryRun = false) => expiring.run(opened, { dryRun }, services),
  erase: (request: Parameters<typeof erasing.run>[1]) => erasing.run(opened, request, services),
  hold: (scope: Parameters<typeof holding.run>[1]['scope'], reason = who.reason) =>
    holding.run(opened, { scope, ...who, reason }, services),
  release: (id: string) => releasing.run(opened, { id, ...who }, services),
  isErased: async (index: number) => (await readDecision(opened.log, index)).content === null,
  opened,
})
const inLog = (use: (act: ReturnType<typeof actions>) => Promise<void>) => () =>
  work.use((opened) => use(actions(opened)))

beforeAll(async () => {
  await work.deploy('credit', {
    retention: {
      class: 'consumer-credit',
      laws: ['us-reg-b-consumer'],
      rules: [{ law: 'policy 7', erase: 'P3Y' }],
    },
  })
  await work.deploy('odd', {
    retention: {
      class: 'odd',
      laws: ['us-hipaa-documentation'],
      rules: [{ law: 'policy 9', erase: 'P1Y' }],
    },
  })
  await work.deploy('silent')
  const older = { time: '2025-01-31T12:00:00Z' }
  await work.record(
    decisionAbout('anna-99', 0, older),
    decisionAbout('anna-99', 1),
    decisionAbout('bert-99', 2, older),
    decisionAbout('carl-99', 3, older),
    decisionAbout('dora-99', 4, { deployment: 'odd' }),
    decisionAbout('dora-99', 5, { deployment: 'silent' }),
  )
})

test('what contradicts is told before anything happens', async () => {
  const { conflicts, deployments } = await reportRetention({ folder }, services)
  expect(conflicts).toEqual([
    {
      kind: 'floor-beyond-ceiling',
      problem:
        'odd: 45 CFR 164.316(b)(2)(i) asks to keep what policy 9 asks to erase, for 1826 days',
    },
    {
      kind: 'undeclared',
      problem: 'silent: 1 decisions are held, and its declaration does not say for how long',
    },
  ])
  expect(deployments[0]).toEqual({
    deployment: 'credit',
    class: 'consumer-credit',
    rules: [
      { law: '12 CFR 1002.12(b)(1)', keep: 'P25M', erase: null },
      { law: 'policy 7', keep: null, erase: 'P3Y' },
    ],
    held: 4,
    inFloor: 4,
    onHold: 0,
    over: 0,
    due: 0,
    nextEndsAt: '2028-01-31T12:00:00.000Z',
  })
  const expired = await expireDecisions({ folder, dryRun: false }, services)
  expect(expired).toEqual({ retention: 0, request: 0, erasures: [] })
})

test(
  'an erasure inside a floor is refused, or noted for later; an order goes before a floor',
  inLog(async (act) => {
    const { erase, isErased, report } = act
    const anna = { what: { subject: 'anna-99' }, reason: 'request' as const }
    await expect(erase(anna)).rejects.toThrow(refusal)
    await expect(erase(anna)).rejects.toThrow('2028-02-29T12:00:00.000Z')
    // Of the older one the floor is over; the younger one must be kept.
    work.setTime('2027-06-01T00:00:00Z')
    await expect(erase(anna)).rejects.toThrow('1 of these decisions must be kept')
    expect(await isErased(0)).toBe(false)
    const erased = await erase({ ...anna, policy: 'restrict' })
    expect(erased).toMatchObject({
      ranges: [{ from: 0, to: 1 }],
      restricted: {
        entries: 1,
        grounds: ['12 CFR 1002.12(b)(1)'],
        until: '2028-02-29T12:00:00.000Z',
      },
    })
    expect([await isErased(0), await isErased(1)]).toEqual([true, false])
    const { conflicts, restricted } = await report()
    expect(restricted).toMatchObject([{ held: 1, due: 0, until: '2028-02-29T12:00:00.000Z' }])
    expect(conflicts.map(({ kind }) => kind)).toContain('erasure-inside-floor')
    const order = { what: { indexes: [4] }, reason: 'order' as const }
    expect(await erase(order)).toMatchObject({ restricted: null })
  }),
)

test(
  'a hold keeps what an order or the end of its time would erase, until it is lifted',
  inLog(async (act) => {
    const { erase, expire, hold, isErased, release, report } = act
    const bert = await hold({ subject: 'bert-99' })
    for (const scope of [{ subject: 'carl-99' }, { indexes: [1, 3] }])
      await expect(hold(scope, 'about carl-99')).rejects.toThrow('pseudonym')
    for (const scope of [{ subject: 'nobody' }, { indexes: [99] }, { deployment: 'none' }])
      await expect(hold(scope)).rejects.toThrow(expect.objectContaining({ code: 'usage-invalid' }))
    const order = { what: { subject: 'bert-99' }, reason: 'order' as const }
    await expect(erase(order)).rejects.toThrow(`hold ${bert.id}`)
    work.setTime('2028-02-01T00:00:00Z')
    expect((await report()).conflicts).toContainEqual({
      kind: 'hold-beyond-ceiling',
      problem: `hold ${bert.id} (case 12) keeps 1 decisions whose time is over`,
    })
    expect(await expire(true)).toEqual({ retention: 1, request: 0, erasures: [] })
    expect(await isErased(3)).toBe(false)
    expect(await expire()).toMatchObject({
      retention: 1,
      erasures: [{ reason: 'retention', ranges: [{ from: 3, to: 4 }] }],
    })
    expect([await isErased(2), await isErased(3)]).toEqual([false, true])
    await release(bert.id)
    await expect(release(bert.id)).rejects.toThrow('stands')
    expect(await expire()).toMatchObject({
      retention: 1,
      erasures: [{ ranges: [{ from: 2, to: 3 }] }],
    })
  }),
)

test(
  'what waited is erased when it may be, unless a deployment is held as a whole',
  inLog(async (act) => {
    const { erase, expire, hold, release, report } = act
    const whole = await hold({ deployment: 'credit' })
    await act.opened.log.append([decisionAbout('emil-99', 6)])
    work.setTime('2028-03-01T00:00:00Z')
    expect(await expire()).toMatchObject({ retention: 0, request: 0 })
    const emil = { what: { subject: 'emil-99' }, reason: 'request' as const }
    await expect(erase({ ...emil, policy: 'restrict' })).rejects.toThrow(
      'the request is noted in entry',
    )
    expect((await report()).holds).toMatchObject([{ id: whole.id, decisions: 2 }])
    await release(whole.id)
    expect((await report()).restricted.map(({ due }) => due)).toEqual([1, 1])
    expect(await expire()).toMatchObject({
      retention: 0,
      request: 2,
      erasures: [
        {
          reason: 'request',
          ranges: [
            { from: 1, to: 2 },
            { from: 6, to: 7 },
          ],
        },
      ],
    })
    expect(await report()).toMatchObject({ restricted: [], holds: [] })
    expect(await expire()).toEqual({ retention: 0, request: 0, erasures: [] })
    expect(await checkDecisionLog(act.opened.log)).toMatchObject({ erased: 6, findings: [] })
  }),
)

test('all of it is stated, and names nobody', async () => {
  const { predicates, text } = await work.stated('https://proofhouse.dev/retention/v1')
  expect(predicates.map(({ event, reason }) => [event, reason])).toEqual([
    ['erasure-restricted', 'request'],
    ['hold-set', 'case 12'],
    ['hold-lifted', 'case 12'],
    ['hold-set', 'case 12'],
    ['erasure-restricted', 'request'],
    ['hold-lifted', 'case 12'],
  ])
  expect(predicates[0]).toMatchObject({ ranges: [{ from: 1, to: 2 }], by: services.user() })
  expect(text).not.toMatch(/-99/)
})
