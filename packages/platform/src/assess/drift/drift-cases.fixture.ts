// Columns in two periods, on which our scores are held against Evidently's: shifted and unshifted, tied, constant, of few values
// and of many, with values that only one period has. Made from a seed.

import { type Random, seededRandom } from '../intervals/random.ts'
import { categoryCounts, numberCounts } from './distribution.ts'
import type { Periods } from './evidently.ts'

/** A column as both sides read it. */
export type DriftCase =
  | {
      readonly kind: 'number'
      readonly whole: boolean
      readonly reference: readonly number[]
      readonly current: readonly number[]
    }
  | {
      readonly kind: 'category'
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
  return Array.from({ length: rounds }).flatMap(() => kindsOf(random))
}

function kindsOf(random: Random): DriftCase[] {
  const size = () => 21 + Math.floor(180 * random())
  const [m, n] = [size(), size()]
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const below = (top: number) => Math.floor(top * random())
  const number = (draw: (shift: number) => number, shift: number, whole = false): DriftCase => ({
    kind: 'number',
    whole,
    reference: drawn(m, () => draw(0)),
    current: drawn(n, () => draw(shift)),
  })
  const category = (values: number, shift: number): DriftCase => ({
    kind: 'category',
    whole: false,
    reference: drawn(m, () => `v${below(values)}`),
    current: drawn(n, () => `v${random() < shift ? 0 : below(values)}`),
  })
  return [
    number((shift) => normal() + shift, 0),
    number((shift) => 5 * normal() + shift, 4),
    number((shift) => Math.exp(normal()) * (1 + shift), 1),
    number((shift) => below(60) + shift, 7, true),
    number((shift) => below(12) + shift, 1, true),
    number((shift) => below(4) + shift, 0, true),
    number((shift) => Math.round(4 * normal() + shift) / 2, 0.5),
    category(2, 0),
    category(2, 0.3),
    category(7, 0.1),
    category(40, 0.2),
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
      reference: drawn(1001, normal),
      current: drawn(n, normal),
    },
  ]
}
