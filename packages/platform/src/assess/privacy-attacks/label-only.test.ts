// Attacks by decisions: noise tells what being right does not.

import { expect, test } from 'vitest'
import type { Predictor } from '../predictor.ts'
import { attackAuc } from './attack-measures.ts'
import type { AttackedRows } from './attacked-rows.ts'
import { labelOnlyScores } from './label-only.ts'

// Members lie where the model always gives their class, others alone where it gives another: it is right about all of them.
const count = 120
const places = Float64Array.from({ length: 2 * count }, (_, row) => 400 * row)
const exact = new Set(places)
const batches: number[] = []
const model: Predictor = {
  columns: [
    { name: 'place', as: 'number' },
    { name: 'kind', as: 'text' },
  ],
  hasScores: false,
  predict([place, kind]) {
    const numbers = place instanceof Float64Array ? place : new Float64Array()
    batches.push(numbers.length)
    for (const text of kind ?? []) expect([null, 'a', 'b']).toContain(text)
    const positive = Uint8Array.from(numbers, (x) => {
      // Numbers that were whole stay so, within what the rows hold.
      expect(Number.isInteger(x) && x >= 0 && x <= 400 * (2 * count - 1)).toBe(true)
      return Number(x < 400 * count || exact.has(x))
    })
    return Promise.resolve({ score: Float64Array.from(positive), positive })
  },
}
const rows: AttackedRows = {
  rows: 2 * count,
  member: Uint8Array.from(places, (_, row) => Number(row < count)),
  label: new Uint8Array(2 * count).fill(1),
  predicted: new Uint8Array(2 * count).fill(1),
  score: null,
  half: Uint8Array.from(places, (_, row) => row % 2),
  columns: [],
  inputs: [places, Array.from(places, (_, row) => (row % 3 === 0 ? null : 'ab'.charAt(row % 2)))],
  lot: new Float64Array(2 * count),
}

test('rows that stay right under noise are named, within the questions allowed', async () => {
  const {
    scores,
    rows: halves,
    queries,
  } = await labelOnlyScores(rows, {
    model,
    seed: 5,
    queriesMax: 8 * 2 * count,
  })
  const auc = (score: Float64Array) =>
    attackAuc({ score, target: rows.member }, halves.measure, 0.025).value
  expect(auc(scores.gap)).toBe(0.5)
  expect(auc(scores.noise ?? scores.gap)).toBeGreaterThan(0.9)
  expect(queries).toBe(8 * 2 * count)
  expect(batches.reduce((sum, asked) => sum + asked, 0)).toBe(queries)
})

test('a row that is wrong without noise counts nothing with it', async () => {
  const wrong = { ...rows, predicted: rows.predicted.map((_, row) => Number(row !== 7)) }
  const { scores } = await labelOnlyScores(wrong, { model, seed: 5, queriesMax: 8 * 2 * count })
  expect(scores.gap[7]).toBe(0)
  expect(scores.noise?.[7]).toBe(0)
  expect(scores.noise?.[8]).toBeGreaterThan(0)
})
