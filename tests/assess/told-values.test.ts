// A report is read by others, and a row is a person: nothing gets into it that fewer than ten people share.

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { proofhouse, smallSystem, systemFile } from './run-program.fixture.ts'

const count = 400
const incomeOf = (n: number, raise: number) =>
  (20_000.37 + 113.57 * ((n * 37) % count) + raise).toFixed(2)
const scoreOf = (n: number) => ((n % 3 === 0 ? 0.1 : 0.6) + (n + 1) / 1_000_003).toFixed(9)
/** A town of one, a hamlet of three, and three towns of many. */
const townOf = (n: number) =>
  n === 7 ? 'Onlyville' : n % 137 === 0 ? 'Threecots' : (['Ayton', 'Beeton', 'Seaton'][n % 3] ?? '')

const table = (raise: number) =>
  [
    'id,group,outcome,said,score,income,town',
    ...Array.from({ length: count }, (_, n) => {
      const said = n % 3 === 0 ? 'no' : 'yes'
      const outcome = n % 5 === 0 ? (said === 'yes' ? 'no' : 'yes') : said
      const cells = [String(n), n % 2 === 0 ? 'a' : 'b', outcome, said]
      return [...cells, scoreOf(n), incomeOf(n, raise), townOf(n)].join(',')
    }),
  ].join('\n')

test('no number of one person, no score and no town of few is in the report', () => {
  const path = smallSystem({
    csv: table(0),
    yaml: systemFile((text) =>
      text
        .replace(
          '  test: test.csv\n',
          '  test: test.csv\n  reference: test.csv\n  current: later.csv\n',
        )
        .replace('policy:\n', 'checks: {data_quality: true, multicalibration: true}\npolicy:\n'),
    ),
  })
  // Without predictions: what drifted is told, part by part, and not what it cost.
  const later = table(500.5)
    .split('\n')
    .map((line) => line.split(',').toSpliced(3, 2).join(','))
  writeFileSync(join(dirname(path), 'later.csv'), later.join('\n'))
  expect(proofhouse('assess', path)).toMatchObject({ status: 0, err: '' })
  const report = readFileSync(join(dirname(path), '.proofhouse/report.json'), 'utf8')
  // What many share is told, so that the test looks at the right places.
  expect(report).toContain('"Ayton"')
  expect(report).toContain('"column": "income"')
  expect(report).toContain('"band"')
  expect(report).toContain('(fewer than ten)')
  for (const town of ['Onlyville', 'Threecots']) expect(report).not.toContain(town)
  const numbers = new Set(report.match(/\d+\.\d+/g)?.map(Number))
  const own = Array.from({ length: count }, (_, n) =>
    [incomeOf(n, 0), incomeOf(n, 500.5), scoreOf(n)].map(Number),
  ).flat()
  expect(own.filter((value) => numbers.has(value))).toEqual([])
})
