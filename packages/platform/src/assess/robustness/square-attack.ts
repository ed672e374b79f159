// Random search on the score in the manner of the Square Attack (Andriushchenko et al., ECCV 2020), on mixed rows: a
// few columns at a time are set to the edge of what a distance allows, and kept where the score comes nearer to the
// threshold. What is found is shrunk, and the search begins again within a smaller distance.

import { type Asking, type Attack, type AttackTarget, type Probe, probeOf } from './attack.ts'
import { halve, pullBack, shuffled, undoCategories } from './attack-moves.ts'
import {
  distanceOf,
  type FeasibleSpace,
  movableCategories,
  movableNumbers,
  reachOf,
} from './feasible-changes.ts'
import type { Point } from './mixed-rows.ts'

/** Share of the columns that are set at once in the beginning; it halves as the queries are spent, as in the paper. */
const shareFirst = 0.8
/** The next search is within this share of the distance found. */
const shrinkage = 0.9
/** Proposals per batch. */
const proposals = 4
/** Share of the budget that a search within one distance may spend. */
const searchShare = 0.4

/** Attacks a row by its scores. */
export function* squareAttack(target: AttackTarget): Attack {
  const probe = probeOf(target)
  const { space, from } = target
  const movable = movablePositions(space, from)
  if (movable.length === 0) return null
  let radius = farthest(space, from)
  while (probe.remaining() > 0 && radius > 0) {
    const before = probe.nearest()?.distance ?? Infinity
    yield* searchWithin(probe, { movable, radius })
    const nearest = probe.nearest()
    if (nearest === null) break
    if (nearest.distance < before)
      yield* pullBack(probe, yield* undoCategories(probe, nearest.point))
    yield* undoNumbers(probe)
    const after = probe.nearest()?.distance ?? 0
    // A radius at which nothing is found is searched again from another beginning, a little wider.
    radius = after < before ? shrinkage * after : Math.min(after, radius * 1.02)
  }
  return probe.nearest()?.point ?? null
}

function movablePositions(space: FeasibleSpace, from: Point): readonly number[] {
  return [
    ...movableNumbers(space, from),
    ...movableCategories(space, from).map(({ position }) => position),
  ]
}

/** The distance of the farthest point that the row can reach. */
function farthest(space: FeasibleSpace, from: Point): number {
  const numbers = movableNumbers(space, from).map((n) => {
    const column = space[n]
    if (column?.kind !== 'number') return 0
    const { low, high } = reachOf(column, from[n] ?? 0)
    return Math.max(high - (from[n] ?? 0), (from[n] ?? 0) - low) / column.scale
  })
  return Math.hypot(...numbers, Math.sqrt(movableCategories(space, from).length))
}

/** Searches within a distance of the row until the decision flips or the search's share of the budget is spent. */
function* searchWithin(
  probe: Probe,
  { movable, radius }: { readonly movable: readonly number[]; readonly radius: number },
): Asking<void> {
  const { space, from, random, queriesMax } = probe.target
  const endsAt = Math.max(0, probe.remaining() - Math.ceil(searchShare * queriesMax))
  const begun = probe.remaining()
  let best: { readonly point: Point; readonly margin: number } = { point: from, margin: Infinity }
  while (probe.remaining() > endsAt) {
    const spent = (begun - probe.remaining()) / Math.max(1, begun - endsAt)
    const share = shareFirst / 2 ** Math.floor(5 * spent)
    const count = Math.max(1, Math.round(share * movable.length))
    const base = best.point
    const points = Array.from({ length: proposals }, () =>
      within(
        space,
        from,
        shuffled(movable, random)
          .slice(0, count)
          .reduce((point, n) => atEdge(probe, { point, n, radius }), base),
        radius,
      ),
    )
    for (const { point, flips, margin } of yield* probe.ask(points)) {
      if (margin < best.margin) best = { point, margin }
      if (flips && distanceOf(space, from, point) <= radius * (1 + 1e-9)) return
    }
  }
}

/** The point with one column changed as far as the distance allows, up or down, or with any of its categories. */
function atEdge(
  probe: Probe,
  { point, n, radius }: { readonly point: Point; readonly n: number; readonly radius: number },
): Point {
  const { space, from, random } = probe.target
  const [column, here] = [space[n], from[n] ?? 0]
  if (column?.kind === 'number') {
    const { low, high } = reachOf(column, here)
    const edge = random() < 0.5 ? here + radius * column.scale : here - radius * column.scale
    return point.with(n, Math.min(high, Math.max(low, edge)))
  }
  const choices = movableCategories(space, from).find(({ position }) => position === n)?.choices
  const options = [here, ...(choices ?? [])]
  return point.with(n, options[Math.floor(random() * options.length)] ?? here)
}

/** The point within a distance of the row: categories too many are put back, then numbers are drawn towards the row. */
function within(space: FeasibleSpace, from: Point, point: Point, radius: number): Point {
  const changed = [...space.keys()].filter(
    (n) => space[n]?.kind === 'category' && point[n] !== from[n] && !Number.isNaN(point[n]),
  )
  const allowed = Math.floor(radius ** 2)
  const kept = changed.slice(allowed).reduce((less, n) => less.with(n, from[n] ?? 0), point)
  const total = distanceOf(space, from, kept)
  if (total <= radius) return kept
  const categories = Math.min(allowed, changed.length)
  const shrink = Math.sqrt((radius ** 2 - categories) / (total ** 2 - categories))
  return kept.map((value, n) =>
    space[n]?.kind === 'number' ? (from[n] ?? 0) + shrink * (value - (from[n] ?? 0)) : value,
  )
}

/** Takes back each number of the nearest flip, in random order, as far as the decision stays flipped. */
function* undoNumbers(probe: Probe): Asking<void> {
  const { space, from, random } = probe.target
  for (const n of shuffled(movableNumbers(space, from), random)) {
    const point = probe.nearest()?.point ?? from
    if (probe.remaining() === 0 || point[n] === from[n]) continue
    const undone = point.with(n, from[n] ?? 0)
    if (!(yield* probe.flips(undone))) yield* halve(probe, undone, point)
  }
}
