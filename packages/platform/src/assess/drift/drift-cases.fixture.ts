// Columns in two periods, on which our scores are held against Evidently's: shifted and unshifted, tied, constant, of few values
// and of many, with values that only one period has. Made from a seed.

import { normal } from '../intervals/normal-number.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import { categoryCounts, numberCounts } from './distribution.ts'
import { totalVariation } from './distances.ts'
import { categoryTests, defaultTest, numberTests, type Periods } from './evidently.ts'
import {
  kernelOf,
  kernelRowsMax,
  meanDiscrepancy,
  totalVariationChances,
} from './permutation-tests.ts'

/** A column as both sides read it. */
export type DriftCase =
  | {
      readonly kind: 'number'
      /** Whether the peer shall exchange rows at random, which takes it long. */
      readonly permute: boolean
      readonly whole: boolean
      readonly reference: readonly number[]
      readonly current: readonly number[]
    }
  | {
      readonly kind: 'category'
      readonly permute: boolean
      readonly whole: boolean
      readonly reference: readonly string[]
      readonly current: readonly string[]
    }

/** A case as counts. */
export function periodsOf(one: DriftCase): Periods {
  if (one.kind === 'number')
    return {
      kind: 'number',
      whole: one.whole,
      reference: numberCounts(one.reference),
      current: numberCounts(one.current),
    }
  return {
    kind: 'category',
    reference: categoryCounts(one.reference),
    current: categoryCounts(one.current),
  }
}

const drawn = <T>(rows: number, draw: () => T): T[] => Array.from({ length: rows }, draw)

/** `rounds` cases of every kind. */
export function driftCases(seed: number, rounds: number): DriftCase[] {
  const random = seededRandom(seed)
  return Array.from({ length: rounds }).flatMap((_, round) =>
    kindsOf(random).map((one) => ({ ...one, permute: round === 0 })),
  )
}

/** A case before it is said who permutes. */
type Drawn =
  | Omit<Extract<DriftCase, { kind: 'number' }>, 'permute'>
  | Omit<Extract<DriftCase, { kind: 'category' }>, 'permute'>

function kindsOf(random: Random): Drawn[] {
  const size = () => 21 + Math.floor(180 * random())
  const [m, n] = [size(), size()]
  const below = (top: number) => Math.floor(top * random())
  const number = (draw: (shift: number) => number, shift: number, whole = false): Drawn => ({
    kind: 'number',
    whole,
    reference: drawn(m, () => draw(0)),
    current: drawn(n, () => draw(shift)),
  })
  const category = (values: number, shift: number, equal = false): Drawn => ({
    kind: 'category',
    whole: false,
    reference: drawn(m, () => `v${below(values)}`),
    current: drawn(equal ? m : n, () => `v${random() < shift ? 0 : below(values)}`),
  })
  return [
    number((shift) => normal(random) + shift, 0),
    number((shift) => 5 * normal(random) + shift, 4),
    number((shift) => Math.exp(normal(random)) * (1 + shift), 1),
    number((shift) => below(60) + shift, 7, true),
    number((shift) => below(12) + shift, 1, true),
    number((shift) => below(4) + shift, 0, true),
    number((shift) => Math.round(4 * normal(random) + shift) / 2, 0.5),
    category(2, 0),
    category(2, 0.3),
    category(7, 0.1),
    category(40, 0.2),
    category(2, 0.1, true),
    category(6, 0.1, true),
    {
      kind: 'category',
      whole: false,
      reference: drawn(m, () => 'a'),
      current: drawn(n, () => (random() < 0.1 ? 'new' : 'a')),
    },
    {
      kind: 'category',
      whole: false,
      reference: drawn(1001, () => `v${below(3)}`),
      current: drawn(n, () => `v${below(3)}`),
    },
    {
      kind: 'number',
      whole: false,
      reference: drawn(1001, () => normal(random)),
      current: drawn(n, () => normal(random)),
    },
  ]
}

/** Scores by name, as both sides are asked for them. */
export function driftScores(one: DriftCase): Record<string, number | string> {
  const column = periodsOf(one)
  const name = defaultTest(column)
  if (column.kind === 'category') {
    const tests = Object.entries(categoryTests).map(([test, { score }]) => [test, score(column)])
    const tvd = totalVariation(column.reference, column.current)
    return { ...Object.fromEntries(tests), tvd, default: name }
  }
  // The kernel test is random: what it compares is held against the peer's instead.
  const { empirical_mmd: _, ...others } = numberTests
  const tests = Object.entries(others).map(([test, { score }]) => [test, score(column)])
  const { kernel, isReference } = kernelOf(
    Float64Array.from(one.kind === 'number' ? one.reference.slice(0, kernelRowsMax) : []),
    Float64Array.from(one.kind === 'number' ? one.current.slice(0, kernelRowsMax) : []),
  )
  return { ...Object.fromEntries(tests), mmd: meanDiscrepancy(kernel, isReference), default: name }
}

/**
 * A chance of 1,000 random exchanges on either side: four standard errors of the difference of two. The peer takes
 * exchanges exactly as far apart as the periods now for nearer, now for as far, by rounding; ours all count, so the
 * peer's may be as small as that of the exchanges that are farther apart.
 */
const randomTolerance = 4 * Math.sqrt((2 * 0.25) / 1_000)
/** Evidently refuses these for periods of unequal size, where ours scales the reference. */
const refusedByPeer = new Set(['g_test', 'fisher_exact'])
/** Not asked of the peer for every case. */
const skippable = new Set(['TVD', 'mmd'])

/** Whether a score is the peer's: to 1e-9, or as near as chance allows. */
export function agrees(
  name: string,
  mine: number | string,
  theirs: number | string | null,
  one: DriftCase,
): boolean {
  if (mine === theirs) return true
  if (theirs === null)
    return skippable.has(name) || refusedByPeer.has(name) || !Number.isFinite(mine)
  if (name !== 'TVD') return Math.abs(Number(mine) - Number(theirs)) <= 1e-9
  const column = periodsOf(one)
  if (column.kind === 'number') return false
  const { passed, reached } = totalVariationChances(column.reference, column.current)
  return passed - randomTolerance <= Number(theirs) && Number(theirs) <= reached + randomTolerance
}
