// What must be kept is not erased, what is due is, and what waits is carried out when it may; the clock is moved.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDecisions } from './check-decisions.ts'
import { by, decisionAbout, newDecisionsWorkspace } from './decisions-workspace.fixture.ts'
import { eraseDecisions } from './erase-decisions.ts'
import { holdDecisions, releaseDecisions } from './hold-decisions.ts'
import { expireDecisions, reportRetention } from './retain-decisions.ts'
import { showDecision } from './answer-about-decisions.ts'

const work = newDecisionsWorkspace()
const { folder, services } = work
afterAll(work.remove)
const report = () => reportRetention({ folder }, services)
const expire = (dryRun = false) => expireDecisions({ folder, dryRun }, services)
const refusal: unknown = expect.objectContaining({ code: 'erasure-restricted' })
const who = { by: 'ana', reason: 'case 12' }
const isErased = async (index: number) =>
  (await showDecision({ folder, by, index }, services)).content === null

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
  const { conflicts, deployments } = await report()
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
  expect(await expire()).toEqual({ retention: 0, request: 0, erasures: [] })
})

test('an erasure inside a floor is refused, or noted for later; an order goes before a floor', async () => {
  const erase = { folder, what: { subject: 'anna-99' }, reason: 'request' as const }
  await expect(eraseDecisions(erase, services)).rejects.toThrow(refusal)
  await expect(eraseDecisions(erase, services)).rejects.toThrow('2028-02-29T12:00:00.000Z')
  // Of the older one the floor is over; the younger one must be kept.
  work.setTime('2027-06-01T00:00:00Z')
  await expect(eraseDecisions(erase, services)).rejects.toThrow('1 of these decisions must be kept')
  expect(await isErased(0)).toBe(false)
  const erased = await eraseDecisions({ ...erase, policy: 'restrict' }, services)
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
  const order = { folder, what: { indexes: [4] }, reason: 'order' as const }
  expect(await eraseDecisions(order, services)).toMatchObject({ restricted: null })
  const stated = await work.stated('https://proofhouse.dev/retention/v1')
  expect(stated.predicates).toMatchObject([
    { event: 'erasure-restricted', ranges: [{ from: 1, to: 2 }], reason: 'request' },
  ])
  expect(stated.text).not.toContain('anna-99')
})

test('a hold keeps what an order or the end of its time would erase, until it is lifted', async () => {
  const bert = await holdDecisions({ folder, scope: { subject: 'bert-99' }, ...who }, services)
  const named = { folder, scope: { subject: 'carl-99' }, by: 'ana', reason: 'about carl-99' }
  await expect(holdDecisions(named, services)).rejects.toThrow('pseudonym')
  for (const scope of [{ subject: 'nobody' }, { indexes: [99] }, { deployment: 'none' }])
    await expect(holdDecisions({ folder, scope, ...who }, services)).rejects.toThrow(
      expect.objectContaining({ code: 'usage-invalid' }),
    )
  const order = { folder, what: { subject: 'bert-99' }, reason: 'order' as const }
  await expect(eraseDecisions(order, services)).rejects.toThrow(`hold ${bert.id}`)
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
  const release = { folder, id: bert.id, ...who }
  await releaseDecisions(release, services)
  await expect(releaseDecisions(release, services)).rejects.toThrow('stands')
  expect(await expire()).toMatchObject({
    retention: 1,
    erasures: [{ ranges: [{ from: 2, to: 3 }] }],
  })
})

test('what waited is erased when it may be, unless a deployment is held as a whole', async () => {
  const scope = { deployment: 'credit' }
  const hold = await holdDecisions({ folder, scope, ...who }, services)
  await work.record(decisionAbout('emil-99', 6))
  work.setTime('2028-03-01T00:00:00Z')
  expect(await expire()).toMatchObject({ retention: 0, request: 0 })
  const emil = { folder, what: { subject: 'emil-99' }, reason: 'request' as const }
  await expect(eraseDecisions({ ...emil, policy: 'restrict' }, services)).rejects.toThrow(
    'the request is noted in entry',
  )
  expect((await report()).holds).toMatchObject([{ id: hold.id, decisions: 2 }])
  await releaseDecisions({ folder, id: hold.id, ...who }, services)
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
  expect(await checkDecisions({ folder }, services)).toMatchObject({ erased: 6, findings: [] })
})
