// HopSkipJump (Chen, Jordan & Wainwright, S&P 2020) on mixed rows: needs decisions only. Numbers: back to the boundary
// by halving, its normal from the decisions around a point on it, a step along the normal, back again. Categories: one
// by one.

import { type Asking, type Attack, type AttackTarget, type Probe, probeOf } from './attack.ts'
import {
  findStarts,
  halve,
  lengthOf,
  moved,
  pullBack,
  scaledDifference,
  shuffled,
  undoCategories,
  unit,
  withNumbersOf,
} from './attack-moves.ts'
import { distanceOf, movableCategories, movableNumbers } from './feasible-changes.ts'
import type { Point } from './mixed-rows.ts'
import { normal } from '../intervals/normal-number.ts'

/** Directions asked about in the first round, per column of numbers; more by the root of the round, as in the paper. */
const directionsPerNumber = 2
/**
 * How far around the boundary is looked in late rounds, as a share of the distance; less in many dimensions, as in
 * the paper. The first round looks as far as the row is away, the next half as far, and so on: a near look sees only
 * the dent in which it begins.
 */
const lookShareMax = 0.1
/** What an earlier estimate of the normal weighs against the present one. */
const memory = 0.5
/** A jump is halved so often before it is given up. */
const jumpHalvings = 6
/** Changes of one category tried in a round at most. */
const exchangesMax = 24
/** Rounds without progress after which nothing more is tried. */
const stallsMax = 4
/** The gain in distance that counts as progress. */
const progressMin = 1e-3

/** A direction in units of the scales, at some positions. */
interface Ray {
  readonly positions: readonly number[]
  readonly direction: Float64Array
}

/** Attacks a row by its decisions. */
export function* hopSkipJump(target: AttackTarget): Attack {
  const probe = probeOf(target)
  const starts = yield* findStarts(probe)
  for (const [n, start] of starts.entries()) {
    const share = probe.remaining() / (starts.length - n)
    yield* refine(probe, { start, endsAt: probe.remaining() - Math.ceil(share) })
  }
  return probe.nearest()?.point ?? null
}

/** Rounds from one start, until they stall or the budget is down to `endsAt`. */
function* refine(
  probe: Probe,
  { start, endsAt }: { readonly start: Point; readonly endsAt: number },
): Asking<void> {
  const { space, from } = probe.target
  const positions = movableNumbers(space, from)
  const distance = (point: Point) => distanceOf(space, from, point)
  let estimate: Float64Array = new Float64Array(positions.length)
  let current = start
  let stalls = 0
  for (let round = 1; probe.remaining() > endsAt && stalls < stallsMax; round++) {
    const before = distance(current)
    current = yield* pullBack(probe, yield* undoCategories(probe, current))
    const direction = yield* estimateNormal(probe, current, { positions, round })
    estimate = unit(estimate.map((old, k) => memory * old + (direction[k] ?? 0)))
    if (lengthOf(estimate) === 0) break
    const found = [
      yield* alongNormal(probe, current, { positions, direction: estimate }),
      yield* jump(probe, current, { positions, direction, round }),
      yield* exchangeCategories(probe, current, { positions, direction: estimate }),
    ]
    for (const point of found)
      if (point !== null && distance(point) < distance(current)) current = point
    stalls = distance(current) < before * (1 - progressMin) ? 0 : stalls + 1
  }
}

/** The direction in which decisions around a point flip more often, in units of the scales; zero when none does. */
export function* estimateNormal(
  probe: Probe,
  boundary: Point,
  { positions, round }: { readonly positions: readonly number[]; readonly round: number },
): Asking<Float64Array> {
  const { space, from, random } = probe.target
  const away = lengthOf(scaledDifference(space, positions, { from, to: boundary }))
  const sum = new Float64Array(positions.length)
  if (away === 0) return sum
  const look = away * Math.max(Math.min(lookShareMax, 1 / positions.length), 1 / round)
  const count = Math.ceil(directionsPerNumber * positions.length * Math.sqrt(round))
  const asked = Array.from({ length: count }, () => {
    const direction = unit(Float64Array.from(positions, () => normal(random)))
    const point = moved(space, boundary, { positions, direction, length: look })
    // A column that moves in steps moves by one at least, so that something is asked.
    for (const [k, n] of positions.entries()) {
      const column = space[n]
      const step = column?.kind === 'number' ? column.step : 0
      const change = (point[n] ?? 0) - (boundary[n] ?? 0)
      if (step > 0 && Math.abs(change) < step && random() < 2 * Math.abs(direction[k] ?? 0))
        point[n] = (boundary[n] ?? 0) + Math.sign(change) * step
    }
    return point
  })
  const answers = yield* probe.ask(asked)
  const mean = answers.filter(({ flips }) => flips).length / Math.max(1, answers.length)
  for (const { point, flips } of answers) {
    const direction = scaledDifference(space, positions, { from: boundary, to: point })
    for (const [k, value] of direction.entries())
      sum[k] = (sum[k] ?? 0) + (Number(flips) - mean) * value
  }
  return unit(sum)
}

/** The ray from the row along the normal: where the boundary is flat, its nearest point lies there. */
function* alongNormal(probe: Probe, boundary: Point, ray: Ray): Asking<Point | null> {
  const { space, from } = probe.target
  const home = withNumbersOf(space, boundary, from)
  const length = lengthOf(scaledDifference(space, ray.positions, { from, to: boundary }))
  const far = moved(space, home, { ...ray, length })
  return (yield* probe.flips(far)) ? yield* halve(probe, home, far) : null
}

/**
 * The paper's step: from the boundary along its normal, less far until the decision stays flipped, and back to the
 * row.
 */
function* jump(
  probe: Probe,
  boundary: Point,
  by: Ray & { readonly round: number },
): Asking<Point | null> {
  const { space, from } = probe.target
  const away = lengthOf(scaledDifference(space, by.positions, { from, to: boundary }))
  let length = away / Math.sqrt(by.round)
  for (let n = 0; n < jumpHalvings && probe.remaining() > 0; n++, length /= 2) {
    const landed = moved(space, boundary, { ...by, length })
    if (!(yield* probe.flips(landed))) continue
    return yield* halve(probe, withNumbersOf(space, boundary, from), landed)
  }
  return null
}

/**
 * One category other than at the boundary: the numbers go along the normal as far as would still be an improvement,
 * and back from there.
 */
function* exchangeCategories(probe: Probe, boundary: Point, ray: Ray): Asking<Point | null> {
  const { space, from, random } = probe.target
  const whole = distanceOf(space, from, boundary)
  const home = withNumbersOf(space, boundary, from)
  const exchanged = movableCategories(space, from).flatMap(({ position, choices }) =>
    [from[position] ?? Number.NaN, ...choices]
      .filter((code) => code !== boundary[position])
      .map((code) => home.with(position, code)),
  )
  const rays = shuffled(exchanged, random)
    .map((point) => ({ point, room: whole ** 2 - distanceOf(space, from, point) ** 2 }))
    .filter(({ room }) => room > 0)
    .slice(0, Math.min(exchangesMax, Math.ceil(probe.remaining() / 4)))
    .map(({ point, room }) => ({
      near: point,
      far: moved(space, point, { ...ray, length: Math.sqrt(room) }),
    }))
  const answers = yield* probe.ask(rays.map(({ far }) => far))
  let best: Point | null = null
  for (const [n, { flips }] of answers.entries()) {
    const tried = rays[n]
    if (!flips || tried === undefined) continue
    const found = yield* halve(probe, tried.near, tried.far)
    if (best === null || distanceOf(space, from, found) < distanceOf(space, from, best))
      best = found
  }
  return best
}
