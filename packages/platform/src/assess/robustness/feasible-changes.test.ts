// Feasible changes: what the defaults forbid, that projections are feasible and near, and that the distance is one.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { distanceOf, feasibleSpace, isFeasible, project, reachOf } from './feasible-changes.ts'
import { type MixedRows, pointAt, rowsOfPoints } from './mixed-rows.ts'

const sample: MixedRows = {
  rows: 5,
  columns: [
    { kind: 'number', name: 'income', values: Float64Array.of(1.5, 2, 3, 4, 10) },
    { kind: 'number', name: 'children', values: Float64Array.of(0, 1, 2, 3, Number.NaN) },
    {
      kind: 'category',
      name: 'school',
      codes: Int32Array.of(0, 1, 2, 1, -1),
      labels: ['none', 'some', 'much'],
    },
    { kind: 'category', name: 'sex', codes: Int32Array.of(0, 1, 0, 1, 0), labels: ['f', 'm'] },
  ],
}

describe('feasible space', () => {
  test('an end beyond all that was seen leaves the other end there too', () => {
    const space = feasibleSpace(sample, { changes: { income: { min: 80 } }, fixed: [] })
    expect(space[0]).toMatchObject({ low: 80, high: 80 })
    const below = feasibleSpace(sample, { changes: { income: { max: 1 } }, fixed: [] })
    expect(below[0]).toMatchObject({ low: 1, high: 1 })
  })

  test('protected columns stay, the rest moves within what was seen, whole numbers stay whole', () => {
    const space = feasibleSpace(sample, { fixed: ['sex'] })
    expect(space).toEqual([
      { kind: 'number', name: 'income', direction: 'any', low: 1.5, high: 10, step: 0, scale: 2 },
      { kind: 'number', name: 'children', direction: 'any', low: 0, high: 3, step: 1, scale: 1.5 },
      { kind: 'category', name: 'school', direction: 'any', allowed: [0, 1, 2] },
      { kind: 'category', name: 'sex', direction: 'fixed', allowed: [0, 1] },
    ])
    expect(isFeasible(space, Float64Array.of(2, 1, 0, 0), Float64Array.of(2, 1, 0, 1))).toBe(false)
    expect(isFeasible(space, Float64Array.of(2, 1, 0, 0), Float64Array.of(2, 1.5, 0, 0))).toBe(
      false,
    )
    expect(isFeasible(space, Float64Array.of(2, 1, 0, 0), Float64Array.of(11, 1, 0, 0))).toBe(false)
    expect(isFeasible(space, Float64Array.of(2, 1, 0, 0), Float64Array.of(9.5, 3, 2, 0))).toBe(true)
  })

  test('directions, ranges and allowed categories are obeyed', () => {
    const changes = {
      income: { direction: 'increase', max: 20 },
      children: { direction: 'decrease' },
      school: { direction: 'increase', allowed: ['some', 'none'] },
    } as const
    const space = feasibleSpace(sample, { changes, fixed: ['sex'] })
    const from = Float64Array.of(2, 2, 0, 1)
    expect(project(space, from, Float64Array.of(30, 9, 2, 0))).toEqual(Float64Array.of(20, 2, 0, 1))
    expect(project(space, from, Float64Array.of(0, -5, 1, 0))).toEqual(Float64Array.of(2, 0, 1, 1))
    expect(project(space, Float64Array.of(2, 2, 1, 1), Float64Array.of(2, 2, 0, 1))[2]).toBe(1)
  })

  test('a missing value stays missing, and is infinitely far from one that is there', () => {
    const space = feasibleSpace(sample, { fixed: [] })
    const from = pointAt(sample, 4)
    expect(from).toEqual(Float64Array.of(10, Number.NaN, Number.NaN, 0))
    const to = Float64Array.of(9, 1, 1, 1)
    expect(project(space, from, to)).toEqual(Float64Array.of(9, Number.NaN, Number.NaN, 1))
    expect(distanceOf(space, from, to)).toBe(Infinity)
    expect(isFeasible(space, from, to)).toBe(false)
    expect(pointAt(rowsOfPoints(sample, [from]), 0)).toEqual(from)
  })

  test('a scale is the interquartile range, else the standard deviation, else 1', () => {
    const scaleOf = (...values: number[]) => {
      const columns = [{ kind: 'number', name: 'x', values: Float64Array.from(values) }] as const
      const [column] = feasibleSpace({ rows: values.length, columns }, { fixed: [] })
      return column?.kind === 'number' ? column.scale : null
    }
    expect(scaleOf(1, 2, 3, 4, 5)).toBe(2)
    expect(scaleOf(0, 0, 0, 0, 0, 0, 0, 0, 0, 10)).toBeCloseTo(3, 12)
    expect(scaleOf(7, 7)).toBe(1)
  })
})

describe('property', () => {
  const points = fc
    .tuple(fc.double({ min: -20, max: 20, noNaN: true }), fc.integer({ min: -3, max: 9 }))
    .chain(([a, b]) =>
      fc
        .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 1 }))
        .map(([c, d]) => Float64Array.of(a, b, c, d)),
    )
  const directions = fc.constantFrom('fixed', 'increase', 'decrease', 'any')

  test('projections are feasible, change nothing feasible, and go no farther than asked', () => {
    fc.assert(
      fc.property(points, points, directions, directions, (from, to, first, second) => {
        const changes = { income: { direction: first, step: 0.25 }, school: { direction: second } }
        const space = feasibleSpace(sample, { changes, fixed: ['sex'] })
        const found = project(space, from, to)
        expect(isFeasible(space, from, found)).toBe(true)
        expect(project(space, from, found)).toEqual(found)
        if (isFeasible(space, from, to))
          expect(distanceOf(space, found, to)).toBeLessThanOrEqual(1e-6)
        const [income] = space
        if (income?.kind !== 'number') throw new Error('income is a number')
        const reach = reachOf(income, from[0] ?? 0)
        expect(found[0]).toBeGreaterThanOrEqual(reach.low)
        expect(found[0]).toBeLessThanOrEqual(reach.high)
      }),
    )
  })

  test('the distance is a metric', () => {
    const space = feasibleSpace(sample, { fixed: [] })
    fc.assert(
      fc.property(points, points, points, (a, b, c) => {
        expect(distanceOf(space, a, a)).toBe(0)
        expect(distanceOf(space, a, b)).toBe(distanceOf(space, b, a))
        const around = distanceOf(space, a, c) + distanceOf(space, c, b)
        expect(distanceOf(space, a, b)).toBeLessThanOrEqual(around + 1e-9)
      }),
    )
  })
})
