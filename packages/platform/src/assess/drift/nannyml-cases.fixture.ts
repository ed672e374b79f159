// Columns on which our scores are held against NannyML's: those of the other peer, and some of more rows than it compares exactly.

import { seededRandom } from '../intervals/random.ts'
import { type DriftCase, driftCases, periodsOf } from './drift-cases.fixture.ts'
import { testsOfCategories, testsOfNumbers } from './drift-tests.ts'

/** `rounds` cases of every kind, and three large ones. */
export function nannymlCases(seed: number, rounds: number): DriftCase[] {
  const random = seededRandom(seed)
  const large = (shift: number, scale: number): DriftCase => ({
    kind: 'number',
    permute: false,
    whole: false,
    reference: Array.from({ length: 10_500 }, () => random() + random()),
    current: Array.from({ length: 900 }, () => scale * (random() + random()) + shift),
  })
  return [...driftCases(seed, rounds), large(0.3, 1), large(-0.2, 1), large(-0.5, 1.5)]
}

/** Scores of a case under NannyML's names. */
export function nannymlScores(one: DriftCase): Record<string, number> {
  const column = periodsOf(one)
  const scores =
    column.kind === 'number'
      ? Object.entries(testsOfNumbers).map(
          ([name, { score }]) => [name, () => score(column)] as const,
        )
      : Object.entries(testsOfCategories).map(
          ([name, { score }]) => [name, () => score(column)] as const,
        )
  const prefix = 'nannyml.'
  return Object.fromEntries(
    scores
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, score]) => [name.slice(prefix.length), score()]),
  )
}
