// Events of OpenLineage out of statements: what came in as events goes out as the same lineage, and what came from elsewhere is
// named as a catalogue can find it.

import { isJsonObject, parseStatement, sha256Hex, utf8 } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import { openLineageEvent } from './openlineage-events.ts'
import { openLineageRuns } from './openlineage-runs.ts'
import { artifact, emptyRun, rootOfFile, type TrainingRun } from './training-run.ts'
import { trainingStatement } from './training-statement.ts'

const at = new Date('2026-02-03T04:05:06Z')
const hex = (n: number) => n.toString(16).padStart(64, '0')
const runId = '0176a8c2-fe01-7439-87e6-56a1a1b4029f'

const eventOf = (run: TrainingRun) => {
  const { statement } = trainingStatement(run, '1')
  const digest = sha256Hex(utf8(JSON.stringify(statement)))
  expect(parseStatement(utf8(JSON.stringify(statement)))).toEqual(statement)
  return openLineageEvent({ index: 4, ...statement, digest }, { namespace: 'here', at })
}

const came = {
  eventType: 'COMPLETE',
  eventTime: '2026-01-31T12:00:00.000Z',
  run: { runId },
  job: { namespace: 'https://airflow.example.org/a', name: 'features' },
  inputs: [
    {
      namespace: 's3://lake',
      name: 'raw/2026',
      facets: { version: { datasetVersion: '7' }, dataSource: { uri: 's3://lake/raw/2026' } },
    },
  ],
  outputs: [
    {
      namespace: 's3://lake',
      name: 'features',
      facets: {
        columnLineage: {
          fields: {
            rate: {
              inputFields: [
                {
                  namespace: 's3://lake',
                  name: 'raw/2026',
                  field: 'amount',
                  transformations: [
                    { type: 'DIRECT', subtype: 'AGGREGATION', masking: true },
                    { type: 'INDIRECT', masking: false },
                  ],
                },
              ],
            },
          },
          dataset: [
            {
              namespace: 's3://elsewhere',
              name: 'people',
              field: 'id',
              transformations: [{ type: 'INDIRECT', subtype: 'JOIN', masking: false }],
            },
          ],
        },
      },
    },
  ],
}

test('what came in as events goes out as the same lineage, again and again', () => {
  const [run] = openLineageRuns(utf8(JSON.stringify(came)), 'e.json')
  if (run === undefined) throw new Error('no run')
  expect(run.columnLineage.map(({ column }) => column)).toEqual(['rate', '*'])
  const event = eventOf(run)
  expect(event).toMatchObject(came)
  const [again] = openLineageRuns(utf8(JSON.stringify(event)), 'e.json')
  expect(again).toMatchObject({ name: run.name, runId, columnLineage: run.columnLineage })
  expect(again?.inputs[0]?.digest).toEqual(run.inputs[0]?.digest)
})

test('other runs are named by the hosts of their data, with digests as versions', () => {
  const event = eventOf({
    ...emptyRun('description'),
    name: 'credit',
    runId: 'r-1',
    command: 'python train.py',
    hyperparameters: { lr: 0.1, seed: 7 },
    outputs: [
      artifact('model.onnx', { digest: { md5: 'ab', sha256: hex(1) } }),
      artifact('model.onnx', {
        digest: { sha256: rootOfFile(hex(1)) },
        notes: { digestOf: 'model signature' },
      }),
    ],
    inputs: [
      {
        ...artifact('train', { uri: 's3://lake/train.csv', digest: { sha256: hex(2) } }),
        role: 'data-set',
      },
      { ...artifact('base', { digest: { sha256: hex(3) } }), role: 'base-model' },
      {
        ...artifact('code', {
          uri: `git+ssh://git.example.org/a/b.git@${'c'.repeat(40)}`,
          digest: { gitCommit: 'c'.repeat(40) },
        }),
        role: 'code',
      },
    ],
  })
  expect(event).toMatchObject({
    eventTime: at.toISOString(),
    job: {
      namespace: 'here',
      name: 'credit',
      facets: {
        sourceCodeLocation: {
          type: 'git',
          url: 'ssh://git.example.org/a/b.git',
          version: 'c'.repeat(40),
        },
        proofhouse_command: { command: 'python train.py' },
      },
    },
    run: {
      facets: {
        proofhouse_provenance: { entry: 4, hyperparameters: { lr: 0.1 }, seeds: { seed: 7 } },
      },
    },
    inputs: [
      { namespace: 's3://lake', name: 'train.csv' },
      { namespace: 'here', name: 'base', facets: { proofhouse_digests: { role: 'base-model' } } },
    ],
    outputs: [{ name: 'model.onnx', facets: { version: { datasetVersion: `sha256:${hex(1)}` } } }],
  })
  const { run } = event
  const id = isJsonObject(run) ? run['runId'] : null
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
})
