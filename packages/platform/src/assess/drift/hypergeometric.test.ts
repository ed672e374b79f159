// Draws without replacement, tested as claims: the right distribution, and no more work for more rows.

import { describe, expect, test } from 'vitest'
import { logGamma } from '../intervals/special-functions.ts'
import { seededRandom } from '../intervals/random.ts'
import { chiSquareUpper } from '../intervals/tail-probabilities.ts'
import { drawHypergeometric, type Urn } from './hypergeometric.ts'

const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

const chanceOf = ({ rows, others, size }: Urn, hits: number) =>
  Math.exp(logChoose(rows, hits) + logChoose(others, size - hits) - logChoose(rows + others, size))

describe.each<Urn>([
  { rows: 5, others: 40, size: 20 },
  { rows: 60, others: 50, size: 45 },
  { rows: 300, others: 500, size: 700 },
  { rows: 40, others: 1_000_000, size: 900_000 },
  { rows: 2_000, others: 100, size: 1_050 },
  { rows: 20_000, others: 30_000, size: 25_000 },
])('$rows of $rows + $others rows, $size drawn', (urn) => {
  test('numbers come as often as they should', () => {
    const random = seededRandom(31)
    const draws = 20_000
    const seen = new Map<number, number>()
    for (let n = 0; n < draws; n++) {
      const hits = drawHypergeometric(random, urn)
      seen.set(hits, (seen.get(hits) ?? 0) + 1)
    }
    const [least, most] = [Math.max(0, urn.size - urn.others), Math.min(urn.rows, urn.size)]
    expect(Math.min(...seen.keys())).toBeGreaterThanOrEqual(least)
    expect(Math.max(...seen.keys())).toBeLessThanOrEqual(most)
    // Neighbours together, so that each part is expected at least twenty times.
    let [statistic, parts, expected, found] = [0, 0, 0, 0]
    for (let hits = least; hits <= most; hits++) {
      expected += draws * chanceOf(urn, hits)
      found += seen.get(hits) ?? 0
      if (expected < 20) continue
      statistic += (found - expected) ** 2 / expected
      parts += 1
      expected = 0
      found = 0
    }
    expect(parts).toBeGreaterThan(2)
    expect(chiSquareUpper(statistic, parts - 1)).toBeGreaterThan(0.001)
  })
})

test('what must be is, without a draw', () => {
  const never = () => {
    throw new Error('nothing is left to chance')
  }
  expect(drawHypergeometric(never, { rows: 7, others: 3, size: 0 })).toBe(0)
  expect(drawHypergeometric(never, { rows: 0, others: 3, size: 2 })).toBe(0)
  expect(drawHypergeometric(never, { rows: 7, others: 0, size: 4 })).toBe(4)
  expect(drawHypergeometric(never, { rows: 7, others: 3, size: 10 })).toBe(7)
})

test('more rows need no more random numbers', () => {
  for (const rows of [100, 10_000, 1_000_000, 1e12]) {
    const random = seededRandom(7)
    let asked = 0
    const counting = () => {
      asked += 1
      return random()
    }
    for (let n = 0; n < 500; n++)
      drawHypergeometric(counting, { rows, others: 3 * rows, size: 2 * rows })
    expect(asked).toBeLessThan(500 * 5)
  }
})
