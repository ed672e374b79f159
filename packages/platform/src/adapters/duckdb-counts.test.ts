// Counts of values out of real files: the same whatever the file.

import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { canonicalText } from '../assess/dataset-values.ts'
import { categoryCounts, numberCounts } from '../assess/drift/distribution.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'

const files = temporaryFolder()
const source = duckdbSource({ threads: 2, memoryBytes: 512 * 2 ** 20 })
afterAll(files.remove)

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

async function countsOf(cells: readonly string[], as: 'number-counts' | 'category-counts') {
  const engine = await source.open(files.csv(`x\n${cells.map(quoted).join('\n')}\n`))
  const [profile] = await engine.profile([{ column: 'x', as }])
  await engine.close()
  return profile
}

describe('counts', () => {
  test('of numbers, ascending, with what is no number left out', async () => {
    expect(
      await countsOf(['3', '-0', '0', '', 'nan', 'inf', '3.0', '-2e1'], 'number-counts'),
    ).toEqual({
      as: 'number-counts',
      column: 'x',
      values: Float64Array.of(-20, 0, 3),
      counts: Float64Array.of(1, 2, 2),
      missing: 2,
      unreadable: 1,
      whole: false,
    })
    expect(await countsOf(['3', 'n/a', '-inf', 'null'], 'number-counts')).toMatchObject({
      counts: Float64Array.of(1),
      missing: 1,
      unreadable: 2,
    })
    expect(await countsOf(['3', '-1', '+2'], 'number-counts')).toMatchObject({ whole: true })
    expect(await countsOf(['3', '1.0'], 'number-counts')).toMatchObject({ whole: false })
  })

  test('property: are those of the cells one by one', async () => {
    const cell = fc.oneof(
      fc.constantFrom('a', 'b', 'A', '', 'null', ' ', '1.0', '1', 'é'),
      fc.string({ maxLength: 4 }).map((text) => text.replaceAll('\0', '')),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 40 }), async (cells) => {
        const texts = cells.map(canonicalText).filter((text) => text !== null)
        expect(await countsOf(cells, 'category-counts')).toEqual({
          as: 'category-counts',
          column: 'x',
          ...categoryCounts(texts),
          missing: cells.length - texts.length,
        })
      }),
      { numRuns: 25 },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
          minLength: 1,
          maxLength: 40,
        }),
        async (numbers) => {
          expect(await countsOf(numbers.map(String), 'number-counts')).toMatchObject({
            ...numberCounts(numbers),
            missing: 0,
          })
        },
      ),
      { numRuns: 25 },
    )
  })

  test('summaries of numbers are what sums and sorting say', async () => {
    const numbers = Array.from({ length: 500 }, (_, n) =>
      n % 50 === 0 ? '""' : String(((n * 37) % 211) - 40),
    )
    const engine = await source.open(files.csv(['x', ...numbers].join('\n')))
    const [summary] = await engine.profile([{ column: 'x', as: 'number-summary' }])
    await engine.close()
    const known = numbers
      .filter((text) => text !== '""')
      .map(Number)
      .toSorted((a, b) => a - b)
    const mean = known.reduce((sum, x) => sum + x, 0) / known.length
    const squares = known.reduce((sum, x) => sum + (x - mean) ** 2, 0)
    if (summary?.as !== 'number-summary') throw new Error('answers its request')
    expect(summary).toMatchObject({ rows: 490, missing: 10, min: -40, max: 170 })
    expect(summary.mean).toBeCloseTo(mean, 9)
    expect(summary.deviation).toBeCloseTo(Math.sqrt(squares / known.length), 9)
    for (const [n, share] of [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99].entries()) {
      const exact = known[Math.round(share * (known.length - 1))] ?? 0
      expect(Math.abs((summary.quantiles[n] ?? 0) - exact)).toBeLessThanOrEqual(
        1 + 0.004 * Math.abs(exact),
      )
    }
    const none = await source.open(files.csv('x\n""\n" "\n'))
    const [empty] = await none.profile([{ column: 'x', as: 'number-summary' }])
    await none.close()
    expect(empty).toMatchObject({ rows: 0, mean: null, quantiles: [] })
  })

  test('of very large tables, numbers on a grid', async () => {
    const onGrid = duckdbSource({ exactScoresRowsMax: 2 })
    const engine = await onGrid.open(files.csv('x\n1000001\n1000002\n-3\n'))
    const [profile] = await engine.profile([{ column: 'x', as: 'number-counts' }])
    await engine.close()
    expect(profile).toMatchObject({ counts: Float64Array.of(1, 2) })
  })
})
