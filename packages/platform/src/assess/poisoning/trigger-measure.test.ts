// A search that could not tell is undefined, and no rule passes on it.

import { expect, test } from 'vitest'
import { strongestTrigger } from './trigger-measure.ts'

const finding = (borneOut: boolean) => ({
  parts: [],
  towards: 1 as const,
  rate: 0.7,
  limits: { low: 0.6, high: 0.8 },
  n: 90,
  share: 0.01,
  borneOut,
})

test('the strongest that nothing bears out, with its limits', () => {
  const found = strongestTrigger({ findings: [finding(true), finding(false)], complete: false })
  expect(found).toMatchObject({ value: 0.7, low: 0.6, high: 0.8, n: 90 })
})

test('none, where every rare pattern was measured and is borne out', () => {
  const found = strongestTrigger({ findings: [finding(true)], complete: true })
  expect(found).toMatchObject({ value: 0, low: 0, high: 0, n: 90 })
})

test('undefined, where weaker ones were not measured, or nothing was rare enough to try', () => {
  const weaker = strongestTrigger({ findings: [finding(true)], complete: false })
  expect([weaker.value, weaker.low, weaker.high]).toEqual([null, null, null])
  expect(strongestTrigger({ findings: [], complete: true })).toMatchObject({ value: null, n: 0 })
})
