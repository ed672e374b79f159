// The data before any model: what is planted is found, counts are those of a plain search, and nothing is said of what is alike.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeColumn, type CodedColumn } from '../checks/coding.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import { columnVarieties, duplicateColumns } from './columns.ts'
import {
  conflictingLabels,
  exactOverlap,
  nearOverlap,
  overlapMeasure,
  repeatedRows,
} from './duplicates.ts'
import { type DataQualityRequest, findDataQuality } from './find-data-quality.ts'
import { missingByGroup } from './missingness.ts'
import { findOrderLeaks } from './order-leakage.ts'
import { subjectOverlap, timeOverlap } from './overlap.ts'
import { qualityCatalogue } from './quality-catalogue.ts'
import { findRepresentation } from './representation.ts'
import { canonicalColumn, type CellColumn, keyTables, type KeyedTable } from './row-keys.ts'

type Row = readonly (string | null)[]

const columnsOf = (rows: readonly Row[], width = rows[0]?.length ?? 0): CellColumn[] =>
  Array.from({ length: width }, (_, at) => ({
    name: `c${at}`,
    cells: rows.map((row) => row[at] ?? null),
  }))

function keyed(...tables: readonly (readonly Row[])[]): [KeyedTable, KeyedTable] {
  const [first, second] = keyTables(tables.map((rows) => columnsOf(rows, 4).map(canonicalColumn)))
  if (first === undefined) throw new Error('no table')
  return [first, second ?? first]
}

const coded = (name: string, cells: readonly (string | null)[]): CodedColumn => {
  const column = codeColumn(name, cells)
  if (column === null) throw new Error(`${name} tells nothing apart`)
  return column
}

const apart = (a: Row, b: Row) => a.filter((cell, at) => cell !== b[at]).length
/** Few values, so that rows are often alike, and a missing one. */
const cell = fc.constantFrom('a', 'b', 'c', null)
const rowsOf = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 25 })
/** Three standard errors above one in twenty. */
const mostOf = (samples: number) => samples * 0.05 + 3 * Math.sqrt(samples * 0.05 * 0.95)

describe('rows that stand twice', () => {
  test('property: exact and near ones are those of a search of every pair', () => {
    fc.assert(
      fc.property(rowsOf, rowsOf, (training, asked) => {
        const [a, b] = keyed(training, asked)
        const distances = asked.map((row) => Math.min(...training.map((one) => apart(row, one))))
        const exact = exactOverlap(a, b)
        const near = nearOverlap(a, b)
        expect(exact.found).toBe(distances.filter((distance) => distance === 0).length)
        expect(near?.found).toBe(distances.filter((distance) => distance === 1).length)
        for (const { test: row, training: twin } of exact.pairs)
          expect(apart(asked[row] ?? [], training[twin] ?? [])).toBe(0)
        for (const { test: row, training: twin } of near?.pairs ?? [])
          expect(apart(asked[row] ?? [], training[twin] ?? [])).toBe(1)
      }),
    )
  })

  test('property: a row is repeated when an earlier one is the same', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const [table] = keyed(rows)
        const plain = rows.map((row, n) =>
          Number(rows.slice(0, n).some((o) => apart(o, row) === 0)),
        )
        expect([...repeatedRows(table)]).toEqual(plain)
      }),
    )
  })

  test('values are told by their canonical text, and columns by their place', () => {
    const [a, b] = keyed([['1.0', 'TRUE', 'NaN', 'x']], [['1', 'true', null, 'x']])
    expect(exactOverlap(a, b).found).toBe(1)
    const [c, d] = keyed([['x', 'y', null, null]], [['y', 'x', null, null]])
    expect(exactOverlap(c, d).found).toBe(0)
  })

  test('many rows of many values share no key by chance', () => {
    const rows = Array.from({ length: 60_000 }, (_, n) => [
      `${n % 300}`,
      `${Math.floor(n / 300)}`,
      `${n % 7}`,
      null,
    ])
    const [table] = keyed(rows)
    expect(repeatedRows(table).includes(1)).toBe(false)
  })

  test('property: conflicts are alike rows with different labels', () => {
    fc.assert(
      fc.property(rowsOf, fc.array(cell, { minLength: 25, maxLength: 25 }), (rows, all) => {
        const [table] = keyed(rows)
        const labels = all.slice(0, rows.length)
        const found = conflictingLabels(table, labels)
        const plain = rows.filter(
          (row, n) =>
            labels[n] !== null &&
            rows.some(
              (one, m) => labels[m] !== null && labels[m] !== labels[n] && apart(one, row) === 0,
            ),
        ).length
        expect(found.found).toBe(plain)
        expect(found.unattainable).toBeLessThanOrEqual(found.found / 2)
        expect(found.groups.reduce((sum, group) => sum + group.rows, 0)).toBe(plain)
      }),
    )
  })

  test('a share of all rows is a fact, of some an estimate, among some a lower limit', () => {
    const by = { asked: 1, among: 1, tail: 0.025 }
    const counts = { rows: 200, found: 20 }
    const fact = overlapMeasure({ name: 'x' }, counts, by)
    expect([fact.value, fact.low, fact.high]).toEqual([0.1, 0.1, 0.1])
    const sampled = overlapMeasure({ name: 'x' }, counts, { ...by, asked: 0.5 })
    expect(sampled.low).toBeLessThan(0.1)
    expect(sampled.high).toBeLessThan(0.16)
    const among = overlapMeasure({ name: 'x' }, counts, { ...by, among: 0.25 })
    expect([among.low, among.high]).toEqual([0.1, 1])
    expect(among.note).toBe('looked for among 25 % of the rows: at least this share')
    expect(overlapMeasure({ name: 'x' }, { rows: 0, found: 0 }, by).value).toBeNull()
  })
})

test('subjects and times of both tables', () => {
  const of = (...cells: (string | null)[]) => canonicalColumn({ name: 'id', cells })
  expect(subjectOverlap(of('1', '2', '3.0', null), of('3', '3', '4', null))).toEqual({
    column: 'id',
    rows: 3,
    found: 2,
    subjects: 2,
    sharedSubjects: 1,
  })
  const overlap = timeOverlap(Float64Array.of(1, 5, Number.NaN, 9), Float64Array.of(7, 5, 8))
  expect(overlap).toEqual({ rows: 3, found: 1, firstTest: 5, lastTraining: 9 })
  expect(timeOverlap(Float64Array.of(Number.NaN), Float64Array.of(1))).toBeNull()
})

describe('the place of a row', () => {
  const random = seededRandom(3)
  const label = (row: number, rows: number) => (random() < 0.2 + (0.6 * row) / rows ? 'yes' : 'no')
  const rows = 500
  const cells = Array.from({ length: rows }, (_, row) => label(row, rows))
  const identifiers = [
    { name: 'id', cells: cells.map((text, row) => `${text === 'yes' ? 5000 + row : row}`) },
    { name: 'code', cells: cells.map((_, row) => `k${row}`) },
  ]

  test('tells the label of a file sorted by it, and an identifier given by it', () => {
    const found = findOrderLeaks(coded('label', cells), identifiers, 0.05)
    expect(found.map(({ column, tells }) => [column, tells])).toEqual([
      ['(row number)', true],
      ['id', true],
    ])
    expect(found[1]?.auc).toBeOneOf([0, 1])
  })

  test('is said to tell in at most one of twenty files where it does not', () => {
    const samples = 300
    let claims = 0
    for (let seed = 0; seed < samples; seed++) {
      const draw = seededRandom(seed)
      const made = Array.from({ length: 150 }, () => `v${Math.floor(3 * draw())}`)
      const ids = { name: 'id', cells: made.map(() => `${Math.floor(1000 * draw())}`) }
      const found = findOrderLeaks(coded('label', made), [ids], 0.05)
      expect(found).toHaveLength(6)
      claims += Number(found.some(({ tells }) => tells))
    }
    expect(claims).toBeLessThanOrEqual(mostOf(samples))
  })
})

describe('columns', () => {
  test('constant, almost constant, varied', () => {
    const of = (name: string, draw: (row: number) => string | null) => ({
      name,
      cells: Array.from({ length: 1000 }, (_, row) => draw(row)),
    })
    const found = columnVarieties(
      [
        of('one', () => '1'),
        of('nearly', (row) => (row < 5 ? 'x' : '1')),
        of('gone', () => null),
        of('varied', (row) => `${row % 3}`),
      ],
      0.05,
    )
    expect(found.map(({ variety }) => variety)).toEqual([
      'constant',
      'almost constant',
      'constant',
      'varies',
    ])
    expect(found[0]?.limits.low).toBeGreaterThan(0.99)
    expect(found[0]?.limits.high).toBe(1)
    expect(found[2]).toMatchObject({ missing: 1, commonest: '(missing)' })
  })

  test('that say the same, in the same words or others', () => {
    const cells = ['a', 'b', null, 'a', 'c']
    const columns = [
      { name: 'first', cells },
      { name: 'again', cells: [...cells] },
      { name: 'numbers', cells: ['1', '2', '3', '1', '4'] },
      { name: 'other', cells: ['1', '2', '3', '3', '4'] },
      { name: 'constant', cells: cells.map(() => 'k') },
    ]
    expect(duplicateColumns(columns)).toEqual([
      { columns: ['first', 'again', 'numbers'], equal: false },
    ])
    expect(duplicateColumns(columns.slice(0, 2))).toEqual([
      { columns: ['first', 'again'], equal: true },
    ])
  })
})

/** A table of groups and two columns that lack values. */
function lacking(random: Random, rows: number, chance: (group: string) => number) {
  const groups = Array.from({ length: rows }, () => `g${Math.floor(3 * random() ** 2)}`)
  const gaps = () => groups.map((group) => (random() < chance(group) ? null : '1'))
  return {
    groups,
    columns: [
      { name: 'income', cells: gaps() },
      { name: 'height', cells: gaps() },
      { name: 'full', cells: groups },
    ],
  }
}

describe('missing values', () => {
  test('of a group that lacks more', () => {
    const { groups, columns } = lacking(seededRandom(1), 2000, (g) => (g === 'g1' ? 0.3 : 0.1))
    const found = missingByGroup(columns, [coded('group', groups)], 0.05)
    expect(found).toHaveLength(6)
    const one = found.find(({ missing, group }) => missing === 'income' && group === 'g1')
    expect(one?.differs).toBe(true)
    expect(one?.difference.low).toBeGreaterThan(0.1)
    expect(one?.share).toBeCloseTo(0.3, 1)
  })

  test('differ by group in at most one of twenty tables where they do not', () => {
    const samples = 300
    let claims = 0
    for (let seed = 0; seed < samples; seed++) {
      const { groups, columns } = lacking(seededRandom(seed), 300, () => 0.15)
      const found = missingByGroup(columns, [coded('group', groups)], 0.05)
      claims += Number(found.some(({ differs }) => differs))
    }
    expect(claims).toBeLessThanOrEqual(mostOf(samples))
  })
})

describe('representation', () => {
  const stated = { sex: { f: 0.5, m: 0.48, x: 0.02 } }
  const draw = (random: Random, rows: number, f: number) => ({
    name: 'sex',
    cells: Array.from({ length: rows }, () => {
      const at = random()
      if (at < 0.01) return null
      return at < f ? 'f' : at < 0.98 ? 'm' : 'x'
    }),
  })

  test('of a group that is too rare, or not there', () => {
    const column = draw(seededRandom(2), 1000, 0.3)
    const found = findRepresentation([column], { sex: { ...stated.sex, m: 0.38, y: 0.1 } }, 0.05)
    expect(found.map(({ group, differs }) => [group, differs])).toEqual([
      ['f', true],
      ['m', true],
      ['x', false],
      ['y', true],
    ])
    expect(found[0]?.ratio).toBeCloseTo(0.6, 1)
    expect(found[3]).toMatchObject({ share: 0, ratio: 0 })
    expect(() => findRepresentation([column], { sex: { f: 0.9, m: 0.9 } }, 0.05)).toThrow(
      'at most 1',
    )
  })

  test('differs in at most one of twenty tables drawn from the population', () => {
    const samples = 300
    let claims = 0
    for (let seed = 0; seed < samples; seed++) {
      const random = seededRandom(seed)
      const cells = Array.from({ length: 400 }, () => {
        const at = random()
        return at < 0.5 ? 'f' : at < 0.98 ? 'm' : 'x'
      })
      const found = findRepresentation([{ name: 'sex', cells }], stated, 0.05)
      claims += Number(found.some(({ differs }) => differs))
    }
    expect(claims).toBeLessThanOrEqual(mostOf(samples))
  })
})

describe('all of it', () => {
  const random = seededRandom(6)
  const draw = (rows: number, from: number) =>
    Array.from({ length: rows }, (_, row) => ({
      id: `${from + row}`,
      a: `${Math.floor(1000 * random())}`,
      b: `${Math.floor(1000 * random())}`,
      sex: random() < 0.5 ? 'f' : 'm',
      label: random() < 0.5 ? 'yes' : 'no',
    }))
  const training = draw(600, 0)
  // Every tenth test row is a training row.
  const rows = draw(300, 10_000).map((row, n) => (n % 10 === 0 ? (training[n] ?? row) : row))
  const table = (all: typeof rows): DataQualityRequest['table'] => {
    const column = (name: keyof (typeof rows)[number]) => ({
      name,
      cells: all.map((row) => row[name]),
    })
    return {
      part: 1,
      columns: [column('a'), column('b'), column('sex')],
      label: column('label'),
      identifiers: [column('id')],
      times: null,
    }
  }
  const request: DataQualityRequest = {
    table: table(rows),
    training: table(training),
    labelKind: 'category',
    protectedColumns: ['sex'],
    population: { sex: { f: 0.5, m: 0.5 } },
    seed: 1,
    error: 0.05,
  }

  test('gives findings, and a measure for each', async () => {
    const found = await findDataQuality(request)
    expect(found.leakage?.exact?.found).toBe(30)
    expect(found.leakage?.exactWithLabel?.found).toBe(30)
    expect(found.leakage?.subjects).toMatchObject([{ column: 'id', found: 30 }])
    const names = new Set(found.measures.map(({ name }) => name))
    expect([...names]).toEqual([
      'leakage.exact_duplicates',
      'leakage.exact_duplicates_with_label',
      'leakage.near_duplicates',
      'leakage.subject_overlap',
      'quality.repeated_rows',
      'quality.conflicting_labels',
      'leakage.predictive_power',
      'leakage.order_auc',
      'quality.commonest_share',
      'quality.group_share',
    ])
    const known = Object.keys(qualityCatalogue)
    expect([...names].filter((name) => !known.includes(name))).toEqual([])
    const page = readFileSync(new URL('../../../../../docs/quality.md', import.meta.url), 'utf8')
    expect(known.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
    for (const { value, low, high, note } of found.measures) {
      expect([value, low, high].every((one) => one === null)).toBe(note !== undefined)
      expect(low ?? 0).toBeLessThanOrEqual(value ?? 0)
      expect(high ?? 0).toBeGreaterThanOrEqual(value ?? 0)
    }
  })

  test('rows are compared by enough columns that both tables have, and told by which', async () => {
    const few = (all: DataQualityRequest['table'], ...names: string[]) => ({
      ...all,
      columns: all.columns.filter(({ name }) => names.includes(name)),
    })
    const found = await findDataQuality({
      ...request,
      training: few(table(training), 'sex'),
    })
    expect(found.leakage?.by).toMatchObject({ compared: ['sex'], alone: ['a', 'b'] })
    const of = (name: string) => found.measures.find((one) => one.name === name)
    for (const name of ['exact_duplicates', 'exact_duplicates_with_label', 'near_duplicates'])
      expect(of(`leakage.${name}`)).toMatchObject({
        value: null,
        note: expect.stringContaining('`sex` only') as unknown,
      })
  })

  test('a column that each row has anew hides no copy', async () => {
    const withNonce = (all: DataQualityRequest['table'], from: number) => ({
      ...all,
      columns: [
        ...all.columns,
        { name: 'nonce', cells: all.columns[0]?.cells.map((_, row) => `${from + row}`) ?? [] },
      ],
    })
    const found = await findDataQuality({
      ...request,
      table: withNonce(table(rows), 50_000),
      training: withNonce(table(training), 1_000),
    })
    expect(found.leakage?.by).toMatchObject({ compared: ['a', 'b', 'sex'], distinct: ['nonce'] })
    expect(found.leakage?.exact?.found).toBe(30)
    // Measurements differ in every row, too, and are what tells strangers apart.
    const measured = (all: DataQualityRequest['table']) => ({
      ...all,
      columns: all.columns.map((column) =>
        column.name === 'a'
          ? { ...column, cells: column.cells.map((text, row) => `${Number(text)}.${1_000 + row}1`) }
          : column,
      ),
    })
    const strangers = await findDataQuality({
      ...request,
      table: measured(table(rows)),
      training: measured(table(training)),
    })
    expect(strangers.leakage?.by).toMatchObject({ compared: ['a', 'b', 'sex'], distinct: [] })
  })

  test('a time that can be read in two ways is not compared, and said', async () => {
    const at = (unreadable: string | null) => ({ instants: new Float64Array(3), unreadable })
    const found = await findDataQuality({
      ...request,
      table: { ...request.table, times: at(null) },
      training: { ...table(training), times: at('25/12/2024') },
    })
    expect(found.measures.filter(({ name }) => name === 'leakage.time_overlap')).toMatchObject([
      { value: null, note: expect.stringContaining('25/12/2024') as unknown },
    ])
  })

  test('label and training data may be missing', async () => {
    const found = await findDataQuality({
      ...request,
      table: { ...request.table, label: null },
      training: null,
    })
    expect([found.leakage, found.powers, found.conflicts, found.orderLeaks]).toEqual([
      null,
      null,
      null,
      [],
    ])
  })
})
