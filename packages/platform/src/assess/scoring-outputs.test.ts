import { describe, expect, test } from 'vitest'
import type { ModelValue, Tensor } from './model-ports.ts'
import { type OutputRequest, planOutputs } from './scoring-outputs.ts'

const label = (type = 'int64'): ModelValue => ({ name: 'label', type, shape: [-1] })
const probabilities: ModelValue = { name: 'probabilities', type: 'float32', shape: [-1, 2] }
const single = (shape: number[]): ModelValue => ({ name: 'out', type: 'float64', shape })

const plan = (outputs: readonly ModelValue[], changes: Partial<OutputRequest> = {}) =>
  planOutputs({
    model: 'm.onnx',
    outputs,
    positiveClass: '1',
    negativeClass: '0',
    declaredClasses: null,
    foundClasses: null,
    threshold: null,
    ...changes,
  })

const ints = (...data: bigint[]): Tensor => ({
  name: 'label',
  shape: [data.length],
  values: { type: 'int64', data: BigInt64Array.from(data) },
})
const pairs = (...data: number[]): Tensor => ({
  name: 'probabilities',
  shape: [data.length / 2, 2],
  values: { type: 'float64', data: Float64Array.from(data) },
})
const scores = (...data: number[]): Tensor => ({
  name: 'out',
  shape: [data.length, 1],
  values: { type: 'float64', data: Float64Array.from(data) },
})

describe('reads', () => {
  test('a label and probabilities; the label decides unless there is a threshold', () => {
    const tensors = [ints(0n, 1n, 1n), pairs(0.6, 0.4, 0.5, 0.5, 0.1, 0.9)]
    const byLabel = plan([label(), probabilities])
    expect(byLabel.names).toEqual(['label', 'probabilities'])
    expect(byLabel.predictions(tensors, 0, 3)).toEqual({
      firstRow: 0,
      positive: Uint8Array.of(0, 1, 1),
      score: Float64Array.of(0.4, 0.5, 0.9),
    })
    const byScore = plan([label(), probabilities], { threshold: 0.8 })
    expect(byScore.predictions(tensors, 0, 3).positive).toEqual(Uint8Array.of(0, 0, 1))
  })

  test('the positive class in the first place', () => {
    const made = plan([label(), probabilities], { positiveClass: '0', negativeClass: '1' })
    const { positive, score } = made.predictions(
      [ints(0n, 1n), pairs(0.75, 0.25, 0.25, 0.75)],
      0,
      2,
    )
    expect([positive, score]).toEqual([Uint8Array.of(1, 0), Float64Array.of(0.75, 0.25)])
  })

  test('one sigmoid score', () => {
    for (const shape of [[-1], [-1, 1]]) {
      const { positive, score } = plan([single(shape)]).predictions([scores(0.25, 0.5)], 0, 2)
      expect([positive, score]).toEqual([Uint8Array.of(0, 1), Float64Array.of(0.25, 0.5)])
    }
  })

  test('a label alone, and booleans', () => {
    expect(plan([label()]).predictions([ints(1n, 0n)], 5, 2)).toEqual({
      firstRow: 5,
      positive: Uint8Array.of(1, 0),
      score: null,
    })
    const flags: Tensor = {
      name: 'label',
      shape: [2],
      values: { type: 'bool', data: Uint8Array.of(1, 0) },
    }
    for (const [positiveClass, negativeClass] of [
      ['true', 'false'],
      ['1', '0'],
    ] as const)
      expect(
        plan([label('bool')], { positiveClass, negativeClass }).predictions([flags], 0, 2).positive,
      ).toEqual(Uint8Array.of(1, 0))
  })
})

describe('refuses', () => {
  test.each<[string, ModelValue[], Partial<OutputRequest>, RegExp]>([
    [
      'no tensor',
      [label(), { name: 'p', type: 'not a tensor', shape: null }],
      {},
      /`p` as no tensor, which cannot be read.*"zipmap": False/,
    ],
    [
      'nothing to read',
      [{ name: 'mask', type: 'uint8', shape: [-1] }],
      {},
      /neither a label nor probabilities; its outputs are `mask` \(uint8 \[-1\]\)/,
    ],
    [
      'two scores',
      [single([-1]), { ...single([-1]), name: 'other' }],
      {},
      /several outputs that could be its scores/,
    ],
    [
      'three classes',
      [label(), { ...probabilities, shape: [-1, 3] }],
      {},
      /3 probabilities per row in .*set `assessment\.task` to `multiclass`/,
    ],
    [
      'a threshold without scores',
      [label()],
      { threshold: 0.4 },
      /`assessment.threshold` cannot be applied/,
    ],
  ])('%s', (_, outputs, changes, message) => {
    expect(() => plan(outputs, changes)).toThrow(message)
  })

  test.each<[string, Tensor, RegExp]>([
    [
      'logits',
      scores(0.5, 3.2),
      /gives `3.2` for row 102 in `out`, which is no probability; export it with a sigmoid/,
    ],
    ['NaN', scores(NaN, 0.5), /gives `NaN` for row 101/],
    ['a wrong shape', { ...scores(1, 0, 1), shape: [3, 1] }, /the shape \[3, 1\] for 2 rows/],
  ])('%s', (_, tensor, message) => {
    expect(() => plan([single([-1])]).predictions([tensor], 100, 2)).toThrow(message)
  })

  test('pairs that are no probabilities, and a class that is no label', () => {
    const made = plan([label(), probabilities])
    expect(() => made.predictions([ints(0n), pairs(0.6, 0.6)], 0, 1)).toThrow(
      /gives `0.6, 0.6` for row 1/,
    )
    expect(() => made.predictions([ints(2n), pairs(0.4, 0.6)], 6, 1)).toThrow(
      /predicts `2` for row 7, and the label is `0`, `1`/,
    )
  })

  test('an order of classes that the label contradicts', () => {
    const words = { positiveClass: 'a', negativeClass: 'b' }
    const made = plan([label('string'), probabilities], words)
    const names: Tensor = {
      name: 'label',
      shape: [2],
      values: { type: 'string', data: ['b', 'a'] },
    }
    made.predictions([names, pairs(0.9, 0.1, 0.2, 0.8)], 0, 2)
    expect(() => made.finish()).toThrow(/contradicts itself in 2 rows.*`model.classes: \[b, a\]`/)
    const fine = plan([label('string'), probabilities], { ...words, declaredClasses: ['b', 'a'] })
    fine.predictions([names, pairs(0.9, 0.1, 0.2, 0.8)], 0, 2)
    fine.finish()
  })
})
