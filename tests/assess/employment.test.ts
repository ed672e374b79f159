// The ACS employment data, where they are at hand (PROOFHOUSE_DATA names their folder): a reference year, later years, labels that came
// late. Drift, estimates, fairness and explanation in one run, and the estimate held against the labels.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isJsonObject, type JsonValue, parseJson, utf8 } from '@proofhouse/evidence'
import { newFolder, proofhouse } from './run-program.fixture.ts'

const data = process.env['PROOFHOUSE_DATA'] ?? ''
const file = (name: string) => join(data, `acs-employment-ma-${name}.parquet`)

const systemFile = `system:
  id: employment
  name: Employment
  purpose: Predicts who is employed.
  owner: tests@example.org
  risk_class: high
  jurisdictions: [US-MA]
data:
  test: ${file('reference')}
  reference: ${file('reference')}
  current: ${file('analysis')}
  labels: ${file('analysis-target')}
columns:
  label: employed
  positive_class: 1
  protected: [SEX, RAC1P]
  identifiers: [id]
  time: year
  prediction: prediction
  score: predicted_probability
policy:
  rules:
    - {measure: drift.jensen_shannon, max: 0.3, rationale: No column moved far.}
    - {measure: estimated.accuracy, min: 0.8, rationale: As before.}
    - {measure: realised.accuracy, min: 0.8, rationale: As before.}
    - {measure: fairness.demographic_parity_ratio, over: [SEX], min: 0.5, rationale: For the record.}
`

test.skipIf(!existsSync(file('reference')))(
  'years of employment data go through drift, estimates, fairness and explanation',
  () => {
    const folder = newFolder()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'proofhouse.yaml'), systemFile)
    const ran = proofhouse('assess', join(folder, 'proofhouse.yaml'), '--json')
    expect(ran).toMatchObject({ status: 0, err: '' })
    const report = parseJson(
      utf8(readFileSync(join(folder, '.proofhouse/report.json'), 'utf8')),
      'encoding-invalid',
    )
    const at = (value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined =>
      path.reduce<JsonValue | undefined>(
        (here, name) => (isJsonObject(here) ? here[name] : undefined),
        value,
      )
    const estimate = Number(at(report, 'over_time', 'estimated', 'accuracy', 'value'))
    const realised = Number(at(report, 'over_time', 'realised', 'value'))
    expect(Math.abs(estimate - realised)).toBeLessThan(0.01)
    expect(at(report, 'explanations', 'valid')).toBe(true)
    expect(at(report, 'over_time', 'chunks')).toHaveLength(3)
    expect(at(report, 'drift', 'drifted')).toBe(false)
  },
  120_000,
)
