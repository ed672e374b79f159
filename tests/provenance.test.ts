// `proofhouse provenance` by the real program: a chain from raw data over DVC and MLflow to a model, recorded and traced.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isJsonObject, type JsonObject, parseJson, utf8 } from '@proofhouse/evidence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordTraining } from '../packages/platform/src/sdk.ts'
import { newFolder, proofhouse } from './assess/run-program.fixture.ts'

const folder = newFolder()
const at = (...parts: readonly string[]) => join(folder, ...parts)
const out = at('.proofhouse')
const raw = 'id,amount\n1,2\n'
const prepared = 'id,rate\n1,0.5\n'
const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const write = (path: string, text: string) => {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), text)
}

const jsonOf = (text: string): JsonObject => {
  const value = parseJson(utf8(text), 'json-not-canonical')
  if (!isJsonObject(value)) throw new Error(text)
  return value
}

beforeAll(() => {
  write('raw.csv', raw)
  write('train.csv', prepared)
  write('model.onnx', 'model bytes')
  write(
    'dvc.lock',
    `schema: '2.0'\nstages:\n  prepare:\n    cmd: python prepare.py\n    deps:\n    - {path: raw.csv, md5: ${md5(raw)}}\n    outs:\n    - {path: train.csv, md5: ${md5(prepared)}}\n`,
  )
  write(
    'training.yaml',
    'name: credit\noutputs: [model.onnx]\ndata: [train.csv]\nhyperparameters: {lr: 0.1}\nseeds: 7\n',
  )
  write('mlruns/1/0ab3/meta.yaml', 'run_id: 0ab3\nstart_time: 1769857200000\nstatus: 3')
  write('mlruns/1/0ab3/params/lr', '0.1')
  write('mlruns/1/0ab3/artifacts/model/MLmodel', 'artifact_path: model\nmlflow_version: 2.9.2')
  write('mlruns/1/0ab3/artifacts/model/model.pkl', 'pickled')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const record = (...args: readonly string[]) => proofhouse('provenance', 'record', ...args)
const graph = (...args: readonly string[]) =>
  proofhouse('provenance', 'graph', ...args, '--out', out)

test('without a workspace the statement is printed, and nothing is made', () => {
  const { status, out: text } = record(at('training.yaml'))
  expect([status, existsSync(out)]).toEqual([0, false])
  expect(jsonOf(text)).toMatchObject({
    subject: [
      { name: 'model.onnx', digest: { sha256: sha256('model bytes') } },
      { annotations: { digestOf: 'model signature' } },
    ],
    predicate: { buildDefinition: { externalParameters: { seeds: { seed: 7 } } } },
  })
  expect(graph('aabbccdd').status).toBe(2)
})

test('runs are recorded once, whatever tool tells of them', () => {
  for (const [path, name] of [
    ['dvc.lock', 'prepare'],
    ['training.yaml', 'credit'],
    ['mlruns/1/0ab3', 'mlflow'],
  ] as const) {
    const first = record(at(path), '--out', out)
    expect([first.status, first.out], first.err).toEqual([0, expect.stringContaining(name)])
    expect(record(at(path), '--out', out).out).toContain('recorded before')
  }
  expect(proofhouse('ledger', 'fsck', join(out, 'ledger')).status).toBe(0)
})

test('the model leads back to the raw data, and the raw data forward to the model', () => {
  const back = graph(at('model.onnx'))
  expect(back.status).toBe(0)
  expect(back.out.split('\n').slice(0, 5)).toEqual([
    `model.onnx  sha256:${sha256('model bytes')}`,
    '  entry 1: https://slsa.dev/provenance/v1',
    'came from',
    expect.stringMatching(/^ {2}← train\.csv, data-set {2}sha256:\w+ {2}\(entry 1\)$/),
    expect.stringMatching(/^ {4}← raw\.csv, data-set {2}sha256:\w+ {2}\(entry 0\)$/),
  ])
  const forward = jsonOf(graph(md5(raw), '--json').out)
  expect(forward).toMatchObject({ digest: `md5:${md5(raw)}`, statements: 3, passedOver: 0 })
  expect(graph(at('raw.csv')).out).toContain('→ model.onnx')
  expect(graph(sha256(raw).slice(0, 12)).status).toBe(0)
})

test('what nothing names is undecided; what no tool wrote is refused', () => {
  expect(graph('0123456789abcdef').status).toBe(3)
  expect(record(at('raw.csv')).status).toBe(2)
  expect(record(at('mlruns')).err).toContain('import-malformed')
  expect(record(at('nothing')).status).toBe(2)
  expect(record(at('training.yaml'), '--from', 'kubeflow').status).toBe(2)
})

test('a file that is not the one DVC named is not taken for it', () => {
  write('train.csv', 'changed')
  const { out: text, err } = record(at('dvc.lock'))
  expect(text).not.toContain(sha256('changed'))
  expect(err).toContain('is not the one that is named')
  write('train.csv', prepared)
})

test('a thousand stages in a row are recorded in one reading, and traced to the end', () => {
  const digest = (n: number) => md5(`stage ${n}`)
  const stages = Array.from(
    { length: 1_000 },
    (_, n) =>
      `  s${n}:\n    cmd: x\n    deps: [{path: p/f${n}.csv, md5: ${digest(n)}}]\n    outs: [{path: p/f${n + 1}.csv, md5: ${digest(n + 1)}}]\n`,
  )
  write('long/dvc.lock', `schema: '2.0'\nstages:\n${stages.join('')}`)
  const row = at('.row')
  const first = jsonOf(record(at('long/dvc.lock'), '--out', row, '--json').out)
  expect(first['runs']).toHaveLength(1_000)
  expect(JSON.stringify(first)).not.toContain('"isNew":false')
  const again = record(at('long/dvc.lock'), '--out', row, '--json').out
  expect(again).not.toContain('"isNew":true')
  const { status, out: text } = proofhouse('provenance', 'graph', digest(1_000), '--out', row)
  expect([status, text]).toEqual([0, expect.stringContaining('and 940 more')])
})

test('a training script records its run, once, by the function of the package', async () => {
  const run = { name: 'credit', outputs: ['model.onnx'], data: ['train.csv'], seeds: 7 }
  const where = { workspace: at('.sdk'), folder: folder }
  const first = await recordTraining(run, where)
  expect(first).toMatchObject({ entry: { index: 0, isNew: true }, leftOut: [] })
  expect(first.statement.subject[0]?.digest).toEqual({ sha256: sha256('model bytes') })
  expect(await recordTraining(run, where)).toMatchObject({ entry: { index: 0, isNew: false } })
  const misspelt = { outputs: ['model.onnx'], dta: ['train.csv'] }
  await expect(recordTraining(misspelt, where)).rejects.toMatchObject({ code: 'import-malformed' })
  const { status, out: events } = proofhouse('provenance', 'export', '--out', at('.sdk'))
  expect(status).toBe(0)
  expect(jsonOf(events)).toMatchObject({
    job: { namespace: 'proofhouse', name: 'credit' },
    inputs: [{ name: 'train.csv' }],
    outputs: [{ name: 'model.onnx' }],
  })
  expect(proofhouse('provenance', 'export', '--out', at('.nothing')).status).toBe(2)
})
