// Pairs of columns on which our predictive power score is held against ppscore's: numbers and categories, on either side, from telling
// nothing to telling all. Made from a seed.

import { type Random, seededRandom } from '../intervals/random.ts'
import { type PowerColumn, predictivePower } from './predictive-power.ts'

/** A column as both sides read it. */
interface CaseColumn {
  readonly kind: PowerColumn['kind']
  readonly values: readonly number[]
}

/** A case as both sides read it. */
export interface PowerCase {
  readonly feature: CaseColumn
  readonly target: CaseColumn
}

/** What both sides say of a case, and the random order that the peer dealt the rows in. */
export interface PowerValues {
  readonly score: number
  readonly model: number
  readonly baseline: number
  readonly order: readonly number[]
}

/** `rounds` cases of every kind. */
export function powerCases(seed: number, rounds: number): PowerCase[] {
  const random = seededRandom(seed)
  return Array.from({ length: rounds }).flatMap(() => [
    ...kindsOf(random, 'number'),
    ...kindsOf(random, 'category'),
  ])
}

function kindsOf(random: Random, kind: PowerColumn['kind']): PowerCase[] {
  const rows = 81 + Math.floor(120 * random())
  const below = (top: number) => Math.floor(top * random())
  const pair = (
    target: CaseColumn['kind'],
    draw: () => readonly [feature: number, target: number],
  ): PowerCase => {
    const drawn = Array.from({ length: rows }, draw)
    return {
      feature: { kind, values: drawn.map(([feature]) => feature) },
      target: { kind: target, values: drawn.map(([, value]) => value) },
    }
  }
  const classes = kind === 'category' ? 4 : 40
  const told = (noise: number, of: number) => () => {
    const feature = below(classes)
    return [feature, random() < noise ? below(of) : Math.floor((feature * of) / classes)] as const
  }
  const measured = (noise: number) => () => {
    const feature = kind === 'category' ? below(5) : 10 * random()
    return [feature, Math.sin(feature) + noise * random()] as const
  }
  return [
    pair('category', told(1, 3)),
    pair('category', told(0.3, 2)),
    pair('category', told(0, 4)),
    pair('category', () => [below(classes), random() < 0.06 ? 1 : 0]),
    pair('category', () => {
      const feature = kind === 'category' ? below(3) : random()
      return [feature, random() < 0.2 ? below(2) : Number(feature > 0.5)]
    }),
    pair('number', measured(0)),
    pair('number', measured(0.5)),
    pair('number', measured(100)),
    pair('number', () => {
      const feature = below(6)
      return [feature, feature * 10 + below(8)]
    }),
    pair('number', () => [1, below(9)]),
  ]
}

/** What ours says of a case whose rows are dealt in an order. */
export function powerValues(one: PowerCase, order: readonly number[]): PowerValues {
  const column = ({ kind, values }: CaseColumn): PowerColumn => ({
    kind,
    values: Float64Array.from(values),
  })
  const found = predictivePower(column(one.feature), column(one.target), Uint32Array.from(order))
  return {
    score: found?.score ?? Number.NaN,
    model: found?.model ?? Number.NaN,
    baseline: found?.baseline ?? Number.NaN,
    order,
  }
}

/** The names of values that differ by more than 1e-9. */
export function powerDifferences(mine: PowerValues, theirs: PowerValues): string[] {
  return (['score', 'model', 'baseline'] as const).filter(
    (name) => !(Math.abs(mine[name] - theirs[name]) <= 1e-9),
  )
}
