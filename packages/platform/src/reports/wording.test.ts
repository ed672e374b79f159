// The sentences every output shares.

import { expect, test } from 'vitest'
import type { Verdict } from '../assess/index.ts'
import { visibleText } from './plain-text.ts'
import { reportFixture } from './report.fixture.ts'
import { boundOf, headline, joined, sliceName, subjectOf, valueAloneText } from './wording.ts'

const [template] = reportFixture().rules
const rulesOf = (verdicts: readonly Verdict[]) => {
  if (template === undefined) throw new Error('the fixture has rules')
  return { rules: verdicts.map((verdict) => ({ ...template, verdict })) }
}

test.each([
  [[], 'The policy has no rules, so nothing was decided.'],
  [['pass'], 'The one rule of the policy holds.'],
  [['pass', 'pass'], 'All 2 rules hold.'],
  [['pass', 'pass', 'warn'], 'All 3 rules hold, one of them with a warning.'],
  [['fail', 'fail', 'pass'], 'Of 3 rules, 2 rules do not hold.'],
  [['inconclusive'], 'Of one rule, one rule could not be decided.'],
] as const)('%j: %s', (verdicts, sentence) => {
  expect(headline(rulesOf(verdicts))).toBe(sentence)
})

test('subjects, slices and bounds', () => {
  expect(
    subjectOf({ measure: 'fairness.demographic_parity_ratio', over: ['sex', 'age_group'] }),
  ).toBe('Demographic parity ratio by sex and age_group')
  expect(
    subjectOf({ measure: 'performance.accuracy', over: ['sex'], slice: { sex: 'female' } }),
  ).toBe('Accuracy of female')
  expect(sliceName({ sex: '', age: 'old' })).toBe('(empty), old')
  expect(boundOf({ min: 0.2, max: 0.9 })).toBe('at least 0.20 and at most 0.90')
  expect(joined(['a', 'b', 'c'])).toBe('a, b and c')
})

test('invisible and reordering characters are spelled out, other scripts left alone', () => {
  expect(visibleText('a\u202eb\u0000\u200b\ud800\u{e0041}')).toBe(
    'a⟨U+202E⟩b⟨U+0000⟩⟨U+200B⟩⟨U+D800⟩⟨U+E0041⟩',
  )
  expect(visibleText('عمر, 年齢, Größe\n')).toBe('عمر, 年齢, Größe ')
})

test('rules that hold by their value alone are counted aloud', () => {
  expect(valueAloneText(reportFixture())).toBeNull()
  const { measures, rules } = reportFixture()
  const held = rules.map((rule) =>
    rule.id === 'approval-by-age' ? ({ ...rule, holds: 'point', verdict: 'pass' } as const) : rule,
  )
  expect(valueAloneText({ measures, rules: held })).toBe(
    'One rule holds by the value alone, as the policy allows: its interval reaches beyond the bound, so chance may be the reason.',
  )
})
