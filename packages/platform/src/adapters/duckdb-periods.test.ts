// Two periods compared through real files: the same whatever the file.

import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { comparePeriods, defaultDriftOptions } from '../assess/index.ts'
import type { DriftMeasureName } from '../assess/drift/drift-catalogue.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'

const files = temporaryFolder()
const source = duckdbSource({ threads: 2, memoryBytes: 512 * 2 ** 20 })
afterAll(files.remove)

describe('two periods', () => {
  const asked = { ...defaultDriftOptions, asked: [], confidence: 0.95 }
  const compare = async (
    before: string,
    after: string,
    measured: readonly DriftMeasureName[] = [],
  ) => {
    const [reference, current] = [await source.open(before), await source.open(after)]
    const columns = reference.table.columns.map(({ name }) => name)
    const found = await comparePeriods(reference, current, {
      ...asked,
      compared: columns,
      asked: measured,
    })
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
    expect(found.columns[3]?.note).toBe('no value in either period')
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

  test('a column that is emptied drifted, and leaves no rule over all columns kept', async () => {
    const csv = (rows: number, emptied: boolean) =>
      files.csv(
        [
          'n,c,kept',
          ...Array.from({ length: rows }, (_, i) =>
            [emptied ? '' : i % 97, emptied ? '' : 'abc'[i % 3], i % 7].join(','),
          ),
        ].join('\n'),
      )
    const { measures, columns, share, drifted } = await compare(csv(4000, false), csv(3000, true), [
      'drift.jensen_shannon',
      'drift.kolmogorov_smirnov',
      'drift.missing_share',
    ])
    expect(columns.map((one) => [one.kind, one.drifted, one.note])).toEqual([
      ['number', true, 'no value in the current period'],
      ['category', true, 'no value in the current period'],
      ['number', false, undefined],
    ])
    expect({ share, drifted }).toEqual({ share: 2 / 3, drifted: true })
    const largest = (name: string) =>
      measures.find((one) => one.measure === name && one.over.length === 0)
    expect(largest('drift.share')).toMatchObject({ low: 2 / 3, high: 2 / 3 })
    expect(largest('drift.missing_share')?.value).toBe(1)
    expect(largest('drift.missing_share')?.low).toBeGreaterThan(0.99)
    // Of the emptied ones nothing is known, so the largest may be as large as can be.
    expect(largest('drift.jensen_shannon')).toMatchObject({ low: 0, high: 1 })
    expect(largest('drift.jensen_shannon')?.note).toContain('`n`, `c`')
    expect(largest('drift.kolmogorov_smirnov')).toMatchObject({ high: 1 })
  })

  test('a column that is mostly missing now drifted, whatever its values', async () => {
    const csv = (missing: number) =>
      files.csv(
        ['n', ...Array.from({ length: 5000 }, (_, i) => (i % 10 < missing ? '""' : i % 89))].join(
          '\n',
        ),
      )
    const found = await compare(csv(0), csv(9), ['drift.missing_share'])
    expect(found.columns).toMatchObject([{ drifted: true }])
    expect(found.columns[0]?.note).toContain('missing')
    expect(found.measures).toMatchObject([
      { measure: 'drift.share', value: 1, low: 1, high: 1 },
      { measure: 'drift.missing_share', over: [], value: 0.9 },
      { measure: 'drift.missing_share', over: ['n'], value: 0.9 },
    ])
    expect((await compare(csv(5), csv(5), [])).share).toBe(0)
  })

  test('a column of numbers that turns into texts keeps no rule on the distances of numbers', async () => {
    const csv = (n: (i: number) => string | number) =>
      files.csv(['n,m', ...Array.from({ length: 2000 }, (_, i) => `${n(i)},${i % 50}`)].join('\n'))
    const [before, now] = [
      csv((i) => i % 50),
      csv((i) => (i % 3 === 0 ? `text ${i % 40}` : i % 50)),
    ]
    const { measures } = await compare(before, now, ['drift.wasserstein'])
    const ofColumn = (column: string | undefined) =>
      measures.find((one) => one.measure === 'drift.wasserstein' && one.over[0] === column)
    expect(ofColumn('m')?.value).toBeCloseTo(0, 2)
    expect(ofColumn('n')).toMatchObject({ value: null, low: null })
    expect(ofColumn(undefined)).toMatchObject({ low: 0, high: Number.MAX_SAFE_INTEGER })
  })

  test('two rows show nothing, for or against', async () => {
    const rows = (count: number, shift: number) =>
      files.csv(
        ['n,c', ...Array.from({ length: count }, (_, i) => `${(i % 41) + shift},${i % 2}`)].join(
          '\n',
        ),
      )
    for (const size of [300, 3000]) {
      const { measures } = await compare(rows(size, 0), rows(2, 20), ['drift.jensen_shannon'])
      expect(measures[0]).toMatchObject({ measure: 'drift.share', low: 0, high: 1 })
    }
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
