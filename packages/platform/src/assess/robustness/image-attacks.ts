// Attacks on images: the square attack (Andriushchenko et al., ECCV 2020) within a largest change of any pixel, and
// every attack on rows, for which an image is a row of numbers from 0 to 1. What is found is asked about once more
// before it is believed.

import { assert } from '@proofhouse/evidence'
import { type Random, seededRandom } from '../intervals/random.ts'
import {
  askImages,
  classOf,
  type ImageModel,
  type ImageShape,
  marginOf,
  sizeOf,
} from './ask-images.ts'
import { type Attack, type AttackMethod, type AttackTarget, probeOf } from './attack.ts'
import { driveAttacks } from './drive-attacks.ts'
import { distanceOf, type FeasibleSpace } from './feasible-changes.ts'
import type { Point } from './mixed-rows.ts'
import { queriesAround } from './run-attacks.ts'

/** Share of the pixels in the first squares; halved as the queries are spent, as in the paper. */
const shareFirst = 0.3
/** Images of another class that an attack may begin from. */
const startsMax = 16

/** What an attack did to one image. */
export interface ImageAttackResult {
  /** The class of the image as it is. */
  readonly was: number
  /** The changed image and its class; null when nothing was found, which proves nothing. */
  readonly found: { readonly image: Float32Array; readonly class: number } | null
  /** Largest change of any pixel, 0 to 1 (L∞); infinite when nothing was found. */
  readonly largest: number
  /** Euclidean length of the change (L2); infinite when nothing was found. */
  readonly euclidean: number
  /** Numbers of the image that changed at all (L0); infinite when nothing was found. */
  readonly changed: number
  /** Questions asked, the two around the attack included. */
  readonly queries: number
}

/** What to attack. */
export interface ImageAttackRequest {
  /** Pixels from 0 to 1. */
  readonly images: readonly Float32Array[]
  readonly method: AttackMethod
  readonly queriesMax: number
  readonly seed: number
}

/**
 * Attacks every image, with the others as places to begin from.
 * @throws `interrupted`
 */
export async function attackImages(
  model: ImageModel,
  { images, method, queriesMax, seed }: ImageAttackRequest,
): Promise<readonly ImageAttackResult[]> {
  assert(queriesMax > queriesAround, 'an attack needs questions of its own')
  const space: FeasibleSpace = Array.from({ length: sizeOf(model.shape) }, (_, n) => ({
    kind: 'number',
    name: `pixel ${n}`,
    direction: 'any',
    low: 0,
    high: 1,
    step: 0,
    scale: 1,
  }))
  const points = images.map((image) => Float64Array.from(image))
  const was = (await askImages(model, images)).map(classOf)
  const begin = (row: number) => {
    const from = points[row] ?? new Float64Array()
    const starts = points
      .filter((_, other) => was[other] !== was[row])
      .toSorted((a, b) => distanceOf(space, from, a) - distanceOf(space, from, b))
      .slice(0, startsMax)
    const random = seededRandom(seed + row)
    // The score of an image is its own class's margin, which is positive until another class is given.
    const own = { isPositive: true, threshold: 0, queriesMax: queriesMax - queriesAround }
    return method({ space, from, starts, random, ...own })
  }
  const ask = async (questions: readonly Point[], rows: readonly number[]) => {
    const scores = await askImages(model, questions)
    return Float64Array.from(scores, (one, n) => marginOf(one, was[rows[n] ?? 0] ?? 0))
  }
  const driven = await driveAttacks({ rows: images.length, begin, ask })
  const changed = driven.found.map((found) => (found === null ? null : Float32Array.from(found)))
  const after = await askImages(
    model,
    changed.filter((image) => image !== null),
  )
  let next = 0
  return images.map((image, row) => {
    const found = changed[row] ?? null
    const queries = 1 + (driven.queries[row] ?? 0) + Number(found !== null)
    const own = was[row] ?? 0
    const scores = found === null ? undefined : after[next++]
    if (found === null || scores === undefined || !(marginOf(scores, own) < 0))
      return { was: own, found: null, ...nothingFound, queries }
    const size = sizeOfChange(image, found)
    return { was: own, found: { image: found, class: classOf(scores) }, ...size, queries }
  })
}

/** The size of a change that was not found. */
const nothingFound = { largest: Infinity, euclidean: Infinity, changed: Infinity }

/** How large a change is: L∞, L2 and L0. */
export function sizeOfChange(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
): Pick<ImageAttackResult, 'largest' | 'euclidean' | 'changed'> {
  let [largest, squared, changed] = [0, 0, 0]
  for (let n = 0; n < from.length; n++) {
    const change = (to[n] ?? 0) - (from[n] ?? 0)
    largest = Math.max(largest, Math.abs(change))
    squared += change * change
    changed += Number(change !== 0)
  }
  return { largest, euclidean: Math.sqrt(squared), changed }
}

/**
 * The square attack: changes of at most `epsilon` per pixel, in squares, kept where the margin shrinks; it ends at a
 * flip.
 */
export const imageSquareAttack = (shape: ImageShape, epsilon: number): AttackMethod =>
  function* attack(target: AttackTarget): Attack {
    const probe = probeOf(target)
    const { from, random, queriesMax } = target
    const [first] = yield* probe.ask([stripes(shape, { from, epsilon, random })])
    if (first === undefined) return null
    let best = first
    while (!best.flips && probe.remaining() > 0) {
      const spent = 1 - probe.remaining() / queriesMax
      const share = shareFirst / 2 ** Math.floor(6 * spent)
      const side = Math.max(1, Math.round(Math.sqrt(share * shape.height * shape.width)))
      const square = withSquare(best.point, { shape, from, epsilon, random, side })
      const [answer] = yield* probe.ask([square])
      if (answer === undefined) break
      if (answer.flips || answer.margin < best.margin) best = answer
    }
    return best.flips ? best.point : null
  }

/** A number from a random source: 1 or -1. */
const sign = (random: Random) => (random() < 0.5 ? 1 : -1)

/** The image with every column of every channel up or down: where the paper begins. */
function stripes(
  { channels, height, width }: ImageShape,
  by: { readonly from: Point; readonly epsilon: number; readonly random: Random },
): Point {
  const signs = Array.from({ length: channels * width }, () => sign(by.random))
  return by.from.map((value, n) => {
    const channel = Math.floor(n / (height * width))
    return value + by.epsilon * (signs[channel * width + (n % width)] ?? 0)
  })
}

/** The point with one square of every channel up or down as far as allowed. */
function withSquare(
  point: Point,
  by: {
    readonly shape: ImageShape
    readonly from: Point
    readonly epsilon: number
    readonly random: Random
    readonly side: number
  },
): Point {
  const { shape, from, epsilon, random } = by
  const side = Math.min(by.side, shape.height, shape.width)
  const top = Math.floor(random() * (shape.height - side + 1))
  const left = Math.floor(random() * (shape.width - side + 1))
  const changed = point.slice()
  for (let channel = 0; channel < shape.channels; channel++) {
    const up = sign(random)
    for (let y = top; y < top + side; y++)
      for (let x = left; x < left + side; x++) {
        const n = (channel * shape.height + y) * shape.width + x
        changed[n] = (from[n] ?? 0) + up * epsilon
      }
  }
  return changed
}
