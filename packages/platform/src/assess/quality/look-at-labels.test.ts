// A misspelt label is named, and hides no other.

import { expect, test } from 'vitest'
import { seededRandom } from '../intervals/random.ts'
import { lookAtLabels } from './look-at-labels.ts'

const random = seededRandom(3)
const truths: (string | null)[] = Array.from({ length: 300 }, () => (random() < 0.5 ? 'yes' : 'no'))
const table = (labels: readonly (string | null)[]) => ({
  part: 1,
  columns: [{ name: 'tells', cells: truths.map((truth) => (truth === 'yes' ? 'a' : 'b')) }],
  label: { name: 'label', cells: labels },
  identifiers: [],
  times: null,
})
const by = { sources: [], seed: 1, error: 0.05 }

test('a label that one row has is set apart, and the others are looked at', () => {
  const labels = truths.with(4, 'yess').with(9, null)
  const found = lookAtLabels(null, table(labels), by)?.findings
  expect(found).toMatchObject({ of: 'test', rows: 298, rare: [{ label: 'yess', rows: 1 }] })
  expect(found?.tells).toBe(true)
})

test('without two labels that ten rows have there is nothing to look at', () => {
  expect(lookAtLabels(null, table(truths.map(() => 'yes').with(4, 'no')), by)).toBeNull()
})
