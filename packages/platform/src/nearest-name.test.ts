import { expect, test } from 'vitest'
import { nearestName } from './nearest-name.ts'

const keys = ['label', 'positive_class', 'protected', 'time', 'fairness.equalized_odds_ratio']

test('finds the name that was meant', () => {
  expect(nearestName('lable', keys)).toBe('label')
  expect(nearestName('positve_class', keys)).toBe('positive_class')
  expect(nearestName('PROTECTED', keys)).toBe('protected')
  expect(nearestName('equalized_odds_ratio', keys)).toBe('fairness.equalized_odds_ratio')
})

test('stays silent when nothing is near', () => {
  expect(nearestName('banana', keys)).toBeUndefined()
  expect(nearestName('x', [])).toBeUndefined()
  expect(nearestName('l'.repeat(10_000), keys)).toBeUndefined()
})
