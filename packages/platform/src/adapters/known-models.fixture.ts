// Tiny models as real libraries wrote them, in the runtime, with rows for them.

import { readFileSync } from 'node:fs'
import { sha256Hex } from '@proofhouse/evidence'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { seededRandom } from '../assess/intervals/random.ts'
import type { ModelSession } from '../assess/model-ports.ts'
import { type ModelColumns, type Predictor, predictorOf } from '../assess/predictor.ts'
import { onnxRunner } from './onnx-runner.ts'

const runner = onnxRunner({ threads: 1 })
const sessions = new Map<string, Promise<ModelSession>>()
const shape = Type.Object({
  model: Type.String(),
  native: Type.Union([Type.String(), Type.Null()]),
})
const models = Compile(Type.Record(Type.String(), shape)).Parse(
  JSON.parse(readFileSync(new URL('known-models.reference.json', import.meta.url), 'utf8')),
)

/** The ONNX file of a model. */
export const bytesOf = (name: string) => Uint8Array.fromBase64(models[name]?.model ?? '')
/** The file of the library that trained it. */
export const nativeOf = (name: string) => ({
  path: `${name}.txt`,
  text: models[name]?.native ?? '',
})

/** Rows of the model's own columns; an unknown category and, on demand, empty cells among them. */
function rowsOf(count: number, isMatrix: boolean, missing: boolean): ModelColumns {
  const random = seededRandom(11)
  const numbers = () => Float64Array.from({ length: count }, () => Math.fround(4 * random() - 2))
  if (isMatrix) return [numbers(), numbers(), numbers()]
  const holes = numbers().map((value, n) => (missing && n % 5 === 0 ? Number.NaN : value))
  const jobs = ['clerk', 'smith', 'nurse', 'priest']
  const drawn = Array.from({ length: count }, () => jobs[Math.floor(4 * random())] ?? null)
  return [holes, numbers().map((value) => Math.round(5 * value)), drawn]
}

/** Gives the real runtime over a model to `use`; it stays open for the next. */
export async function withRuntime<T>(
  name: string,
  use: (predictor: Predictor, rows: ModelColumns) => Promise<T>,
): Promise<T> {
  const bytes = bytesOf(name)
  const session = await sessionOf(name, bytes)
  const isMatrix = models[name]?.native !== null
  const names = isMatrix ? ['a', 'b', 'c'] : ['age', 'count', 'job']
  const predictor = predictorOf({
    session,
    model: name,
    table: {
      path: 't.csv',
      format: 'csv',
      rows: 60,
      sizeBytes: 1,
      sha256: sha256Hex(bytes),
      columns: names.map((column) => ({ name: column, kind: 'text', type: 'text' })),
    },
    roles: {
      label: 'y',
      positiveClass: 'good',
      protected: [],
      control: [],
      identifiers: [],
      time: null,
      prediction: null,
      score: null,
      features: isMatrix ? names : null,
    },
    data: {
      positiveClass: 'good',
      negativeClass: 'bad',
      protectedGroups: [],
      positives: 30,
      negatives: 30,
      predictions: null,
      warnings: [],
    },
    declaredClasses: isMatrix ? ['bad', 'good'] : null,
    foundClasses: null,
    threshold: null,
    missingValues: 'as_nan',
  })
  return use(predictor, rowsOf(60, isMatrix, name === 'filled forest'))
}

/** Ends the processes of all models that were asked. */
export async function closeRuntimes(): Promise<void> {
  for (const session of sessions.values()) await (await session).close()
  sessions.clear()
}

function sessionOf(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<ModelSession> {
  const open = sessions.get(name)
  if (open !== undefined) return open
  const session = runner.load({
    name,
    bytes,
    sha256: sha256Hex(bytes),
    runtime: 'native',
    memoryBytes: 2 ** 29,
    timeoutMs: 60_000,
  })
  sessions.set(name, session)
  return session
}
