// Stress: what is disturbed and what is not, and that the limits hold the truth of a population at all levels at once.

import { describe, expect, test } from 'vitest'
import { seededRandom } from '../intervals/random.ts'
import { feasibleSpace } from './feasible-changes.ts'
import type { Decide, MixedRows } from './mixed-rows.ts'
import { stressDecisions, stressLevels } from './noise-stress.ts'
import { normal } from '../intervals/normal-number.ts'

const numbers = (rows: MixedRows, position = 0) => {
  const column = rows.columns[position]
  return column?.kind === 'number' ? column.values : new Float64Array(0)
}
const codes = (rows: MixedRows, position: number) => {
  const column = rows.columns[position]
  return column?.kind === 'category' ? column.codes : new Int32Array(0)
}

function table(count: number, seed: number): MixedRows {
  const random = seededRandom(seed)
  return {
    rows: count,
    columns: [
      {
        kind: 'number',
        name: 'x',
        values: Float64Array.from({ length: count }, () => normal(random)),
      },
      {
        kind: 'category',
        name: 'c',
        codes: Int32Array.from({ length: count }, () => Math.floor(4 * random())),
        labels: ['p', 'q', 'r', 's'],
      },
      { kind: 'number', name: 'id', values: Float64Array.from({ length: count }, (_, n) => n) },
    ],
  }
}

const request = (rows: MixedRows, seed = 3) => ({
  rows,
  space: feasibleSpace(rows, { fixed: ['id'] }),
  spared: ['id'],
  missable: ['x'],
  groupings: [{ name: 'c', codes: codes(rows, 1), labels: ['p', 'q', 'r', 's'] }],
  error: 0.05,
  seed,
})

describe('stress', () => {
  const rows = table(400, 1)

  test('disturbs what it should, and spares identifiers', async () => {
    const asked: MixedRows[] = []
    const decide: Decide = (batch) => {
      asked.push(batch)
      return Promise.resolve(new Float64Array(batch.rows))
    }
    const found = await stressDecisions({ decide, threshold: 0.5, like: rows }, request(rows))
    expect(asked.length).toBe(1 + 5 + 4 + 4)
    for (const batch of asked) expect(numbers(batch, 2)).toEqual(numbers(rows, 2))
    const [, , , , , noisiest, , , , swapped, , , , emptied] = asked
    if (noisiest === undefined || swapped === undefined || emptied === undefined)
      throw new Error('every level was asked about')
    const shareOf = (isChanged: (row: number) => boolean) =>
      Array.from({ length: 400 }, (_, row) => row).filter(isChanged).length / 400
    const x = numbers(rows)
    // Only the smallest and the largest may stay, where noise would carry them out of range.
    expect(shareOf((row) => numbers(noisiest)[row] !== x[row])).toBeGreaterThanOrEqual(0.995)
    expect(codes(noisiest, 1)).toEqual(codes(rows, 1))
    const swaps = shareOf((row) => codes(swapped, 1)[row] !== codes(rows, 1)[row])
    expect(Math.abs(swaps - 0.5)).toBeLessThan(0.1)
    expect(new Set(codes(swapped, 1))).toEqual(new Set([0, 1, 2, 3]))
    expect(Math.abs(shareOf((row) => Number.isNaN(numbers(emptied)[row])) - 0.5)).toBeLessThan(0.1)
    const range = (values: Float64Array) => [Math.min(...values), Math.max(...values)]
    expect(range(numbers(noisiest))).toEqual(range(x))
    for (const { overall, groups } of [...found.noise, ...found.swaps, ...found.missing]) {
      expect(overall).toMatchObject({ value: 0, n: 400 })
      expect(groups.map(({ n }) => n).reduce((a, b) => a + b, 0)).toBe(400)
    }
  })

  test('an answer that is no number is a flip, and a kind without columns is not tried', async () => {
    const decide: Decide = (batch) =>
      Promise.resolve(numbers(batch).map((x) => (Number.isNaN(x) ? x : 0)))
    const model = { decide, threshold: 0.5, like: rows }
    const found = await stressDecisions(model, request(rows))
    expect(found.missing.at(-1)?.overall.value).toBeGreaterThan(0.4)
    const none = await stressDecisions(model, { ...request(rows), missable: [], spared: ['c'] })
    expect([none.noise.length, none.swaps.length, none.missing.length]).toEqual([5, 0, 0])
  })

  test('the same seed gives the same findings; a signal ends it', async () => {
    const model = { decide: threshold, threshold: 0.5, like: rows }
    expect(await stressDecisions(model, request(rows))).toEqual(
      await stressDecisions(model, request(rows)),
    )
    const signal = AbortSignal.abort()
    await expect(stressDecisions({ ...model, signal }, request(rows))).rejects.toMatchObject({
      code: 'interrupted',
    })
  })
})

/** Positive above zero. */
const threshold: Decide = (batch) => Promise.resolve(numbers(batch).map((x) => Number(x > 0)))

test('simulation: the limits hold the true flip rate at all levels and in all groups at once', async () => {
  // x + s·noise changes sign for a share arctan(s) / π of a normal population, where noise is in units of its spread.
  // Ranges are wide, so that nothing is clipped, and the scale of 1 is given by the space.
  const truths = stressLevels.noise.map((s) => Math.atan(s) / Math.PI)
  const runs = 300
  let [overall, grouped] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const rows = table(80, 1000 + run)
    const space = [
      { kind: 'number', name: 'x', direction: 'any', low: -99, high: 99, step: 0, scale: 1 },
    ] as const
    const like = { rows: rows.rows, columns: rows.columns.slice(0, 1) }
    const model = { decide: threshold, threshold: 0.5, like }
    const found = await stressDecisions(model, { ...request(rows, run), rows: like, space })
    const holds = (share: (typeof found.noise)[number]['overall'], n: number) =>
      share.limits !== null &&
      share.limits.low <= (truths[n] ?? 0) &&
      (truths[n] ?? 0) <= share.limits.high
    overall += Number(found.noise.every((level, n) => holds(level.overall, n)))
    grouped += Number(
      found.noise.every(({ groups }, n) => groups.every((group) => holds(group, n))),
    )
  }
  // 95 % promised; three standard errors of 300 runs below that.
  expect(overall / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / runs))
  expect(grouped / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / runs))
})
