import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { isJsonObject, type JsonValue } from '@proofhouse/evidence'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { npmPackage, pythonPackage } from '../inventory/purl.ts'
import type { BomContent } from './bom-content.ts'
import { cyclonedxBom } from './cyclonedx.ts'
import { spdxDocument } from './spdx.ts'

const found = { places: [{ path: 'requirements.txt', line: 3 }] }
const digest = (byte: string) => byte.repeat(32)

const content: BomContent = {
  name: 'Loans',
  version: '2.1',
  model: {
    name: 'model.onnx',
    rootDigest: digest('01'),
    files: [{ name: 'model.onnx', sha256: digest('02') }],
  },
  assessment: {
    runId: 'run-1',
    verdict: 'warn',
    policyDigest: digest('03'),
    time: '2026-01-01T00:00:00.000Z',
    task: 'prediction of one of two classes',
    label: 'credit_risk',
    positiveClass: 'good',
    features: 17,
    purpose: 'Decides who gets a loan.',
    owner: 'risk@example.org',
    riskClass: 'high',
    jurisdictions: ['EU'],
    confidence: 0.95,
    threshold: 0.5,
    metrics: [
      { name: 'performance.accuracy', slice: '', value: 0.75, low: 0.7, high: 0.8 },
      { name: 'performance.recall', slice: 'sex=female', value: null, low: null, high: null },
    ],
    fairness: [{ group: 'sex', finding: 'fail: ratio 0.7', mitigation: 'reweighting' }],
    limitations: ['Tested on one bank.'],
    tradeoffs: ['reweighting: accepted: a point of accuracy for equal rates'],
  },
  data: [
    {
      role: 'train',
      name: 'train.csv',
      sha256: digest('04'),
      sizeBytes: 10,
      rows: 2,
      columns: 3,
      sensitive: ['sex'],
    },
    {
      role: 'test',
      name: 'test.csv',
      sha256: digest('05'),
      sizeBytes: 10,
      rows: 2,
      columns: 3,
      sensitive: [],
    },
  ],
  packages: [
    pythonPackage('Flask', '2.2.4', { ...found, hashes: [`sha256:${digest('06')}`], marker: 'x' }),
    pythonPackage('torch', '2.5.1+cu124', {
      ...found,
      hashes: [`sha256:${digest('07')}`, `sha256:${digest('08')}`, 'sha256:short', 'md9:00'],
      extras: ['a'],
    }),
    npmPackage('@scope/name', '1.0.0', { ...found, hashes: [`sha1:${'0a'.repeat(20)}`] }),
  ],
  notNamed: [],
  tool: { name: 'proofhouse', version: '0.1.0' },
  time: '2026-02-01T10:00:00.123Z',
}
const notNamed = [
  { reason: 'unpinned', what: 'numpy>=1', detail: 'a range: >=1', place: null },
] as const
const bare: BomContent = {
  ...content,
  version: null,
  model: null,
  assessment: null,
  data: [],
  packages: [],
}

const validators = {
  '1.6': new Validation.JsonStrictValidator(Spec.Version.v1dot6),
  '1.7': new Validation.JsonStrictValidator(Spec.Version.v1dot7),
}
const componentsOf = (given: BomContent) => {
  const { components } = cyclonedxBom(given, '1.7')
  return (Array.isArray(components) ? components : []) as readonly JsonValue[]
}

describe.each(['1.6', '1.7'] as const)('CycloneDX %s', (version) => {
  const problems = (given: BomContent) =>
    validators[version].validate(JSON.stringify(cyclonedxBom(given, version)))

  test.each([
    ['everything', content],
    ['something that could not be named', { ...content, notNamed }],
    ['nothing', bare],
    ['a model without an assessment', { ...content, assessment: null, data: [] }],
    [
      'a model of several files',
      {
        ...content,
        model: {
          name: 'm',
          rootDigest: digest('01'),
          files: ['a', 'b'].map((name) => ({ name, sha256: digest('0b') })),
        },
      },
    ],
    [
      'a model of which only the digest is known',
      {
        ...content,
        model: { name: 'm', rootDigest: digest('01'), files: [] },
      },
    ],
  ])('is valid with %s', async (_, given) => {
    expect(await problems(given)).toBeNull()
  })

  test('the validator refuses what is broken', async () => {
    const bom = { ...cyclonedxBom(content, version), components: [{ type: 'model' }] }
    expect(await validators[version].validate(JSON.stringify(bom))).not.toBeNull()
  })
})

test('CycloneDX is valid whatever strangers call things', async () => {
  const text = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
  await fc.assert(
    fc.asyncProperty(text, text, text, async (name, version, what) => {
      const given = {
        ...content,
        name,
        packages: [pythonPackage(name, version, found), npmPackage(name, version, found)],
        notNamed: [{ ...notNamed[0], what }],
      }
      expect(
        await validators['1.7'].validate(JSON.stringify(cyclonedxBom(given, '1.7'))),
      ).toBeNull()
    }),
    { numRuns: 15 },
  )
})

test('what the components say', () => {
  const [model, train, , , , torch] = componentsOf(content)
  expect(model).toMatchObject({
    type: 'machine-learning-model',
    hashes: [{ alg: 'SHA-256', content: digest('02') }],
    properties: [{ name: 'proofhouse:root-digest', value: digest('01') }],
    modelCard: {
      modelParameters: {
        approach: { type: 'supervised' },
        task: 'prediction of one of two classes',
        datasets: [{ ref: `data:train:${digest('04')}` }, { ref: `data:test:${digest('05')}` }],
        inputs: [{ format: 'table of 17 columns' }],
        outputs: [{ format: 'score; from 0.5 on credit_risk is taken to be good' }],
      },
      quantitativeAnalysis: {
        performanceMetrics: [
          {
            type: 'performance.accuracy',
            value: '0.75',
            confidenceInterval: { lowerBound: '0.7', upperBound: '0.8' },
          },
          { type: 'performance.recall', slice: 'sex=female' },
        ],
      },
      considerations: {
        useCases: ['Decides who gets a loan.'],
        technicalLimitations: ['Tested on one bank.'],
        performanceTradeoffs: ['reweighting: accepted: a point of accuracy for equal rates'],
        ethicalConsiderations: [{ name: 'risk class: high' }],
        fairnessAssessments: [{ groupAtRisk: 'sex', mitigationStrategy: 'reweighting' }],
      },
    },
  })
  expect(train).toMatchObject({ type: 'data', data: [{ sensitiveData: ['sex'] }] })
  // Two files with one algorithm: neither is *the* package.
  expect(torch).not.toHaveProperty('hashes')
  expect(torch).toMatchObject({
    name: 'torch',
    properties: [
      { name: 'proofhouse:extra', value: 'a' },
      { name: 'proofhouse:possible-digest', value: `sha256:${digest('07')}` },
      { name: 'proofhouse:possible-digest', value: `sha256:${digest('08')}` },
    ],
  })
})

test('a bill that misses something says so', () => {
  expect(cyclonedxBom(content, '1.7')['compositions']).toMatchObject([{ aggregate: 'unknown' }])
  const bom = cyclonedxBom({ ...content, notNamed }, '1.7')
  expect(bom['compositions']).toMatchObject([{ aggregate: 'incomplete' }])
  expect(bom['properties']).toMatchObject([{ value: 'numpy>=1: a range: >=1 (unpinned)' }])
  expect(JSON.stringify(spdxDocument({ ...content, notNamed }))).toContain('Incomplete. Not named')
})

test('the same content has the same serial number, and other content another', () => {
  const serialOf = (given: BomContent) => cyclonedxBom(given, '1.7')['serialNumber']
  const backwards = { ...content, packages: content.packages.toReversed() }
  expect(serialOf(backwards)).toBe(serialOf(content))
  expect(serialOf(content)).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-/,
  )
  expect(serialOf({ ...content, time: '2026-02-01T10:00:01Z' })).not.toBe(serialOf(content))
})

describe('SPDX 3.0.1', () => {
  const graphOf = (given: BomContent) => {
    const graph = spdxDocument(given)['@graph']
    return ((Array.isArray(graph) ? graph : []) as readonly JsonValue[]).filter((one) =>
      isJsonObject(one),
    )
  }
  test.each([
    ['everything', { ...content, notNamed }],
    ['nothing', bare],
  ])('with %s, every reference is to an element of the document', (_, given) => {
    const graph = graphOf(given)
    const ids = graph.flatMap(({ spdxId }) => (typeof spdxId === 'string' ? [spdxId] : []))
    expect(new Set(ids).size).toBe(ids.length)
    const texts = JSON.stringify(graph).matchAll(/"(https:\/\/proofhouse\.dev\/spdx\/[^"]+)"/g)
    for (const [, reference = ''] of texts) expect(ids).toContain(reference)
    const [document] = graph.filter(({ type }) => type === 'SpdxDocument')
    expect(new Set(listIn(document?.['element']))).toEqual(
      new Set(ids.filter((id) => id !== document?.['spdxId'])),
    )
  })
  test('the profiles of AI and data sets', () => {
    const graph = graphOf(content)
    const of = (type: string) => graph.filter((one) => one['type'] === type)
    expect(of('ai_AIPackage')).toMatchObject([
      {
        ai_metric: [{ key: 'performance.accuracy', value: '0.75 (0.7 to 0.8)' }],
        ai_safetyRiskAssessment: 'high',
        verifiedUsing: [{ algorithm: 'sha256', hashValue: digest('02') }],
      },
    ])
    expect(of('dataset_DatasetPackage')).toMatchObject([
      {
        dataset_intendedUse: 'training of the model',
        dataset_hasSensitivePersonalInformation: 'yes',
      },
      { dataset_intendedUse: 'testing of the model', dataset_datasetSize: 10 },
    ])
    expect(of('Relationship').map(({ relationshipType }) => relationshipType)).toEqual([
      'contains',
      'trainedOn',
      'testedOn',
    ])
    expect(of('software_Package').map((one) => one['software_packageUrl'])).toEqual([
      undefined,
      'pkg:npm/%40scope/name@1.0.0',
      'pkg:pypi/flask@2.2.4',
      'pkg:pypi/torch@2.5.1%2Bcu124',
    ])
  })
})

const listIn = (value: JsonValue | undefined) =>
  (Array.isArray(value) ? value : []) as readonly JsonValue[]
