// One word does not hide a column of numbers.

import { expect, test } from 'vitest'
import { numbersOfCells } from './number-cells.ts'

const numbers = Array.from({ length: 100 }, (_, n) => `${n / 8}`)

test('numbers, missing values and infinities', () => {
  expect(numbersOfCells(['1', '-2.5e3', null, 'inf', '-Infinity'])).toEqual(
    Float64Array.of(1, -2500, Number.NaN, Infinity, -Infinity),
  )
})

test('a text among many numbers, or a few marks in less than half of the rows', () => {
  expect(numbersOfCells(numbers.with(3, 'n/a'))?.[3]).toBeNaN()
  expect(numbersOfCells(numbers.map((cell, n) => (n < 4 ? `note ${n}` : cell)))).not.toBeNull()
  expect(numbersOfCells(numbers.map((cell, n) => (n % 3 === 0 ? '-' : cell)))).not.toBeNull()
})

test('categories, names and mostly texts are none', () => {
  expect(numbersOfCells(['a', 'b'])).toBeNull()
  expect(numbersOfCells([null, null])).toBeNull()
  expect(numbersOfCells(numbers.map((cell, n) => (n % 10 === 0 ? `note ${n}` : cell)))).toBeNull()
  expect(numbersOfCells(numbers.map((cell, n) => (n < 60 ? '?' : cell)))).toBeNull()
})
