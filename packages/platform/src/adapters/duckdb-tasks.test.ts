// Tables as their tasks see them, read from files: what the rows say is what the measures say, and what no task can use is refused in one
// sentence.

import { afterAll, expect, test } from 'vitest'
import { OperatingError, sha256Hex } from '@proofhouse/evidence'
import { floats, model, node, value as onnxValue, part } from '../artifacts/onnx.fixture.ts'
import {
  checkTaskData,
  type ColumnRoles,
  readTask,
  scoreNumbers,
  type Task,
} from '../assess/index.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'
import { onnxRunner } from './onnx-runner.ts'

const files = temporaryFolder()
afterAll(files.remove)
const source = duckdbSource({ threads: 2 })

const colours = ['blue', 'green', 'red'] as const
const body = Array.from({ length: 240 }, (_, n) => {
  const label = colours[n % 3] ?? ''
  const said = n % 8 === 0 ? 'red' : label
  const scores = colours.map((one) => (one === said ? 0.6 : 0.2))
  const group = n % 2 === 0 ? 'a' : 'b'
  return [group, label, said, ...scores, 100 + n, 110 + n, `q${n >> 3}`, n % 3].join(',')
})
const header = 'group,colour,said,p_blue,p_green,p_red,amount,guess,query,fit'
const csv = `${header}\n${body.join('\n')}\n`

const scoreColumns = { blue: 'p_blue', green: 'p_green', red: 'p_red' }
type NotBinary = Exclude<Task, { readonly kind: 'binary' }>
const tasks: Readonly<Record<NotBinary['kind'], NotBinary>> = {
  multiclass: {
    kind: 'multiclass',
    topK: 2,
    classScores: scoreColumns,
  },
  regression: { kind: 'regression', quantile: null },
  ranking: { kind: 'ranking', query: 'query', topK: 3 },
}
const rolesOf: Readonly<Record<NotBinary['kind'], Partial<ColumnRoles>>> = {
  multiclass: { label: 'colour', prediction: 'said' },
  regression: { label: 'amount', prediction: 'guess' },
  ranking: { label: 'fit', score: 'p_red' },
}
const roles = (kind: NotBinary['kind']): ColumnRoles => ({
  label: '',
  positiveClass: null,
  protected: ['group'],
  control: [],
  identifiers: [],
  time: null,
  prediction: null,
  score: null,
  features: null,
  ...rolesOf[kind],
})

const options = {
  also: new Set<string>(),
  mode: 'strict',
  confidence: 0.95,
  overs: [[], ['group']],
  explored: [],
  withins: [],
} as const

async function view(
  kind: NotBinary['kind'],
  text = csv,
  { mode, task }: { readonly mode: 'strict' | 'compatible'; readonly task: NotBinary } = {
    mode: 'strict',
    task: tasks[kind],
  },
) {
  const engine = await source.open(files.csv(text))
  try {
    const { classes, warnings } = await checkTaskData(engine, roles(kind), { task, mode })
    const found = await readTask(engine, roles(kind), { task, classes, model: null })
    const measures = found.measure({ ...options, mode })
    const value = (name: string, group: string | null = null) =>
      measures.find(
        ({ measure, slice }) => measure === name && (slice?.['group'] ?? null) === group,
      )?.value
    return { value, warnings, sizes: found.sizes(['group']) }
  } finally {
    await engine.close()
  }
}

test('one of several classes, with scores', async () => {
  const { value, sizes } = await view('multiclass')
  // Every eighth row is said to be red, of which a third is; all of them are of group a.
  expect(value('multiclass.accuracy')).toBe(220 / 240)
  expect(value('multiclass.accuracy', 'b')).toBe(1)
  expect(value('multiclass.demographic_parity_difference')).toBeCloseTo(20 / 120, 12)
  const loss = -(220 * Math.log(0.6) + 20 * Math.log(0.2)) / 240
  expect(value('multiclass.log_loss')).toBeCloseTo(loss, 12)
  // Of the equal scores of the two other classes, the later is the higher: blue is third, green second.
  expect(value('multiclass.top_k_accuracy')).toBe(230 / 240)
  expect(sizes.map(({ rows }) => rows)).toEqual([120, 120])
})

/** Every score 0.9, whatever the class. */
const high = csv.replaceAll(/,0\.[26],0\.[26],0\.[26],/g, ',0.9,0.9,0.9,')

test('scores that are no probabilities are refused, or warned of where scikit-learn is followed', async () => {
  await expect(view('multiclass', high)).rejects.toThrow(
    /the class scores `p_blue`, `p_green`, `p_red` add up to `2\.7` in row 1, and not to 1 in 240 rows; they must be/,
  )
  await expect(view('multiclass', broken(5, '0.3'))).rejects.toThrow(
    /add up to `1\.1` in row 5; they must be probabilities/,
  )
  const compatible = { mode: 'compatible', task: tasks.multiclass } as const
  const { value, warnings } = await view('multiclass', high, compatible)
  expect(value('multiclass.log_loss')).toBeCloseTo(-Math.log(0.9), 12)
  expect(warnings.map(({ kind }) => kind)).toEqual(['no-probabilities'])
  expect(warnings[0]?.message).toContain('not to 1 in 240 rows')
})

test('floats of a model are probabilities, and a class that nobody is may have some of it', async () => {
  const float = (x: number) => String(Math.fround(x))
  const rounded = csv.replaceAll(/0\.[26]/g, (text) => float(Number(text) - 0.1))
  const four = {
    kind: 'multiclass',
    topK: 2,
    classScores: { ...scoreColumns, amber: 'p_amber' },
  } as const
  const withAmber = rounded
    .trim()
    .split('\n')
    .map((line, n) => `${line},${n === 0 ? 'p_amber' : float(0.3)}`)
    .join('\n')
  const { value, warnings } = await view('multiclass', withAmber, { mode: 'strict', task: four })
  expect(warnings).toEqual([])
  // Amber comes second for everybody, so only who is said right is among the first two.
  expect(value('multiclass.top_k_accuracy')).toBe(220 / 240)
  expect(value('multiclass.accuracy')).toBe(220 / 240)
  await expect(view('multiclass', rounded)).rejects.toThrow(/add up to `0\.7` in row 1/)
})

test('a number', async () => {
  const { value } = await view('regression')
  expect(value('regression.mean_error')).toBe(10)
  expect(value('regression.median_absolute_error', 'a')).toBe(10)
  expect(value('regression.mean_absolute_error_difference')).toBe(0)
})

test('an order', async () => {
  const { value } = await view('ranking')
  expect(value('ranking.pairwise_accuracy')).toBeGreaterThan(0.5)
  expect(value('ranking.exposure', 'a')).toBeGreaterThan(1)
})

/** `guess + shift`, as a model of one output [N, 1]. */
const linear = (shift: number, outputs: readonly string[] = ['variable']) =>
  model([
    part(1, node('Add', ['guess', 'shift'], [outputs[0] ?? ''])),
    ...outputs.slice(1).map((name) => part(1, node('Identity', ['guess'], [name]))),
    part(2, 'g'),
    part(5, floats('shift', [1, 1], [shift])),
    part(11, onnxValue('guess', 'float', [-1, 1])),
    ...outputs.map((name) => part(12, onnxValue(name, 'float', [-1, 1]))),
  ])

async function fromModel(kind: 'regression' | 'ranking', bytes: Uint8Array<ArrayBuffer>) {
  const engine = await source.open(files.csv(csv))
  const session = await onnxRunner({ threads: 1 }).load({
    name: 'model.onnx',
    bytes,
    sha256: sha256Hex(bytes),
    runtime: 'native',
    memoryBytes: 512 * 2 ** 20,
    timeoutMs: 60_000,
  })
  try {
    const own = { ...roles(kind), prediction: null, score: null }
    const request = { engine, session, model: 'model.onnx', roles: own }
    const { features } = await scoreNumbers({ ...request, missingValues: 'refuse' })
    expect(features).toEqual(['guess'])
    return await readTask(engine, own, {
      task: tasks[kind],
      classes: [],
      model: { path: 'model.onnx', scoredClasses: null },
    })
  } finally {
    await session.close()
    await engine.close()
  }
}

test('a model that predicts a number is run, and its errors are those of its predictions', async () => {
  const found = await fromModel('regression', linear(-3))
  const measures = found.measure({ ...options, overs: [[]] })
  const value = (name: string) => measures.find(({ measure }) => measure === name)?.value
  expect(value('regression.mean_error')).toBe(7)
  expect(value('regression.mean_absolute_error')).toBe(7)
  expect(found.findings([[]], 0.95)).toMatchObject({ prediction: 'model.onnx' })
})

test('a model gives the score to rank by', async () => {
  const found = await fromModel('ranking', linear(0))
  // Guesses rise by one a row: in each query of eight the last three rows are first.
  expect(found.findings([[], ['group']], 0.95)).toMatchObject({
    kind: 'ranking',
    score: 'model.onnx',
  })
  const [everyone] = found.measure({ ...options, overs: [[]] })
  expect(everyone?.measure).toBe('ranking.ndcg')
})

test('a model with two outputs that could be the number is refused', async () => {
  const failed = await fromModel('regression', linear(-3, ['variable', 'other'])).catch(
    (error: unknown) => error,
  )
  expect(String(failed)).toMatch(
    /has several outputs of one number a row; its outputs are `variable`, `other`/,
  )
})

const broken = (at: number, text: string, row = 5) =>
  csv
    .split('\n')
    .map((line, n) => {
      const cells = line.split(',')
      return n === row ? cells.with(at, text).join(',') : line
    })
    .join('\n')

test.each([
  ['regression', broken(7, 'much'), /the prediction column `guess` holds `much` in row 5/],
  [
    'regression',
    broken(6, ''),
    /the label column `amount` is empty in row 5; every row needs a number/,
  ],
  [
    'ranking',
    broken(9, '-1'),
    /the label column `fit` holds `-1` in row 5; it holds numbers of at least 0/,
  ],
  ['ranking', broken(8, ''), /the query column `query` is empty in row 5/],
  ['multiclass', broken(5, '1.5'), /score of the class `red`: column `p_red` holds `1\.5`/],
  ['multiclass', broken(1, 'violet'), /names no column for the class `violet`/],
  ['multiclass', broken(2, ''), /the prediction column `said` is empty in row 5/],
] as const)('%s: refuses what is no use', async (kind, text, message) => {
  const failed = await view(kind, text).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(OperatingError)
  expect(String(failed)).toMatch(message)
})
