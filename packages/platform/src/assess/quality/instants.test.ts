// What is read as an instant, and what is refused because it could be read in two ways.

import { expect, test } from 'vitest'
import { instantOf } from './instants.ts'

test.each([
  ['2024-12-25', Date.UTC(2024, 11, 25)],
  ['2024-12', Date.UTC(2024, 11, 1)],
  ['2024-12-25 13:05:09', Date.UTC(2024, 11, 25, 13, 5, 9)],
  ['2024-12-25T13:05', Date.UTC(2024, 11, 25, 13, 5)],
  ['2024-12-25T13:05:09.123456789Z', Date.UTC(2024, 11, 25, 13, 5, 9, 123)],
  ['2024-12-25 13:05:09+00', Date.UTC(2024, 11, 25, 13, 5, 9)],
  ['2024-12-25T13:05:09+02:00', Date.UTC(2024, 11, 25, 11, 5, 9)],
  ['2024-12-25T13:05:09-0330', Date.UTC(2024, 11, 25, 16, 35, 9)],
  ['2015', 2015],
  ['1735128309', 1735128309],
  ['', Number.NaN],
  [null, Number.NaN],
])('%s is read, whatever the zone of the machine', (cell, instant) => {
  expect(instantOf(cell)).toBe(instant)
})

test.each([
  '25/12/2024',
  '03/04/2024',
  '12-25-2024',
  '2024-13-01',
  '2023-02-29',
  '2024-04-31',
  '2024-12-25T25:00',
  'Dec 25, 2024',
  'soon',
])('%s is not', (cell) => {
  expect(instantOf(cell)).toBeNull()
})
