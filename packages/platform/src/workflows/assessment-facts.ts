// What a bill of materials takes from the `report.json` of an assessment. The file is anyone's: what has not the shape of a
// report is refused, and nothing else of it is believed than what stands there.

import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  OperatingError,
  parseJson,
} from '@proofhouse/evidence'
import type { BomAssessment, BomData, BomFairness } from '../artifacts/bom/index.ts'
import { taskWords } from '../assess/index.ts'
import { reportFormat } from '../reports/index.ts'

const limitationsMax = 1_000
const metricsMax = 50_000

/** What a report says of the system, its model and its data. */
export interface AssessmentFacts {
  readonly systemName: string
  readonly modelPath: string | null
  readonly modelRootDigest: string | null
  readonly assessment: BomAssessment
  readonly data: readonly BomData[]
}

const fieldsOf = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {})
const listIn = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : []
const textIn = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')
const numberIn = (value: JsonValue | undefined): number | null =>
  typeof value === 'number' ? value : null
const textsIn = (value: JsonValue | undefined): string[] =>
  listIn(value).filter((one) => typeof one === 'string')

/** The facts of a report. @throws inventory-malformed */
export function readAssessmentFacts(bytes: Uint8Array, path: string): AssessmentFacts {
  const report = fieldsOf(parseJson(bytes, 'inventory-malformed'))
  const text = (fields: JsonObject, name: string): string => {
    const value = fields[name]
    if (typeof value === 'string') return value
    throw new OperatingError(
      'inventory-malformed',
      `\`${path}\` has no text \`${name}\`; give the report.json of an assessment`,
    )
  }
  const number = (fields: JsonObject, name: string): number => {
    const value = fields[name]
    if (typeof value === 'number') return value
    throw new OperatingError('inventory-malformed', `\`${path}\` has no number \`${name}\``)
  }
  if (text(report, 'format') !== reportFormat)
    throw new OperatingError('inventory-malformed', `\`${path}\` is not of \`${reportFormat}\``)
  const system = fieldsOf(report['system'])
  const artifacts = fieldsOf(report['artifacts'])
  const settings = fieldsOf(report['assessment'])
  const model = artifacts['model'] ?? null
  const columns = fieldsOf(report['columns'])
  const sensitive = textsIn(columns['protected'])
  return {
    systemName: text(system, 'name'),
    modelPath: model === null ? null : text(fieldsOf(model), 'path'),
    modelRootDigest: model === null ? null : text(fieldsOf(model), 'root_digest'),
    assessment: {
      runId: text(fieldsOf(report['run']), 'id'),
      verdict: text(report, 'verdict'),
      policyDigest: text(artifacts, 'policy_digest'),
      time: text(report, 'generated_at'),
      task: taskOf(report['task']),
      label: text(columns, 'label'),
      positiveClass:
        typeof columns['positive_class'] === 'string' ? columns['positive_class'] : null,
      features: numberIn(columns['features']),
      purpose: text(system, 'purpose'),
      owner: text(system, 'owner'),
      riskClass: text(system, 'risk_class'),
      jurisdictions: textsIn(system['jurisdictions']),
      confidence: number(settings, 'confidence'),
      threshold: numberIn(settings['threshold']),
      metrics: listIn(report['measures']).slice(0, metricsMax).map(fieldsOf).map(metricOf),
      fairness: fairnessOf(report),
      limitations: [...textsIn(report['warnings']), ...textsIn(report['not_checked'])].slice(
        0,
        limitationsMax,
      ),
      tradeoffs: listIn(report['mitigations'])
        .slice(0, limitationsMax)
        .map(fieldsOf)
        .map(
          ({ what, accepted, why }) =>
            `${textIn(what)}: ${accepted === true ? 'accepted' : 'not accepted'}: ${textIn(why)}`,
        ),
    },
    data: listIn(artifacts['data'])
      .map(fieldsOf)
      .map((one) => ({
        role: text(one, 'role'),
        name: text(one, 'path'),
        sha256: text(one, 'sha256'),
        sizeBytes: number(one, 'size_bytes'),
        rows: number(one, 'rows'),
        columns: number(one, 'columns'),
        sensitive,
      })),
  }
}

function taskOf(task: JsonValue | undefined): string {
  // A report of two classes shows nothing of its task beside its measures.
  const name = task === null ? 'binary' : fieldsOf(task)['kind']
  const known = Object.entries(taskWords).find(([one]) => one === name)
  return known === undefined ? 'prediction' : `prediction of ${known[1]}`
}

function metricOf(measure: JsonObject): BomAssessment['metrics'][number] {
  const name = measure['measure']
  return {
    name: typeof name === 'string' ? name : '(a measure without a name)',
    slice: sliceText(measure),
    value: numberIn(measure['value']),
    low: numberIn(measure['low']),
    high: numberIn(measure['high']),
  }
}

/** `sex=female`, or the columns compared, and what they were compared within. */
function sliceText(measure: JsonObject): string {
  const pairs = (value: JsonValue | undefined) =>
    Object.entries(fieldsOf(value)).map(([column, cell]) => `${column}=${textIn(cell)}`)
  const slice = pairs(measure['slice'])
  const over = slice.length > 0 ? slice : textsIn(measure['over'])
  const within = pairs(measure['within'])
  return [over.join(', '), ...(within.length === 0 ? [] : [`within ${within.join(', ')}`])]
    .filter((part) => part !== '')
    .join(' ')
}

/** Rules that compare people, with what was tried against them. */
function fairnessOf(report: JsonObject): BomFairness[] {
  const mitigations = listIn(report['mitigations']).map(fieldsOf)
  return listIn(report['rules'])
    .map(fieldsOf)
    .filter(({ over }) => textsIn(over).length > 0)
    .map((rule) => {
      const tried = mitigations.filter(({ rules }) =>
        listIn(rules).some((one) => fieldsOf(one)['id'] === rule['id']),
      )
      return {
        group: textsIn(rule['over']).join(', '),
        finding: `${textIn(rule['verdict'])}: ${textIn(rule['reason'])}`,
        mitigation: tried
          .flatMap(({ what }) => (typeof what === 'string' ? [what] : []))
          .join('; '),
      }
    })
}
