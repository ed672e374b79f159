// Columns of numbers of two periods over real files: cells that are no number hide nothing, and are told.

import { afterAll, describe, expect, test } from 'vitest'
import { normal } from '../assess/intervals/normal-number.ts'
import { type AggregateEngine, comparePeriods, lookOverTime } from '../assess/index.ts'
import type { DriftMeasureName } from '../assess/drift/drift-catalogue.ts'
import { seededRandom } from '../assess/intervals/random.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'

const files = temporaryFolder()
const source = duckdbSource({ threads: 2, memoryBytes: 512 * 2 ** 20 })
const opened: AggregateEngine[] = []
afterAll(async () => {
  for (const engine of opened) await engine.close()
  files.remove()
})

async function open(csv: string): Promise<AggregateEngine> {
  const engine = await source.open(files.csv(csv))
  opened.push(engine)
  return engine
}

const asked: DriftMeasureName[] = [
  'drift.share',
  'drift.missing_share',
  'drift.jensen_shannon',
  'drift.kolmogorov_smirnov',
]

/** The column `x` of two periods compared. */
async function compared(before: readonly string[], now: readonly string[]) {
  const [reference, current] = await Promise.all(
    [before, now].map((cells) => open(`x\n${cells.map((cell) => `"${cell}"`).join('\n')}\n`)),
  )
  if (reference === undefined || current === undefined) throw new Error('two tables were opened')
  const { findings, measures } = await comparePeriods(reference, current, {
    numbers: null,
    categories: null,
    columns: {},
    share: 0.5,
    compared: ['x'],
    asked,
    confidence: 0.95,
  })
  const of = (name: DriftMeasureName) =>
    measures.find(({ measure, over }) => measure === name && over.length === 1)
  return { column: findings.columns[0], share: findings.share, of }
}

const random = seededRandom(41)
const normals = (rows: number, shift = 0) =>
  Array.from({ length: rows }, () => (normal(random) + shift).toFixed(6))
const before = normals(1_500)
const now = normals(1_500)
const shifted = normals(1_500, 1)

describe('cells that are no number', () => {
  test('are left out of the tests, however many values there are, and told', async () => {
    const clean = await compared(before, now.slice(1))
    for (const odd of ['n/a', '-Infinity']) {
      const { column, of } = await compared(before, now.with(0, odd))
      expect(column).toMatchObject({
        kind: 'number',
        drifted: false,
        score: clean.column?.score,
        missing: { reference: 0, current: 0 },
        unreadable: { reference: 0, current: 1 },
      })
      expect(of('drift.jensen_shannon')?.value).toBe(clean.of('drift.jensen_shannon')?.value)
      expect(of('drift.missing_share')).toMatchObject({
        value: 1 / 1_500,
        note: '0 values of the reference and 1 of the current period are no finite numbers',
      })
    }
    const many = await compared(normals(6_000), normals(6_000).with(7, '?'))
    expect(many.column).toMatchObject({ kind: 'number', drifted: false })
    expect(many.column?.score).not.toBeNull()
  })

  test('do not hide a change', async () => {
    const { column, of } = await compared(before, shifted.with(0, 'n/a').with(1, 'see file'))
    expect(column).toMatchObject({ kind: 'number', drifted: true, unreadable: { current: 2 } })
    expect(of('drift.kolmogorov_smirnov')?.low).toBeGreaterThan(0.2)
  })

  test('are drift where they become many, as marks, other texts, or all there is', async () => {
    const spoiled = (of: (cell: string, n: number) => string) => compared(before, now.map(of))
    const marks = await spoiled((cell, n) => (n % 4 === 0 ? '-' : cell))
    expect(marks.column).toMatchObject({
      kind: 'number',
      drifted: true,
      unreadable: { reference: 0, current: 375 },
    })
    expect(marks.of('drift.missing_share')?.low).toBeGreaterThan(0.2)
    const nothingLeft = await compared(
      before,
      now.slice(0, 60).map((_, n) => `note ${n}`),
    )
    expect(nothingLeft.column).toMatchObject({
      kind: 'number',
      drifted: true,
      note: 'no number in the current period',
      unreadable: { current: 60 },
    })
    expect(nothingLeft.share).toBe(1)
    // A blank that becomes a mark is a change of the data as well.
    const blank = await compared(
      before.map((cell, n) => (n % 4 === 0 ? '' : cell)),
      now.map((cell, n) => (n % 4 === 0 ? '?' : cell)),
    )
    expect(blank.of('drift.missing_share')?.value).toBe(0.25)
  })

  test('are categories beside a few codes, and where most are texts', async () => {
    const grades = (codes: readonly string[]) =>
      Array.from({ length: 600 }, (_, n) => codes[n % codes.length] ?? '')
    const swapped = await compared(
      grades(['1', '2', '3', '4', '5', 'A', 'A', 'B']),
      grades(['1', '2', '3', '4', '5', 'A', 'B', 'B']),
    )
    expect(swapped.column).toMatchObject({ kind: 'category', drifted: true })
    const texts = await compared(grades(['low', 'high', '3']), grades(['low', 'high', '3']))
    expect(texts.column).toMatchObject({ kind: 'category', unreadable: { current: 0 } })
  })
})

test('periods as wholes keep every measure beside an infinite value and a text', async () => {
  // Together with x, so that the direction is the same whichever rows it is fitted to.
  const row = (x: string, n: number, truth: readonly string[]) =>
    `${x},${Number(truth[n]) + 0.5 * Number(shifted[n])},${n % 2},${n % 3 === 0 ? 1 : n % 2}`
  const table = (cells: readonly string[], truth: readonly string[]) =>
    open(`x,z,y,p\n${cells.map((x, n) => row(x, n, truth)).join('\n')}\n`)
  const look = async (a: readonly string[], b: readonly string[]) =>
    lookOverTime(await table(a, before), await table(b, now), {
      columns: [
        { name: 'x', kind: 'number', isEmpty: false },
        { name: 'z', kind: 'number', isEmpty: false },
      ],
      leftOut: [],
      outcomes: {
        label: 'y',
        positiveClass: '1',
        predictions: { from: 'prediction', prediction: 'p', score: null },
      },
      time: null,
      later: null,
      seed: 1,
      confidence: 0.95,
    })
  const [a, b] = [before.slice(0, 400), now.slice(0, 400)]
  const clean = await look(a, b)
  const odd = await look(a.with(0, 'Infinity').with(1, '-inf').with(2, 'n/a'), b.with(5, 'inf'))
  const ratioOf = ({ reconstruction }: typeof clean) => reconstruction?.ratio.value ?? Number.NaN
  expect(Math.abs(ratioOf(odd) - ratioOf(clean))).toBeLessThan(0.1)
  expect(odd.costs.map(({ column }) => column).toSorted()).toEqual(['x', 'z'])
})
