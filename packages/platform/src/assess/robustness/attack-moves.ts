// Moves that several attacks make: a first flip, categories put back, the way back along a line, a ray in units of the
// scales.

import type { Random } from '../intervals/random.ts'
import type { Asking, Probe } from './attack.ts'
import {
  distanceOf,
  type FeasibleSpace,
  movableCategories,
  movableNumbers,
  project,
  reachOf,
} from './feasible-changes.ts'
import type { Point } from './mixed-rows.ts'

/** Rows of the other decision to begin from, at most, and random points when none of them flips. */
const startsMax = 16
const randomStartsMax = 48
/** A line is halved until the rest of it is this share of the distance. */
const lineTolerance = 1e-3
const halvingsMax = 40

/**
 * First flips to begin from, among rows with the other decision, else among random points: the nearest that differs
 * from the row in numbers only, and the nearest of all where that is another.
 */
export function* findStarts(probe: Probe): Asking<readonly Point[]> {
  const { space, from, starts, random } = probe.target
  const randomStarts = () =>
    Array.from({ length: randomStartsMax }, () => randomPoint(space, from, random))
  const hasCategories = movableCategories(space, from).length > 0
  const found: Point[] = []
  const nearestTo = (points: readonly Point[]) =>
    points
      .map((point) => ({ point, distance: distanceOf(space, from, point) }))
      .toSorted((a, b) => a.distance - b.distance)[0]?.point
  for (const candidates of [starts.slice(0, startsMax), randomStarts()]) {
    const byNumbers = hasCategories
      ? yield* probe.ask(candidates.map((point) => withNumbersOf(space, from, point)))
      : []
    const byAll = yield* probe.ask(candidates)
    for (const answers of [byNumbers, byAll]) {
      const flips = answers.filter((answer) => answer.flips).map(({ point }) => point)
      const nearest = nearestTo(flips)
      if (nearest !== undefined) found.push(nearest)
    }
    if (found.length > 0) break
  }
  return found
}

/** A point that the row could become: each number anywhere, or at an end of its range; each category any. */
function randomPoint(space: FeasibleSpace, from: Point, random: Random): Point {
  const point = from.slice()
  for (const n of movableNumbers(space, from)) {
    const column = space[n]
    if (column?.kind !== 'number') continue
    const { low, high } = reachOf(column, from[n] ?? 0)
    // A third of the numbers at each end, a third between.
    point[n] = low + (high - low) * Math.min(1, Math.max(0, 3 * random() - 1))
  }
  for (const { position, choices } of movableCategories(space, from))
    if (random() < 0.5)
      point[position] = choices[Math.floor(random() * choices.length)] ?? point[position] ?? 0
  return project(space, from, point)
}

/** Puts changed categories back one by one, in random order, as long as the decision stays flipped. */
export function* undoCategories(probe: Probe, flipped: Point): Asking<Point> {
  const { space, from, random } = probe.target
  let point = flipped
  const changed = [...space.keys()].filter(
    (n) => space[n]?.kind === 'category' && point[n] !== from[n] && !Number.isNaN(from[n]),
  )
  for (const n of shuffled(changed, random)) {
    const undone = point.with(n, from[n] ?? 0)
    if (yield* probe.flips(undone)) point = undone
  }
  return point
}

/** Goes from a point that flips towards the row, numbers only, as far as the decision stays flipped. */
export function* pullBack(probe: Probe, flipped: Point): Asking<Point> {
  const { space, from } = probe.target
  const home = withNumbersOf(space, flipped, from)
  if (distanceOf(space, home, flipped) === 0) return flipped
  if (yield* probe.flips(home)) return home
  return yield* halve(probe, home, flipped)
}

/** The point nearest to `near` on the line to `far` that is seen to flip: `far` flips, `near` does not. */
export function* halve(probe: Probe, near: Point, far: Point): Asking<Point> {
  const { space, from } = probe.target
  let [stays, flips] = [near, far]
  for (let round = 0; round < halvingsMax && probe.remaining() > 0; round++) {
    const gap = distanceOf(space, stays, flips)
    if (gap <= lineTolerance * distanceOf(space, from, flips)) break
    const middle = project(
      space,
      from,
      stays.map((value, n) => (value === flips[n] ? value : (value + (flips[n] ?? 0)) / 2)),
    )
    const isEnd = [stays, flips].some((end) => distanceOf(space, end, middle) === 0)
    if (isEnd) break
    if (yield* probe.flips(middle)) flips = middle
    else stays = middle
  }
  return flips
}

/** A point with the categories of one point and the numbers of another. */
export function withNumbersOf(space: FeasibleSpace, categories: Point, numbers: Point): Point {
  return categories.map((value, n) => (space[n]?.kind === 'number' ? (numbers[n] ?? value) : value))
}

/** A point moved along a direction: `direction` has one entry per position, in units of the columns' scales. */
export function moved(
  space: FeasibleSpace,
  base: Point,
  by: {
    readonly positions: readonly number[]
    readonly direction: Float64Array
    readonly length: number
  },
): Point {
  const point = base.slice()
  for (const [k, n] of by.positions.entries()) {
    const column = space[n]
    if (column?.kind !== 'number') continue
    point[n] = (point[n] ?? 0) + by.length * (by.direction[k] ?? 0) * column.scale
  }
  return point
}

/** The difference of two points at some positions, in units of the columns' scales. */
export function scaledDifference(
  space: FeasibleSpace,
  positions: readonly number[],
  { from, to }: { readonly from: Point; readonly to: Point },
): Float64Array {
  return Float64Array.from(positions, (n) => {
    const column = space[n]
    return column?.kind === 'number' ? ((to[n] ?? 0) - (from[n] ?? 0)) / column.scale : 0
  })
}

/** The Euclidean length. */
export function lengthOf(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
}

/** A vector of length 1 in the same direction; all zero when it has none. */
export function unit(vector: Float64Array): Float64Array {
  const length = lengthOf(vector)
  return length > 0 ? vector.map((value) => value / length) : vector
}

/** The same in random order. */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
