// Events that we export are read by OpenLineage's own client, facet by facet; what that client writes of them is imported here,
// and must be exported as the same lineage again.
// Run: npm run conformance (or node scripts/run.mjs scripts/conformance/openlineage.mjs)
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { askPeerScript } from './ask-peer.mjs'

const program = fileURLToPath(
  new URL('../../packages/platform/bin/proofhouse.mjs', import.meta.url),
)
const folder = mkdtempSync(join(tmpdir(), 'proofhouse-openlineage-'))
const at = (name) => join(folder, name)
let passed = 0
let failed = 0

function check(name, holds, seen = '') {
  if (holds) passed++
  else failed++
  if (!holds) console.log(`FAILED ${name} ${JSON.stringify(seen)}`)
}

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'provenance', ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return stdout
}

const input = (name, field, ...transformations) => ({
  namespace: 's3://lake',
  name,
  field,
  transformations,
})
const came = {
  eventType: 'COMPLETE',
  eventTime: '2026-01-31T12:00:00.000Z',
  run: { runId: '0176a8c2-fe01-7439-87e6-56a1a1b4029f' },
  job: { namespace: 'airflow', name: 'features' },
  inputs: [
    { namespace: 's3://lake', name: 'raw', facets: { version: { datasetVersion: '7' } } },
    { namespace: 's3://lake', name: 'people' },
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
                input('raw', 'amount', { type: 'DIRECT', subtype: 'AGGREGATION', masking: true }),
                input('people', 'age', { type: 'INDIRECT', subtype: 'FILTER', masking: false }),
              ],
            },
          },
          dataset: [input('people', 'id', { type: 'INDIRECT', subtype: 'JOIN', masking: false })],
        },
      },
    },
  ],
}

/** What lineage an event tells, without who wrote it down. */
function lineageOf({ run: { runId }, job, inputs, outputs, eventType }) {
  const sets = (list) =>
    list.map(({ namespace, name, facets }) => {
      const { fields = {}, dataset = [] } = facets?.columnLineage ?? {}
      const version = facets?.version?.datasetVersion ?? null
      return { namespace, name, version, fields: plain(fields), dataset: plain(dataset) }
    })
  const { namespace, name } = job
  return { eventType, runId, namespace, name, inputs: sets(inputs), outputs: sets(outputs) }
}

/** Left out and null are the same. */
const plain = (value) =>
  JSON.parse(JSON.stringify(value, (_, member) => (member === null ? undefined : member)))

try {
  writeFileSync(at('came.json'), JSON.stringify(came))
  writeFileSync(at('train.csv'), 'id,amount\n1,2\n')
  writeFileSync(at('model.onnx'), 'model bytes')
  writeFileSync(
    at('training.yaml'),
    `name: credit\noutputs: [model.onnx]\ndata: [train.csv, {uri: 's3://lake/extra.parquet'}]\nseeds: 7\ncode: {repository: 'git@git.example.org:a/b.git', commit: ${'a1'.repeat(20)}}\n`,
  )
  for (const path of ['came.json', 'training.yaml']) run('record', at(path), '--out', at('out'))
  const events = JSON.parse(run('export', '--out', at('out'), '--json'))
  check('every run is an event', events.length === 2, events.length)
  const theirs = askPeerScript('openlineage', 'openlineage_events.py', events)
  for (const [index, event] of theirs.entries())
    check(
      `event ${index} is the same to the client`,
      isDeepStrictEqual(lineageOf(event), lineageOf(events[index])),
      [event, events[index]],
    )
  check(
    'it is the lineage that came',
    isDeepStrictEqual(
      lineageOf(events[0]).outputs[0].fields,
      plain(came.outputs[0].facets.columnLineage.fields),
    ),
  )
  writeFileSync(at('theirs.jsonl'), theirs.map((event) => JSON.stringify(event)).join('\n'))
  run('record', at('theirs.jsonl'), '--out', at('again'))
  const again = JSON.parse(run('export', '--out', at('again'), '--json'))
  check('what the client writes is imported', again.length === 2, again.length)
  const [first, other] = [lineageOf(again[0]), lineageOf(events[0])]
  check(
    'and exported as it was',
    isDeepStrictEqual(first.outputs[0].fields, other.outputs[0].fields),
  )
  check(
    'whole data sets too',
    isDeepStrictEqual(first.outputs[0].dataset, other.outputs[0].dataset),
  )
  const broken = { ...events[0], run: { runId: 'no-uuid' } }
  let refused = false
  try {
    askPeerScript('openlineage', 'openlineage_events.py', [broken])
  } catch {
    refused = true
  }
  check('the client refuses what is no event', refused)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
