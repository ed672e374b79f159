// Questions that foolbox and ours answer (scripts/conformance/foolbox_values.py): the parts of attacks that chance
// has no hand in, and how near whole attacks come.

import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { seededRandom } from '../intervals/random.ts'
import { type ArtCase, artCases, distancesOf, scoreOf } from './art-cases.fixture.ts'
import { type Asking, type AttackTarget, probeOf } from './attack.ts'
import { halve } from './attack-moves.ts'
import { boundaryAttack } from './boundary-attack.ts'
import { distanceOf, type FeasibleSpace } from './feasible-changes.ts'
import { estimateNormal, hopSkipJump } from './hop-skip-jump.ts'
import { sizeOfChange } from './image-attacks.ts'
import { salted } from './image-stress.ts'
import type { Point } from './mixed-rows.ts'
import { robustAccuracy } from './robust-accuracy.ts'

const numbers = Type.Array(Type.Number())
const answerShape = Type.Partial(
  Type.Object({
    changed: numbers,
    euclidean: numbers,
    largest: numbers,
    point: numbers,
    normal: numbers,
    found: Type.Array(numbers),
    accuracy: numbers,
    image: numbers,
    distances: Type.Array(Type.Union([Type.Number(), Type.Null()])),
    queries: numbers,
  }),
)

/** What the peer answers. */
type FoolboxAnswer = Static<typeof answerShape>

/** Reads the peer's answers. */
export const foolboxAnswers = Compile(Type.Array(answerShape))

/** A question in the peer's words, with our answer to it given theirs, as pairs of numbers that should be alike. */
export interface FoolboxCase {
  readonly question: Readonly<Record<string, unknown>> & { readonly what: string }
  readonly pairs: (theirs: FoolboxAnswer) => readonly (readonly [ours: number, theirs: number])[]
}

const spaceOf = (model: ArtCase): FeasibleSpace =>
  Array.from({ length: model.points[0]?.length ?? 0 }, (_, n) => ({
    kind: 'number' as const,
    name: `x${n}`,
    direction: 'any' as const,
    low: -model.limit,
    high: model.limit,
    step: 0,
    scale: 1,
  }))

/** Models whose rows all lie well within what numbers may be. */
function models(seed: number, count: number): readonly ArtCase[] {
  return artCases(seed, count).map((model) => ({
    ...model,
    limit: 4,
    points: model.points.map((point) => point.map((x) => Math.max(-3.5, Math.min(3.5, x)))),
  }))
}

/** The parts of attacks that chance has no hand in. */
export function foolboxCases(seed: number, rounds: number): readonly FoolboxCase[] {
  return models(seed, 2 * rounds).flatMap((model, n) => [
    changesCase(model),
    // With limits so far that no direction is cut short: it is its length that foolbox is told.
    ...lineCases({ ...model, limit: 16 }, seed + n),
    // A network may decide otherwise between a row and what was found; a linear model does not.
    ...(model.kind === 'linear' ? [robustCase(model, seed + n)] : []),
    saltCase(seed + n),
  ])
}

const alike = (ours: ArrayLike<number>, theirs: ArrayLike<number> = []) =>
  Array.from(
    { length: Math.max(ours.length, theirs.length) },
    (_, n) => [ours[n] ?? Number.NaN, theirs[n] ?? Number.NaN] as const,
  )

function changesCase(model: ArtCase): FoolboxCase {
  const before = model.points.slice(0, 6)
  // Some numbers stay as they are.
  const after = before.map((point, n) =>
    point.map((x, k) => ((n + k) % 3 === 0 ? x : (model.points[n + 6]?.[k] ?? 0))),
  )
  const sizes = before.map((point, n) => sizeOfChange(point, after[n] ?? []))
  const space = spaceOf(model)
  const distances = before.map((point, n) =>
    distanceOf(space, Float64Array.from(point), Float64Array.from(after[n] ?? [])),
  )
  return {
    question: { what: 'changes', before, after },
    pairs: (theirs) => [
      ...alike(
        sizes.map(({ changed }) => changed),
        theirs.changed,
      ),
      ...alike(
        sizes.map(({ largest }) => largest),
        theirs.largest,
      ),
      ...alike(
        sizes.map(({ euclidean }) => euclidean),
        theirs.euclidean,
      ),
      ...alike(distances, theirs.euclidean),
    ],
  }
}

/** Halving from a row to a row of the other class, and the normal of the boundary there. */
function lineCases(model: ArtCase, seed: number): readonly FoolboxCase[] {
  const points = model.points.map((point) => Float64Array.from(point))
  const from = points[0] ?? new Float64Array()
  const isPositive = scoreOf(model, from) > 0
  const far = points.find((point) => scoreOf(model, point) > 0 !== isPositive)
  if (far === undefined) return []
  const target: AttackTarget = {
    space: spaceOf(model),
    from,
    isPositive,
    threshold: Number.MIN_VALUE,
    starts: [],
    random: seededRandom(seed),
    queriesMax: 1_000,
  }
  const line = drive(model, halve(probeOf(target), from, far))
  const positions = [...from.keys()]
  const boundary = line.result
  const asked = drive(model, estimateNormal(probeOf(target), boundary, { positions, round: 4 }))
  const directions = asked.points.map((point) => point.map((x, k) => x - (boundary[k] ?? 0)))
  const look = distanceOf(target.space, boundary, asked.points[0] ?? boundary)
  const flips = asked.points.filter((point) => scoreOf(model, point) > 0 !== isPositive).length
  const normals = {
    question: {
      what: 'normal',
      model,
      from: [...from],
      boundary: [...boundary],
      look,
      directions: directions.map((direction) => [...direction]),
    },
    pairs: (theirs: FoolboxAnswer) => alike(asked.result, theirs.normal),
  }
  return [
    {
      question: {
        what: 'halving',
        model,
        near: [...from],
        far: [...far],
        halvings: line.points.length,
      },
      pairs: (theirs) => alike(boundary, theirs.point),
    },
    // Where all decisions agree, ours looks no further and theirs takes the mean of all directions.
    ...(flips === 0 || flips === directions.length ? [] : [normals]),
  ]
}

/** Runs a part of an attack, with the model's answers. */
function drive<Result>(model: ArtCase, asking: Asking<Result>) {
  const points: Point[] = []
  let next = asking.next()
  while (next.done !== true) {
    points.push(...next.value)
    next = asking.next(Float64Array.from(next.value, (point) => scoreOf(model, point)))
  }
  return { points, result: next.value }
}

const epsilons = [0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]

/** The share of rows that stay right within each distance, from what the peer's attack found. */
function robustCase(model: ArtCase, seed: number): FoolboxCase {
  const { points } = model
  // Every seventh row is decided wrongly.
  const truth = points.map((point, n) =>
    Number(scoreOf(model, Float64Array.from(point)) > 0 !== (n % 7 === 0)),
  )
  const space = spaceOf(model)
  return {
    question: { what: 'robust', model, points, truth, epsilons, seed },
    pairs: ({ found = [], accuracy }) => {
      const right = Uint8Array.from(points, (_, n) => Number(n % 7 !== 0))
      const distance = Float64Array.from(points, (point, n) =>
        distanceOf(space, Float64Array.from(point), Float64Array.from(found[n] ?? [])),
      )
      const curve = robustAccuracy({ right, distance, groupings: [] }, { epsilons, error: 0.05 })
      return alike(
        curve.map(({ overall }) => overall.value ?? Number.NaN),
        accuracy,
      )
    },
  }
}

/** Salt and pepper by the same draws. */
function saltCase(seed: number): FoolboxCase {
  const random = seededRandom(seed)
  const [height, width, channels, steps] = [5, 4, 2, 3]
  const image = Float32Array.from({ length: channels * height * width }, () => random())
  const draws = Float64Array.from({ length: height * width }, () => random())
  return {
    question: {
      what: 'salt',
      image: [...image],
      draws: [...draws],
      steps,
      shape: [channels, height, width],
    },
    pairs: (theirs) => alike(salted(image, draws, 1 / steps), theirs.image),
  }
}

const attacks = { HopSkipJump: hopSkipJump, BoundaryAttack: boundaryAttack } as const

/**
 * The peer's settings for about 280 questions, and for about 1,000: on models like these the nearest of 12 settings
 * of HopSkipJump (directions, precision of halving) and of 27 of the boundary attack (both steps, how often they are
 * adapted).
 */
const settings = {
  HopSkipJump: [
    { steps: 13, initial_gradient_eval_steps: 5, gamma: 1 },
    { steps: 10, initial_gradient_eval_steps: 40, gamma: 0.1 },
  ],
  BoundaryAttack: [
    { steps: 232, spherical_step: 0.3, source_step: 0.03, update_stats_every_k: 5 },
    { steps: 499, spherical_step: 0.1, source_step: 0.03, update_stats_every_k: 1 },
  ],
} as const

/**
 * Rows to attack, by the peer and with ours at as many questions as the peer asked about the row it asked least
 * about.
 */
export function strengthCases(seed: number, count: number) {
  return models(seed, count).flatMap((model, n) =>
    (['HopSkipJump', 'BoundaryAttack'] as const).map((attack) => ({
      attack,
      model,
      question: {
        what: 'strength',
        attack,
        model,
        points: model.points,
        settings: settings[attack][n % 4 < 2 ? 0 : 1],
        seed,
      },
      distances: async (queriesMax: number) =>
        await distancesOf(model, { queriesMax, seed, method: attacks[attack] }),
    })),
  )
}
