import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as exported from './onnx-models.fixture.ts'
import {
  addOne,
  endless,
  floats,
  greedy,
  int,
  ints,
  model,
  node,
  part,
  value,
} from './onnx.fixture.ts'
import { checkOnnx, requireCleanOnnx } from './onnx-check.ts'

const { boostedInts, logisticInts, logisticWords, logisticZipMap, mixedColumns } = exported
const ir = (bytes: Uint8Array<ArrayBuffer>) => bytes.subarray(0, 2)

const labels = (...names: string[]) =>
  part(
    1,
    node(
      'LinearClassifier',
      ['X'],
      ['L'],
      [part(5, [part(1, 'classlabels_strings'), ...names.map((name) => part(9, name))])],
    ),
  )

describe('finds clean', () => {
  test.each([
    ['boosted trees', boostedInts.model, ['0', '1']],
    ['a logistic regression', logisticInts.model, ['0', '1']],
    ['classes as words', logisticWords.model, ['bad', 'good']],
    ['a ZipMap', logisticZipMap.model, ['bad', 'good']],
    ['a pipeline', mixedColumns.model, ['bad', 'good']],
    ['an addition', addOne(), null],
    ['a loop', endless(), null],
    ['a fill', greedy(), null],
  ])('%s', (_, bytes, classNames) => {
    const report = checkOnnx(bytes)
    expect(report).toMatchObject({ verdict: 'clean', findings: [], summary: { classNames } })
    requireCleanOnnx('m.onnx', report)
  })

  test('and says what is inside', () => {
    expect(checkOnnx(mixedColumns.model).summary).toEqual({
      sizeBytes: mixedColumns.model.length,
      irVersion: 10,
      producer: 'skl2onnx 1.20.0',
      operatorSets: [
        { domain: 'ai.onnx.ml', version: 1 },
        { domain: '', version: 21 },
      ],
      inputs: [
        { name: 'age', type: 'float32', shape: [-1, 1] },
        { name: 'count', type: 'int64', shape: [-1, 1] },
        { name: 'job', type: 'string', shape: [-1, 1] },
      ],
      outputs: [
        { name: 'label', type: 'string', shape: [-1] },
        { name: 'probabilities', type: 'float32', shape: [-1, 2] },
      ],
      operators: {
        'ai.onnx.Cast': 1,
        'ai.onnx.Concat': 2,
        'ai.onnx.Gather': 1,
        'ai.onnx.Reshape': 1,
        'ai.onnx.ml.LinearClassifier': 1,
        'ai.onnx.ml.OneHotEncoder': 1,
      },
      nodes: 7,
      subgraphs: 0,
      functions: 0,
      parameters: 3,
      classNames: ['bad', 'good'],
    })
    expect(checkOnnx(endless()).summary).toMatchObject({ subgraphs: 1, nodes: 3, parameters: 2 })
  })

  test('classes that the label is picked from, before those of the trees', () => {
    const trees = part(5, [part(1, 'classlabels_int64s'), int(8, 0), int(8, 1), int(20, 7)])
    const picked = checkOnnx(
      addOne([
        part(1, node('TreeEnsembleClassifier', ['X'], ['L', 'P'], [trees, part(7, 'ai.onnx.ml')])),
        part(1, node('ArrayFeatureExtractor', ['classes', 'L'], ['Z'], [part(7, 'ai.onnx.ml')])),
        part(5, ints('classes', [2], [1, 2])),
      ]),
    )
    expect(picked.summary.classNames).toEqual(['1', '2'])
  })

  test('no classes where two classifiers differ', () => {
    expect(checkOnnx(addOne([labels('a', 'b')])).summary.classNames).toEqual(['a', 'b'])
    expect(checkOnnx(addOne([labels('a', 'b'), labels('b', 'a')])).summary.classNames).toBeNull()
  })
})

const external = (location: string) =>
  part(5, [
    ...floats('w', [1], [1]),
    part(13, [part(1, 'location'), part(2, location)]),
    int(14, 1),
  ])
const subgraph = (fields: Uint8Array<ArrayBuffer>[]) =>
  part(1, node('If', ['X'], ['Z'], [part(5, [part(1, 'then_branch'), part(6, fields)])]))
const tensor = (name: string) => [part(1, name), part(5, [...floats('w', [1], [1]), int(14, 1)])]

describe('finds suspicious', () => {
  test.each<[string, Uint8Array<ArrayBuffer>, string, string]>([
    ['data beside the file', addOne([external('w.bin')]), 'external-data', 'high'],
    ['data above the file', addOne([external('../w.bin')]), 'external-data', 'critical'],
    ['data anywhere', addOne([external('/etc/passwd')]), 'external-data', 'critical'],
    ['data on a drive', addOne([external('C:\\w')]), 'external-data', 'critical'],
    ['data in memory', addOne([external('*/_ORT_MEM_ADDR_/*')]), 'external-data', 'critical'],
    [
      'data that only say so',
      addOne([part(5, [...floats('w', [1], [1]), int(14, 1)])]),
      'external-data',
      'high',
    ],
    [
      'external data in an attribute',
      addOne([part(1, node('Constant', [], ['Z'], [part(5, tensor('value'))]))]),
      'external-data',
      'high',
    ],
    ['external data in a branch', addOne([subgraph([external('a')])]), 'external-data', 'high'],
    [
      'external data in a sparse tensor',
      addOne([part(15, [external('a').subarray(0, 0), part(1, [int(14, 1)])])]),
      'external-data',
      'high',
    ],
    [
      'external data in a function’s attribute',
      addOne([], [part(25, [part(1, 'f'), part(11, tensor('a'))])]),
      'external-data',
      'high',
    ],
    [
      'an operator of Microsoft',
      addOne([part(1, node('Gelu', ['X'], ['Z'], [part(7, 'com.microsoft')]))]),
      'operator-domain',
      'high',
    ],
    [
      'a foreign operator in a branch',
      addOne([subgraph([part(1, node('Evil', [], [], [part(7, 'evil')]))])]),
      'operator-domain',
      'high',
    ],
    [
      'a foreign operator set',
      addOne([], [part(8, [part(1, 'evil'), int(2, 1)])]),
      'operator-domain',
      'high',
    ],
    [
      'an operator set not imported',
      addOne([part(1, node('Scaler', ['X'], ['Z'], [part(7, 'ai.onnx.ml')]))]),
      'operator-set',
      'medium',
    ],
    [
      'a function',
      addOne([], [part(25, [part(1, 'f'), part(7, node('Add', [], []))])]),
      'function',
      'medium',
    ],
    [
      'a training graph',
      addOne([], [part(20, [part(1, [part(2, 'init')])])]),
      'training-data',
      'medium',
    ],
    ['an unknown field', addOne([], [part(99, 'x')]), 'unknown-field', 'medium'],
    [
      'an unknown field in a tensor',
      addOne([part(5, [...floats('w', [1], [1]), part(40, '')])]),
      'unknown-field',
      'medium',
    ],
    ['two graphs', addOne([], [part(7, [part(2, 'other')])]), 'repeated-field', 'high'],
    ['a negative size', addOne([part(5, [int(1, -1), int(2, 1)])]), 'tensor-size', 'high'],
    [
      'an impossible size',
      addOne([part(5, [int(1, 2 ** 31), int(1, 2 ** 31)])]),
      'tensor-size',
      'high',
    ],
  ])('%s', (_, bytes, rule, severity) => {
    const report = checkOnnx(bytes)
    expect(report.verdict).toBe('suspicious')
    expect(report.findings).toContainEqual(expect.objectContaining({ rule, severity }))
    expect(() => requireCleanOnnx('m.onnx', report)).toThrow(/m.onnx: will not be run/)
  })

  test('lists a finding only so often', () => {
    const many = Array.from({ length: 1000 }, (_, i) => external(`w${i}`))
    expect(checkOnnx(addOne(many)).findings.length).toBe(20)
  })
})

describe('finds malformed', () => {
  const deep = (levels: number): Uint8Array<ArrayBuffer>[] =>
    levels === 0 ? [part(2, 'end')] : [subgraph(deep(levels - 1))]
  test.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
    ['nothing', new Uint8Array(), /empty/],
    ['text', new TextEncoder().encode('a,b,c\n1,2,3\n'), /byte \d+/],
    ['a version alone', ir(addOne()), /has no graph/],
    ['no outputs', model([part(1, node('Add', [], []))]), /no outputs/],
    ['no version', addOne().subarray(2), /no IR version/],
    ['a graph that is a number', int(7, 1), /number where bytes belong/],
    ['a node without operator', addOne([part(1, [part(1, 'X')])]), /names no operator/],
    ['endless nesting', addOne(deep(60)), /deeper than 100/],
    [
      'a number without end',
      Uint8Array.of(8, ...Array.from({ length: 11 }, () => 255)),
      /longer than ten bytes/,
    ],
    ['a group', Uint8Array.of(0x0b), /wire type 3/],
    ['field number 0', Uint8Array.of(0, 1), /no valid number/],
  ])('%s', (_, bytes, message) => {
    const report = checkOnnx(bytes)
    expect(report.verdict).toBe('malformed')
    expect(() => requireCleanOnnx('m.onnx', report)).toThrow(message)
  })

  test('a model that is cut anywhere', () => {
    for (const { model: whole } of [boostedInts, mixedColumns])
      for (let size = 0; size < whole.length; size++)
        expect(checkOnnx(whole.slice(0, size)).verdict, `cut at ${size}`).not.toBe('clean')
  })
})

describe('answers whatever the bytes', () => {
  const verdicts = ['clean', 'suspicious', 'malformed']
  test('with any byte of a model changed', () => {
    const { model: whole } = boostedInts
    for (let at = 0; at < whole.length; at++)
      for (const mask of [0x01, 0x80, 0xff]) {
        const changed = whole.slice()
        changed[at] = (changed[at] ?? 0) ^ mask
        expect(verdicts).toContain(checkOnnx(changed).verdict)
      }
  })

  test('with any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(verdicts).toContain(checkOnnx(Uint8Array.from(bytes)).verdict)
      }),
      { numRuns: 2000 },
    )
  })
})

test('old models list stored tensors as inputs; they are none', () => {
  const inputs = checkOnnx(addOne([part(11, value('one', 'float', [1]))])).summary.inputs
  expect(inputs.map((input) => input.name)).toEqual(['X'])
})
