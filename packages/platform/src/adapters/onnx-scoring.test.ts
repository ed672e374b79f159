// Real models over real files: DuckDB → ONNX Runtime in its child process → DuckDB, against scikit-learn's own answers.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { sha256Hex } from '@proofhouse/evidence'
import { afterAll, describe, expect, test } from 'vitest'
import {
  logisticInts,
  logisticWords,
  logisticZipMap,
  boostedInts,
  matrixCsv,
  mixedColumns,
  mixedCsv,
} from '../artifacts/onnx-models.fixture.ts'
import { checkData, type ColumnRoles, scoreModel, type ScoringRequest } from '../assess/index.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'
import { onnxRunner } from './onnx-runner.ts'

const files = temporaryFolder()
const source = duckdbSource({ threads: 1, memoryBytes: 512 * 2 ** 20 })
const runner = onnxRunner({ threads: 1 })
afterAll(files.remove)

/** The fixture's rows with its predicted classes as the label: every prediction must then be right. */
function labelled(csv: string, classes: readonly string[]): string {
  const [header = '', ...lines] = csv.trimEnd().split('\n')
  return [`y,g,${header}`, ...lines.map((line, i) => `${classes[i]},g${i},${line}`)].join('\n')
}

interface Run {
  readonly model: Uint8Array<ArrayBuffer>
  readonly csv: string
  readonly positiveClass: string
  readonly changes?: Partial<ScoringRequest>
  readonly features?: readonly string[]
}

async function assess({ model, csv, positiveClass, changes = {}, features }: Run) {
  const roles: ColumnRoles = {
    label: 'y',
    positiveClass,
    protected: ['g'],
    control: [],
    identifiers: [],
    time: null,
    prediction: null,
    score: null,
    features: features ?? null,
  }
  const engine = await source.open(files.csv(csv))
  const session = await runner.load({
    name: 'model.onnx',
    bytes: model,
    sha256: sha256Hex(model),
    runtime: 'native',
    memoryBytes: 512 * 2 ** 20,
    timeoutMs: 60_000,
  })
  try {
    const data = await checkData(engine, roles, { hasModel: true, threshold: null })
    const summary = await scoreModel({
      engine,
      session,
      model: 'model.onnx',
      roles,
      data,
      declaredClasses: null,
      foundClasses: null,
      threshold: null,
      missingValues: 'refuse',
      batchRows: 3,
      ...changes,
    })
    const statistics = await engine.statistics({
      label: 'y',
      positiveClass,
      protectedColumns: ['g'],
      predictions: { from: 'attached' },
    })
    return { summary, cells: statistics.cells }
  } finally {
    await session.close()
    await engine.close()
  }
}

describe('predicts what scikit-learn predicts', () => {
  test.each([
    ['a logistic regression with labels 0 and 1', logisticInts, matrixCsv, '1'],
    ['the same with labels as words', logisticWords, matrixCsv, 'good'],
    ['the same with maps for probabilities', logisticZipMap, matrixCsv, 'good'],
    ['a pipeline with a float, an integer and a text input', mixedColumns, mixedCsv, 'good'],
  ])('%s', async (_, { model, scores, classes }, csv, positiveClass) => {
    const { cells } = await assess({ model, csv: labelled(csv, classes), positiveClass })
    expect(cells.map((c) => c.outcomes.tp + c.outcomes.tn)).toEqual(scores.map(() => 1))
    for (const [i, cell] of cells.entries())
      expect(cell.scores?.scores[0]).toBeCloseTo(scores[i] ?? -1, 6)
  })

  test('gradient boosting, with the positive class in the first place', async () => {
    const csv = labelled(matrixCsv, ['0', '0', '1', '0'])
    const { cells } = await assess({ model: boostedInts.model, csv, positiveClass: '0' })
    for (const [i, cell] of cells.entries())
      expect(cell.scores?.scores[0]).toBeCloseTo(1 - (boostedInts.scores[i] ?? -1), 6)
  })

  test('numbers for words, once told which is which', async () => {
    const csv = labelled(matrixCsv, ['no', 'no', 'yes', 'no'])
    const { cells, summary } = await assess({
      model: logisticInts.model,
      csv,
      positiveClass: 'yes',
      changes: { declaredClasses: ['no', 'yes'], foundClasses: ['0', '1'] },
    })
    expect(cells.map((c) => c.outcomes.tp + c.outcomes.tn)).toEqual([1, 1, 1, 1])
    expect(summary).toEqual({
      rows: 4,
      features: ['a', 'b', 'c'],
      outputs: ['label', 'probabilities'],
    })
  })
})

describe('refuses', () => {
  const ints = labelled(matrixCsv, logisticInts.classes)
  const words = labelled(matrixCsv, ['no', 'no', 'yes', 'no'])
  test.each<[string, Run, RegExp]>([
    [
      'too few features',
      { model: logisticInts.model, csv: ints, positiveClass: '1', features: ['a', 'b'] },
      /takes 3 features/,
    ],
    [
      'unknown classes',
      { model: logisticInts.model, csv: words, positiveClass: 'yes' },
      /model.classes: \[no, yes\]/,
    ],
    [
      'inputs of other names',
      {
        model: mixedColumns.model,
        csv: labelled(mixedCsv.replace('job', 'jobs'), mixedColumns.classes),
        positiveClass: 'good',
      },
      /takes an input `job`, .* the nearest is `jobs`/,
    ],
    [
      'text in a number',
      { model: logisticInts.model, csv: ints.replace('0.125', 'high'), positiveClass: '1' },
      /row 2, column `b`: `high` is not a number/,
    ],
    [
      'an empty feature',
      { model: logisticInts.model, csv: ints.replace('0.125', ''), positiveClass: '1' },
      /row 2, column `b`: is empty/,
    ],
  ])('%s', async (_, run, message) => {
    await expect(assess(run)).rejects.toThrow(message)
  })
})

/** Process ids of the living children; Linux tells, elsewhere nothing is known. */
function childrenOf(pid: number): string[] {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return []
  return readdirSync(tasks).flatMap((task) =>
    readFileSync(`${tasks}/${task}/children`, 'utf8').split(' ').filter(Boolean),
  )
}

test('an abort half-way leaves no process and no predictions', async () => {
  const rows = Array.from({ length: 5000 }, (_, i) => `${i % 2},g,${i % 7},1,2`)
  const abort = new AbortController()
  const engine = await source.open(files.csv(`y,g,a,b,c\n${rows.join('\n')}\n`))
  const { model } = logisticInts
  const session = await runner.load({
    name: 'model.onnx',
    bytes: model,
    sha256: sha256Hex(model),
    runtime: 'native',
    memoryBytes: 512 * 2 ** 20,
    timeoutMs: 60_000,
    signal: abort.signal,
  })
  const roles: ColumnRoles = {
    label: 'y',
    positiveClass: '1',
    protected: ['g'],
    control: [],
    identifiers: [],
    time: null,
    prediction: null,
    score: null,
    features: null,
  }
  const data = await checkData(engine, roles, { hasModel: true, threshold: null })
  const scoring = scoreModel({
    engine,
    session,
    model: 'model.onnx',
    roles,
    data,
    declaredClasses: null,
    foundClasses: null,
    threshold: null,
    missingValues: 'refuse',
    batchRows: 10,
    signal: abort.signal,
    onProgress: (done) => {
      if (done === 1000) abort.abort()
    },
  })
  await expect(scoring).rejects.toMatchObject({ code: 'interrupted' })
  await expect(
    engine.statistics({
      label: 'y',
      positiveClass: '1',
      protectedColumns: [],
      predictions: { from: 'attached' },
    }),
  ).rejects.toThrow('predictions are attached')
  await expect(session.run([], [])).rejects.toMatchObject({ code: 'interrupted' })
  await session.close()
  await engine.close()
  expect(childrenOf(process.pid)).toEqual([])
})
