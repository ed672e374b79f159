import { describe, expect, test } from 'vitest'
import type { ColumnRoles } from './dataset.ts'
import { planInputs } from './model-inputs.ts'
import type { MissingValues } from './model-inputs-tensors.ts'
import type { ModelValue } from './model-ports.ts'
import type { ColumnKind, DataTable } from './ports.ts'

const table: DataTable = {
  path: 'test.csv',
  format: 'csv',
  rows: 2,
  sizeBytes: 1,
  sha256: '',
  columns: ['id', 'age', 'job', 'sex', 'y'].map((name) => ({ name, kind: 'text', type: 'text' })),
}
const roles: ColumnRoles = {
  label: 'y',
  positiveClass: '1',
  protected: ['sex'],
  control: [],
  identifiers: ['id'],
  time: null,
  prediction: null,
  score: null,
  features: null,
}
const input = (name: string, type: string, shape: number[] | null): ModelValue => ({
  name,
  type,
  shape,
})

const plan = (
  inputs: readonly ModelValue[],
  options: {
    features?: readonly string[]
    missingValues?: MissingValues
    table?: DataTable
  } = {},
) =>
  planInputs({
    model: 'm.onnx',
    table: options.table ?? table,
    inputs,
    roles: { ...roles, features: options.features ?? null },
    missingValues: options.missingValues ?? 'refuse',
  })

describe('plans', () => {
  test('a matrix of the columns that have no other role, row by row', () => {
    const made = plan([input('X', 'float32', [-1, 2])])
    expect(made.columns).toEqual([
      { name: 'age', as: 'number' },
      { name: 'job', as: 'number' },
    ])
    const columns = [Float64Array.of(1, 2), Float64Array.of(3, 0.1)]
    expect(made.feeds({ outcomes: null, firstRow: 0, rows: 2, columns })).toEqual([
      {
        name: 'X',
        shape: [2, 2],
        values: { type: 'float32', data: Float32Array.of(1, 3, 2, 0.1) },
      },
    ])
  })

  test('a matrix of listed features in their order, protected ones too', () => {
    const made = plan([input('X', 'string', null)], { features: ['sex', 'age'] })
    expect(made.columns).toEqual([
      { name: 'sex', as: 'text' },
      { name: 'age', as: 'text' },
    ])
    const columns = [
      ['f', 'm'],
      ['1', '2'],
    ]
    expect(made.feeds({ outcomes: null, firstRow: 0, rows: 2, columns })[0]?.values.data).toEqual([
      'f',
      '1',
      'm',
      '2',
    ])
  })

  test('one input per column, each with its type', () => {
    const made = plan([
      input('age', 'int64', [-1, 1]),
      input('sex', 'string', [-1]),
      input('id', 'bool', null),
    ])
    const columns = [Float64Array.of(30, 40), ['f', 'm'], Float64Array.of(0, 1)]
    expect(made.feeds({ outcomes: null, firstRow: 0, rows: 2, columns })).toEqual([
      { name: 'age', shape: [2, 1], values: { type: 'int64', data: BigInt64Array.of(30n, 40n) } },
      { name: 'sex', shape: [2], values: { type: 'string', data: ['f', 'm'] } },
      { name: 'id', shape: [2, 1], values: { type: 'bool', data: Uint8Array.of(0, 1) } },
    ])
  })

  test('a single column under its own name', () => {
    expect(plan([input('age', 'float64', [-1, 1])]).columns).toEqual([
      { name: 'age', as: 'number' },
    ])
  })
})

const typed = (kind: ColumnKind, type: string): DataTable => ({
  ...table,
  format: 'parquet',
  columns: table.columns.map((c) =>
    c.name === 'job' ? { ...c, kind, type } : { ...c, kind: 'number' },
  ),
})
const batch = (age: number) => ({
  outcomes: null,
  firstRow: 10,
  rows: 2,
  columns: [Float64Array.of(1, age)],
})

describe('refuses', () => {
  test.each<[string, ModelValue[], Parameters<typeof plan>[1], RegExp]>([
    ['no input', [], {}, /takes no input/],
    [
      'more features than columns',
      [input('X', 'float32', [-1, 3])],
      {},
      /takes 3 features in its input `X`, and the data have 2 \(`age`, `job`\); set `columns.features` to the 3/,
    ],
    [
      'fewer features than listed',
      [input('X', 'float32', [-1, 1])],
      { features: ['age', 'job'] },
      /takes 1 features .*`columns.features` lists 2/,
    ],
    [
      'a listed feature that is no column',
      [input('X', 'float32', [-1, 1])],
      { features: ['aeg'] },
      /no column `aeg`, named under `columns.features`; did you mean `age`/,
    ],
    [
      'an input that is no column',
      [input('agee', 'float32', [-1, 1]), input('job', 'string', [-1, 1])],
      {},
      /takes an input `agee`, and test.csv has no such column; the nearest is `age`/,
    ],
    [
      'inputs that are no columns',
      [input('income', 'float32', [-1, 1]), input('wealth', 'string', [-1, 1])],
      {},
      /`income`, and test.csv has no such column \(nor `wealth`\); rename/,
    ],
    [
      'the label',
      [input('y', 'int64', [-1, 1]), input('age', 'int64', [-1, 1])],
      {},
      /it knows the answer/,
    ],
    [
      'a feature that is no input',
      [input('age', 'int64', [-1, 1]), input('job', 'int64', [-1, 1])],
      { features: ['age', 'sex'] },
      /has no input `sex`, named under `columns.features`/,
    ],
    [
      'a matrix beside a column',
      [input('age', 'float32', [-1, 4]), input('job', 'string', [-1, 1])],
      {},
      /takes 4 columns at once in `age`, beside other inputs/,
    ],
    ['images', [input('X', 'float32', [-1, 3, 224, 224])], {}, /4 dimensions/],
    ['a fixed batch', [input('X', 'float32', [1, 2])], {}, /exactly 1 rows at a time/],
    ['a sequence', [input('X', 'not a tensor', null)], {}, /type not a tensor/],
    ['an odd type', [input('X', 'uint8', [-1, 2])], {}, /type uint8/],
    [
      'a nested column',
      [input('X', 'float32', [-1, 2])],
      { table: typed('other', 'STRUCT(a INTEGER)') },
      /column `job` has the type STRUCT/,
    ],
    [
      'typed text as a number',
      [input('X', 'float32', [-1, 2])],
      { table: typed('text', 'VARCHAR') },
      /column `job` has the type VARCHAR, and the model takes float32/,
    ],
  ])('%s', (_, inputs, options, message) => {
    expect(() => plan(inputs, options)).toThrow(message)
  })

  const ages = (type: string, age: number, missingValues: MissingValues = 'refuse') =>
    plan([input('age', type, [-1, 1])], { missingValues }).feeds(batch(age))[0]?.values.data
  test.each<[string, string, number, MissingValues, RegExp]>([
    [
      'a missing number',
      'float32',
      NaN,
      'refuse',
      /row 12, column `age`: is empty; .*`assessment.missing_values: as_nan`/,
    ],
    [
      'a missing integer',
      'int64',
      NaN,
      'as_nan',
      /row 12, column `age`: is empty, and the model takes it as int64/,
    ],
    ['an infinity', 'float64', Infinity, 'as_nan', /row 12, column `age`: `Infinity` does not fit/],
    [
      'too large for a float',
      'float32',
      1e39,
      'refuse',
      /`1e\+39` does not fit the model's input of type float32/,
    ],
    ['a fraction as an integer', 'int64', 1.5, 'refuse', /`1.5` does not fit/],
    ['too large for int32', 'int32', 2 ** 31, 'refuse', /`2147483648` does not fit/],
    ['too large for int64 as read', 'int64', 2 ** 53, 'refuse', /does not fit/],
    ['2 as a boolean', 'bool', 2, 'refuse', /`2` does not fit/],
  ])('%s', (_, type, age, missingValues, message) => {
    expect(() => ages(type, age, missingValues)).toThrow(message)
  })

  test('missing text, unless told to pass it on as the empty text', () => {
    const text = { outcomes: null, firstRow: 0, rows: 1, columns: [[null]] }
    const feeds = (missingValues: MissingValues) =>
      plan([input('job', 'string', [-1, 1])], { missingValues }).feeds(text)[0]?.values.data
    expect(() => feeds('refuse')).toThrow(/row 1, column `job`: is empty/)
    expect(feeds('as_nan')).toEqual([''])
    expect(ages('float32', NaN, 'as_nan')).toEqual(Float32Array.of(1, NaN))
  })
})
