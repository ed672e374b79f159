// Tables and models whose nearest adversarial change is known exactly.

import { seededRandom } from '../intervals/random.ts'
import { distanceOf, type FeasibleSpace } from './feasible-changes.ts'
import type { Decide, MixedRows, Point } from './mixed-rows.ts'
import { normal } from '../intervals/normal-number.ts'

/** A table of normal numbers of different spreads and of categories with `categories` values each. */
export function mixedTable(
  seed: number,
  {
    rows,
    numbers,
    categories = [],
  }: { readonly rows: number; readonly numbers: number; readonly categories?: readonly number[] },
): MixedRows {
  const random = seededRandom(seed)
  return {
    rows,
    columns: [
      ...Array.from({ length: numbers }, (_, n) => ({
        kind: 'number' as const,
        name: `x${n}`,
        values: Float64Array.from({ length: rows }, () => 10 ** (n % 3) * normal(random)),
      })),
      ...categories.map((count, n) => ({
        kind: 'category' as const,
        name: `c${n}`,
        codes: Int32Array.from({ length: rows }, () => Math.floor(count * random())),
        labels: Array.from({ length: count }, (_, code) => `v${code}`),
      })),
    ],
  }
}

/** Weights of a linear score: one per number and one per category value. */
export interface LinearModel {
  readonly numbers: readonly number[]
  readonly categories: readonly (readonly number[])[]
  readonly bias: number
}

/** A linear score over the columns of {@link mixedTable}; numbers count in units of their spread. */
export function linearModel(seed: number, like: MixedRows, strength = 1): LinearModel {
  const random = seededRandom(seed)
  return {
    numbers: like.columns
      .filter(({ kind }) => kind === 'number')
      .map((_, n) => normal(random) / 10 ** (n % 3)),
    categories: like.columns.flatMap((column) =>
      column.kind === 'category' ? [column.labels.map(() => strength * normal(random))] : [],
    ),
    bias: 0.3 * normal(random),
  }
}

/** What a linear model says of a point. */
export function linearScore(model: LinearModel, point: Point): number {
  const { numbers, categories, bias } = model
  const linear = numbers.reduce((sum, weight, n) => sum + weight * (point[n] ?? 0), bias)
  return categories.reduce(
    (sum, weights, n) => sum + (weights[point[numbers.length + n] ?? 0] ?? 0),
    linear,
  )
}

/** The model as a port; with `smooth` its logistic score, else its decision. It counts the rows it is asked about. */
export function decideBy(
  score: (point: Point) => number,
  { smooth }: { readonly smooth: boolean },
): { readonly decide: Decide; readonly asked: () => number } {
  let asked = 0
  const decide: Decide = ({ rows, columns }) => {
    asked += rows
    return Promise.resolve(
      Float64Array.from({ length: rows }, (_, row) => {
        const point = Float64Array.from(columns, (column) =>
          column.kind === 'number' ? (column.values[row] ?? 0) : (column.codes[row] ?? 0),
        )
        const value = score(point)
        return smooth ? 1 / (1 + Math.exp(-value)) : Number(value >= 0)
      }),
    )
  }
  return { decide, asked: () => asked }
}

/**
 * The exact distance from a point to the other side of a linear model, where ranges are too wide to matter and columns
 * move in any direction, or only one: over all choices of categories, the numbers' distance to a plane.
 */
export function exactLinearDistance(model: LinearModel, space: FeasibleSpace, from: Point): number {
  const side = linearScore(model, from) >= 0 ? -1 : 1
  const slope = Math.hypot(
    ...model.numbers.map((weight, n) => {
      const column = space[n]
      if (column?.kind !== 'number' || column.direction === 'fixed') return 0
      const push = side * weight * column.scale
      if (column.direction === 'increase') return Math.max(0, push)
      return column.direction === 'decrease' ? Math.min(0, push) : push
    }),
  )
  const first = model.numbers.length
  const choose = (point: Point, n: number): number => {
    const column = space[first + n]
    if (column === undefined) {
      const short = Math.max(0, -side * linearScore(model, point))
      const numbers = short === 0 ? 0 : short / slope
      return Math.hypot(numbers, distanceOf(space, from, point))
    }
    const codes =
      column.kind === 'category' && column.direction === 'any'
        ? column.allowed
        : [from[first + n] ?? 0]
    return Math.min(...codes.map((code) => choose(point.with(first + n, code), n + 1)))
  }
  return choose(from, 0)
}
