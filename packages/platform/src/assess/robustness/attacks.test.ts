// Attacks against models whose nearest adversarial change is known: how near they come, and that they keep to what is
// feasible, to their budget and to their seed.

import { describe, expect, test } from 'vitest'
import type { AttackMethod } from './attack.ts'
import {
  decideBy,
  exactLinearDistance,
  linearModel,
  linearScore,
  mixedTable,
} from './attack-cases.fixture.ts'
import { boundaryAttack } from './boundary-attack.ts'
import { type ColumnChange, distanceOf, feasibleSpace, isFeasible } from './feasible-changes.ts'
import { hopSkipJump } from './hop-skip-jump.ts'
import { lowProFool } from './low-pro-fool.ts'
import { type MixedRows, type Point, pointAt } from './mixed-rows.ts'
import { runAttacks } from './run-attacks.ts'
import { squareAttack } from './square-attack.ts'

const methods: Readonly<
  Record<string, { readonly method: AttackMethod; readonly smooth: boolean }>
> = {
  hopSkipJump: { method: hopSkipJump, smooth: false },
  boundaryAttack: { method: boundaryAttack, smooth: false },
  squareAttack: { method: squareAttack, smooth: true },
  lowProFool: { method: lowProFool(), smooth: true },
}

const pointsOf = (table: MixedRows, count: number) =>
  Array.from({ length: count }, (_, row) => pointAt(table, row))

/** Wide ranges, so that the exact distance has a closed form. */
const wide = (table: MixedRows, changes: Readonly<Record<string, ColumnChange>> = {}) =>
  feasibleSpace(table, {
    fixed: [],
    changes: Object.fromEntries(
      table.columns.flatMap(({ kind, name }) =>
        kind === 'number' ? [[name, { min: -1e4, max: 1e4, ...changes[name] }]] : [],
      ),
    ),
  })

/** Four numbers, some of them missing, one of them in steps of 5, and two categories. */
function tableWithSteps(): MixedRows {
  const table = mixedTable(4, { rows: 60, numbers: 4, categories: [3, 4] })
  const columns = table.columns.map((column, n) => {
    if (column.kind === 'category') return column
    const values = column.values.map((value, row) => {
      if (n === 1) return 5 * Math.round(value)
      return n === 3 && row % 7 === 0 ? Number.NaN : value
    })
    return { ...column, values }
  })
  return { rows: table.rows, columns }
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

async function ratiosOn(
  table: MixedRows,
  by: {
    readonly method: AttackMethod
    readonly smooth: boolean
    readonly changes?: Readonly<Record<string, ColumnChange>>
    readonly queriesMax?: number
  },
) {
  const linear = linearModel(5, table)
  const { decide } = decideBy((point) => linearScore(linear, point), by)
  const space = wide(table, by.changes)
  const points = pointsOf(table, 40)
  const model = { decide, threshold: 0.5, like: table }
  const { method, queriesMax = 1000 } = by
  const results = await runAttacks(model, { points, space, method, queriesMax, seed: 1 })
  return results.map(({ distance }, n) => {
    const exact = exactLinearDistance(linear, space, points[n] ?? new Float64Array())
    return distance / exact
  })
}

/** What each attack reaches with 1,000 questions: the distance over the exact one, in the median and at worst. */
const slack: Readonly<Record<string, { readonly median: number; readonly worst: number }>> = {
  hopSkipJump: { median: 1.01, worst: 1.05 },
  boundaryAttack: { median: 1.05, worst: 1.5 },
  squareAttack: { median: 1.15, worst: 1.5 },
  lowProFool: { median: 1.05, worst: 1.15 },
}

describe.each(Object.entries(methods))('%s', (name, { method, smooth }) => {
  test('on a linear model, comes near the exact distance and never below it', async () => {
    const ratios = await ratiosOn(mixedTable(1, { rows: 60, numbers: 6 }), { method, smooth })
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(1 - 1e-9)
    expect(median(ratios)).toBeLessThan(slack[name]?.median ?? 1)
    expect(Math.max(...ratios)).toBeLessThan(slack[name]?.worst ?? 1)
  })

  test('the same where columns move one way only, and with categories', async () => {
    const table = mixedTable(2, { rows: 60, numbers: 5, categories: [3, 4] })
    const changes = { x0: { direction: 'increase' }, x3: { direction: 'decrease' } } as const
    const ratios = await ratiosOn(table, { method, smooth, changes })
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(1 - 1e-9)
    expect(median(ratios)).toBeLessThan(slack[name]?.median ?? 1)
    expect(Math.max(...ratios)).toBeLessThan(slack[name]?.worst ?? 1)
  })

  test('what is found flips, is feasible and as far as reported, on a table with steps and missing values', async () => {
    const table = tableWithSteps()
    const space = feasibleSpace(table, {
      fixed: ['c0'],
      changes: { x1: { step: 5 }, x2: { direction: 'increase', max: 150 } },
    })
    const linear = linearModel(9, table)
    const score = (point: Point) =>
      linearScore(
        linear,
        point.map((value) => (Number.isNaN(value) ? 0 : value)),
      )
    const { decide } = decideBy(score, { smooth })
    const points = pointsOf(table, 60)
    const model = { decide, threshold: 0.5, like: table }
    const found = await runAttacks(model, { points, space, method, queriesMax: 300, seed: 4 })
    expect(found.filter((result) => result.found !== null).length).toBeGreaterThan(30)
    for (const [n, result] of found.entries()) {
      const from = points[n] ?? new Float64Array()
      expect(result.isPositive).toBe(score(from) >= 0)
      if (result.found === null) {
        expect(result.distance).toBe(Infinity)
        continue
      }
      expect(score(result.found) >= 0).toBe(!result.isPositive)
      expect(isFeasible(space, from, result.found)).toBe(true)
      expect(distanceOf(space, from, result.found)).toBe(result.distance)
      expect(result.found[4]).toBe(from[4])
    }
  })

  test('asks no more than its budget, and says exactly how much', async () => {
    const table = mixedTable(3, { rows: 30, numbers: 3, categories: [3] })
    const linear = linearModel(5, table)
    for (const queriesMax of [3, 4, 10, 57, 200]) {
      const { decide, asked } = decideBy((point) => linearScore(linear, point), { smooth })
      const model = { decide, threshold: 0.5, like: table }
      const points = pointsOf(table, 30)
      const space = wide(table)
      const found = await runAttacks(model, { points, space, method, queriesMax, seed: 2 })
      for (const { queries } of found) expect(queries).toBeLessThanOrEqual(queriesMax)
      expect(found.reduce((sum, { queries }) => sum + queries, 0)).toBe(asked())
    }
  })

  test('with everything fixed nothing is found, and nothing asked in vain', async () => {
    const table = mixedTable(3, { rows: 10, numbers: 3, categories: [3] })
    const linear = linearModel(5, table)
    const { decide, asked } = decideBy((point) => linearScore(linear, point), { smooth })
    const space = feasibleSpace(table, { fixed: table.columns.map((column) => column.name) })
    const model = { decide, threshold: 0.5, like: table }
    const points = pointsOf(table, 10)
    const found = await runAttacks(model, { points, space, method, queriesMax: 100, seed: 2 })
    expect(found.every((result) => result.found === null)).toBe(true)
    expect(asked()).toBe(10)
  })
})

test('with 150 questions HopSkipJump comes within a tenth of the exact distance', async () => {
  const by = { method: hopSkipJump, smooth: false, queriesMax: 150 }
  const ratios = await ratiosOn(mixedTable(1, { rows: 60, numbers: 6 }), by)
  expect(median(ratios)).toBeLessThan(1.1)
})

test.each([hopSkipJump, lowProFool()])('a score at the threshold is positive', async (method) => {
  const table = mixedTable(1, { rows: 20, numbers: 3 })
  const linear = linearModel(5, table)
  // Scores of 0 and 1 with a threshold of 1: rows on the positive side are at it, not above.
  const { decide } = decideBy((point) => linearScore(linear, point), { smooth: false })
  const request = { points: pointsOf(table, 20), space: wide(table), queriesMax: 100, seed: 1 }
  const at = await runAttacks({ decide, threshold: 1, like: table }, { ...request, method })
  const below = await runAttacks({ decide, threshold: 0.5, like: table }, { ...request, method })
  expect(at).toEqual(below)
})

test('the same seed gives the same results', async () => {
  const table = mixedTable(6, { rows: 24, numbers: 4, categories: [3] })
  const linear = linearModel(5, table)
  const { decide } = decideBy((point) => linearScore(linear, point), { smooth: false })
  const request = {
    points: pointsOf(table, 24),
    space: wide(table),
    method: hopSkipJump,
    queriesMax: 150,
  }
  const model = { decide, threshold: 0.5, like: table }
  const [first, again, other] = [
    await runAttacks(model, { ...request, seed: 7 }),
    await runAttacks(model, { ...request, seed: 7 }),
    await runAttacks(model, { ...request, seed: 8 }),
  ]
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
})

test('what the model does not confirm is not reported, and a signal ends the attack between batches', async () => {
  const table = mixedTable(6, { rows: 8, numbers: 2 })
  const points = pointsOf(table, 8)
  let asked = 0
  // Answers change from question to question: no flip is there when it is looked at again.
  const moody = ({ rows }: MixedRows) => {
    asked += rows
    return Promise.resolve(new Float64Array(rows).fill(asked > 8 && asked <= 8 * 19 ? 1 : 0))
  }
  const request = { points, space: wide(table), method: hopSkipJump, queriesMax: 20, seed: 1 }
  const model = { decide: moody, threshold: 0.5, like: table }
  const found = await runAttacks(model, request)
  expect(found.every((result) => result.found === null)).toBe(true)
  const controller = new AbortController()
  const decide = ({ rows }: MixedRows) => {
    controller.abort()
    return Promise.resolve(new Float64Array(rows))
  }
  await expect(
    runAttacks({ ...model, decide, signal: controller.signal }, request),
  ).rejects.toMatchObject({ code: 'interrupted' })
})

test('an attack that spares a column changes it less', async () => {
  const table = mixedTable(1, { rows: 30, numbers: 4 })
  const linear = linearModel(5, table)
  const { decide } = decideBy((point) => linearScore(linear, point), { smooth: true })
  const points = pointsOf(table, 30)
  const space = wide(table)
  const model = { decide, threshold: 0.5, like: table }
  const change = async (importance: Readonly<Record<string, number>>) => {
    const method = lowProFool(importance)
    const found = await runAttacks(model, { points, space, method, queriesMax: 300, seed: 1 })
    return median(
      found.map((result, n) => Math.abs((result.found?.[1] ?? 0) - (points[n]?.[1] ?? 0))),
    )
  }
  expect(await change({ x1: 5 })).toBeLessThan(0.2 * (await change({})))
})
