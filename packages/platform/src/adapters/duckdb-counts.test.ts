// Counts of values out of real files, and two periods compared through them: the same whatever the file.

import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { comparePeriods, defaultDriftOptions } from '../assess/index.ts'
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
      missing: 3,
      whole: false,
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
    for (const [n, share] of [0.05, 0.25, 0.5, 0.75, 0.95].entries()) {
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

describe('two periods', () => {
  const asked = { ...defaultDriftOptions, asked: [], confidence: 0.95 }
  const compare = async (before: string, after: string) => {
    const [reference, current] = [await source.open(before), await source.open(after)]
    const columns = reference.table.columns.map(({ name }) => name)
    const found = await comparePeriods(reference, current, { ...asked, compared: columns })
    await reference.close()
    await current.close()
    return { ...found.findings, measures: found.measures }
  }

  test('the same rows do not drift, a shift does, and a name is not compared', async () => {
    const rows = (shift: number) =>
      `SELECT range % 50 + ${shift} AS n, CASE WHEN range % 4 < ${shift} THEN 'x' ELSE 'y' END AS c,
        'id ' || range AS name, range % 3 + ${shift} AS few FROM range(12000)`
    const [before, same, moved] = [rows(1), rows(1), rows(3)].map((sql) => files.parquet(sql))
    const still = await compare((await before) ?? '', (await same) ?? '')
    expect(still.share).toBe(0)
    expect(still.columns.map((one) => one.score)).toEqual([0, 0, null, 0])
    expect(still.columns[2]?.note).toMatch(/more than 10000 values/)
    const drift = await compare((await before) ?? '', (await moved) ?? '')
    expect(drift.columns.map((one) => [one.test, one.drifted])).toEqual([
      ['wasserstein', true],
      ['jensenshannon', true],
      [null, false],
      ['jensenshannon', true],
    ])
    expect(drift.share).toBe(1)
    for (const { parts } of drift.columns)
      if (parts.length > 0) {
        const sum = (of: 'reference' | 'current') =>
          parts.reduce((total, part) => total + part[of], 0)
        expect(sum('reference')).toBeCloseTo(1, 12)
        expect(sum('current')).toBeCloseTo(1, 12)
      }
    expect(drift.columns[0]?.parts.length).toBeLessThanOrEqual(12)
    expect(drift.columns[3]?.parts.map(({ label }) => label)).toEqual(['1', '2', '3', '4', '5'])
  })

  test('few rows are tested, numbers of few values as categories, constants not at all', async () => {
    const csv = (shift: number) =>
      files.csv(
        [
          'n,two,flag,none',
          ...Array.from({ length: 400 }, (_, i) =>
            [i % 97, (i + shift) % 2, i % 3 < 2 - shift, ''].join(','),
          ),
        ].join('\n'),
      )
    const found = await compare(csv(0), csv(1))
    expect(found.columns.map((one) => [one.kind, one.test, one.drifted])).toEqual([
      ['number', 'ks', false],
      ['number', 'z', false],
      ['number', 'z', true],
      ['category', null, false],
    ])
    expect(found.columns[3]?.note).toBe('a period has no value')
    expect(found.share).toBeCloseTo(1 / 3, 12)
  })

  test('the distances asked for are measured per column and at their largest, with limits', async () => {
    const csv = (share: number) =>
      files.csv(
        ['n,c', ...Array.from({ length: 3000 }, (_, i) => `${i % 91},${i % 100 < share}`)].join(
          '\n',
        ),
      )
    const [reference, current] = [await source.open(csv(20)), await source.open(csv(40))]
    const names = ['drift.psi', 'drift.total_variation', 'drift.wasserstein'] as const
    const { measures, findings } = await comparePeriods(reference, current, {
      ...asked,
      columns: { n: { test: 'psi', threshold: 0.2 } },
      compared: ['n', 'c'],
      asked: names,
    })
    await reference.close()
    await current.close()
    const of = (name: string, over: readonly string[]) =>
      measures.find((one) => one.measure === name && one.over.join('|') === over.join('|'))
    expect(of('drift.total_variation', ['c'])?.value).toBeCloseTo(0.2, 12)
    expect(of('drift.total_variation', [])).toMatchObject({
      ...of('drift.total_variation', ['c']),
      over: [],
    })
    expect(of('drift.wasserstein', ['c'])).toBeDefined()
    expect(of('drift.psi', ['c'])?.low).toBeGreaterThan(0.05)
    expect(of('drift.psi', ['n'])).toMatchObject({ value: 0, low: 0, n: 6000 })
    expect(of('drift.share', [])).toMatchObject({ value: 0.5, low: 0.5, high: 0.5 })
    expect(findings.columns[0]).toMatchObject({ test: 'psi', threshold: 0.2, drifted: false })
    expect(findings.drifted).toBe(true)
  })

  test('a test for numbers is refused for a column of categories', async () => {
    const csv = files.csv('c\nx\ny\n')
    const engine = await source.open(csv)
    await expect(
      comparePeriods(engine, engine, {
        ...asked,
        columns: { c: { test: 'ks', threshold: null } },
        compared: ['c'],
      }),
    ).rejects.toMatchObject({ code: 'config-invalid' })
    await engine.close()
  })

  test('are no longer compared once the work is to stop', async () => {
    const engine = await source.open(files.csv('n\n1\n2\n'))
    const stop = AbortSignal.abort()
    await expect(
      comparePeriods(engine, engine, { ...asked, compared: ['n'], signal: stop }),
    ).rejects.toMatchObject({ code: 'interrupted' })
    await engine.close()
  })

  test('of files that change meanwhile are refused', async () => {
    const [before, other] = [
      await files.parquet('SELECT range AS n FROM range(100)'),
      await files.parquet('SELECT 2 * range AS n FROM range(100)'),
    ]
    const [reference, current] = [await source.open(before), await source.open(before)]
    writeFileSync(before, readFileSync(other))
    await expect(
      comparePeriods(reference, current, { ...asked, compared: [] }),
    ).rejects.toMatchObject({
      code: 'data-malformed',
      message: expect.stringMatching(/changed while it was read/) as unknown,
    })
    await reference.close()
    await current.close()
  })

  test('a Parquet text of digits is a category, in a CSV file it is a number', async () => {
    const parquet = await files.parquet('SELECT (range % 9)::VARCHAR AS code FROM range(100)')
    expect((await compare(parquet, parquet)).columns[0]?.kind).toBe('category')
    const csv = files.csv(['code', ...Array.from({ length: 100 }, (_, i) => i % 9)].join('\n'))
    expect((await compare(csv, csv)).columns[0]?.kind).toBe('number')
  })
})
