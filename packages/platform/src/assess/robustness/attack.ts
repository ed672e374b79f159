// What every attack on one row shares: it is a generator that asks about points and is told scores, so that a driver
// can put the questions of many rows into one batch; and its probe, which keeps to the budget and remembers the
// nearest flip it saw.

import type { Random } from '../intervals/random.ts'
import { distanceOf, type FeasibleSpace, project } from './feasible-changes.ts'
import type { Point } from './mixed-rows.ts'

/** Asks about points, is answered with one score each, and returns the nearest point that flipped; null for none. */
export type Attack = Generator<readonly Point[], Point | null, Float64Array>

/** A part of an attack that asks questions on the way to its result. */
export type Asking<Result> = Generator<readonly Point[], Result, Float64Array>

/** The row to attack. */
export interface AttackTarget {
  readonly space: FeasibleSpace
  readonly from: Point
  /** Whether the positive class is predicted for the row: its score is at least the threshold. */
  readonly isPositive: boolean
  readonly threshold: number
  /** Rows with the other decision, the nearest first. */
  readonly starts: readonly Point[]
  readonly random: Random
  /** Questions that the attack may ask. */
  readonly queriesMax: number
}

/** A way to attack a row. */
export type AttackMethod = (target: AttackTarget) => Attack

/** The answer about one point. */
interface Answer {
  /** The feasible point that was asked about. */
  readonly point: Point
  readonly flips: boolean
  /** How far the score lies on the row's own side of the threshold: negative beyond it. */
  readonly margin: number
}

/** The nearest point that flipped the decision so far. */
interface NearestFlip {
  readonly point: Point
  readonly distance: number
}

/** An attack's access to the model. */
export interface Probe {
  readonly target: AttackTarget
  remaining(): number
  nearest(): NearestFlip | null
  /**
   * Asks about the nearest feasible points, as far as the budget goes: fewer answers than points mean that it is
   * spent.
   */
  ask(points: readonly Point[]): Asking<readonly Answer[]>
  /** Whether a point flips the decision; false once the budget is spent. */
  flips(point: Point): Asking<boolean>
}

/** Access to the model for one attack. */
export function probeOf(target: AttackTarget): Probe {
  const { space, from, isPositive, threshold } = target
  let remaining = target.queriesMax
  let nearest: NearestFlip | null = null
  function* ask(points: readonly Point[]): Asking<readonly Answer[]> {
    const feasible = points.slice(0, remaining).map((point) => project(space, from, point))
    if (feasible.length === 0) return []
    remaining -= feasible.length
    const scores = yield feasible
    return feasible.map((point, n) => {
      const score = scores[n] ?? Number.NaN
      const flips = isPositive ? score < threshold : score >= threshold
      const distance = flips ? distanceOf(space, from, point) : Infinity
      if (distance < (nearest?.distance ?? Infinity)) nearest = { point, distance }
      return { point, flips, margin: isPositive ? score - threshold : threshold - score }
    })
  }
  return {
    target,
    remaining: () => remaining,
    nearest: () => nearest,
    ask,
    *flips(point) {
      const [answer] = yield* ask([point])
      return answer?.flips ?? false
    },
  }
}
