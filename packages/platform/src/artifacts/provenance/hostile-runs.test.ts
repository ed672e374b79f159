// Runs as nobody wishes them: secrets in links, digests that look like numbers, folders of stages, metrics out of order, and
// graphs as large as a ledger.

import { utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import { describedRun } from './describe-run.ts'
import { dvcFile, dvcLock } from './dvc-stages.ts'
import { mlflowRun } from './mlflow-run.ts'
import { ProvenanceIndex } from './provenance-graph.ts'
import { readJson, readYaml } from './read-documents.ts'
import { withoutAccess } from './secret-cleaner.ts'
import { artifact, emptyRun, rootOfFile } from './training-run.ts'
import { trainingStatement } from './training-statement.ts'

const hex = (n: number) => n.toString(16).padStart(64, '0')
const filesOf = (files: Readonly<Record<string, string>>) =>
  new Map(Object.entries(files).map(([path, text]) => [path, utf8(text)]))

describe('access in URLs', () => {
  test.each([
    ['https://bob:pw@h.example/x.csv', 'https://h.example/x.csv'],
    ['postgresql+psycopg2://u:p%40w@db/x', 'postgresql+psycopg2://db/x'],
    [
      'https://h/x?X-Amz-Date=1&X-Amz-Signature=ab&X-Amz-Credential=c#f',
      'https://h/x?X-Amz-Date=1&X-Amz-Signature=&X-Amz-Credential=#f',
    ],
    ['https://h/x?sv=1&sig=ab%3D', 'https://h/x?sv=1&sig='],
    ['jdbc:sqlserver://h:1;user=sa;password=pw', 'jdbc:sqlserver://h:1;user=;password='],
    [
      'jdbc:postgresql://h/d?user=a&password=b&ssl=true',
      'jdbc:postgresql://h/d?user=&password=&ssl=true',
    ],
    ['s3://bucket/a@b.csv', 's3://bucket/a@b.csv'],
    ['https://h/x?version=3&keyed=1', 'https://h/x?version=3&keyed=1'],
    ['password=x', 'password=x'],
  ])('%s', (url, bare) => {
    expect(withoutAccess(url)).toBe(bare)
  })

  test('are in no field of a statement, and in nothing that is said of it', () => {
    const url = 'https://bob:hunter2x@h.example/x.csv?sig=hunter2x'
    const run = {
      ...emptyRun('openlineage'),
      name: `train on ${url}`,
      runId: url,
      command: `curl ${url}`,
      environment: { [url]: url },
      hyperparameters: { [url]: url, nested: { list: [url] } },
      outputs: [
        artifact(url, { uri: url, digest: { sha256: hex(1) }, notes: { where: url } }),
        artifact(url, { uri: url }),
      ],
      inputs: [
        { ...artifact(url, { uri: url, notes: { location: url } }), role: 'data-set' as const },
      ],
      columnLineage: [
        { output: url, column: 'a', from: [{ dataSet: url, column: 'b', transformations: [] }] },
      ],
      leftOut: [`\`${url}\` is not at \`${url}\``],
    }
    const told = trainingStatement(run, '1')
    const contents = (told.statement.predicate.runDetails.byproducts ?? []).map(({ content }) =>
      Buffer.from(content ?? '', 'base64').toString(),
    )
    expect(JSON.stringify([told, contents])).not.toMatch(/hunter2x|bob/)
    expect(told.leftOut.join()).toContain('user, password or token')
    expect(contents.join()).toContain('https://h.example/x.csv')
  })
})

test('digests and ids of digits are text, and numbers are numbers', () => {
  const digits = '0123456789012345678901234567890123456789'
  expect(
    readYaml(utf8(`a: ${digits}\nb: 12345678901234567890123456789e12\nc: 1e-4\nd: 7`), 'x'),
  ).toEqual({ a: digits, b: '12345678901234567890123456789e12', c: 1e-4, d: 7 })
  const run = describedRun(utf8(`outputs: [m]\ncode: {commit: ${digits}}`), 'r.yaml')
  expect(run.inputs[0]?.digest).toEqual({ gitCommit: digits })
})

test('whole numbers of 64 bits are not rounded', () => {
  const [seed, safe] = ['12345678901234567890', 9_007_199_254_740_991]
  const told = { a: seed, b: safe, c: `-${seed}`, d: 0.5, e: 1e300 }
  expect(readYaml(utf8(`a: ${seed}\nb: ${safe}\nc: -${seed}\nd: 0.5\ne: 1e300`), 'x')).toEqual(told)
  expect(readJson(utf8(`{"a":${seed},"b":${safe},"c":-${seed},"d":0.5,"e":1e300}`), 'x')).toEqual(
    told,
  )
})

test('a key that is there twice is refused, among thousands of others and in time', () => {
  const keys = Array.from({ length: 20_000 }, (_, n) => `k${n}: ${n}`)
  expect(Object.keys(Object(readYaml(utf8(keys.join('\n')), 'x')))).toHaveLength(20_000)
  expect(() => readYaml(utf8([...keys, 'k7: 1'].join('\n')), 'x')).toThrow('`k7` is there twice')
  expect(() => readYaml(utf8('a: {b: 1, b: 2}'), 'x')).toThrow('`b` is there twice')
  expect(() => readYaml(new Uint8Array(33 * 1_048_576), 'x')).toThrow('larger than 32 MiB')
})

describe('DVC', () => {
  const lock = `schema: '2.0'
stages:
  train@uk:
    cmd: python train.py
    deps: [{path: ../data.csv, md5: ${'a'.repeat(32)}}, {path: /mnt/x, md5: ${'b'.repeat(32)}}]
    outs: [{path: model.bin, md5: ${'c'.repeat(32)}}]
`
  const pathsWith = (pipeline: string | null) => {
    const [run] = dvcLock(utf8(lock), 'dvc.lock', pipeline === null ? null : utf8(pipeline))
    return [...(run?.inputs ?? []), ...(run?.outputs ?? [])].map(({ path }) => path)
  }

  test('stages run in the folder that `dvc.yaml` says', () => {
    expect(pathsWith(null)).toEqual(['../data.csv', '/mnt/x', 'model.bin'])
    const inFolder = ['data.csv', '/mnt/x', 'w/model.bin']
    expect(pathsWith('stages: {train: {wdir: w, cmd: x}}')).toEqual(inFolder)
    expect(pathsWith('stages: {train: {foreach: [uk], do: {wdir: w}}}')).toEqual(inFolder)
    expect(pathsWith('stages: {train: {wdir: "${item}"}}')[2]).toBe('model.bin')
  })

  test('so does a `.dvc` file', () => {
    const run = dvcFile(utf8(`wdir: ../data\nouts: [{path: x, md5: ${'a'.repeat(32)}}]`), 'x.dvc')
    expect(run.outputs[0]?.path).toBe('../data/x')
  })
})

describe('MLflow', () => {
  test('the last value of a metric is that of the last step, wherever it is written', () => {
    const { metrics } = mlflowRun(
      filesOf({
        'meta.yaml': 'run_id: a\nstatus: 3',
        'metrics/auc': '10 0.5 0\n11 0.6 1\n12 0.7 2\n10 0.5 0\n',
        'metrics/loss': '10 3 1\n9 4 1',
        'metrics/broken': '10 3 1\n12 nan 2',
      }),
    )
    expect(metrics).toEqual({ auc: 0.7, loss: 3 })
  })

  test('a model that went in is a base model', () => {
    const run = mlflowRun(
      filesOf({
        'meta.yaml': 'run_id: a\nstatus: 3',
        'inputs/1/meta.yaml': 'source_type: MODEL\nsource_id: m-1',
        '../models/m-1/meta.yaml': 'name: base',
      }),
    )
    expect(run.inputs).toMatchObject([
      { role: 'base-model', name: 'base (m-1)', path: '../models/m-1/artifacts' },
    ])
    expect(run.leftOut.join()).toContain('names no data sets')
  })

  test('a saved model is not named by where it lay on another machine', () => {
    const run = mlflowRun(
      filesOf({
        MLmodel: 'artifact_path: file:///home/ann/x\nmodel_id: m-1\nmlflow_version: 3.1.0',
      }),
    )
    expect(run.outputs[0]?.name).toBe('m-1')
  })
})

describe('the graph', () => {
  const named = (n: number) => ({ name: `n${n}`, digest: { sha256: hex(n) } })
  const add = (index: ProvenanceIndex, at: number, to: number, from: number | null) =>
    index.add({
      index: at,
      predicateType: 'p',
      subject: [named(to)],
      dependencies: from === null ? null : [named(from)],
    })

  test('a file and the model that is this file alone are one', () => {
    const index = new ProvenanceIndex()
    const root = rootOfFile(hex(1))
    index.add({
      index: 0,
      predicateType: 'assessed',
      subject: [{ digest: { sha256: root } }],
      dependencies: null,
    })
    add(index, 1, 1, 7)
    const graph = index.around(`sha256:${hex(1)}`)
    const start = graph?.nodes.find(({ id }) => id === graph.start)
    expect(start?.digests).toEqual([`sha256:${hex(1)}`, `sha256:${root}`])
    expect(start?.statements.map(({ predicateType }) => predicateType)).toEqual(['assessed', 'p'])
    expect(index.around(`sha256:${root}`)?.backward).toHaveLength(1)
    expect(index.digestsLike(hex(1).slice(0, 64))).toHaveLength(1)
  })

  test('two names of one output make one edge', () => {
    const index = new ProvenanceIndex()
    const subject = [named(1), { name: 'n1', digest: { sha256: rootOfFile(hex(1)) } }]
    index.add({ index: 0, predicateType: 'p', subject, dependencies: [named(2)] })
    expect(index.around(`sha256:${hex(2)}`)?.forward).toHaveLength(1)
  })

  test('ten thousand artifacts that turn out to be one, and a long row, are soon joined', () => {
    const [row, joined] = [new ProvenanceIndex(), new ProvenanceIndex()]
    for (let n = 1; n <= 2_000; n++) add(row, n, n, n - 1)
    expect(row.around(`sha256:${hex(0)}`)?.forward).toHaveLength(2_000)
    const size = 10_000
    for (let n = 0; n < size; n++) {
      const subject = [{ digest: { sha256: hex(n), md5: 'aa' } }]
      joined.add({ index: n, predicateType: 'p', subject: [named(n)], dependencies: null })
      joined.add({ index: size + n, predicateType: 'p', subject, dependencies: null })
    }
    expect(joined.around('md5:aa')?.nodes[0]?.statements).toHaveLength(2 * size)
  })
})
