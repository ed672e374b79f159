// What was tried against a harm is told by the ledger: the rules before and after, whatever the system file says of them. And the
// other shapes of data and comparisons, through the program: parts in a folder, control columns, checks that are off.

import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../packages/platform/src/adapters/duckdb.fixture.ts'
import { csv, proofhouse, rows, smallSystem, systemFile } from './run-program.fixture.ts'

const state = Type.Object({ verdict: Type.String(), value: Type.Number() })
const reportShape = Compile(
  Type.Object({
    run: Type.Object({ id: Type.String() }),
    checks: Type.Union([Type.Null(), Type.Object({ sampled: Type.Number() })]),
    measures: Type.Array(
      Type.Object({
        measure: Type.String(),
        within: Type.Optional(Type.Record(Type.String(), Type.String())),
      }),
    ),
    not_checked: Type.Array(Type.String()),
    drift: Type.Union([
      Type.Null(),
      Type.Object({
        columns: Type.Array(Type.Object({ column: Type.String(), drifted: Type.Boolean() })),
      }),
    ]),
    mitigations: Type.Array(
      Type.Object({
        before_run: Type.String(),
        after_run: Type.String(),
        accepted: Type.Boolean(),
        otherwise: Type.Array(Type.String()),
        rules: Type.Array(Type.Object({ id: Type.String(), before: state, after: state })),
      }),
    ),
  }),
)
const reportOf = (path: string) =>
  reportShape.Parse(
    JSON.parse(readFileSync(join(dirname(path), '.proofhouse/report.json'), 'utf8')),
  )

test('a mitigation shows the rules before and after, from the ledger', () => {
  const wrong = rows(300).map((row, n) => (n % 3 === 1 ? row.with(3, 'no') : row))
  const path = smallSystem({ csv: csv(wrong) })
  const data = join(dirname(path), 'test.csv')
  expect(proofhouse('assess', path).status).toBe(1)
  const before = reportOf(path).run.id
  writeFileSync(data, csv(rows(300)))
  const tried = (run: string) =>
    systemFile(
      (text) =>
        `${text}mitigations:\n  - {what: Retrained, before: ${run}, accepted: true, why: It errs less.}\n`,
    )
  writeFileSync(path, tried(before.slice(0, 8)))
  expect(proofhouse('assess', path)).toMatchObject({ status: 0, err: '' })
  const { mitigations, run } = reportOf(path)
  expect(mitigations).toHaveLength(1)
  expect(mitigations[0]).toMatchObject({
    before_run: before,
    after_run: run.id,
    accepted: true,
    otherwise: [],
    rules: [{ before: { verdict: 'fail' }, after: { verdict: 'pass', value: 0.8 } }],
  })
  expect(mitigations[0]?.rules[0]?.before.value).toBeLessThan(0.6)
  expect(readFileSync(join(dirname(path), '.proofhouse/report.html'), 'utf8')).toContain(
    'Retrained',
  )

  writeFileSync(path, tried('ffffffff'))
  expect(proofhouse('assess', path)).toMatchObject({
    status: 2,
    err: expect.stringMatching(
      /knows no completed run `ffffffff` of `small`.*\[config-invalid\]/,
    ) as unknown,
  })
})

test('parts in a folder are assessed and gated as one table, and another part is other data', async () => {
  const path = smallSystem()
  const folder = dirname(path)
  const from = `FROM read_csv('${join(folder, 'test.csv')}', all_varchar = true)`
  const files = temporaryFolder()
  const made = await files.parts(...[0, 1].map((part) => `${from} WHERE id::INTEGER % 2 = ${part}`))
  const parts = join(folder, 'parts')
  cpSync(made, parts, { recursive: true })
  files.remove()
  writeFileSync(
    path,
    systemFile((text) => text.replace('test.csv', 'parts')),
  )
  expect(proofhouse('assess', path)).toMatchObject({ status: 0, err: '' })
  expect(proofhouse('gate', path)).toMatchObject({ status: 0, err: '' })
  renameSync(join(parts, 'part-1.parquet'), join(parts, '_part-1.parquet'))
  expect(proofhouse('gate', path).status).toBe(3)
})

test('control columns and checks, as the system file has them', () => {
  const path = smallSystem({
    yaml: systemFile((text) =>
      text
        .replace('risk_class: minimal', 'risk_class: high')
        .replace('identifiers: [id]', 'identifiers: []\n  control: [level]')
        .replace('policy:', 'checks: {slices: false, proxies: false}\npolicy:')
        .replace(
          '  rules:\n',
          '  rules:\n    - measure: fairness.demographic_parity_difference\n      over: [group]\n      within: [level]\n      max: 0.5\n      rationale: Alike on each level.\n',
        ),
    ),
    csv: csv(rows(300))
      .split('\n')
      .map((line, n) => (n === 0 ? `${line},level` : `${line},l${n % 2}`))
      .join('\n'),
  })
  expect(proofhouse('assess', path)).toMatchObject({ err: '' })
  const { measures, checks, not_checked: notChecked } = reportOf(path)
  expect(checks?.sampled).toBe(300)
  expect(notChecked.filter((text) => text.includes('the check is off'))).toHaveLength(2)
  const names = new Set(measures.map(({ measure }) => measure))
  expect(names.has('fairness.consistency')).toBe(true)
  expect(names.has('slices.error_rate_difference')).toBe(false)
  const within = measures.filter((m) => m.within !== undefined)
  expect(new Set(within.map((m) => m.within?.['level']))).toEqual(new Set(['l0', 'l1']))
  expect(proofhouse('gate', path).out).toContain('within')
})

test('two periods are compared, and what drifted is drawn', () => {
  const path = smallSystem({
    yaml: systemFile((text) =>
      text.replace('test: test.csv', 'test: test.csv\n  reference: test.csv\n  current: now.csv'),
    ),
  })
  const now = rows(300).map((row) => row.with(1, 'b'))
  writeFileSync(join(dirname(path), 'now.csv'), csv(now))
  expect(proofhouse('assess', path)).toMatchObject({ status: 0, err: '' })
  const { drift, not_checked: notChecked } = reportOf(path)
  expect(drift?.columns.map(({ column, drifted }) => [column, drifted])).toEqual([
    ['group', true],
    ['outcome', false],
    ['said', false],
    ['score', false],
  ])
  expect(notChecked.some((text) => text.startsWith('Drift'))).toBe(false)
  expect(readFileSync(join(dirname(path), '.proofhouse/report.html'), 'utf8')).toContain(
    'id="drift"',
  )
})
