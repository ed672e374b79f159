// The whole search on small systems: bounds that agree with each other, budgets, and examples that name nobody.

import { describe, expect, test } from 'vitest'
import { seededRandom } from '../intervals/random.ts'
import { decideBy, linearModel, linearScore, mixedTable } from './attack-cases.fixture.ts'
import type { ChangeExample } from './change-examples.ts'
import { feasibleSpace } from './feasible-changes.ts'
import { epsilonsDefault, findRobustness, type RobustnessRequest } from './find-robustness.ts'
import { hopSkipJump } from './hop-skip-jump.ts'
import { type MixedRows, type Point, pointAt } from './mixed-rows.ts'
import { runAttacks } from './run-attacks.ts'
import { robustnessCatalogue } from './robustness-catalogue.ts'
import { robustnessMeasures } from './robustness-measures.ts'
import { randomTrees, treeMargin } from './tree-cases.fixture.ts'

/** A table with an identifier, a protected column and whatever `mixedTable` gives. */
function people(rows: number): MixedRows {
  const random = seededRandom(5)
  const table = mixedTable(21, { rows, numbers: 3, categories: [3] })
  return {
    rows,
    columns: [
      ...table.columns,
      {
        kind: 'number',
        name: 'id',
        values: Float64Array.from({ length: rows }, (_, n) => 1000 + n),
      },
      {
        kind: 'category',
        name: 'sex',
        codes: Int32Array.from({ length: rows }, () => Number(random() < 0.4)),
        labels: ['f', 'm'],
      },
    ],
  }
}

function requestBy(
  rows: MixedRows,
  score: (point: Point) => number,
  by: Partial<RobustnessRequest> = {},
): RobustnessRequest & { readonly asked: () => number } {
  const { decide, asked } = decideBy(score, { smooth: by.hasScores ?? true })
  const sex = rows.columns.find(({ name }) => name === 'sex')
  const random = seededRandom(8)
  return {
    rows,
    label: Uint8Array.from({ length: rows.rows }, (_, row) =>
      Number(score(pointAt(rows, row)) >= 0 !== random() < 0.1),
    ),
    groupings: sex?.kind === 'category' ? [{ ...sex, codes: sex.codes }] : [],
    protectedColumns: ['sex'],
    identifiers: ['id'],
    changes: {},
    missable: [],
    decide,
    threshold: 0.5,
    hasScores: true,
    trees: null,
    confidence: 0.95,
    seed: 1,
    ...by,
    asked,
  }
}

const columnsOf = (examples: readonly ChangeExample[]) => [
  ...new Set(examples.flatMap(({ changes }) => changes.map(({ column }) => column))),
]

describe('on a linear model', () => {
  const rows = people(120)
  const linear = linearModel(3, mixedTable(21, { rows: 1, numbers: 3, categories: [3] }))
  const score = (point: Point) => linearScore(linear, point)

  test('curves, groups, examples and measures', async () => {
    const request = requestBy(rows, score, { queriesMax: 200, attackedRowsMax: 70 })
    const found = await findRobustness(request)
    expect(found.attacked.rows).toBe(70)
    expect(found.attacked.queriesMax).toBeLessThanOrEqual(200)
    // Beside the attacks: each row as it is and under every level of noise and swaps.
    expect(request.asked()).toBe(found.attacked.queries + 120 * (1 + 5 + 4))
    expect(found.accuracy.map(({ epsilon }) => epsilon)).toEqual(epsilonsDefault)
    const curve = found.accuracy.map(({ overall }) => overall.value ?? 0)
    expect(curve).toEqual(curve.toSorted((a, b) => b - a))
    expect(curve[0]).toBeGreaterThan(0.8)
    expect(curve.at(-1)).toBeLessThan(0.5)
    expect(found.certified).toBeNull()
    expect(found.stress.missing).toEqual([])
    expect(found.examples.length).toBe(10)
    for (const { changes, distance } of found.examples) {
      expect(distance).toBeGreaterThan(0)
      expect(changes.length).toBeGreaterThan(0)
      for (const { column } of changes) expect(column).toMatch(/^[xc]/)
    }
    expect(JSON.stringify(found)).not.toMatch(/"id"|:1\d\d\d[,}]/)
    const measures = robustnessMeasures(found)
    expect(measures.map(({ measure, slice }) => `${measure} ${slice?.['sex'] ?? ''}`)).toEqual(
      ['accuracy_at_epsilon', 'noise_flip_rate', 'swap_flip_rate'].flatMap((name) => [
        `robustness.${name} `,
        `robustness.${name} f`,
        `robustness.${name} m`,
      ]),
    )
    // An attack that fails proves nothing: only a certificate bounds robust accuracy from below.
    for (const { measure, low } of measures)
      if (measure === 'robustness.accuracy_at_epsilon') expect(low).toBe(0)
    for (const { measure, value, low, high } of measures) {
      expect(robustnessCatalogue[measure].ideal).toBeOneOf([0, 1])
      expect(low).toBeLessThanOrEqual(value ?? 0)
      expect(high).toBeGreaterThanOrEqual(value ?? 0)
    }
  })

  test('with everything fixed, robust accuracy is accuracy at every distance', async () => {
    const fixed = Object.fromEntries(
      rows.columns.map(({ name }) => [name, { direction: 'fixed' as const }]),
    )
    const found = await findRobustness(requestBy(rows, score, { changes: fixed }))
    expect(new Set(found.accuracy.map(({ overall }) => overall.value)).size).toBe(1)
    expect([found.examples, found.attacked.medianDistance]).toEqual([[], null])
  })

  test('an identifier stays whatever the changes say, a protected column unless they say otherwise', async () => {
    const flips = async (
      model: (point: Point) => number,
      changes: RobustnessRequest['changes'],
    ) => {
      const by = { changes, hasScores: false, queriesMax: 60, attackedRowsMax: 20 }
      const { attacked, examples } = await findRobustness(requestBy(rows, model, by))
      expect(Object.keys(attacked.flippedBy)).toEqual(['hop_skip_jump', 'boundary'])
      return { flips: attacked.flippedBy['hop_skip_jump'], columns: columnsOf(examples) }
    }
    const byId = (point: Point) => (point[4] ?? 0) - 1060
    expect(await flips(byId, { id: { direction: 'any' } })).toEqual({ flips: 0, columns: [] })
    const bySex = (point: Point) => (point[5] ?? 0) - 0.5
    expect(await flips(bySex, {})).toEqual({ flips: 0, columns: [] })
    expect(await flips(bySex, { sex: { direction: 'any' } })).toEqual({
      flips: 20,
      columns: ['sex'],
    })
  })

  test('the nearest flip of all attacks counts', async () => {
    const request = requestBy(rows, score, { queriesMax: 60, attackedRowsMax: 40 })
    const found = await findRobustness(request)
    const points = Array.from({ length: 40 }, (_, n) => pointAt(rows, 3 * n))
    const space = feasibleSpace(rows, { fixed: ['sex', 'id'] })
    const own = { points, space, method: hopSkipJump, queriesMax: 30, seed: 1 }
    const alone = await runAttacks({ ...request, like: rows }, own)
    const distances = alone.map(({ distance }) => distance).toSorted((a, b) => a - b)
    expect(found.attacked.medianDistance).toBeLessThan(distances[20] ?? 0)
  })

  test('a signal ends it between batches', async () => {
    const controller = new AbortController()
    const { decide } = decideBy(score, { smooth: true })
    let batches = 0
    const request = requestBy(rows, score, {
      signal: controller.signal,
      decide: async (batch) => {
        batches += 1
        if (batches === 5) controller.abort()
        return await decide(batch)
      },
    })
    await expect(findRobustness(request)).rejects.toMatchObject({ code: 'interrupted' })
    expect(batches).toBe(5)
  })
})

test('on trees, what is certified lies below what attacks leave standing', async () => {
  const table = mixedTable(30, { rows: 80, numbers: 3 })
  const ensemble = randomTrees(14, { trees: 8, depth: 3, features: 3 })
  const score = (point: Point) => treeMargin(ensemble, point)
  const trees = {
    ensemble,
    inputs: [0, 1, 2].map((position) => ({ position, code: null })),
    weights: Float64Array.of(1),
    cut: 0,
  }
  const search = async (by: typeof trees) => {
    const none = { protectedColumns: [], identifiers: [], queriesMax: 150 }
    return await findRobustness(requestBy(table, score, { ...none, trees: by }))
  }
  const found = await search(trees)
  const certified = found.certified ?? []
  expect(certified.length).toBe(found.accuracy.length)
  expect(certified[0]?.overall).toEqual(found.accuracy[0]?.overall)
  for (const [n, { overall }] of certified.entries())
    expect(overall.value ?? 1).toBeLessThanOrEqual(found.accuracy[n]?.overall.value ?? 0)
  expect(certified[2]?.overall.value).toBeGreaterThan(0.2)
  expect(robustnessMeasures(found).map(({ measure }) => measure)).toContain(
    'robustness.certified_accuracy',
  )
  // Trees that decide nothing as the model does certify nothing of it.
  const other = await search({ ...trees, weights: Float64Array.of(-1) })
  expect(other.certified?.map(({ overall }) => overall.value)).toEqual(epsilonsDefault.map(() => 0))
})
