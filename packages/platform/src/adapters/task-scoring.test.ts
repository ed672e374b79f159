// Models of several classes and of a number, as scikit-learn and skl2onnx write them, over real files: what is measured of their
// predictions is what scikit-learn measures of its own.

import { sha256Hex } from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { checkOnnx } from '../artifacts/index.ts'
import {
  checkTaskData,
  type ColumnRoles,
  readTask,
  scoreClasses,
  scoreNumbers,
  type Task,
  withPredicted,
} from '../assess/index.ts'
import { duckdbSource } from './duckdb-source.ts'
import { temporaryFolder } from './duckdb.fixture.ts'
import { onnxRunner } from './onnx-runner.ts'
import { careModel, costModel, levelModel, taskRows } from './task-models.fixture.ts'

const files = temporaryFolder()
afterAll(files.remove)
const source = duckdbSource({ threads: 1 })
const runner = onnxRunner({ threads: 1 })
const csv = `${taskRows.join('\n')}\n`

type NotBinary = Exclude<Task, { readonly kind: 'binary' }>
const multiclass = { kind: 'multiclass', classScores: null, topK: 2 } as const

interface Run {
  readonly model: Uint8Array<ArrayBuffer>
  readonly label: string
  readonly features: readonly string[] | null
  readonly task?: NotBinary
  readonly text?: string
  readonly declared?: readonly string[]
}

/** Scores the rows; gives every measure by name and unit, and what was found. */
async function measured({ model, label, features, task = multiclass, text = csv, declared }: Run) {
  const roles: ColumnRoles = {
    label,
    positiveClass: null,
    protected: ['unit'],
    control: [],
    identifiers: [],
    time: null,
    prediction: null,
    score: null,
    features,
  }
  const engine = await source.open(files.csv(text))
  const session = await runner.load({
    name: 'model.onnx',
    bytes: model,
    sha256: sha256Hex(model),
    runtime: 'native',
    memoryBytes: 512 * 2 ** 20,
    timeoutMs: 60_000,
  })
  try {
    const found = await checkTaskData(engine, roles, { task, mode: 'strict' })
    const run = { engine, session, model: 'model.onnx', roles, missingValues: 'refuse' } as const
    const scored =
      task.kind === 'multiclass'
        ? await scoreClasses({
            ...run,
            batchRows: 100,
            labels: found.classes,
            declaredClasses: declared ?? null,
            foundClasses: checkOnnx(model).summary.classNames,
          })
        : null
    if (scored === null) await scoreNumbers(run)
    const checked = scored === null ? found : withPredicted(engine, found, { label, ...scored })
    const view = await readTask(engine, roles, {
      task,
      classes: checked.classes,
      model: { path: 'model.onnx', scoredClasses: scored?.classes ?? null },
    })
    const overs = [[], ['unit']]
    const options = { mode: 'strict', confidence: 0.95, overs, explored: [], withins: [] } as const
    const measures = view.measure({ ...options, also: new Set() })
    const values = new Map(
      measures.map(({ measure, slice, value }) => [`${measure}/${slice?.['unit'] ?? ''}`, value]),
    )
    return { values, measures, findings: view.findings(overs, 0.95), warnings: checked.warnings }
  } finally {
    await session.close()
    await engine.close()
  }
}

const words = { model: careModel.model, label: 'care', features: null } as const
const numbers = { model: levelModel.model, label: 'level', features: ['age', 'pulse'] } as const

test.each([
  ['a pipeline with text, whose probabilities are maps', words, careModel, 'multiclass'],
  ['boosted trees whose classes are whole numbers', numbers, levelModel, 'multiclass'],
  [
    'a boosted regression',
    {
      model: costModel.model,
      label: 'cost',
      features: ['age', 'pulse'],
      task: { kind: 'regression', quantile: null },
    },
    costModel,
    'regression',
  ],
] as const)('%s: the measures of scikit-learn', async (_, run, peer, prefix) => {
  const { values } = await measured(run)
  let compared = 0
  for (const [unit, theirs] of Object.entries(peer.values))
    for (const [name, value] of Object.entries(theirs)) {
      if (typeof value !== 'number') continue
      // The model runs in single precision.
      const mine = values.get(`${prefix}.${name}/${unit}`) ?? Number.NaN
      expect(Math.abs(mine - value), `${name} ${unit}`).toBeLessThan(1e-5 * Math.max(1, value))
      compared += 1
    }
  expect(compared).toBeGreaterThan(14)
})

test.each([
  ['text', words, careModel],
  ['whole numbers', numbers, levelModel],
] as const)('confusion matrices of classes of %s', async (_, run, peer) => {
  const { findings } = await measured(run)
  // scikit-learn's classes are in the order of their texts, as are ours.
  expect(findings).toMatchObject({
    prediction: 'model.onnx',
    top_k: 2,
    groups: Object.values(peer.values).map(({ confusion }) => ({ confusion })),
  })
})

test('a class that the data lack counts where the model says it, and among the likeliest', async () => {
  const without = taskRows.filter((line) => !line.includes(',urgent,')).join('\n')
  const { values, findings, warnings } = await measured({ ...words, text: `${without}\n` })
  expect(findings).toMatchObject({ classes: ['home', 'urgent', 'ward'] })
  expect(warnings.map(({ message }) => message)).toEqual([
    'the predictions hold `urgent`, which the label `care` never is',
  ])
  const rows = careModel.values[''].confusion.filter((_, n) => n !== 1).flat()
  const right =
    (careModel.values[''].confusion[0]?.[0] ?? 0) + (careModel.values[''].confusion[2]?.[2] ?? 0)
  const all = rows.reduce((sum, count) => sum + count, 0)
  expect(values.get('multiclass.accuracy/')).toBeCloseTo(right / all, 12)
  expect(values.get('multiclass.top_k_accuracy/')).toBeLessThan(1)
})

test('a class that no row is, and none is said to be, is none of the system’s over these rows', async () => {
  const [header = '', ...lines] = taskRows
  const young = lines.filter((line) => /^[1-3]\d,[4-8]\d,/.test(line) && !line.includes(',urgent,'))
  const { findings, measures } = await measured({
    ...words,
    text: [header, ...young, ''].join('\n'),
  })
  expect(findings).toMatchObject({ classes: ['home', 'ward'] })
  const auc = measures.find(({ measure }) => measure === 'multiclass.roc_auc_ovr')
  expect(auc?.value).toBeGreaterThan(0.5)
  expect(auc?.note).toBeUndefined()
})

const renamed = csv.replaceAll(/,(home|ward|urgent),/g, (_, care) => `,${care}-care,`)

test.each<[string, Run, RegExp]>([
  [
    'label values of other names',
    { ...words, text: renamed },
    /names its classes `home`, `urgent`, `ward`, and the label is .*`model.classes: \[home-care, urgent-care, ward-care\]`/,
  ],
  [
    'an order that the file contradicts',
    { ...words, declared: ['home', 'ward', 'urgent'] },
    /names its classes `home`, `urgent`, `ward`, in this order, and `model.classes` says `home`, `ward`, `urgent`/,
  ],
  [
    'too few classes declared',
    { ...words, declared: ['home', 'ward'] },
    /`model.classes` lists `home`, `ward`, and the label also is `urgent`/,
  ],
  [
    'too many classes declared',
    { ...words, declared: ['home', 'ward', 'urgent', 'none'] },
    /tells 3 classes apart .*, and `model.classes` lists 4/,
  ],
])('refuses %s', async (_, run, message) => {
  await expect(measured(run)).rejects.toThrow(message)
})

test('label values of other names, once told which is which', async () => {
  const run = { ...words, text: renamed, declared: ['home-care', 'urgent-care', 'ward-care'] }
  const { values } = await measured(run)
  expect(values.get('multiclass.accuracy/')).toBeCloseTo(careModel.values[''].accuracy, 12)
  expect(values.get('multiclass.log_loss/')).toBeCloseTo(careModel.values[''].log_loss, 5)
})
