// Models of several classes and of a number, asked what decides and where they err most, over real files with the real runtime: Shapley
// values are those of scikit-learn's own probabilities by all coalitions, errors those of its own predictions.

import { sha256Hex } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { checkOnnx } from '../artifacts/index.ts'
import { exactAttribution } from '../assess/attributions/shapley.ts'
import {
  askClasses,
  askNumbers,
  attachedClass,
  attachedScore,
  explainModel,
  inUnits,
  type ModelSession,
  type ReadRows,
  scoreClasses,
  scoreNumbers,
  takeSample,
} from '../assess/index.ts'
import { pickRows } from '../assess/predictor.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'
import { onnxRunner } from './onnx-runner.ts'
import { careModel, careShapley, costModel, taskRows } from './task-models.fixture.ts'

const files = temporaryFolder()
afterAll(files.remove)
const source = duckdbSource({ threads: 1 })
const runner = onnxRunner({ threads: 1 })

/** The rows as a table, with a model loaded. */
async function withModel<Answer>(
  model: Uint8Array<ArrayBuffer>,
  use: (engine: Awaited<ReturnType<typeof source.open>>, session: ModelSession) => Promise<Answer>,
): Promise<Answer> {
  const engine = await source.open(files.csv(`${taskRows.join('\n')}\n`))
  const session = await runner.load({
    name: 'model.onnx',
    bytes: model,
    sha256: sha256Hex(model),
    runtime: 'native',
    memoryBytes: 512 * 2 ** 20,
    timeoutMs: 60_000,
  })
  try {
    return await use(engine, session)
  } finally {
    await session.close()
    await engine.close()
  }
}

const roles = (label: string, features: readonly string[] | null = null) => ({
  label,
  positiveClass: null,
  protected: ['unit'],
  control: [],
  identifiers: [],
  time: null,
  prediction: null,
  score: null,
  features,
})
const run = { model: 'model.onnx', missingValues: 'refuse' } as const
const classes = {
  labels: ['home', 'urgent', 'ward'],
  declaredClasses: null,
  foundClasses: checkOnnx(careModel.model).summary.classNames,
}
const numbers = ['age', 'pulse']

/** All rows of the columns asked for. */
const reader =
  (engine: Awaited<ReturnType<typeof source.open>>): ReadRows =>
  async (columns) => {
    const [batch] = await Array.fromAsync(engine.read({ columns, batchRows: 1_000 }))
    return batch?.columns ?? []
  }
const rowsFrom = (from: number, count: number) =>
  Uint32Array.from({ length: count }, (_, n) => from + n)

test.each([
  ['of the class that each row is predicted to be', null, careShapley.predicted],
  ['of a class by name', 'urgent', careShapley.urgent],
] as const)('Shapley values %s: those of scikit-learn', async (_, explained, theirs) => {
  await withModel(careModel.model, async (engine, session) => {
    const { table } = engine
    const asked = await askClasses(
      { ...run, ...classes, session, table, roles: roles('care'), explained },
      reader(engine),
    )
    const game = {
      predictor: asked.predictor,
      rows: pickRows(asked.columns, rowsFrom(0, 3)),
      background: pickRows(asked.columns, rowsFrom(100, 20)),
    }
    for (const [row, values] of theirs.entries()) {
      const found = await exactAttribution(game, row)
      expect(found.values).toHaveLength(3)
      for (const [n, value] of values.entries()) expect(found.values[n]).toBeCloseTo(value, 5)
    }
  })
})

test('a class that the model does not know cannot be explained', async () => {
  await withModel(careModel.model, async (engine, session) => {
    const { table } = engine
    const request = { ...run, ...classes, session, table, roles: roles('care') }
    await expect(askClasses({ ...request, explained: 'urgnt' }, reader(engine))).rejects.toThrow(
      /knows no class `urgnt`, named in `assessment.explained_class`; did you mean `urgent`\?/,
    )
  })
})

test('what decides in a number is told in its unit, and passes every check', async () => {
  await withModel(costModel.model, async (engine, session) => {
    const { table } = engine
    const asked = await askNumbers(
      { ...run, session, table, roles: roles('cost', numbers) },
      reader(engine),
    )
    const { predictor, columns, scale } = asked
    const found = await explainModel({
      predictor,
      columns,
      groups: [],
      seed: 1,
      confidence: 0.95,
    })
    if (found === null) throw new Error('there are rows enough')
    expect(found.checks.filter(({ passed }) => !passed)).toEqual([])
    const inItsUnit = inUnits(found, scale)
    expect(inItsUnit.importance[0]?.importance).toBeCloseTo(
      scale.spread * (found.importance[0]?.importance ?? 0),
      9,
    )
    // The mean prediction of a hundred rows is near that of all, and far from 0.
    const { mean_prediction } = costModel.values['']
    expect(Math.abs(inItsUnit.base - mean_prediction)).toBeLessThan(scale.spread / 2)
    expect(scale.spread).toBeGreaterThan(10)
  })
})

const sampled = { columns: ['age', 'unit'], seed: 1 }

test('where a model of several classes errs: as many wrong rows as scikit-learn counts', async () => {
  await withModel(careModel.model, async (engine, session) => {
    await scoreClasses({ ...run, ...classes, engine, session, roles: roles('care') })
    const outcomes = { errors: 'wrong', label: 'care', prediction: attachedClass } as const
    const { label, predicted, score } = await takeSample(engine, { ...sampled, outcomes })
    const wrong = predicted.filter((one, row) => one !== label[row]).length
    expect(wrong / predicted.length).toBeCloseTo(1 - careModel.values[''].accuracy, 12)
    expect(score).toBeNull()
  })
})

test('how far a model of a number is off: squared errors as scikit-learn has them', async () => {
  await withModel(costModel.model, async (engine, session) => {
    await scoreNumbers({ ...run, engine, session, roles: roles('cost', numbers) })
    const outcomes = { errors: 'squared', label: 'cost', prediction: attachedScore } as const
    const { losses = new Float64Array() } = await takeSample(engine, { ...sampled, outcomes })
    const mean = losses.reduce((sum, one) => sum + one, 0) / losses.length
    expect(mean / costModel.values[''].mean_squared_error).toBeCloseTo(1, 5)
  })
})
