// A run as Evidently 0.7 and later write it (`snapshot.json()`, `save_json()`): `metrics` with a name, a
// configuration and a value each, and `tests`. A value may be a number, a count with a share, a mean with a
// deviation, or a number per class. What is the value of a single row (a column's smallest), or named by one, is left
// out.

import {
  type ImportedResult,
  type ImportedTest,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@proofhouse/evidence'
import { outcomeOf } from './evidently-outcome.ts'
import {
  columnIn,
  type ImportedFile,
  listIn,
  nameOf,
  numbersIn,
  objectIn,
  textIn,
} from './import-form.ts'
import { driftMeasure, rateMeasure } from './measure-names.ts'

/** A metric, taken apart. */
interface Metric {
  /** As the file has it, such as `ValueDrift(column=age,method=PSI)`. */
  readonly name: string
  /** Its class, such as `ValueDrift`. */
  readonly type: string
  readonly over: readonly string[]
  readonly method: string | null
  readonly value: JsonValue | undefined
}

/** Metrics whose value is that of one row. */
const ofOneRow: ReadonlySet<string> = new Set(['MinValue', 'MaxValue'])
/** Parts of a value that are numbers about many rows. */
const parts = ['count', 'share', 'mean', 'std'] as const

/** Whether a file is of the newer form. */
export function isSnapshot(value: JsonValue): value is JsonObject {
  if (!isJsonObject(value) || !Array.isArray(value['metrics'])) return false
  const metrics = listIn(value['metrics']).map(objectIn)
  return metrics.every((one) => nameIn(one) !== null) && (metrics.length > 0 || 'tests' in value)
}

/** Reads a run. */
export function readSnapshot(value: JsonObject): ImportedFile {
  const metrics = listIn(value['metrics']).map((one) => metricOf(objectIn(one)))
  const isBinary = metrics.every(
    ({ type, value: of }) =>
      !type.endsWith('ByLabel') || !isJsonObject(of) || Object.keys(of).length <= 2,
  )
  const results = metrics.flatMap((metric) => readMetric(metric, isBinary))
  const numbers = metrics.reduce((sum, metric) => sum + numbersIn(metric.value), 0)
  return {
    form: 'snapshot',
    peerVersion: textIn(value['version']),
    made: textIn(value['timestamp']),
    results,
    tests: listIn(value['tests']).map((one) => readTest(objectIn(one))),
    leftOut: numbers - results.filter((one) => one.value !== null).length,
  }
}

const nameIn = (metric: JsonObject) => textIn(metric['metric_name']) ?? textIn(metric['metric_id'])

function metricOf(metric: JsonObject): Metric {
  const name = nameIn(metric) ?? '(no name)'
  const config = objectIn(metric['config'])
  const type = textIn(config['type'])?.split(':').at(-1) ?? name.split('(')[0] ?? name
  const column = config['column'] ?? /[(,]column=([^,)]+)/.exec(name)?.[1]
  const method = textIn(config['method']) ?? /[(,]method=([^,)]+)/.exec(name)?.[1] ?? null
  return {
    name,
    type,
    over: column === undefined ? [] : [columnIn(column)],
    method,
    value: metric['value'],
  }
}

function readMetric(metric: Metric, isBinary: boolean): ImportedResult[] {
  const { name, type, over, value } = metric
  if (ofOneRow.has(type)) return []
  const made = (of: string, measure: string | null, number: number | null) => ({
    name: nameOf(of),
    measure,
    over,
    slice: null,
    value: number,
  })
  if (typeof value === 'number' || value === null)
    return [made(name, measureOf(metric, isBinary), value)]
  if (!isJsonObject(value)) return []
  if (type.endsWith('ByLabel'))
    return Object.entries(value).flatMap(([label, of]) =>
      typeof of === 'number' ? [made(`${name}[${label}]`, null, of)] : [],
    )
  return parts.flatMap((part) => {
    const of = value[part]
    const isShare = type === 'DriftedColumnsCount' && part === 'share'
    return typeof of === 'number'
      ? [made(`${name}.${part}`, isShare ? 'drift.share' : null, of)]
      : []
  })
}

function measureOf({ type, method, over }: Metric, isBinary: boolean): string | null {
  if (type === 'ValueDrift') return driftMeasure(method ?? '')
  return over.length === 0 && (isBinary || type === 'Accuracy') ? rateMeasure(type) : null
}

function readTest({ name, status, metric_config: config }: JsonObject): ImportedTest {
  const { column } = objectIn(objectIn(config)['params'])
  return {
    name: textIn(name) ?? '(no name)',
    over: typeof column === 'string' ? [columnIn(column)] : [],
    outcome: outcomeOf(status),
  }
}
