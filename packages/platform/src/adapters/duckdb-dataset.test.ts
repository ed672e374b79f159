// The checks of assess/dataset.ts over real files: what a user sees for each kind of unsuitable data.
import { afterAll, describe, expect, test } from 'vitest'
import { checkData, type ColumnRoles, neverPredicted, scoresOnGrid } from '../assess/index.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'

const files = temporaryFolder()
const source = duckdbSource({ threads: 2, memoryBytes: 512 * 2 ** 20 })
afterAll(files.remove)

const roles: ColumnRoles = {
  label: 'y',
  positiveClass: '1',
  protected: ['sex'],
  control: [],
  identifiers: [],
  time: null,
  prediction: 'p',
  score: null,
  features: null,
}

async function check(csv: string, changes: Partial<ColumnRoles> = {}, hasModel = false) {
  const engine = await source.open(files.csv(csv))
  try {
    return await checkData(engine, { ...roles, ...changes }, { hasModel, threshold: null })
  } finally {
    await engine.close()
  }
}

const good = 'y,sex,p,s\n1,f,1,0.9\n0,m,0,0.1\n1,,1,1\n'

describe('accepts', () => {
  test('a column of predictions', async () => {
    expect(await check(good)).toEqual({
      positiveClass: '1',
      negativeClass: '0',
      positives: 2,
      negatives: 1,
      protectedGroups: [
        {
          column: 'sex',
          groups: [
            { value: 'f', rows: 1 },
            { value: 'm', rows: 1 },
            { value: '(missing)', rows: 1 },
          ],
        },
      ],
      predictions: { from: 'prediction', prediction: 'p', score: null },
      warnings: [
        {
          kind: 'missing-group',
          message: '1 rows have no `sex` and are compared as the group `(missing)`',
        },
      ],
    })
  })

  test('scores alone, and a model', async () => {
    const scores = await check(good, { prediction: null, score: 's' })
    expect(scores.predictions).toEqual({ from: 'score', score: 's', threshold: 0.5 })
    expect((await check(good, { prediction: null }, true)).predictions).toBeNull()
  })

  test('1, 1.0 and the Parquet integer and double as one class', async () => {
    await check('y,sex,p\n1.0,f,1\n0.0,m,0\n')
    const path = await files.parquet(
      `SELECT * FROM (VALUES (1.0::DOUBLE, 'f', 1), (0, 'm', 0)) AS t(y, sex, p)`,
    )
    const engine = await source.open(path)
    const data = await checkData(engine, roles, { hasModel: false, threshold: null })
    expect([data.positiveClass, data.negativeClass]).toEqual(['1', '0'])
    await engine.close()
  })
})

const many = `y,sex,p\n${Array.from({ length: 2000 }, (_, i) => `${i % 2},g${i},1`).join('\n')}\n`

describe('refuses', () => {
  test.each<[string, string, Partial<ColumnRoles>, string, RegExp]>([
    [
      'a misspelt column',
      good,
      { protected: ['sec'] },
      'config-invalid',
      /no column `sec`, named under `columns.protected`; did you mean `sex`\?/,
    ],
    [
      'a column unlike any',
      good,
      { label: 'outcome' },
      'config-invalid',
      /its columns are `y`, `sex`, `p`, `s`/,
    ],
    [
      'no predictions',
      good,
      { prediction: null },
      'config-invalid',
      /set `model.path`, `columns.prediction`/,
    ],
    [
      'the label as prediction',
      good,
      { prediction: 'y' },
      'config-invalid',
      /as label and as prediction/,
    ],
    [
      'an empty label',
      'y,sex,p\n1,f,1\n,m,0\nNaN,m,0\n',
      {},
      'data-unsuitable',
      /label column `y` is empty in rows 2, 3; fill in/,
    ],
    ['one class', 'y,sex,p\n1,f,1\n1,m,0\n', {}, 'data-unsuitable', /holds only `1`/],
    [
      'three classes',
      'y,sex,p\n1,f,1\n0,m,0\n2,m,0\n',
      {},
      'data-unsuitable',
      /has 3 values .*only two outcomes/,
    ],
    [
      'a strange positive class',
      good,
      { positiveClass: 'yes' },
      'data-unsuitable',
      /never holds `yes`; its values are `1`, `0`, so set `columns.positive_class`/,
    ],
    [
      '2,000 groups',
      many,
      {},
      'data-unsuitable',
      /`sex` has 2000 values, of at most 100; group them/,
    ],
    [
      'an empty prediction',
      'y,sex,p\n1,f,1\n0,m,\n',
      {},
      'data-unsuitable',
      /`p` is empty in row 2/,
    ],
    [
      'a strange prediction',
      'y,sex,p\n1,f,yes\n0,m,0\n',
      {},
      'data-unsuitable',
      /holds `yes`, which the label `y` never is \(it is `0`, `1`\)/,
    ],
    [
      'an empty score',
      'y,sex,s\n1,f,1\n0,m,\n',
      { prediction: null, score: 's' },
      'data-unsuitable',
      /empty in row 2/,
    ],
    [
      'a textual score',
      'y,sex,s\n1,f,1\n0,m,x\n',
      { prediction: null, score: 's' },
      'data-unsuitable',
      /`x` in row 2/,
    ],
    [
      'an infinite score',
      'y,sex,s\n1,f,1\n0,m,inf\n',
      { prediction: null, score: 's' },
      'data-unsuitable',
      /`inf` in row 2/,
    ],
    [
      'a score above 1',
      'y,sex,s\n1,f,1\n0,m,1.5\n',
      { prediction: null, score: 's' },
      'data-unsuitable',
      /`1.5` in row 2/,
    ],
    [
      'a negative score',
      'y,sex,s\n1,f,-2\n0,m,1\n',
      { prediction: null, score: 's' },
      'data-unsuitable',
      /`-2` in row 1/,
    ],
  ])('%s', async (_, csv, changes, code, message) => {
    await expect(check(csv, changes)).rejects.toThrow(message)
    await expect(check(csv, changes)).rejects.toMatchObject({ code })
  })

  test('a nested Parquet column', async () => {
    const engine = await source.open(
      await files.parquet(`SELECT * FROM (VALUES (1, {a: 1}, 1), (0, {a: 2}, 0)) AS t(y, sex, p)`),
    )
    await expect(checkData(engine, roles, { hasModel: false, threshold: null })).rejects.toThrow(
      /`sex` has the type STRUCT/,
    )
    await engine.close()
  })

  test('more intersections than can be counted', async () => {
    const rows = Array.from(
      { length: 12_000 },
      (_, i) => `${i % 2},${i % 99},${Math.floor(i / 99)},1`,
    )
    const engine = await source.open(files.csv(`y,a,b,p\n${rows.join('\n')}\n`))
    const counting = engine.statistics({
      label: 'y',
      positiveClass: '1',
      protectedColumns: ['a', 'b'],
      predictions: { from: 'prediction', prediction: 'p', score: null },
    })
    await expect(counting).rejects.toThrow(/`a`, `b` have more than 10000 combinations/)
    await engine.close()
  })
})

test('warns of a class that is never predicted', async () => {
  const engine = await source.open(files.csv('y,sex,p\n1,f,1\n0,m,1\n'))
  const data = await checkData(engine, roles, { hasModel: false, threshold: null })
  const predictions = data.predictions ?? { from: 'attached' }
  const statistics = await engine.statistics({
    label: 'y',
    positiveClass: '1',
    protectedColumns: ['sex'],
    predictions,
  })
  expect(neverPredicted(statistics, data).map((w) => w.message)).toEqual([
    expect.stringMatching(/no row is predicted to be `0`/),
  ])
  await engine.close()
})

test('says when scores were counted on the grid', async () => {
  const engine = await source.open(files.csv('y,s\n1,0.1\n0,0.2\n'))
  const statistics = await engine.statistics({
    label: 'y',
    positiveClass: '1',
    protectedColumns: [],
    predictions: { from: 'score', score: 's', threshold: 0.5 },
  })
  await engine.close()
  expect(scoresOnGrid({ ...engine.table, rows: 20_000_001 }, statistics)).toMatchObject([
    { message: expect.stringMatching(/more than 20000000 rows.*12 significant bits/) as unknown },
  ])
  expect(scoresOnGrid({ ...engine.table, rows: 20_000_000 }, statistics)).toEqual([])
})
