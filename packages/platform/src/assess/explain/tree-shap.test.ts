import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backgroundGame, byCoalitions, coverGame } from './coalitions.fixture.ts'
import type { Contributions } from './contributions.ts'
import { randomRows, randomTrees } from './random-trees.fixture.ts'
import { margins, type Rows, type TreeEnsemble } from './tree-ensemble.ts'
import { checkedEnsemble } from './tree-ensemble-check.ts'
import { interventionalShap, mixtureWeight, pathDependentShap } from './tree-shap.ts'

const tolerance = 1e-10

const sizes = fc.record({
  seed: fc.nat(),
  features: fc.integer({ min: 1, max: 8 }),
  trees: fc.integer({ min: 1, max: 4 }),
  depth: fc.integer({ min: 0, max: 6 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  shared: fc.boolean(),
  stop: fc.constantFrom(0, 0.2),
})

function expectSame(found: Contributions, wanted: Contributions): void {
  for (const kind of ['values', 'expected'] as const) {
    expect(found[kind].length).toBe(wanted[kind].length)
    for (const [n, value] of found[kind].entries())
      expect(Math.abs(value - (wanted[kind][n] ?? Number.NaN)), `${kind} ${n}`).toBeLessThan(
        tolerance,
      )
  }
}

function expectComplete(ensemble: TreeEnsemble, rows: Rows, found: Contributions): void {
  const { features, outputs } = ensemble
  for (const [n, margin] of margins(ensemble, rows).entries()) {
    const of = found.values.subarray(n * features, (n + 1) * features)
    const total = of.reduce((sum, value) => sum + value, found.expected[n % outputs] ?? 0)
    expect(Math.abs(total - margin)).toBeLessThan(tolerance)
  }
}

describe('SHAP values are those of every coalition, one by one, and add up to the margin', () => {
  test('property: path-dependent', () => {
    fc.assert(
      fc.property(sizes, ({ seed, ...of }) => {
        const ensemble = checkedEnsemble(randomTrees(seed, of))
        const rows = randomRows(seed + 1, 2, of.features)
        const found = pathDependentShap(ensemble, rows)
        expectSame(found, byCoalitions(ensemble, rows, coverGame(ensemble, rows)))
        expectComplete(ensemble, rows, found)
      }),
    )
  })

  test('property: interventional', () => {
    fc.assert(
      fc.property(sizes, ({ seed, ...of }) => {
        const ensemble = checkedEnsemble(randomTrees(seed, of))
        const rows = randomRows(seed + 1, 2, of.features)
        const background = randomRows(seed + 2, 3, of.features)
        const found = interventionalShap(ensemble, rows, background)
        expectSame(found, byCoalitions(ensemble, rows, backgroundGame(ensemble, rows, background)))
        expectComplete(ensemble, rows, found)
      }),
    )
  })
})

test('the weight of a mixture is a! b! / (a + b + 1)!', () => {
  expect(mixtureWeight(0, 0)).toBe(1)
  expect(mixtureWeight(3, 2)).toBeCloseTo((6 * 2) / 720, 15)
  expect(mixtureWeight(2, 3)).toBeCloseTo((2 * 6) / 720, 15)
})

test('without covers there are no path-dependent values, without a background no interventional ones', () => {
  const ensemble = randomTrees(1, { features: 2, trees: 1, depth: 2 })
  const rows = randomRows(1, 1, 2)
  const none = { count: 0, values: new Float64Array() }
  expect(() => pathDependentShap({ ...ensemble, cover: null }, rows)).toThrow(
    /does not say how many/,
  )
  expect(() => interventionalShap(ensemble, rows, none)).toThrow(/no background row/)
})
