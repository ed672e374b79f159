import { utf8 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import type { AssessmentReport } from '../reports/assessment-report.ts'
import { renderJson } from '../reports/json.ts'
import { reportFixture } from '../reports/report.fixture.ts'
import { taskReports } from '../reports/tasks.fixture.ts'
import { readAssessmentFacts } from './assessment-facts.ts'

const factsOf = (report: AssessmentReport) =>
  readAssessmentFacts(utf8(renderJson(report)), 'report.json')

test('a report gives the model, its data, its measures and its rules about groups', () => {
  const report = reportFixture()
  const { systemName, modelPath, modelRootDigest, data, assessment } = factsOf(report)
  const { model } = report.artifacts
  expect([systemName, modelPath, modelRootDigest]).toEqual([
    report.system.name,
    model?.path,
    model?.root_digest,
  ])
  expect(data.map(({ role, sha256, rows }) => [role, sha256, rows])).toEqual(
    report.artifacts.data.map(({ role, sha256, rows }) => [role, sha256, rows]),
  )
  expect(data[0]?.sensitive).toEqual(report.columns.protected)
  expect(assessment.metrics.map(({ name, value }) => [name, value])).toEqual(
    report.measures.map(({ measure, value }) => [measure, value]),
  )
  expect(assessment.fairness).toHaveLength(
    report.rules.filter(({ over }) => over.length > 0).length,
  )
  expect(assessment.fairness.length).toBeGreaterThan(0)
  expect(assessment).toMatchObject({
    task: 'prediction of one of two classes',
    label: report.columns.label,
    positiveClass: report.columns.positive_class,
    features: report.columns.features,
  })
  expect(assessment.tradeoffs).toEqual(
    report.mitigations.map(
      ({ what, accepted, why }) => `${what}: ${accepted ? 'accepted' : 'not accepted'}: ${why}`,
    ),
  )
  expect(assessment.tradeoffs.length).toBeGreaterThan(0)
})

test('slices are named by their columns and values, comparisons by what they are within', () => {
  const [first] = reportFixture().measures
  if (first === undefined) throw new Error('the fixture has measures')
  const measures = [
    { ...first, over: [], slice: null },
    { ...first, over: ['sex'], slice: null, within: { job: 'a', age: 'b' } },
    { ...first, over: ['sex', 'age'], slice: { sex: 'f', age: 'b' } },
  ]
  const { assessment } = factsOf({ ...reportFixture(), measures })
  expect(assessment.metrics.map(({ slice }) => slice)).toEqual([
    '',
    'sex within job=a, age=b',
    'sex=f, age=b',
  ])
})

test('the other tasks are named', () => {
  const tasks = taskReports().map(([, report]) => factsOf(report).assessment.task)
  expect(new Set(tasks)).toEqual(
    new Set([
      'prediction of one of several classes',
      'prediction of a number',
      'prediction of an order',
    ]),
  )
})

test('what is not a report is refused, and nothing is made up for what it leaves out', () => {
  const report = reportFixture()
  const refusal: unknown = expect.objectContaining({ code: 'inventory-malformed' })
  const { confidence: _, ...settings } = report.assessment
  for (const broken of [
    {},
    [],
    { ...report, format: 'proofhouse.dev/report/v2' },
    { ...report, system: null },
    { ...report, assessment: settings },
    { ...report, artifacts: { ...report.artifacts, data: [{ role: 'test' }] } },
  ])
    expect(() => readAssessmentFacts(utf8(JSON.stringify(broken)), 'report.json')).toThrow(refusal)
  expect(() => readAssessmentFacts(utf8('{'), 'report.json')).toThrow(refusal)
})
