// NannyML's scores, and the edges of its bins.

import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { errorsOf, estimatesOf, peerCases, toleranceOf } from '../over-time/peer-cases.fixture.ts'
import { numberCounts } from './distribution.ts'
import { doaneEdges } from './nannyml.ts'
import { nannymlCases, nannymlScores } from './nannyml-cases.fixture.ts'

// Written by `node scripts/run.mjs scripts/conformance/nannyml.mjs --write-reference`; the cases follow from the seed.
const record = Type.Record(Type.String(), Type.Number())
const reference = Compile(
  Type.Object({
    seed: Type.Integer(),
    rounds: Type.Integer(),
    values: Type.Array(record),
    overTime: Type.Object({
      rounds: Type.Integer(),
      scores: Type.Array(record),
      tables: Type.Array(record),
    }),
  }),
).Parse(JSON.parse(readFileSync(new URL('./nannyml.reference.json', import.meta.url), 'utf8')))

const cases = nannymlCases(reference.seed, reference.rounds)

test('there is a value for every case', () => {
  expect(reference.values.length).toBe(cases.length)
  expect(cases.length).toBeGreaterThan(15)
})

test.each(cases.map((one, n) => ({ n, one })))(
  'column $n equals NannyML’s to 1e-9',
  ({ n, one }) => {
    const mine = nannymlScores(one)
    const theirs = reference.values[n] ?? {}
    expect(Object.keys(mine).toSorted()).toEqual(Object.keys(theirs).toSorted())
    for (const [name, value] of Object.entries(theirs))
      expect(Math.abs((mine[name] ?? Number.NaN) - value), name).toBeLessThanOrEqual(1e-9)
  },
)

test('one value, or two rows, make one bin', () => {
  expect([...doaneEdges(numberCounts([4, 4, 4]))]).toEqual([3.5, 4.5])
  expect([...doaneEdges(numberCounts([1, 3]))]).toEqual([1, 3])
})

test('estimates without labels, and reconstruction errors, equal NannyML’s to 1e-9', () => {
  const { rounds, scores, tables } = reference.overTime
  const periods = peerCases(reference.seed, rounds)
  const compare = (mine: Record<string, number>, theirs: Record<string, number> | undefined) => {
    expect(Object.keys(mine).toSorted()).toEqual(Object.keys(theirs ?? {}).toSorted())
    for (const [name, value] of Object.entries(theirs ?? {}))
      expect(Math.abs((mine[name] ?? Number.NaN) - value), name).toBeLessThanOrEqual(
        toleranceOf(name),
      )
  }
  expect(rounds).toBeGreaterThan(2)
  for (const [n, one] of periods.scores.entries()) compare(estimatesOf(one), scores[n])
  for (const [n, one] of periods.tables.entries()) compare(errorsOf(one), tables[n])
})
