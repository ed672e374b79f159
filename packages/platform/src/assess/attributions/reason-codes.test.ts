// Reasons in words: the strongest first, what chance explains left out, templates filled in.

import { expect, test } from 'vitest'
import { reasonsOf, tellReasons } from './reason-codes.ts'

const row = [
  { column: 'amount', value: '5000' },
  { column: 'job', value: 'skilled' },
  { column: 'age', value: '30' },
  { column: 'noise', value: '$&' },
]
const found = {
  values: Float64Array.of(-0.2, 0.05, 0.0004, 0.3),
  errors: Float64Array.of(0.01, 0.04, 0, 0.01),
}

test('the strongest come first, and what chance or nobody would notice is no reason', () => {
  const reasons = reasonsOf(row, found, { templates: {}, most: 5 })
  expect(reasons.map(({ column }) => column)).toEqual(['noise', 'amount'])
  expect(reasons[1]?.text).toBe('amount: 5000 lowered the score by 0.200')
})

test('templates say a column, and values are put in as they are', () => {
  const templates = { amount: 'a credit of {value} DM', noise: '{value} and {value}' }
  const texts = reasonsOf(row, found, { templates, most: 2 }).map(({ text }) => text)
  expect(texts).toEqual([
    '$& and $& raised the score by 0.300',
    'a credit of 5000 DM lowered the score by 0.200',
  ])
})

test('no more than asked for', () => {
  expect(reasonsOf(row, found, { templates: {}, most: 1 })).toHaveLength(1)
})

test('reasons that may not be believed are not told, and why is', () => {
  const told = (adds_up: boolean, repeats: boolean) =>
    tellReasons(row, { ...found, adds_up, repeats }, { templates: {}, most: 5 })
  expect(told(true, true)).toMatchObject({ doubt: null, reasons: [{}, {}] })
  expect(told(false, true)).toMatchObject({
    doubt: expect.stringContaining('add up') as unknown,
    reasons: [],
  })
  expect(told(true, false)).toMatchObject({
    doubt: expect.stringContaining('asked again') as unknown,
    reasons: [],
  })
})
