// The path of the lasso by least angle regression (Efron, Hastie, Johnstone & Tibshirani 2004): the coefficients at
// every knot, from all zero to least squares. Columns and target are centred by the caller.

import { solve } from './ridge.ts'

/** Correlations and steps below this share of the first correlation are nothing. */
const nothing = 1e-12
/** Knots per column, of which each may enter and leave. */
const knotsPerColumn = 8

/** The knots of the path, the first all zero. */
export function lassoPath(
  rows: readonly (readonly number[])[],
  target: readonly number[],
): readonly Float64Array[] {
  const width = rows[0]?.length ?? 0
  const product = (a: (n: number) => number, b: (n: number) => number) =>
    rows.reduce((sum, _, n) => sum + a(n) * b(n), 0)
  const column = (feature: number) => (n: number) => rows[n]?.[feature] ?? 0
  const every = Array.from({ length: width }, (_, feature) => feature)
  const gram = every.map((a) => every.map((b) => product(column(a), column(b))))
  const start = every.map((feature) => product(column(feature), (n) => target[n] ?? 0))
  const scale = Math.max(...start.map(Math.abs))
  let knot = new Float64Array(width)
  const knots = [knot]
  let active: number[] = []
  let left: number | null = null
  while (knots.length <= knotsPerColumn * width) {
    const rest = start.map(
      (value, a) => value - knot.reduce((sum, of, b) => sum + of * (gram[a]?.[b] ?? 0), 0),
    )
    const strength = (feature: number) => Math.abs(rest[feature] ?? 0)
    const outside = every.filter((feature) => !active.includes(feature))
    const size = Math.max(0, ...(active.length > 0 && left !== null ? active : every).map(strength))
    if (size <= nothing * scale) break
    if (left === null) {
      const next = outside.toSorted((a, b) => strength(b) - strength(a))[0]
      if (next !== undefined) active.push(next)
    }
    const walk = direction(gram, active, rest)
    const step = nextEvent({ gram, active, rest, walk, size, left, knot })
    const moved = knot.slice()
    for (const [n, feature] of active.entries())
      moved[feature] = (moved[feature] ?? 0) + step.length * (walk[n] ?? 0)
    left = step.leaves
    if (left !== null) {
      moved[left] = 0
      active = active.filter((feature) => feature !== left)
    }
    knot = moved
    knots.push(knot)
    if (left === null && active.length === width) break
  }
  return knots
}

/** The change of the active coefficients that lowers all their correlations alike, by 1 for a step of 1. */
function direction(
  gram: readonly (readonly number[])[],
  active: readonly number[],
  rest: readonly number[],
): Float64Array {
  return solve(
    active.map((a) =>
      Float64Array.from([...active.map((b) => gram[a]?.[b] ?? 0), Math.sign(rest[a] ?? 0)]),
    ),
  )
}

/** How far the walk goes: until another column is as strong, until a coefficient is zero, or to the end. */
function nextEvent(at: {
  readonly gram: readonly (readonly number[])[]
  readonly active: readonly number[]
  readonly rest: readonly number[]
  readonly walk: Float64Array
  /** The correlation of every active column. */
  readonly size: number
  /** The column that has just left: it may not enter at once. */
  readonly left: number | null
  readonly knot: Float64Array
}): { readonly length: number; readonly leaves: number | null } {
  const { gram, active, rest, walk, size, left, knot } = at
  let length = size
  for (const [feature, line] of gram.entries()) {
    if (active.includes(feature) || feature === left) continue
    const slope = active.reduce((sum, other, n) => sum + (line[other] ?? 0) * (walk[n] ?? 0), 0)
    const value = rest[feature] ?? 0
    for (const candidate of [(size - value) / (1 - slope), (size + value) / (1 + slope)])
      if (candidate > nothing * size && candidate < length) length = candidate
  }
  let leaves: number | null = null
  for (const [n, feature] of active.entries()) {
    const zero = -(knot[feature] ?? 0) / (walk[n] ?? 0)
    if (zero > nothing * size && zero < length) [length, leaves] = [zero, feature]
  }
  return { length, leaves }
}
