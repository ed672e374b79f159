// Rounding that hides whose number it is, and merges nothing that is far apart.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { categoryParts, numberParts } from './drift/parts.ts'
import { roundedScore, roundedWithin } from './told-values.ts'

test('property: a rounded number is within a hundredth of the spread, and has no more digits than that needs', () => {
  const numbers = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(numbers, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (value, spread) => {
      const rounded = roundedWithin(value, spread)
      expect(Math.abs(rounded - value)).toBeLessThanOrEqual(spread / 100 + 1e-9 * Math.abs(value))
      expect(roundedWithin(rounded, spread)).toBe(rounded)
    }),
  )
  expect(roundedWithin(35_211.17, 50_000)).toBe(35_200)
  expect(roundedWithin(2019, 23)).toBe(2019)
  expect(roundedWithin(12.345, 0)).toBe(12.345)
})

test('scores keep three digits at either end', () => {
  expect([0, 0.000_123_456, 0.412_345, 0.987_654, 0.999_876_54, 1].map(roundedScore)).toEqual([
    0, 0.000_123, 0.412, 0.9877, 0.999_877, 1,
  ])
})

test('parts of two periods name what ten rows hold, and put the rest together', () => {
  const counted = (values: readonly string[], counts: readonly number[]) => ({
    values,
    counts: Float64Array.from(counts),
  })
  const parts = categoryParts({
    kind: 'category',
    reference: counted(['a', 'b', 'c'], [90, 6, 4]),
    current: counted(['a', 'b', 'd'], [94, 4, 2]),
  })
  expect(parts).toEqual([
    { label: 'a', reference: 0.9, current: 0.94 },
    { label: 'b', reference: 0.06, current: 0.04 },
    { label: '(fewer than ten)', reference: 0.04, current: 0.02 },
  ])
  const numbers = (values: readonly number[], counts: readonly number[]) => ({
    values: Float64Array.from(values),
    counts: Float64Array.from(counts),
  })
  expect(numberParts(numbers([1, 2], [97, 3]), numbers([1, 3], [99, 1]))).toEqual([
    { label: '1', reference: 0.97, current: 0.99 },
    { label: '(fewer than ten)', reference: 0.03, current: 0.01 },
  ])
  const incomes = Array.from({ length: 200 }, (_, n) => 1_000.13 + 17.77 * n)
  const ones = incomes.map(() => 1)
  const ranges = numberParts(numbers(incomes, ones), numbers(incomes, ones))
  expect(ranges).toHaveLength(10)
  expect(ranges[1]?.label).toMatch(/^\d+ to below \d+$/)
  expect(ranges.reduce((sum, { reference }) => sum + reference, 0)).toBeCloseTo(1, 12)
})
