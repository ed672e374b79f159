// How measures lie to bounds.

import { expect, test } from 'vitest'
import type { Measure } from '../assess/index.ts'
import { fitOf, measuresOf } from './bounds.ts'
import { reportFixture } from './report.fixture.ts'

const measured = (value: number, low: number, high: number): Measure => ({
  measure: 'performance.accuracy',
  over: [],
  slice: null,
  value,
  low,
  high,
  n: 10,
})

test.each([
  ['kept', measured(0.9, 0.85, 0.95), { min: 0.8 }],
  ['open', measured(0.9, 0.75, 0.95), { min: 0.8 }],
  ['beyond', measured(0.7, 0.65, 0.85), { min: 0.8 }],
  ['kept', measured(0.05, 0, 0.1), { max: 0.1 }],
  ['open', measured(0.05, 0, 0.11), { max: 0.1 }],
  ['beyond', measured(0.2, 0.1, 0.3), { min: 0, max: 0.1 }],
] as const)('an interval is %s', (fit, measure, bounds) => {
  expect(fitOf(measure, bounds)).toBe(fit)
})

test('a rule finds the measures it judged: all slices, or its own', () => {
  const { measures, rules } = reportFixture()
  const [rule] = rules.map(
    (r) => ({ ...r, measure: 'performance.accuracy', over: ['sex'] }) as const,
  )
  if (rule === undefined) throw new Error('the fixture has rules')
  expect(measuresOf(rule, measures).map((m) => m.n)).toEqual([154, 346])
  expect(measuresOf({ ...rule, slice: { sex: 'male' } }, measures).map((m) => m.n)).toEqual([346])
})
