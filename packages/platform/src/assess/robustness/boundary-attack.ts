// The boundary attack (Brendel, Rauber & Bethge, ICLR 2018) on mixed rows: needs decisions only. A walk along the
// boundary from a row with the other decision: a random step at the same distance, then a step towards the row, kept
// where the decision stays.

import { type Asking, type Attack, type AttackTarget, type Probe, probeOf } from './attack.ts'
import {
  findStarts,
  lengthOf,
  moved,
  pullBack,
  scaledDifference,
  undoCategories,
  unit,
  withNumbersOf,
} from './attack-moves.ts'
import { distanceOf, movableNumbers } from './feasible-changes.ts'
import type { Point } from './mixed-rows.ts'
import { normal } from '../intervals/normal-number.ts'

/** Proposals per batch. */
const proposals = 8
/** First steps, as shares of the distance: along the sphere around the row, and towards the row. */
const firstSteps = { around: 0.6, towards: 0.1 }
/** Steps this small end the walk. */
const stepMin = 1e-3
/** Batches after which categories are tried again. */
const undoEvery = 8

/** Attacks a row by its decisions. */
export function* boundaryAttack(target: AttackTarget): Attack {
  const probe = probeOf(target)
  const starts = yield* findStarts(probe)
  for (const [n, start] of starts.entries()) {
    const share = probe.remaining() / (starts.length - n)
    yield* walk(probe, { start, endsAt: probe.remaining() - Math.ceil(share) })
  }
  return probe.nearest()?.point ?? null
}

/** A walk from one start, until its steps are too small or the budget is down to `endsAt`. */
function* walk(
  probe: Probe,
  { start, endsAt }: { readonly start: Point; readonly endsAt: number },
): Asking<void> {
  const { space, from } = probe.target
  const positions = movableNumbers(space, from)
  const steps = { ...firstSteps }
  let current = yield* pullBack(probe, yield* undoCategories(probe, start))
  for (let batch = 1; probe.remaining() > endsAt && steps.towards > stepMin; batch++) {
    const points = Array.from({ length: proposals }, () =>
      propose(probe, { current, positions, steps }),
    )
    const answers = yield* probe.ask(points.filter((point) => point !== null))
    if (answers.length === 0) break
    let better = 0
    const before = distanceOf(space, from, current)
    for (const { flips, point } of answers) {
      if (!flips || distanceOf(space, from, point) >= before) continue
      better += 1
      if (distanceOf(space, from, point) < distanceOf(space, from, current)) current = point
    }
    // Steps that succeed half of the time are about as long as they can be.
    const rate = better / answers.length
    steps.towards *= rate > 0.5 ? 1.3 : rate < 0.2 ? 0.7 : 1
    steps.around *= rate > 0.5 ? 1.1 : rate < 0.2 ? 0.85 : 1
    if (batch % undoEvery === 0)
      current = yield* pullBack(probe, yield* undoCategories(probe, current))
  }
  yield* pullBack(probe, yield* undoCategories(probe, current))
}

/** A point beside the current one, a little nearer to the row; null where no number differs from the row's. */
function propose(
  probe: Probe,
  by: {
    readonly current: Point
    readonly positions: readonly number[]
    readonly steps: { readonly around: number; readonly towards: number }
  },
): Point | null {
  const { space, from, random } = probe.target
  const { current, positions, steps } = by
  const outward = scaledDifference(space, positions, { from, to: current })
  const away = lengthOf(outward)
  if (away === 0) return null
  const axis = unit(outward)
  const noise = Float64Array.from(positions, () => normal(random))
  const along = noise.reduce((sum, value, k) => sum + value * (axis[k] ?? 0), 0)
  const sideways = unit(noise.map((value, k) => value - along * (axis[k] ?? 0)))
  const around = axis.map((value, k) => value + steps.around * (sideways[k] ?? 0))
  return moved(space, withNumbersOf(space, current, from), {
    positions,
    direction: unit(around),
    length: away * (1 - steps.towards),
  })
}
