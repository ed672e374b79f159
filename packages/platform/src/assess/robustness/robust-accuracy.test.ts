// Robust accuracy: counted by hand, falling with the distance, and with limits that hold the truth of a population.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clopperPearson } from '../intervals/proportion.ts'
import { seededRandom } from '../intervals/random.ts'
import { robustAccuracy } from './robust-accuracy.ts'

test('counts rows that are right and not flipped, per group', () => {
  const rows = {
    right: Uint8Array.of(1, 1, 1, 0),
    distance: Float64Array.of(0.1, 0.5, Infinity, Infinity),
    groupings: [{ name: 'sex', codes: [0, 0, 1, 1], labels: ['f', 'm', 'x'] }],
  }
  const [near, far] = robustAccuracy(rows, { epsilons: [0.05, 0.1], error: 0.05 })
  expect([near?.overall.value, far?.overall.value]).toEqual([0.75, 0.5])
  expect(far?.overall.limits).toEqual(clopperPearson({ successes: 2, trials: 4 }, 0.05 / 4))
  expect(far?.groups.map(({ group, value, n }) => [group, value, n])).toEqual([
    ['f', 0.5, 2],
    ['m', 0.5, 2],
  ])
})

test('property: the curve falls', () => {
  const rows = fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 3, noNaN: true })), {
    minLength: 1,
    maxLength: 30,
  })
  fc.assert(
    fc.property(rows, (all) => {
      const curve = robustAccuracy(
        {
          right: Uint8Array.from(all, ([right]) => Number(right)),
          distance: Float64Array.from(all, ([, distance]) => distance),
          groupings: [],
        },
        { epsilons: [0, 0.5, 1, 2], error: 0.05 },
      )
      const values = curve.map(({ overall }) => overall.value ?? 0)
      expect(values).toEqual(values.toSorted((a, b) => b - a))
    }),
  )
})

test('simulation: limits hold the truth at every distance and in every group at once', () => {
  // Right with chance 0.9 or 0.6 by group; the distance is exponential with mean 1 or a half.
  const groups = [
    { right: 0.9, mean: 1 },
    { right: 0.6, mean: 0.5 },
    { right: 0.97, mean: 2 },
  ]
  const epsilons = [0, 0.1, 0.3, 1]
  const random = seededRandom(12)
  const runs = 600
  let held = 0
  for (let run = 0; run < runs; run++) {
    const codes = Uint8Array.from({ length: 90 }, (_, row) => row % 3)
    const rows = {
      codes,
      right: Uint8Array.from(codes, (code) => Number(random() < (groups[code]?.right ?? 0))),
      distance: Float64Array.from(
        codes,
        (code) => -Math.log(1 - random()) * (groups[code]?.mean ?? 0),
      ),
      groupings: [{ name: 'g', codes, labels: ['a', 'b', 'c'] }],
    }
    const curve = robustAccuracy(rows, { epsilons, error: 0.05 })
    const isHeld = curve.every((point) =>
      point.groups.every(({ limits }, code) => {
        const { right, mean } = groups[code] ?? { right: 0, mean: 1 }
        const truth = right * Math.exp(-point.epsilon / mean)
        return limits !== null && limits.low <= truth && truth <= limits.high
      }),
    )
    held += Number(isHeld)
  }
  expect(held / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / runs))
})
