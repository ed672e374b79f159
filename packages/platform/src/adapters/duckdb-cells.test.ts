// Rows counted by group, class and one number: the same counts as by the plainest code, from CSV and Parquet.

import { afterAll, describe, expect, test } from 'vitest'
import type { CountedCell, RowNumber } from '../assess/index.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'

const files = temporaryFolder()
afterAll(files.remove)
const source = duckdbSource()

const rows = Array.from({ length: 300 }, (_, n) => ({
  g: n % 7 === 0 ? '' : n % 3 === 0 ? 'x' : 'y',
  c: `c${n % 3}`,
  d: `c${(n * 5) % 4}`,
  y: ((n * 37) % 50) / 4 - 3,
  p: ((n * 13) % 40) / 4 - 2,
  s0: (n % 5) / 8,
  s1: (n % 4) / 8,
  s2: (n % 3) / 8,
}))
const header = Object.keys(rows[0] ?? {}).join(',')
const csv = `${header}\n${rows.map((row) => Object.values(row).join(',')).join('\n')}\n`
type Row = (typeof rows)[number]

const columns = [
  ['c0', 's0'],
  ['c1', 's1'],
  ['c2', 's2'],
] as const
const own = (row: Row) => [row.s0, row.s1, row.s2][Number(row.c.slice(1))] ?? Number.NaN
const kinds: readonly (readonly [RowNumber, (row: Row) => number])[] = [
  [{ of: 'column', column: 'p' }, (row) => row.p],
  [{ of: 'difference', column: 'p', minus: 'y' }, (row) => row.p - row.y],
  [
    { of: 'relative-difference', column: 'p', minus: 'y' },
    (row) => Math.abs(row.p - row.y) / Math.max(Math.abs(row.y), 2 ** -52),
  ],
  [{ of: 'own', by: 'c', columns }, own],
  [
    { of: 'larger-than-own', by: 'c', columns },
    (row) => {
      const at = Number(row.c.slice(1))
      return [row.s0, row.s1, row.s2].filter((score, n) =>
        n > at ? score >= own(row) : n < at && score > own(row),
      ).length
    },
  ],
]

function plainly(of: (row: Row) => number): CountedCell[] {
  const groups = Map.groupBy(rows, (row) => row.g || '(missing)')
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, all]) => {
      const numbers = [...Map.groupBy(all, (row) => of(row) + 0)].toSorted(([a], [b]) => a - b)
      return {
        cell: [group],
        classes: [],
        rows: all.length,
        numbers: {
          values: Float64Array.from(numbers, ([value]) => value),
          counts: Float64Array.from(numbers, ([, same]) => same.length),
        },
      }
    })
}

describe.each(['CSV', 'Parquet'])('%s', (format) => {
  const open = async () => {
    const path = files.csv(csv)
    return source.open(
      format === 'CSV' ? path : await files.parquet(`SELECT * FROM read_csv('${path}')`),
    )
  }

  test.each(kinds)('counts by $of', async (number, of) => {
    const engine = await open()
    const found = await engine.statistics({ protectedColumns: ['g'], classColumns: [], number })
    await engine.close()
    expect(found).toEqual(plainly(of))
  })

  test('counts by class without a number', async () => {
    const engine = await open()
    const request = { protectedColumns: ['g'], classColumns: ['c', 'd'], number: null }
    const found = await engine.statistics(request)
    await engine.close()
    expect(found.reduce((sum, cell) => sum + cell.rows, 0)).toBe(rows.length)
    for (const { cell, classes, rows: count, numbers } of found) {
      const same = rows.filter(
        ({ g, c, d }) => (g || '(missing)') === cell[0] && c === classes[0] && d === classes[1],
      )
      expect(count).toBe(same.length)
      expect(numbers.values).toHaveLength(0)
    }
  })
})

test('a very large table counts numbers on a grid, each to within an eighth of a thousandth', async () => {
  const engine = await duckdbSource({ exactScoresRowsMax: 10 }).open(files.csv(csv))
  const number = { of: 'difference', column: 'p', minus: 'y' } as const
  const [found] = await engine.statistics({ protectedColumns: [], classColumns: [], number })
  await engine.close()
  const total = found?.numbers.counts.reduce((sum, count) => sum + count, 0)
  expect(total).toBe(rows.length)
  const exact = rows.map((row) => row.p - row.y)
  for (const value of found?.numbers.values ?? [])
    expect(exact.some((one) => Math.abs(one - value) <= Math.abs(one) / 8_000)).toBe(true)
})
