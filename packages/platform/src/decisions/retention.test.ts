// Calendar arithmetic, and which of several rules binds.

import { expect, test } from 'vitest'
import { readDeployment } from './deployment.ts'
import { addPeriod, isDue, isFree, rulesOf, standingOf } from './retention.ts'
import { retentionLaws } from './retention-laws.ts'

const declared = (retention: object) =>
  readDeployment({ id: 'd', model: 'ab'.repeat(32), input: {}, output: {}, retention })

test.each([
  ['2024-01-31T12:00:00.000Z', 'P1M', '2024-02-29T12:00:00.000Z'],
  ['2025-01-31T12:00:00.000Z', 'P1M', '2025-02-28T12:00:00.000Z'],
  ['2024-02-29T00:00:00.000Z', 'P1Y', '2025-02-28T00:00:00.000Z'],
  ['2024-11-30T23:59:59.000Z', 'P25M', '2026-12-30T23:59:59.000Z'],
  ['2026-12-31T00:00:00.000Z', 'P6M', '2027-06-30T00:00:00.000Z'],
  ['2026-02-28T00:00:00.000Z', 'P1D', '2026-03-01T00:00:00.000Z'],
  ['2026-03-28T12:00:00.000Z', 'P90D', '2026-06-26T12:00:00.000Z'],
])('%s and %s is %s', (from, period, to) => {
  expect(new Date(addPeriod(Date.parse(from), period)).toISOString()).toBe(to)
})

test('the longest floor and the shortest ceiling bind, and a hold goes before both', () => {
  const deployment = declared({
    class: 'credit',
    laws: ['eu-ai-act-deployer', 'us-reg-b-consumer'],
    rules: [
      { law: 'policy 7', erase: 'P5Y' },
      { law: 'policy 8', keep: 'P1Y', erase: 'P3Y' },
    ],
  })
  const rules = rulesOf(deployment)
  const { retention: _none, ...silent } = deployment
  expect(rulesOf(silent)).toEqual([])
  const timeMs = Date.parse('2026-01-31T00:00:00Z')
  const decision = { index: 4, timeMs, deployment: 'd' }
  const standing = standingOf(decision, rules, [])
  expect(standing).toEqual({
    keepUntil: { atMs: Date.parse('2028-02-29T00:00:00Z'), law: '12 CFR 1002.12(b)(1)' },
    eraseBy: { atMs: Date.parse('2029-01-31T00:00:00Z'), law: 'policy 8' },
    holds: [],
  })
  const at = (time: string) => {
    const nowMs = Date.parse(time)
    return [isFree(standing, nowMs), isDue(standing, nowMs)]
  }
  expect(at('2028-02-28T23:59:59Z')).toEqual([false, false])
  expect(at('2028-02-29T00:00:00Z')).toEqual([true, false])
  expect(at('2029-01-30T23:59:59Z')).toEqual([true, false])
  expect(at('2029-01-31T00:00:00Z')).toEqual([true, true])
  const hold = { reason: 'r', by: 'b', since: '2026-01-31T00:00:00Z' }
  const holds = [
    { ...hold, id: 'all', ranges: [], deployment: 'd' },
    { ...hold, id: 'others', ranges: [], deployment: 'e' },
    { ...hold, id: 'one', ranges: [{ from: 4, to: 5 }], deployment: null },
    { ...hold, id: 'next', ranges: [{ from: 5, to: 9 }], deployment: null },
  ]
  const held = standingOf(decision, rules, holds)
  expect(held.holds).toEqual(['all', 'one'])
  expect(isDue(held, Date.parse('2040-01-01T00:00:00Z'))).toBe(false)
})

test('a declaration names only laws that are known, and periods that are some', () => {
  for (const law of retentionLaws) {
    expect(declared({ class: 'c', laws: [law.id] }).retention?.laws).toEqual([law.id])
    expect(law.keep).toMatch(/^P[1-9]\d*[DMY]$/)
    expect(law.source).toMatch(/^https:\/\//)
  }
  expect(() => declared({ class: 'c', laws: ['us-reg-b-consumers'] })).toThrow(
    'did you mean `us-reg-b-consumer`?',
  )
  for (const erase of ['P0D', '6M', 'P6', 'P6W', 'PT6M', 'P12345D'])
    expect(() => declared({ class: 'c', rules: [{ law: 'l', erase }] })).toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    )
})
