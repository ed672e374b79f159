import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { int, part } from '../../onnx.fixture.ts'
import { joined, rulesOf, scanBytes, survivesDamage, zip } from '../scan-bytes.fixture.ts'
import { flexTflite, plainTflite } from './tflite-models.fixture.ts'

type Part = Uint8Array<ArrayBuffer>
const attribute = (key: string, value: Part) => part(5, [part(1, key), part(2, value)])
const node = (
  name: string,
  operator: string,
  inputs: readonly string[] = [],
  extra: readonly Part[] = [],
) => part(1, [part(1, name), part(2, operator), ...inputs.map((input) => part(3, input)), ...extra])
const constant = (name: string, text: string) =>
  node(name, 'Const', [], [attribute('value', part(8, [int(1, 7), part(8, text)]))])
const versions = part(4, [int(1, 1)])
const graph = (...nodes: Part[]) => joined(...nodes, versions)
const saved = (graphDef: Part, ...extra: Part[]) =>
  joined(int(1, 1), part(2, [part(1, [part(5, '2.21')]), part(2, graphDef), ...extra]))

const usual = [
  node('x', 'Placeholder'),
  constant('prefix', 'model'),
  node('join', 'StringJoin', ['prefix', 'suffix']),
  constant('suffix', '_temp/part'),
  node('save', 'SaveV2', ['join', 'names']),
  node('restore', 'RestoreV2', ['prefix', 'names']),
  node('table', 'InitializeTableFromTextFileV2', ['handle', 'prefix']),
  node('y', 'MatMul', ['x', 'x']),
]
const inFunction = (...nodes: Part[]) =>
  part(2, [
    part(1, [
      part(1, [part(1, 'f')]),
      ...nodes.map((n) => joined(Uint8Array.of(0x1a), n.subarray(1))),
    ]),
  ])

test('saved models and graphs of computing operators are clean', async () => {
  expect(await scanBytes(saved(graph(...usual)))).toMatchObject({
    format: 'saved-model',
    findings: [],
  })
  expect(await scanBytes(graph(...usual))).toMatchObject({
    format: 'tensorflow-graph',
    findings: [],
  })
})

describe('operators that reach beyond tensors', () => {
  test.each([
    ['Python', [node('p', 'EagerPyFunc')], 'tensorflow-code-operator', 'malicious'],
    ['native code', [node('p', 'XlaCustomCallV2')], 'tensorflow-code-operator', 'malicious'],
    [
      'writing a file',
      [node('p', 'WriteFile', ['a', 'b'])],
      'tensorflow-write-operator',
      'malicious',
    ],
    [
      'printing into a file',
      [node('p', 'PrintV2', [], [attribute('output_stream', part(2, 'file:///tmp/x'))])],
      'tensorflow-write-operator',
      'malicious',
    ],
    ['reading a file', [node('p', 'ReadFile', ['a'])], 'tensorflow-read-operator', 'suspicious'],
    ['the network', [node('p', 'RpcCall')], 'tensorflow-read-operator', 'suspicious'],
    [
      'a checkpoint at an absolute path',
      [constant('a', '/home/x'), node('s', 'SaveV2', ['a'])],
      'tensorflow-write-operator',
      'malicious',
    ],
    [
      'a checkpoint above',
      [constant('a', 'x/../../y'), node('i', 'Identity', ['a:0']), node('s', 'RestoreV2', ['i'])],
      'tensorflow-read-operator',
      'suspicious',
    ],
    [
      'a table at an absolute path',
      [constant('a', '/etc/passwd'), node('t', 'InitializeTableFromTextFileV2', ['h', 'a'])],
      'tensorflow-read-operator',
      'suspicious',
    ],
    [
      'a long path',
      [constant('a', `${'x/'.repeat(3000)}../y`), node('s', 'RestoreV2', ['a'])],
      'tensorflow-read-operator',
      'suspicious',
    ],
  ] as const)('%s', async (_, nodes, rule, verdict) => {
    for (const bytes of [
      saved(graph(...nodes)),
      graph(...nodes),
      saved(graph(...usual, inFunction(...nodes))),
    ]) {
      const scanned = await scanBytes(bytes)
      expect(rulesOf(scanned)).toEqual([rule])
      expect(scanned.verdict).toBe(verdict)
    }
  })
})

test('a saved model without a version is told by its graph', async () => {
  const bare = (...nodes: Part[]) => part(2, [part(2, joined(...nodes))])
  expect(await scanBytes(bare(node('a', 'Const')))).toMatchObject({
    format: 'saved-model',
    verdict: 'clean',
  })
  expect(rulesOf(await scanBytes(bare(node('a', 'Const'), node('b', 'LoadLibraryV2'))))).toEqual([
    'tensorflow-code-operator',
  ])
  expect((await scanBytes(part(2, [part(1, 'a'), part(2, 'b')]))).format).toBe('unknown')
})

test('assets elsewhere, and layers in the metadata, are found', async () => {
  const asset = part(6, [part(2, '../../.bashrc')])
  expect(rulesOf(await scanBytes(saved(graph(...usual), asset)))).toEqual([
    'tensorflow-path-escape',
  ])
  const lambda = JSON.stringify({ class_name: 'Lambda', config: { function: ['4wEA', null] } })
  const objects = part(7, [part(1, [part(4, [part(1, '_tf_keras_layer'), part(3, lambda)])])])
  expect(rulesOf(await scanBytes(saved(graph(...usual), objects)))).toEqual(['keras-lambda'])
  const metadata = part(1, [
    int(2, 1),
    part(3, 'root.layer'),
    part(4, '_tf_keras_layer'),
    part(5, lambda),
  ])
  const scanned = await scanBytes(metadata)
  expect(scanned).toMatchObject({ format: 'keras-metadata', verdict: 'malicious' })
})

test('a file that is no graph inside is not clean, and other messages are no graph', async () => {
  const broken = saved(joined(part(1, Uint8Array.of(0x0f)), versions))
  expect(rulesOf(await scanBytes(broken))).toEqual(['tensorflow-malformed'])
  const descriptors = part(1, [part(1, 'a/b.proto'), part(2, 'package')])
  expect((await scanBytes(descriptors)).format).toBe('unknown')
})

test('what is cut off is not clean, and damage never makes the scan fail', async () => {
  const whole = saved(graph(...usual))
  expect((await scanBytes(whole.slice(0, -2))).verdict).toBe('incomplete')
  await survivesDamage(whole, 5)
})

test('graphs as text are looked at, and are not clean', async () => {
  const text = (operator: string) =>
    `saved_model_schema_version: 1\nmeta_graphs {\n graph_def {\n node {\n name: "p"\n op: "${operator}"\n}\n}\n}\n`
  expect(await scanBytes(text('MatMul'))).toMatchObject({
    format: 'tensorflow-text',
    verdict: 'incomplete',
  })
  expect(await scanBytes(text('WriteFile'))).toMatchObject({ verdict: 'malicious' })
  expect(await scanBytes(text('PyF\\165nc'))).toMatchObject({ verdict: 'incomplete' })
})

describe('checkpoints', () => {
  const footer = (...handles: number[]) =>
    joined(
      Uint8Array.from(handles),
      new Uint8Array(40 - handles.length),
      Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb),
    )

  test('an index names its blocks, and shards are only numbers', async () => {
    expect(await scanBytes(joined(new Uint8Array(100), footer(0, 40, 50, 40)))).toMatchObject({
      format: 'tensorflow-index',
      verdict: 'clean',
    })
    expect(rulesOf(await scanBytes(joined(new Uint8Array(10), footer(0, 40, 50, 40))))).toEqual([
      'tensorflow-malformed',
    ])
    const name = 'model/variables/variables.data-00000-of-00001'
    expect((await scanBytes(new Uint8Array(64).fill(3), name)).format).toBe('tensorflow-variables')
    // Whatever it is called, a pickle is a pickle.
    expect((await scanBytes('cos\nsystem\n(S"id"\ntR.', name)).verdict).toBe('malicious')
  })
})

describe('TensorFlow Lite', () => {
  const file = (text: string) => new Uint8Array(inflateSync(Uint8Array.fromBase64(text)))
  const renamed = (name: string) => {
    const bytes = file(flexTflite)
    const at = Buffer.from(bytes.buffer).indexOf('FlexMatrixInverse')
    bytes.set(new TextEncoder().encode(name.padEnd(17, '\0')), at)
    bytes[at - 4] = name.length
    return bytes
  }

  test('operators that are built in, and those of TensorFlow that compute, are clean', async () => {
    for (const text of [plainTflite, flexTflite])
      expect(await scanBytes(file(text))).toMatchObject({ format: 'tflite', findings: [] })
  })

  test('files behind the model are scanned as a part of it', async () => {
    const model = file(plainTflite)
    const labelled = joined(model, zip({ 'labels.txt': 'cat\ndog\n' }, model.length))
    expect(await scanBytes(labelled)).toMatchObject({ format: 'tflite', findings: [] })
    const hostile = joined(model, zip({ 'a.pkl': 'cos\nsystem\n(S"id"\ntR.' }, model.length))
    expect((await scanBytes(hostile)).verdict).toBe('malicious')
  })

  test.each([
    ['FlexWriteFile', 'tensorflow-write-operator', 'malicious'],
    ['FlexEagerPyFunc', 'tensorflow-code-operator', 'malicious'],
    ['FlexReadFile', 'tensorflow-read-operator', 'suspicious'],
    ['Evil', 'tflite-custom-operator', 'suspicious'],
  ])('%s is found', async (name, rule, verdict) => {
    const scanned = await scanBytes(renamed(name))
    expect(rulesOf(scanned)).toEqual([rule])
    expect(scanned.verdict).toBe(verdict)
  })

  test('numbers that mean nothing in the file are found, and damage never makes the scan fail', async () => {
    const whole = file(plainTflite)
    const found = new Set<string>()
    for (let at = 8; at + 4 <= whole.length; at += 4) {
      const damaged = whole.slice()
      new DataView(damaged.buffer).setInt32(at, 1_000_000, true)
      for (const rule of rulesOf(await scanBytes(damaged))) found.add(rule)
    }
    expect([...found]).toContain('tflite-wrong-index')
    expect([...found]).toContain('tflite-malformed')
    await survivesDamage(whole, 13)
  })
})
