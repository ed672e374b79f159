// Models on which HopSkipJump is compared with a peer's, and ours on them.

import { type Random, seededRandom } from '../intervals/random.ts'
import type { AttackMethod } from './attack.ts'
import { decideBy } from './attack-cases.fixture.ts'
import type { FeasibleSpace } from './feasible-changes.ts'
import { hopSkipJump } from './hop-skip-jump.ts'
import type { MixedRows, Point } from './mixed-rows.ts'
import { normal } from '../intervals/normal-number.ts'
import { runAttacks } from './run-attacks.ts'

/** A model of numbers and rows to attack, as the peer reads it. */
export interface ArtCase {
  readonly kind: 'linear' | 'network'
  readonly weights: readonly (readonly number[])[]
  readonly bias: readonly number[]
  /** Of a network. */
  readonly out: readonly number[]
  readonly points: readonly (readonly number[])[]
  /** Numbers lie between minus this and this. */
  readonly limit: number
  /** Rounds of the peer. */
  readonly rounds: number
}

const dimensions = 8
const rows = 24

/** Linear models and small random networks, with numbers of spread 1. */
export function artCases(seed: number, count: number): readonly ArtCase[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, n) => {
    const kind = n % 2 === 0 ? 'linear' : 'network'
    const units = kind === 'linear' ? 1 : 12
    return {
      kind,
      weights: Array.from({ length: units }, () => normals(random, dimensions)),
      bias: normals(random, units),
      out: normals(random, units),
      // As the peer keeps them: in float32.
      points: Array.from({ length: rows }, () => normals(random, dimensions).map(Math.fround)),
      limit: 8,
      rounds: n % 4 < 2 ? 12 : 34,
    }
  })
}

const normals = (random: Random, count: number) =>
  Array.from({ length: count }, () => normal(random))

/** The score of a point: the positive class is given from 0 on. */
export function scoreOf({ kind, weights, bias, out }: ArtCase, point: Point): number {
  const sums = weights.map((unit, k) =>
    unit.reduce((sum, weight, n) => sum + weight * (point[n] ?? 0), bias[k] ?? 0),
  )
  if (kind === 'linear') return sums[0] ?? 0
  return sums.reduce((sum, value, k) => sum + (out[k] ?? 0) * Math.tanh(value), 0)
}

/** Distances that our attack finds with so many questions about a row; HopSkipJump unless another is named. */
export async function distancesOf(
  model: ArtCase,
  {
    queriesMax,
    seed,
    method = hopSkipJump,
  }: { readonly queriesMax: number; readonly seed: number; readonly method?: AttackMethod },
): Promise<readonly number[]> {
  const { decide } = decideBy((point) => scoreOf(model, point), { smooth: false })
  const columns = Array.from({ length: dimensions }, (_, n) => ({
    kind: 'number' as const,
    name: `x${n}`,
    values: Float64Array.from(model.points, (point) => point[n] ?? 0),
  }))
  const like: MixedRows = { rows: model.points.length, columns }
  const space: FeasibleSpace = columns.map(({ name }) => ({
    kind: 'number',
    name,
    direction: 'any',
    low: -model.limit,
    high: model.limit,
    step: 0,
    scale: 1,
  }))
  const points = model.points.map((point) => Float64Array.from(point))
  const request = { points, space, method, queriesMax, seed }
  const results = await runAttacks({ decide, threshold: 0.5, like }, request)
  return results.map(({ distance }) => distance)
}
