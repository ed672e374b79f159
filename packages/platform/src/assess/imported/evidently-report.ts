// Reports and test suites as Evidently 0.4 to 0.6 write them: `metrics` with a `result` each, `tests` with a status
// each. Of a result that is not known, the numbers that stand directly in it, or in its `current` and `reference`,
// are taken under their own names; deeper lie plots, and values of single rows.

import {
  type ImportedResult,
  type ImportedTest,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@proofhouse/evidence'
import {
  columnIn,
  type ImportedFile,
  listIn,
  nameOf,
  numbersIn,
  objectIn,
  textIn,
} from './import-form.ts'
import { outcomeOf } from './evidently-outcome.ts'
import { driftMeasure, rateMeasure } from './measure-names.ts'

/** Whether a file is of the older form. */
export function isOldForm(value: JsonValue): value is JsonObject {
  if (!isJsonObject(value)) return false
  const { metrics, tests } = value
  return (
    (Array.isArray(metrics) &&
      listIn(metrics).every((one) => isJsonObject(objectIn(one)['result']))) ||
    (Array.isArray(tests) && listIn(tests).every((one) => textIn(objectIn(one)['status']) !== null))
  )
}

/** Reads a report, a test suite, or both in one. */
export function readOldForm(value: JsonObject): ImportedFile {
  const metrics = listIn(value['metrics']).map(objectIn)
  const isBinary = metrics.every(hasTwoClasses)
  const found = metrics.map((metric) => readMetric(metric, isBinary))
  const results = found.flatMap((one) => one.results)
  const numbers = metrics.reduce((sum, { result }) => sum + numbersIn(result), 0)
  return {
    form: Array.isArray(value['metrics']) ? 'report' : 'test suite',
    peerVersion: textIn(value['version']),
    made: textIn(value['timestamp']),
    results,
    tests: [...found.flatMap((one) => one.tests), ...listIn(value['tests']).map(readTest)],
    leftOut: numbers - results.filter((one) => one.value !== null).length,
  }
}

type Found = Pick<ImportedFile, 'results' | 'tests'>

/** Precision and recall are those of the positive class only where there are two classes; of more they are means. */
function hasTwoClasses({ metric, result }: JsonObject): boolean {
  if (metric !== 'ClassificationQualityByClass') return true
  const classes = objectIn(objectIn(objectIn(result)['current'])['metrics'])
  return Object.keys(classes).length <= 2
}

function readMetric({ metric, result }: JsonObject, isBinary: boolean): Found {
  const name = textIn(metric) ?? '(no name)'
  const body = objectIn(result)
  if (name === 'DataDriftTable') return driftTable(name, body)
  if (name === 'ColumnDriftMetric') return columnDrift(name, body)
  if (name === 'DatasetDriftMetric')
    return { results: wholes(name, body), tests: whole(name, body) }
  const rates = name === 'ClassificationQualityMetric' && isBinary
  const current = directNumbers(`${name}.current`, objectIn(body['current'])).map((one) => ({
    ...one,
    measure: rates ? rateMeasure(one.key) : null,
  }))
  const others = [
    ...directNumbers(name, body),
    ...directNumbers(`${name}.reference`, objectIn(body['reference'])),
  ]
  const over = textIn(body['column_name']) === null ? [] : [columnIn(body['column_name'])]
  return { results: [...others, ...current].map((one) => asResult(one, over)), tests: [] }
}

/** A number that stands directly in an object. */
interface DirectNumber {
  readonly name: string
  readonly key: string
  readonly value: number
  readonly measure?: string | null
}

const asResult = (
  { name, value, measure = null }: DirectNumber,
  over: readonly string[],
): ImportedResult => ({ name, measure, over, slice: null, value })

const directNumbers = (name: string, body: JsonObject): DirectNumber[] =>
  Object.entries(body).flatMap(([key, value]) =>
    typeof value === 'number' ? [{ name: nameOf(`${name}.${key}`), key, value }] : [],
  )

/** The numbers of a comparison of all columns. */
const wholes = (name: string, body: JsonObject): ImportedResult[] =>
  directNumbers(name, body).map((one) =>
    asResult(
      { ...one, measure: one.key === 'share_of_drifted_columns' ? 'drift.share' : null },
      [],
    ),
  )

const whole = (name: string, { dataset_drift: drifted }: JsonObject): ImportedTest[] =>
  typeof drifted === 'boolean'
    ? [{ name: nameOf(`${name}.dataset_drift`), over: [], outcome: drifted ? 'fail' : 'pass' }]
    : []

function driftTable(name: string, body: JsonObject): Found {
  const columns = Object.values(objectIn(body['drift_by_columns'])).map((column) =>
    columnDrift(name, objectIn(column)),
  )
  return {
    results: [...wholes(name, body), ...columns.flatMap(({ results }) => results)],
    tests: [...whole(name, body), ...columns.flatMap(({ tests }) => tests)],
  }
}

/** One column: how far it moved, by which test, and whether that counts as drift. */
function columnDrift(name: string, body: JsonObject): Found {
  const over = [columnIn(body['column_name'])]
  const test = textIn(body['stattest_name']) ?? 'unnamed test'
  const { drift_score: score, drift_detected: drifted } = body
  return {
    results: [
      {
        name: nameOf(`${name}.drift_score (${test})`),
        measure: driftMeasure(test),
        over,
        slice: null,
        value: typeof score === 'number' ? score : null,
      },
    ],
    tests:
      typeof drifted === 'boolean'
        ? [{ name: nameOf(`${name} (${test})`), over, outcome: drifted ? 'fail' : 'pass' }]
        : [],
  }
}

function readTest(value: JsonValue): ImportedTest {
  const { name, status, parameters } = objectIn(value)
  const column = objectIn(parameters)['column_name']
  return {
    name: textIn(name) ?? '(no name)',
    over: typeof column === 'string' ? [columnIn(column)] : [],
    outcome: outcomeOf(status),
  }
}
