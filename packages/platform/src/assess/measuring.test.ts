import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { clopperPearson } from './intervals/proportion.ts'
import { type Measure, type MeasureOptions, measureCatalogue, measureNames } from './measure.ts'
import {
  aif360Names,
  controlsOfCase,
  oversOfCase,
  rowsOfCase,
} from './measures/parity-cases.fixture.ts'
import { disparityNames } from './measures/comparisons.ts'
import { disparity, disparityInterval } from './measures/disparities.ts'
import { measure } from './measuring.ts'
import { type Row, statisticsFromRows } from './rows.fixture.ts'
import { mergeStatistics } from './statistics.ts'

const options: MeasureOptions = {
  also: new Set(),
  privileged: {},
  mode: 'strict',
  confidence: 0.95,
  interval: 'exact',
  seed: 1,
  draws: 200,
  overs: [[], ['sex'], ['age'], ['sex', 'age']],
  explored: [],
  withins: [],
}
const row = (sex: string, label: 0 | 1, predicted: 0 | 1, score: number | null = null): Row => ({
  cell: [sex, 'any'],
  label,
  predicted,
  score,
})
const find = (measures: readonly Measure[], name: string, sex?: string): Measure | undefined =>
  measures.find(
    (m) => m.measure === name && (sex === undefined ? m.slice === null : m.slice?.['sex'] === sex),
  )

// Written by `node scripts/run.mjs scripts/conformance/fairlearn.mjs --write-reference`.
const referenceShape = Type.Array(
  Type.Object({
    case: Type.Object({
      name: Type.String(),
      columns: Type.Array(Type.String()),
      cells: Type.Array(Type.Array(Type.String())),
      rows: Type.Array(Type.Array(Type.Number())),
    }),
    values: Type.Array(
      Type.Tuple([
        Type.String(),
        Type.Array(Type.String()),
        Type.Union([Type.Null(), Type.Record(Type.String(), Type.String())]),
        Type.Union([Type.Null(), Type.Number()]),
        Type.Union([Type.Null(), Type.Record(Type.String(), Type.String())]),
      ]),
    ),
  }),
)
const reference = Compile(referenceShape).Parse(
  JSON.parse(readFileSync(new URL('./measures/fairlearn.reference.json', import.meta.url), 'utf8')),
)

const key = (
  name: string,
  over: readonly string[],
  slice: Measure['slice'],
  within: Measure['slice'] | undefined,
) => JSON.stringify([name, over, slice, within ?? null])

describe('compatible mode equals Fairlearn and scikit-learn to 1e-12', () => {
  test.each(reference.map(({ case: peerCase, values }) => ({ peerCase, values })))(
    '$peerCase.name',
    ({ peerCase, values }) => {
      const ours = measure(statisticsFromRows(peerCase.columns, rowsOfCase(peerCase)), {
        ...options,
        also: new Set(measureNames.filter((name) => !aif360Names.includes(name))),
        mode: 'compatible',
        overs: oversOfCase(peerCase),
        withins: controlsOfCase(peerCase),
      })
      const byKey = new Map(ours.map((m) => [key(m.measure, m.over, m.slice, m.within), m.value]))
      expect(byKey.size).toBeGreaterThanOrEqual(values.length)
      for (const [name, over, slice, theirs, within] of values) {
        const mine = byKey.get(key(name, over, slice, within))
        expect(mine, name).not.toBeUndefined()
        expect(mine === null, `${name} over ${over.join()}`).toBe(theirs === null)
        expect(Math.abs((mine ?? 0) - (theirs ?? 0)), name).toBeLessThanOrEqual(1e-12)
      }
    },
  )
})

describe('strict mode', () => {
  const rows = [
    row('f', 0, 0),
    row('f', 0, 1),
    row('m', 1, 1),
    row('m', 1, 0),
    row('m', 0, 0),
    row('m', 0, 1),
  ]
  const measures = measure(statisticsFromRows(['sex', 'age'], rows), {
    ...options,
    overs: [[], ['sex']],
  })

  test('a rate with nothing to divide by is undefined, and says why', () => {
    const tpr = find(measures, 'performance.true_positive_rate', 'f')
    expect(tpr).toMatchObject({ value: null, low: null, high: null, n: 2 })
    expect(tpr?.note).toContain('no rows whose label is positive')
    expect(find(measures, 'performance.balanced_accuracy', 'f')?.value).toBeNull()
  })

  test('a disparity needs two groups whose rate is defined', () => {
    expect(find(measures, 'fairness.equal_opportunity_difference')?.value).toBeNull()
    expect(find(measures, 'fairness.demographic_parity_difference')?.value).toBe(0)
  })

  test('a group of unknown rate widens the interval and is named in the note', () => {
    const wide = measure(
      statisticsFromRows(['sex', 'age'], [...rows, row('x', 1, 1), row('x', 0, 0)]),
      { ...options, overs: [['sex']] },
    )
    const difference = find(wide, 'fairness.equal_opportunity_difference')
    expect(difference?.value).toBe(0.5)
    expect(difference?.high).toBeGreaterThan(0.97)
    expect(difference?.note).toContain('1 of 3 groups have no rows whose label is positive')
    expect(find(wide, 'fairness.equalized_odds_ratio')?.low).toBe(0)
  })

  test('a ratio of rates that are all zero is undefined', () => {
    const none = [row('f', 1, 0), row('m', 1, 0)]
    const found = measure(statisticsFromRows(['sex', 'age'], none), {
      ...options,
      overs: [['sex']],
    })
    const ratio = find(found, 'fairness.demographic_parity_ratio')
    expect(ratio).toMatchObject({ value: null, note: 'undefined: every rate is 0' })
    expect(find(found, 'fairness.demographic_parity_difference')?.value).toBe(0)
  })
})

test('a system without scores has no score measures', () => {
  const found = measure(statisticsFromRows(['sex', 'age'], [row('f', 1, 1)]), options)
  expect(found.some((m) => measureCatalogue[m.measure].needsScores)).toBe(false)
})

test('exact intervals never collapse, not even at an empty cell', () => {
  const rows = Array.from({ length: 40 }, (_, k) => row(k % 2 ? 'f' : 'm', 1, 0, 0.25))
  const found = measure(statisticsFromRows(['sex', 'age'], rows), { ...options, overs: [['sex']] })
  const difference = find(found, 'fairness.demographic_parity_difference')
  expect(difference).toMatchObject({ value: 0, low: 0 })
  expect(difference?.high).toBeGreaterThan(0.1)
})

const bit = fc.constantFrom<0 | 1>(0, 1)
const arbitraryRows = fc.array(
  fc.record({
    cell: fc.tuple(fc.constantFrom('f', 'm', 'x'), fc.constantFrom('young', 'old')),
    label: bit,
    predicted: bit,
    score: fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  }),
  { minLength: 1, maxLength: 60 },
)
const modes = fc.constantFrom<MeasureOptions['mode']>('strict', 'compatible')
const intervals = fc.constantFrom<MeasureOptions['interval']>('exact', 'score')

test('every measure lies in its range and in its own interval', () => {
  fc.assert(
    fc.property(arbitraryRows, modes, intervals, (rows, mode, interval) => {
      const found = measure(statisticsFromRows(['sex', 'age'], rows), {
        ...options,
        mode,
        interval,
      })
      for (const { measure: name, value, low, high } of found) {
        const range = measureCatalogue[name]
        expect([low === null, high === null]).toEqual([value === null, value === null])
        if (value === null || low === null || high === null) continue
        const ordered = [range.low, low, value, high, range.high]
        expect(
          ordered.every((x, k) => k === 0 || (ordered[k - 1] ?? 0) <= x + 1e-9),
          name,
        ).toBe(true)
      }
    }),
    { numRuns: 60 },
  )
})

test('measures do not depend on how the rows were split or ordered', () => {
  fc.assert(
    fc.property(arbitraryRows, fc.nat(), (rows, cut) => {
      const at = cut % rows.length
      const whole = statisticsFromRows(['sex', 'age'], rows)
      const parts = mergeStatistics(
        statisticsFromRows(['sex', 'age'], rows.slice(at)),
        statisticsFromRows(['sex', 'age'], rows.slice(0, at)),
      )
      const [a, b] = [whole, parts].map((statistics) => measure(statistics, options))
      expect(b?.length).toBe(a?.length)
      for (const [k, { value }] of (a ?? []).entries())
        expect(Math.abs((b?.[k]?.value ?? 0) - (value ?? 0))).toBeLessThan(1e-12)
    }),
    { numRuns: 40 },
  )
})

test('the bootstrap is repeatable, and another seed draws otherwise', () => {
  const rows = Array.from({ length: 90 }, (_, k) =>
    row(k % 3 ? 'f' : 'm', bitOf(k % 2), bitOf(k % 5)),
  )
  const run = (seed: number) =>
    measure(statisticsFromRows(['sex', 'age'], rows), { ...options, interval: 'bootstrap', seed })
  expect(run(1)).toEqual(run(1))
  expect(run(2)).not.toEqual(run(1))
})

function bitOf(k: number): 0 | 1 {
  return k === 0 ? 0 : 1
}

describe('measures beside the standard ones', () => {
  const rows = [row('f', 1, 1), row('f', 1, 0), row('m', 1, 1), row('m', 0, 1), row('m', 0, 0)]
  const of = (...also: readonly string[]) =>
    measure(statisticsFromRows(['sex', 'age'], rows), {
      ...options,
      also: new Set(also),
      overs: [[], ['sex']],
    })

  test('are taken when they are named, and only then', () => {
    const standard = of().map((m) => m.measure)
    expect(new Set(standard.map((name) => measureCatalogue[name].standard))).toEqual(
      new Set([true]),
    )
    const named = of('fairness.accuracy_group_min', 'performance.zero_one_loss')
    const extra = named.map((m) => m.measure).filter((name) => !standard.includes(name))
    expect(extra).toEqual([
      'performance.zero_one_loss',
      'performance.zero_one_loss',
      'performance.zero_one_loss',
      'fairness.accuracy_group_min',
    ])
  })

  test('compare groups with everyone, and give the ends', () => {
    const value = (name: string) => find(of(name), name)?.value
    expect(value('fairness.accuracy_group_min')).toBe(0.5)
    expect(value('fairness.accuracy_group_max')).toBeCloseTo(2 / 3, 12)
    expect(value('fairness.accuracy_difference_to_overall')).toBeCloseTo(0.1, 12)
    expect(value('fairness.accuracy_ratio_to_overall')).toBeCloseTo(0.5 / 0.6, 12)
    // No negatives among f: its FPR is undefined, and so is every comparison of two of them.
    expect(value('fairness.false_positive_rate_difference_to_overall')).toBeNull()
    expect(value('fairness.false_positive_rate_group_max')).toBe(0.5)
    expect(value('fairness.equalized_odds_difference_mean')).toBeNull()
  })

  test('property: the interval holds the value, whatever the counts', () => {
    const counts = fc.record({
      tp: fc.nat(30),
      fp: fc.nat(30),
      tn: fc.nat(30),
      fn: fc.nat(30),
    })
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 5 }), (groups) => {
        for (const name of disparityNames) {
          const { value } = disparity(name, groups, 'strict')
          const { low, high } = disparityInterval(name, groups, {
            limits: clopperPearson,
            error: 0.05,
          })
          expect(low, name).toBeLessThanOrEqual((value ?? 1) + 1e-12)
          expect(high, name).toBeGreaterThanOrEqual((value ?? 0) - 1e-12)
          expect(low).toBeGreaterThanOrEqual(0)
          expect(high).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('within control columns', () => {
  // Simpson's paradox: alike within each job, apart overall.
  const people = (sex: string, job: string, selected: number, of: number) =>
    Array.from({ length: of }, (_, i) => ({
      cell: [sex, job],
      label: 1 as const,
      predicted: i < selected ? (1 as const) : (0 as const),
      score: null,
    }))
  const statistics = statisticsFromRows(
    ['sex', 'job'],
    [
      ...people('f', 'care', 20, 100),
      ...people('m', 'care', 4, 20),
      ...people('f', 'law', 16, 20),
      ...people('m', 'law', 80, 100),
    ],
  )
  const found = measure(statistics, {
    ...options,
    overs: [[], ['sex'], ['sex', 'job']],
    withins: [['job']],
  })
  const difference = found.filter((m) => m.measure === 'fairness.demographic_parity_difference')

  test('compares only those who are alike in them', () => {
    const over = difference.filter((m) => m.over.length === 1)
    expect(over.map((m) => [m.within, m.value, m.n])).toEqual([
      [undefined, 84 / 120 - 36 / 120, 240],
      [{ job: 'care' }, 0, 120],
      [{ job: 'law' }, 0, 120],
    ])
    expect(difference.some((m) => m.over.length === 2 && m.within !== undefined)).toBe(false)
    expect(found.every((m) => m.within === undefined || m.slice === null)).toBe(true)
  })

  test('spends the error once over all levels', () => {
    const alone = measure(marginalOf('care'), {
      ...options,
      overs: [['sex']],
      confidence: Math.sqrt(options.confidence),
    }).find((m) => m.measure === 'fairness.demographic_parity_difference')
    const level = difference.find((m) => m.within?.['job'] === 'care')
    expect(level?.high).toBeCloseTo(alone?.high ?? 0, 12)
    expect(level?.high).toBeGreaterThan(0.2)
  })

  function marginalOf(job: string) {
    const rows = [...people('f', job, 20, 100), ...people('m', job, 4, 20)]
    return statisticsFromRows(['sex', 'job'], rows)
  }
})

test('what is explored shares one error', () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({
    cell: [i % 2 === 0 ? 'f' : 'm', i % 3 === 0 ? 'old' : 'young'],
    label: i % 5 === 0 ? (1 as const) : (0 as const),
    predicted: i % 7 === 0 ? (1 as const) : (0 as const),
    score: null,
  }))
  const statistics = statisticsFromRows(['sex', 'age'], rows)
  const explored = [['sex'], ['age'], ['sex', 'age']]
  const together = measure(statistics, { ...options, overs: [], explored })
  const confidence = options.confidence ** (1 / 3)
  const each = measure(statistics, { ...options, overs: explored, explored: [], confidence })
  expect(together.length).toBeGreaterThan(30)
  for (const [n, one] of together.entries()) {
    expect([one.measure, one.slice, one.value]).toEqual([
      each[n]?.measure,
      each[n]?.slice,
      each[n]?.value,
    ])
    expect(one.low ?? 0).toBeCloseTo(each[n]?.low ?? 0, 10)
    expect(one.high ?? 0).toBeCloseTo(each[n]?.high ?? 0, 10)
  }
})
