// What a plot shows: the right part of the scale, marks on the right side of the bound, everything inside the drawing.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Measure } from '../../assess/index.ts'
import { elementsOf, readMarkup } from '../markup-tree.fixture.ts'
import { domainOf, type IntervalPlot, intervalPlot } from './interval-plot.ts'

const measured = (value: number, low: number, high: number): Measure => ({
  measure: 'performance.accuracy',
  over: [],
  slice: null,
  value,
  low,
  high,
  n: 10,
})
const plotOf = (
  measures: readonly Measure[],
  bounds: Partial<IntervalPlot> = {},
): IntervalPlot => ({
  id: 'p',
  title: 'T',
  summary: 'S.',
  measures,
  range: [0, 1],
  ...bounds,
})

const share = fc.double({ min: 0, max: 1, noNaN: true })

test('the scale holds every figure and bound, stays in the range of the measure, and is never a sliver', () => {
  fc.assert(
    fc.property(fc.tuple(share, share, share), share, (figures, bound) => {
      const [low = 0, value = 0, high = 0] = figures.toSorted((a, b) => a - b)
      const [from, to] = domainOf(plotOf([measured(value, low, high)], { min: bound }))
      expect(from).toBeLessThanOrEqual(Math.min(low, bound))
      expect(to).toBeGreaterThanOrEqual(Math.max(high, bound))
      expect(from).toBeGreaterThanOrEqual(0)
      expect(to).toBeLessThanOrEqual(1)
      expect(to - from).toBeGreaterThan(0.29)
    }),
  )
})

test('every mark lies inside the drawing', () => {
  fc.assert(
    fc.property(fc.tuple(share, share, share), share, (figures, bound) => {
      const [low = 0, value = 0, high = 0] = figures.toSorted((a, b) => a - b)
      const plot = plotOf([measured(value, low, high)], { max: bound, warnAt: bound * 0.8 })
      const all = elementsOf(readMarkup(intervalPlot(plot).toString(), { html: true }))
      const places = all.flatMap(({ attributes }) =>
        ['x', 'x1', 'x2', 'cx'].flatMap((name) => attributes.get(name) ?? []),
      )
      expect(places.length).toBeGreaterThan(6)
      expect(
        places.filter((p) => !(Number.parseFloat(p) >= 0.99 && Number.parseFloat(p) <= 99.01)),
      ).toEqual([])
    }),
  )
})

test('a measure without a natural scale gets one of its own size, and round ticks', () => {
  const range = [0, Infinity] as const
  const money = plotOf([measured(4_100, 3_900, 4_350)], { max: 5_000, range })
  expect(domainOf(money)).toEqual([3_800, 5_200])
  const [low, high] = domainOf(plotOf([measured(0.004, 0.003, 0.006)], { range }))
  expect([low <= 0.003, high >= 0.006, high < 0.01]).toEqual([true, true, true])
  // Errors that are all nought, all alike, or beyond any scale still end in one.
  for (const value of [0, 1e-9, 123_456.789, 4e15, 1e300]) {
    const [from, to] = domainOf(plotOf([measured(value, value, value)], { range }))
    expect(to).toBeGreaterThan(from)
    expect(intervalPlot(plotOf([measured(value, value, value)], { range })).toString()).toContain(
      'svg',
    )
  }
  // What no data can show does not stretch the scale.
  const open = plotOf([measured(2, 1, Number.MAX_SAFE_INTEGER)], { range })
  expect(domainOf(open)[1]).toBeLessThan(10)
})
