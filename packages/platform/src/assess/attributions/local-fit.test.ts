// Local models beside those of the real lime (scripts/conformance/lime.mjs), and where there is nothing to fit.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { limeCases, limeDifferences } from './lime-cases.fixture.ts'
import { fitLocally } from './local-fit.ts'

const cases = limeCases.Parse(
  JSON.parse(readFileSync(new URL('./lime.reference.json', import.meta.url), 'utf8')),
)

test.each(cases.map((one) => [one.name, one] as const))('%s: equals lime to 1e-9', (_name, one) => {
  const fits = limeDifferences(one)
  expect(new Set(fits.map(({ selection }) => selection)).size).toBe(6)
  for (const { selection, features, apart } of fits)
    expect(apart, `${selection} of ${features}`).toBeLessThan(1e-9)
})

test('what is kept or not is as far away as lime has it', () => {
  const quartiles = cases.filter(({ name }) => name.endsWith('quartiles'))
  expect(quartiles.length).toBeGreaterThan(0)
  for (const { neighbours, distances } of quartiles)
    for (const [n, own] of neighbours.entries()) {
      const dropped = own.reduce((sum, one) => sum + 1 - one, 0)
      expect(distances[n]).toBeCloseTo(Math.sqrt(dropped), 12)
    }
})

test.each(['none', 'auto', 'forward_selection', 'highest_weights', 'lasso_path'] as const)(
  '%s: features that never vary, or scores that do not, are no reason',
  (selection) => {
    const neighbours = [
      [1, 5, 0],
      [0, 5, 1],
      [1, 5, 1],
      [0, 5, 0],
    ]
    const distances = [0, 1, 1, 1]
    const fit = (scores: readonly number[]) =>
      fitLocally({ neighbours, scores, distances }, { selection, features: 2 })
    const first = fit([0.9, 0.1, 0.9, 0.1])
    expect(first.coefficients[1]).toBe(0)
    expect(first.coefficients[0]).toBeGreaterThan(0.1)
    const flat = fit([0.5, 0.5, 0.5, 0.5])
    expect([...flat.coefficients]).toEqual([0, 0, 0])
    expect(flat).toMatchObject({ intercept: 0.5, prediction: 0.5, score: 1 })
  },
)
