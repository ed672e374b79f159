import { expect, test } from 'vitest'
import { counted, grouped } from './print-lines.ts'

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [65_537, '65,537'],
  [1_234_567, '1,234,567'],
])('%d is written %s', (n, text) => {
  expect(grouped(n)).toBe(text)
})

test('one is single, and others are many', () => {
  expect([counted(1, 'file'), counted(10_000, 'file'), counted(0, 'entry', 'entries')]).toEqual([
    '1 file',
    '10,000 files',
    '0 entries',
  ])
})
