// At nominal 95 %, every kind of interval must hold the truth in at least 93 % of simulated samples, in every
// population: parity, disparity, tiny groups, empty cells, very unequal sizes. Seeds are fixed; bench/coverage.ts
// prints larger grids and the methods that fail them.
import { describe, expect, test } from 'vitest'
import {
  aif360Measures,
  benefitCoverage,
  disparityCoverage,
  measureCoverage,
  methods,
  populations,
  rateCoverage,
  simulatedDisparities,
  simulatedRates,
} from './coverage.fixture.ts'
import { scoreMeasureNames } from '../measures/score-measures.ts'
import { scoreCoverage, scoredPopulations } from './score-coverage.fixture.ts'

const least = 0.93

describe.each(Object.entries(populations))('%s', (name, groups) => {
  const draws = groups.length > 10 ? 200 : 400

  test.each(simulatedDisparities)('%s covers', (measure) => {
    const by = { method: methods.exact, draws, seed: 20_261_120 }
    expect(disparityCoverage(measure, groups, by).covered, name).toBeGreaterThanOrEqual(least)
  })

  test.each(Object.entries(aif360Measures))('%s covers', (_measure, simulated) => {
    const coverage = measureCoverage(simulated, groups, { draws, seed: 20_261_123 })
    // Only a rate of 0 leaves a measure of a population without a finite truth.
    if (coverage === null) expect(groups.some(({ tpr }) => tpr === 0)).toBe(true)
    else expect(coverage.covered, name).toBeGreaterThanOrEqual(least)
  })

  test.each(['fairness.generalized_entropy_index', 'fairness.theil_index'] as const)(
    '%s covers',
    (measure) => {
      const by = { draws: 300, seed: 20_261_124 }
      expect(benefitCoverage(measure, groups, by).covered, name).toBeGreaterThanOrEqual(least)
    },
  )

  test.each(simulatedRates)('%s covers in all groups at once', (measure) => {
    const by = { limits: 'exact' as const, draws, seed: 20_261_121 }
    expect(rateCoverage(measure, groups, by).covered, name).toBeGreaterThanOrEqual(least)
  })
})

describe.each(Object.entries(scoredPopulations))('%s', (name, population) => {
  test.each(scoreMeasureNames)('%s covers', (measure) => {
    const by = { draws: 300, seed: 20_261_122 }
    expect(scoreCoverage(measure, population, by).covered, name).toBeGreaterThanOrEqual(least)
  })
})

test('the simulation can tell a method that does not cover', () => {
  const parity = populations['parity, 2 × 250 at .3'] ?? []
  const draws = { draws: 100, seed: 1 }
  const name = 'fairness.demographic_parity_difference'
  const bootstrap = disparityCoverage(name, parity, { ...draws, method: methods.bootstrap })
  expect(bootstrap.covered).toBeLessThan(0.2)
  const tiny = populations['parity, 3 tiny beside 3 large at .02'] ?? []
  const score = rateCoverage('performance.true_positive_rate', tiny, {
    ...draws,
    limits: 'score',
  })
  expect(score.covered).toBeLessThan(least)
})
