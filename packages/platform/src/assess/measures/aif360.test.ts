// The measures that are AIF360's: its values, what strict leaves undefined, and intervals that hold the value.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { clopperPearson } from '../intervals/proportion.ts'
import { type Measure, measureCatalogue, type MeasureOptions } from '../measure.ts'
import { measure } from '../measuring.ts'
import { statisticsFromRows } from '../rows.fixture.ts'
import type { OutcomeCounts } from '../statistics.ts'
import { benefitIndex, benefitInterval, benefitNames } from './benefits.ts'
import { betweenGroupsIndex, betweenGroupsInterval, betweenGroupsNames } from './between-groups.ts'
import {
  biasAmplification,
  biasAmplificationInterval,
  biasAmplificationOf,
  differentialFairness,
  differentialFairnessInterval,
  differentialFairnessOf,
} from './differential-fairness.ts'
import { aif360Names, privilegedOfCase, rowsOfCase } from './parity-cases.fixture.ts'
import {
  privilegedComparison,
  privilegedInterval,
  privilegedNames,
  splitByPrivilege,
} from './privileged.ts'

const text = Type.String()
// Written by `node scripts/run.mjs scripts/conformance/aif360.mjs --write-reference`.
const reference = Compile(
  Type.Array(
    Type.Object({
      case: Type.Object({
        name: text,
        columns: Type.Array(text),
        cells: Type.Array(Type.Array(text)),
        rows: Type.Array(Type.Array(Type.Number())),
      }),
      values: Type.Array(
        Type.Tuple([text, Type.Array(text), Type.Null(), Type.Union([Type.Null(), Type.Number()])]),
      ),
    }),
  ),
).Parse(JSON.parse(readFileSync(new URL('./aif360.reference.json', import.meta.url), 'utf8')))

const options: MeasureOptions = {
  also: new Set(aif360Names),
  privileged: {},
  mode: 'compatible',
  confidence: 0.95,
  interval: 'exact',
  seed: 1,
  draws: 1,
  overs: [],
  explored: [],
  withins: [],
}
const find = (measures: readonly Measure[], name: string, over: readonly string[]) =>
  measures.find((m) => m.measure === name && m.slice === null && m.over.join() === over.join())

describe('compatible mode equals AIF360', () => {
  test.each(reference.map(({ case: peerCase, values }) => ({ peerCase, values })))(
    '$peerCase.name',
    ({ peerCase, values }) => {
      const { columns } = peerCase
      const ours = measure(statisticsFromRows(columns, rowsOfCase(peerCase)), {
        ...options,
        privileged: privilegedOfCase(peerCase),
        overs: [[], ...columns.map((column) => [column]), columns],
      })
      expect(values.length).toBeGreaterThanOrEqual(benefitNames.length)
      for (const [name, over, , theirs] of values) {
        const mine = find(ours, name, over)?.value
        expect(mine === null, `${name} over ${over.join()}`).toBe(theirs === null)
        const room = 1e-12 * Math.max(1, Math.abs(theirs ?? 0))
        expect(Math.abs((mine ?? 0) - (theirs ?? 0)), name).toBeLessThanOrEqual(room)
      }
    },
  )
})

const group = (tp: number, fp: number, tn: number, fn: number): OutcomeCounts => ({
  tp,
  fp,
  tn,
  fn,
})

test('strict leaves undefined what nobody was predicted to be', () => {
  const groups = { privileged: group(3, 1, 4, 2), unprivileged: group(0, 0, 5, 5) }
  const name = 'fairness.unprivileged_precision_difference'
  expect(privilegedComparison(name, groups, 'strict')).toEqual({
    value: null,
    note: 'undefined: no rows predicted positive among the unprivileged',
  })
  expect(privilegedComparison(name, groups, 'compatible').value).toBe(-0.75)
  const limits = privilegedInterval(name, groups, { limits: clopperPearson, error: 0.05 })
  expect(limits.high).toBeGreaterThan(0.25)
})

test('a ratio to nothing is undefined, one from nothing is 0', () => {
  const [none, some] = [group(0, 0, 5, 5), group(3, 1, 4, 2)]
  const impact = (privileged: OutcomeCounts, unprivileged: OutcomeCounts) =>
    privilegedComparison('fairness.disparate_impact', { privileged, unprivileged }, 'strict').value
  expect(impact(none, some)).toBeNull()
  expect(impact(some, none)).toBe(0)
})

test('nobody is privileged unless it is said of every column', () => {
  const statistics = statisticsFromRows(
    ['sex', 'age'],
    [
      { cell: ['m', 'old'], label: 1, predicted: 1, score: null },
      { cell: ['m', 'young'], label: 1, predicted: 0, score: null },
      { cell: ['f', 'old'], label: 0, predicted: 0, score: null },
    ],
  )
  expect(splitByPrivilege(statistics, { sex: ['m'] })).toBeNull()
  expect(splitByPrivilege(statistics, { sex: ['m'], age: ['old'] })).toEqual({
    privileged: group(1, 0, 0, 0),
    unprivileged: group(0, 0, 1, 1),
  })
})

const counts = fc.record({ tp: fc.nat(40), fp: fc.nat(40), tn: fc.nat(40), fn: fc.nat(40) })

test('property: every interval holds its value and stays in the range of the measure', () => {
  fc.assert(
    fc.property(counts, counts, (privileged, unprivileged) => {
      const groups = { privileged, unprivileged }
      const by = { limits: clopperPearson, error: 0.05 }
      for (const name of privilegedNames) {
        const { value } = privilegedComparison(name, groups, 'compatible')
        if (value === null) continue
        expectHolds(privilegedInterval(name, groups, by), value, measureCatalogue[name])
      }
      for (const name of betweenGroupsNames) {
        const { value } = betweenGroupsIndex(name, groups)
        if (value === null) continue
        expectHolds(betweenGroupsInterval(name, groups, 0.05), value, measureCatalogue[name])
      }
      const both = [privileged, unprivileged]
      const edf = differentialFairnessOf(both).value ?? 0
      const limits = differentialFairnessInterval(both, edf, by)
      expectHolds(limits, edf, measureCatalogue[differentialFairness])
      const amplified = biasAmplificationOf(both).value ?? 0
      expectHolds(
        biasAmplificationInterval(both, by),
        amplified,
        measureCatalogue[biasAmplification],
      )
      for (const name of benefitNames) {
        const { value } = benefitIndex(name, privileged)
        if (value === null) continue
        expectHolds(benefitInterval(name, privileged, 0.025), value, measureCatalogue[name])
      }
    }),
    { numRuns: 200 },
  )
})

function expectHolds(
  { low, high }: { readonly low: number; readonly high: number },
  value: number,
  range: { readonly low: number; readonly high: number },
): void {
  expect(low).toBeLessThanOrEqual(value + 1e-9)
  expect(high).toBeGreaterThanOrEqual(value - 1e-9)
  expect(low).toBeGreaterThanOrEqual(range.low)
  expect(high).toBeLessThanOrEqual(range.high)
}

test('property: no shares within the limits give an index beyond its interval', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(counts, share, share, (o, atNone, atDouble) => {
      const n = o.tp + o.fp + o.tn + o.fn
      fc.pre(n > 0 && o.fn < n)
      const between = (successes: number, at: number) => {
        const { low, high } = clopperPearson({ successes, trials: n }, 0.025 / 3)
        return low + at * (high - low)
      }
      const none = between(o.fn, atNone)
      const double = Math.min(between(o.fp, atDouble), 1 - none)
      const mean = 1 - none + double
      fc.pre(mean > 1e-6)
      const theil = (2 * double * Math.LN2) / mean - Math.log(mean)
      const { low, high } = benefitInterval('fairness.theil_index', o, 0.025)
      expect(theil).toBeGreaterThanOrEqual(low - 1e-9)
      expect(theil).toBeLessThanOrEqual(high + 1e-9)
    }),
    { numRuns: 500 },
  )
})
