// What the outputs of a model of several classes mean: labels as text, label values or positions, probabilities in the order of the
// classes, and refusals that say which order was meant.

import { expect, test } from 'vitest'
import type { ModelValue, Tensor } from './model-ports.ts'
import { planClassOutputs } from './scoring-class-outputs.ts'

const label = (type = 'int64'): ModelValue => ({ name: 'label', type, shape: [-1] })
const probabilities = (width: number): ModelValue => ({
  name: 'probabilities',
  type: 'float32',
  shape: [-1, width],
})
const ints = (...values: number[]): Tensor => ({
  name: 'label',
  shape: [values.length],
  values: { type: 'int64', data: BigInt64Array.from(values, BigInt) },
})
const texts = (...data: string[]): Tensor => ({
  name: 'label',
  shape: [data.length],
  values: { type: 'string', data },
})
const rows = (...given: (readonly number[])[]): Tensor => ({
  name: 'probabilities',
  shape: [given.length, given[0]?.length ?? 0],
  values: { type: 'float32', data: Float32Array.from(given.flat()) },
})

type Request = Parameters<typeof planClassOutputs>[0]
const plan = (outputs: readonly ModelValue[], changes: Partial<Request> = {}) =>
  planClassOutputs({
    model: 'm.onnx',
    outputs,
    labels: ['a', 'b', 'c'],
    declaredClasses: null,
    foundClasses: null,
    ...changes,
  })

/** The classes predicted for tensors. */
function said(made: ReturnType<typeof plan>, ...tensors: Tensor[]): string[] {
  const count = tensors[0]?.shape[0] ?? 0
  return [...made.predictions(tensors, 0, count).predicted].map((n) => made.classes[n] ?? '')
}

test('text names itself', () => {
  expect(said(plan([label('string')]), texts('b', 'a'))).toEqual(['b', 'a'])
})

test('numbers are positions where the file or the configuration says so', () => {
  const declared = plan([label()], { declaredClasses: ['c', 'a', 'b'] })
  expect(said(declared, ints(0, 2, 1))).toEqual(['c', 'b', 'a'])
  const both = plan([label()], {
    declaredClasses: ['c', 'a', 'b'],
    foundClasses: ['0', '1', '2'],
  })
  expect(said(both, ints(1))).toEqual(['a'])
})

test('a class that the file names stays in its place, also where others get other names', () => {
  const asked = (declaredClasses: string[], foundClasses: string[]) => () =>
    plan([label()], { labels: declaredClasses, declaredClasses, foundClasses })
  expect(asked(['b', 'a', 'x'], ['a', 'b', 'c'])).toThrow(/correct `model.classes`/)
  expect(asked(['a', 'x', 'c'], ['a', 'b', 'c'])).not.toThrow()
  expect(asked(['1', '2', '3'], ['0', '1', '2'])).not.toThrow()
})

test('whole numbers from 0 on are themselves, in the order of numbers', () => {
  const labels = Array.from({ length: 11 }, (_, n) => String(n))
  const made = plan([label(), probabilities(11)], { labels })
  const scores = labels.map((_, n) => (n === 10 ? 0.9 : 0.01))
  expect(said(made, ints(10), rows(scores))).toEqual(['10'])
  const { scores: read } = made.predictions([ints(10), rows(scores)], 0, 1)
  expect(read?.[made.classes.indexOf('10')]?.[0]).toBeCloseTo(0.9)
  expect(() => made.finish()).not.toThrow()
})

test('label values that are whole numbers, or places: read where it cannot be both', () => {
  const far = { labels: ['10', '20', '30'], declaredClasses: ['30', '10', '20'] }
  expect(said(plan([label()], far), ints(10, 2, 30))).toEqual(['10', '20', '30'])
  const near = { labels: ['1', '2', '3'], declaredClasses: ['3', '1', '2'] }
  expect(() => plan([label()], near)).toThrow(/may be positions or label values/)
  // With probabilities the label is not needed.
  const made = plan([label(), probabilities(3)], near)
  expect(made.names).toEqual(['probabilities'])
  expect(said(made, rows([0.2, 0.7, 0.1]))).toEqual(['1'])
})

test('probabilities alone: the likeliest, and the first of equals', () => {
  const made = plan([probabilities(3)], { foundClasses: ['c', 'b', 'a'] })
  expect(said(made, rows([0.1, 0.2, 0.7], [0.4, 0.2, 0.4]))).toEqual(['a', 'a'])
})

test('an order that the labels of one class contradict is refused, however rare the class', () => {
  const made = plan([label('string'), probabilities(3)], { declaredClasses: ['a', 'c', 'b'] })
  const common = Array.from({ length: 20 }, () => [0.8, 0.1, 0.1])
  const tensors = [texts(...common.map(() => 'a'), 'c'), rows(...common, [0.1, 0.1, 0.8])]
  made.predictions(tensors, 0, 21)
  expect(() => made.finish()).toThrow(
    /contradicts itself if its classes are `a`, `c`, `b`: of the rows that `label` says are `c`, 1 have a likelier class/,
  )
  const right = plan([label('string'), probabilities(3)])
  right.predictions(tensors, 0, 21)
  expect(() => right.finish()).not.toThrow()
})

test.each<[string, readonly ModelValue[], Partial<Request>, RegExp]>([
  ['numbers without names', [label()], {}, /`model.classes: \[a, b, c\]`, if that is its order/],
  [
    'a probability too many',
    [probabilities(4)],
    { declaredClasses: ['a', 'b', 'c'] },
    /gives 4 numbers per row in `probabilities`, and its classes are 3/,
  ],
  ['a class twice', [label()], { declaredClasses: ['a', 'b', 'c', 'a'] }, /lists a class twice/],
  [
    'a mask',
    [{ name: 'mask', type: 'uint8', shape: [-1] }],
    {},
    /neither a label nor probabilities; its outputs are `mask`/,
  ],
  [
    'more classes than can be told',
    [label('string')],
    { declaredClasses: ['a', 'b', 'c', ...Array.from({ length: 48 }, (_, n) => `x${n}`)] },
    /tells 51 classes apart/,
  ],
])('refuses %s', (_, outputs, changes, message) => {
  expect(() => plan(outputs, changes)).toThrow(message)
})

test.each<[string, readonly Tensor[], RegExp]>([
  ['logits', [rows([0.2, 3, 0.1])], /gives `3` for row 8 in `probabilities`, which is no prob/],
  ['no shares', [rows([0.2, 0.2, 0.2])], /values that add up to `0.6\d*` for row 8/],
  ['another width', [rows([0.5, 0.5])], /gives 2 numbers per row/],
])('refuses %s', (_, tensors, message) => {
  const made = plan([probabilities(3)], { foundClasses: ['a', 'b', 'c'] })
  expect(() => made.predictions(tensors, 7, 1)).toThrow(message)
})

test('refuses a label that is no class', () => {
  expect(() => said(plan([label('string')]), texts('violet'))).toThrow(
    /predicts `violet` for row 1, which is none of its classes `a`, `b`, `c`/,
  )
})
