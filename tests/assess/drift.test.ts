// Two periods by the real program: rules on drift, evidence that counts for the same periods only, and what is refused.

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { csv, proofhouse, rows, smallSystem, systemFile } from './run-program.fixture.ts'

/** The small system with a later period in which group `a` is rarer than before. */
function driftingSystem(rule: string): string {
  const path = smallSystem({
    yaml: systemFile(
      (text) =>
        text.replace(
          '  test: test.csv\n',
          '  test: test.csv\n  reference: test.csv\n  current: later.csv\n',
        ) + `    - measure: drift.jensen_shannon\n${rule}      rationale: As before.\n`,
    ),
  })
  const later = rows(300).map((row, n) => (n % 3 === 0 ? row.with(1, 'b') : row))
  writeFileSync(join(dirname(path), 'later.csv'), csv(later))
  return path
}

test('a rule on drift is decided, recorded and gated, over the same periods only', () => {
  const path = driftingSystem('      over: [group]\n      max: 0.6\n')
  expect(proofhouse('assess', path)).toMatchObject({ status: 0, err: '' })
  expect(proofhouse('gate', path)).toMatchObject({ status: 0, err: '' })
  writeFileSync(join(dirname(path), 'later.csv'), csv(rows(299)))
  const other = proofhouse('gate', path)
  expect(other.status).toBe(3)
  expect(other.out).toContain('periods')
})

test('a column need not be protected to be compared', () => {
  const path = driftingSystem('      over: [outcome]\n      max: 0.6\n')
  expect(proofhouse('assess', path)).toMatchObject({ status: 0, err: '' })
})

test('what drifted beyond doubt fails, and a column that is not compared is named', () => {
  expect(
    proofhouse('assess', driftingSystem('      over: [group]\n      max: 0.02\n')).status,
  ).toBe(1)
  const wrong = proofhouse('assess', driftingSystem('      over: [grup]\n      max: 0.02\n'))
  expect(wrong.status).toBe(2)
  expect(wrong.err).toContain('did you mean `group`?')
})
