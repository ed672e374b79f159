// Explanations of any model: definitions, closed forms, brute force, and sets that must be refused.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeColumn } from '../checks/coding.ts'
import { seededRandom } from '../intervals/random.ts'
import type { ModelColumns, Predictor } from '../predictor.ts'
import { explainModel } from './explain-model.ts'
import type { Game } from './game.ts'
import { kernelShap, lime } from './local-models.ts'
import { exactAttribution, sampledAttributions, shapleyOfGame } from './shapley.ts'
import { fitSurrogate } from './surrogate.ts'

/** A model of columns, row by row. */
const modelOf = (
  of: (row: readonly (number | string | null)[]) => number,
): Pick<Predictor, 'predict'> => ({
  predict: (columns) => {
    const rows = columns[0]?.length ?? 0
    const score = Float64Array.from({ length: rows }, (_, row) =>
      of(columns.map((column) => column[row] ?? null)),
    )
    return Promise.resolve({ score, positive: Uint8Array.from(score, (x) => Number(x >= 0.5)) })
  },
})

const random = seededRandom(5)
const numbers = (rows: number) => Float64Array.from({ length: rows }, () => 4 * random() - 2)
const texts = (rows: number) => Array.from({ length: rows }, () => (random() < 0.4 ? 'x' : 'y'))
const table = (rows: number): ModelColumns => [
  numbers(rows),
  numbers(rows),
  texts(rows),
  numbers(rows),
]

const additive = modelOf(([a, b, c]) => 0.3 * Number(a) - 0.1 * Number(b) + (c === 'x' ? 0.5 : 0))
const tangled = modelOf(([a, b, c]) => Number(a) * Number(b) + (c === 'x' ? Number(a) : 0))

describe('Shapley values', () => {
  test('property: of a game they add up, and a player who never adds gets nothing', () => {
    const worths = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
      minLength: 16,
      maxLength: 16,
    })
    fc.assert(
      fc.property(worths, (four) => {
        // The fifth player adds nothing to any coalition.
        const worth = Float64Array.from([...four, ...four])
        const values = shapleyOfGame(worth, 5)
        const total = values.reduce((sum, value) => sum + value, 0)
        expect(total).toBeCloseTo((four[15] ?? 0) - (four[0] ?? 0), 9)
        expect(values[4]).toBeCloseTo(0, 12)
      }),
    )
  })

  test('of a model that adds up, each is the weight times the distance from the background’s mean', async () => {
    const game: Game = { predictor: additive, rows: table(3), background: table(20) }
    const mean = (column: ModelColumns[number]) =>
      (column instanceof Float64Array
        ? [...column]
        : column.map((text) => Number(text === 'x'))
      ).reduce((sum, x) => sum + x, 0) / 20
    const means = game.background.map(mean)
    const found = await exactAttribution(game, 1)
    const own = game.rows.map((column) => column[1])
    expect(found.values[0]).toBeCloseTo(0.3 * (Number(own[0]) - (means[0] ?? 0)), 10)
    expect(found.values[1]).toBeCloseTo(-0.1 * (Number(own[1]) - (means[1] ?? 0)), 10)
    expect(found.values[2]).toBeCloseTo(0.5 * (Number(own[2] === 'x') - (means[2] ?? 0)), 10)
    expect(found.values[3]).toBeCloseTo(0, 12)
  })

  test('sampled ones add up exactly, and are as near the exact as their errors say', async () => {
    const game: Game = { predictor: tangled, rows: table(12), background: table(15) }
    const rows = Array.from({ length: 12 }, (_, row) => row)
    const sampled = await sampledAttributions(game, rows, { pairs: 60, random: seededRandom(3) })
    let [within, all] = [0, 0]
    for (const row of rows) {
      const exact = await exactAttribution(game, row)
      const one = sampled[row]
      const sum = one?.values.reduce((total, value) => total + value, 0) ?? 0
      expect(sum).toBeCloseTo((one?.score ?? 0) - (one?.base ?? 0), 9)
      for (const [feature, value] of exact.values.entries()) {
        const error = one?.errors[feature] ?? 0
        all += 1
        if (Math.abs((one?.values[feature] ?? 0) - value) <= 2.5 * error + 1e-9) within += 1
      }
    }
    expect(within / all).toBeGreaterThan(0.9)
  })

  test('parts of the background add up to the whole, in either way', async () => {
    const game: Game = { predictor: tangled, rows: table(2), background: table(30) }
    const [sampled] = await sampledAttributions(game, [0], { pairs: 60, random: seededRandom(3) })
    for (const one of [sampled, await exactAttribution(game, 0)]) {
      const parts = one?.parts.filter(({ weight }) => weight > 0) ?? []
      expect(parts).toHaveLength(20)
      expect(parts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12)
      for (const [feature, value] of (one?.values ?? new Float64Array()).entries())
        expect(parts.reduce((sum, { values }) => sum + (values[feature] ?? 0), 0)).toBeCloseTo(
          value,
          9,
        )
    }
  })

  test('Kernel SHAP comes to the same, and LIME ranks alike where parts add up', async () => {
    const game: Game = { predictor: additive, rows: table(2), background: table(15) }
    const exact = await exactAttribution(game, 0)
    const kernel = await kernelShap(game, 0, { samples: 4_000, random: seededRandom(1) })
    const local = await lime(game, 0, { samples: 4_000, random: seededRandom(2) })
    for (const [feature, value] of exact.values.entries()) {
      expect(kernel[feature]).toBeCloseTo(value, 1)
      expect(local[feature]).toBeCloseTo(value, 1)
    }
    expect(kernel.reduce((sum, value) => sum + value, 0)).toBeCloseTo(exact.score - exact.base, 9)
  })
})

const predictorOf = (model: Pick<Predictor, 'predict'>): Predictor => ({
  ...model,
  hasScores: true,
  columns: ['a', 'b', 'c', 'd'].map((name) => ({ name, as: name === 'c' ? 'text' : 'number' })),
})

describe('a set of explanations', () => {
  const columns = table(300)
  const sex = codeColumn(
    'sex',
    Array.from({ length: 300 }, (_, n) => (n % 2 === 0 ? 'f' : 'm')),
  )
  const request = { columns, groups: sex === null ? [] : [sex], seed: 4, confidence: 0.95 }

  test('of a model is validated and told: what matters first, what does not last', async () => {
    const found = await explainModel({ ...request, predictor: predictorOf(tangled) })
    expect(found?.checks.filter(({ passed }) => !passed)).toEqual([])
    expect(found?.valid).toBe(true)
    expect(
      found?.importance
        .map(({ column }) => column)
        .slice(0, 2)
        .toSorted(),
    ).toEqual(['a', 'b'])
    expect(found?.importance.at(-1)).toMatchObject({ column: 'd', importance: 0 })
    expect(found?.groups.map(({ group }) => group.value)).toEqual(['f', 'm'])
    expect(found?.agreement?.kernel_shap).toBeGreaterThan(0.9)
  })

  test('of a model that answers otherwise each time is not shown', async () => {
    const dice = seededRandom(1)
    const found = await explainModel({ ...request, predictor: predictorOf(modelOf(() => dice())) })
    expect(found?.valid).toBe(false)
    expect(found?.checks.find(({ name }) => name === 'deterministic')?.passed).toBe(false)
    expect(found?.importance).toEqual([])
  })

  test('too little to explain is not explained', async () => {
    const predictor = predictorOf(additive)
    expect(await explainModel({ ...request, columns: table(10), predictor })).toBeNull()
  })
})

describe('a stand-in for a model that is not at hand', () => {
  const rows = 3_000
  const codes = (values: number) =>
    Uint8Array.from({ length: rows }, () => Math.floor(values * random()))
  const column = (name: string, values: number) => ({
    name,
    codes: codes(values),
    labels: Array.from({ length: values }, (_, n) => String(n)),
    ordered: true,
  })
  const columns = [column('a', 8), column('b', 4), column('c', 2)]
  const sampleOf = (predicted: (row: number) => boolean) => ({
    rows,
    columns,
    leftOut: [],
    label: new Uint8Array(rows),
    predicted: Uint8Array.from({ length: rows }, (_, row) => Number(predicted(row))),
    score: null,
    half: Uint8Array.from({ length: rows }, () => Number(random() < 0.5)),
  })
  const by = { features: ['a', 'b', 'c'], tail: 0.025 }
  const code = (n: number, row: number) => columns[n]?.codes[row] ?? 0

  test('is explained where it agrees', async () => {
    const surrogate = await fitSurrogate(
      sampleOf((row) => code(0, row) + 2 * code(1, row) > 6),
      by,
    )
    expect(surrogate?.fidelity.limits.low).toBeGreaterThan(0.95)
    if (surrogate === null) throw new Error('there are rows enough')
    const found = await explainModel({ ...surrogate, groups: [], seed: 1, confidence: 0.95 })
    expect(found?.valid).toBe(true)
    expect(found?.importance.at(-1)?.column).toBe('c')
  })

  test('is not, where the columns do not tell what was predicted', async () => {
    const surrogate = await fitSurrogate(
      sampleOf(() => random() < 0.5),
      by,
    )
    if (surrogate === null) throw new Error('there are rows enough')
    const found = await explainModel({ ...surrogate, groups: [], seed: 1, confidence: 0.95 })
    expect(found?.checks[0]).toMatchObject({ name: 'fidelity', passed: false })
    expect(found?.valid).toBe(false)
    expect(
      await fitSurrogate(
        sampleOf(() => false),
        by,
      ),
    ).toBeNull()
  })
})
