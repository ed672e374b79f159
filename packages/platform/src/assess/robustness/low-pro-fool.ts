// Imperceptible changes in the manner of LowProFool (Ballet et al., 2019), on mixed rows: changes of columns that
// matter to a reader cost more. The score is taken as linear around a point, by differences; the cheapest change to
// the threshold is made, and again from there. Categories are exchanged where that brings the score farther than a
// number would at the same cost.

import { type Asking, type Attack, type AttackTarget, type Probe, probeOf } from './attack.ts'
import {
  findStarts,
  halve,
  lengthOf,
  moved,
  pullBack,
  undoCategories,
  withNumbersOf,
} from './attack-moves.ts'
import { distanceOf, movableCategories, movableNumbers } from './feasible-changes.ts'
import type { Point } from './mixed-rows.ts'

/**
 * Half of the distance over which the score's slope is taken, in units of a column's scale; wider where nothing
 * changes.
 */
const reaches = [0.05, 0.25, 1]
/** Times that the row's slope is taken anew at most. */
const roundsMax = 24
/** A ray is doubled so often at most until the decision flips. */
const doublingsMax = 8
/** The length from which a ray is tried. */
const firstLength = 0.5
/** A round that gains less than this share of the distance ends the attack. */
const gainMin = 1e-3

/** What a change of a column costs a reader's attention: a weight per column, by name; 1 where there is none. */
export type Importance = Readonly<Record<string, number>>

/** The attack that spares important columns. Distances are reported unweighted, as those of every attack. */
export const lowProFool = (importance: Importance = {}) =>
  function* attack(target: AttackTarget): Attack {
    const probe = probeOf(target)
    const { space, from } = target
    const positions = movableNumbers(space, from)
    const weights = positions.map((n) => Math.max(1e-6, importance[space[n]?.name ?? ''] ?? 1))
    let base = from
    for (let round = 0; round < roundsMax && probe.remaining() > 0; round++) {
      const before = probe.nearest()?.distance ?? Infinity
      const slope = yield* slopeAt(probe, base, positions)
      const homes = yield* homesAt(probe, base, slope)
      const direction = slope.map((value, k) => value / (weights[k] ?? 1) ** 2)
      for (const home of homes) yield* alongRay(probe, { home, positions, direction })
      const nearest = probe.nearest()
      if (nearest === null || nearest.distance >= before * (1 - gainMin)) break
      yield* undoCategories(probe, nearest.point)
      base = probe.nearest()?.point ?? from
    }
    if (probe.nearest() === null)
      for (const start of yield* findStarts(probe))
        yield* pullBack(probe, yield* undoCategories(probe, start))
    return probe.nearest()?.point ?? null
  }

/** How fast the margin falls per unit of each number's scale; all zero where no reach shows a change. */
function* slopeAt(probe: Probe, base: Point, positions: readonly number[]): Asking<Float64Array> {
  const { space } = probe.target
  for (const reach of reaches) {
    const asked = positions.flatMap((n) => {
      const column = space[n]
      if (column?.kind !== 'number') return []
      const half = Math.max(reach * column.scale, column.step)
      return [1, -1].map((sign) => base.with(n, (base[n] ?? 0) + sign * half))
    })
    const answers = yield* probe.ask(asked)
    const slope = Float64Array.from(positions, (n, k) => {
      const column = space[n]
      const [above, below] = [answers[2 * k], answers[2 * k + 1]]
      if (column?.kind !== 'number' || above === undefined || below === undefined) return 0
      // At the edge of a range one of them stays where it was.
      const apart = ((above.point[n] ?? 0) - (below.point[n] ?? 0)) / column.scale
      return apart > 0 ? (below.margin - above.margin) / apart : 0
    })
    if (lengthOf(slope) > 0 || probe.remaining() === 0) return slope
  }
  return new Float64Array(positions.length)
}

/** The row with the categories of the base, and with one category more where that moves the score most for its cost. */
function* homesAt(probe: Probe, base: Point, slope: Float64Array): Asking<readonly Point[]> {
  const { space, from } = probe.target
  const home = withNumbersOf(space, base, from)
  const exchanges = movableCategories(space, from).flatMap(({ position, choices }) =>
    choices
      .filter((code) => code !== base[position])
      .map((code) => ({ near: base.with(position, code), home: home.with(position, code) })),
  )
  if (exchanges.length === 0) return [home]
  const answers = yield* probe.ask([base, ...exchanges.map(({ near }) => near)])
  const margin = answers[0]?.margin ?? 0
  const gains = answers.slice(1).map((answer, n) => ({
    home: exchanges[n]?.home ?? home,
    gain: margin - answer.margin,
  }))
  const best = gains.toSorted((a, b) => b.gain - a.gain).slice(0, 1)
  const isWorth = (gain: number) =>
    gain > 0 && (gain >= lengthOf(slope) * 0.5 || lengthOf(slope) === 0)
  return [home, ...best.filter(({ gain }) => isWorth(gain)).map((one) => one.home)]
}

/** The nearest flip along a ray from a point with the row's own numbers. */
function* alongRay(
  probe: Probe,
  ray: {
    readonly home: Point
    readonly positions: readonly number[]
    readonly direction: Float64Array
  },
): Asking<void> {
  const { space, from } = probe.target
  const isRow = distanceOf(space, from, ray.home) === 0
  if (!isRow && (yield* probe.flips(ray.home))) return
  const size = lengthOf(ray.direction)
  if (size === 0) return
  const direction = ray.direction.map((value) => value / size)
  let near = ray.home
  let length = firstLength
  for (let n = 0; n < doublingsMax && probe.remaining() > 0; n++, length *= 2) {
    const far = moved(space, ray.home, { positions: ray.positions, direction, length })
    if (yield* probe.flips(far)) {
      yield* halve(probe, near, far)
      return
    }
    near = far
  }
}
