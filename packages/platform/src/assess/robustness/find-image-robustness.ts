// How little flips the class of an image: attacks, shifts and noise over a sample, as plain data.

import { askImages, classOf, type ImageModel } from './ask-images.ts'
import type { Grouping } from './group-shares.ts'
import { boundaryAttack } from './boundary-attack.ts'
import { attackImages, type ImageAttackResult, imageSquareAttack } from './image-attacks.ts'
import {
  type ImageStressLevel,
  stressByNoise,
  stressBySaltAndPepper,
  stressByShifts,
} from './image-stress.ts'
import { type RobustAccuracy, robustAccuracy } from './robust-accuracy.ts'

/** Largest changes of any pixel of the curve; 0 is accuracy without an attack. */
const imageEpsilonsDefault: readonly number[] = [0, 0.05, 0.1, 0.2, 0.3]
/** Questions about one image per search. */
const imageQueriesDefault = 500
/** Rounding of a pixel to float32. */
const pixelTolerance = 1e-6

/** What to look at. */
export interface ImageRobustnessRequest {
  /** Pixels from 0 to 1. */
  readonly images: readonly Float32Array[]
  /** The class of each image. */
  readonly label: readonly number[]
  readonly groupings: readonly Grouping[]
  readonly epsilons?: readonly number[]
  readonly queriesMax?: number
  /** Coverage of the limits of each curve, e.g. 0.95. */
  readonly confidence: number
  readonly seed: number
}

/** What was found. */
export interface ImageRobustnessFindings {
  /** By the largest change of any pixel; an upper bound. */
  readonly accuracy: readonly RobustAccuracy[]
  readonly shifts: readonly ImageStressLevel[]
  readonly noise: readonly ImageStressLevel[]
  /** Pixels that turn black or white. */
  readonly salt: readonly ImageStressLevel[]
  /** Median Euclidean length of what the boundary attack found; null when it found nothing. */
  readonly medianEuclidean: number | null
  readonly queries: number
}

/**
 * Searches for changes of images that give another class.
 * @throws `interrupted`
 */
export async function findImageRobustness(
  model: ImageModel,
  request: ImageRobustnessRequest,
): Promise<ImageRobustnessFindings> {
  const { images, label, seed, epsilons = imageEpsilonsDefault } = request
  const queriesMax = request.queriesMax ?? imageQueriesDefault
  const distance = new Float64Array(images.length).fill(Infinity)
  let queries = 0
  const keep = (results: readonly ImageAttackResult[], rows: readonly number[]) => {
    for (const [n, result] of results.entries()) {
      const row = rows[n] ?? 0
      queries += result.queries
      distance[row] = Math.min(distance[row] ?? Infinity, result.largest - pixelTolerance)
    }
  }
  const walked = await attackImages(model, { images, method: boundaryAttack, queriesMax, seed })
  keep(walked, [...images.keys()])
  const searched = epsilons.filter((epsilon) => epsilon > 0).toSorted((a, b) => a - b)
  for (const epsilon of searched) {
    const rows = [...images.keys()].filter((row) => (distance[row] ?? 0) > epsilon)
    const standing = rows.flatMap((row) => images[row] ?? [])
    const method = imageSquareAttack(model.shape, epsilon)
    keep(await attackImages(model, { images: standing, method, queriesMax, seed }), rows)
  }
  const was = (await askImages(model, images)).map(classOf)
  const error = 1 - request.confidence
  const lengths = walked
    .map(({ euclidean }) => euclidean)
    .filter((length) => length < Infinity)
    .toSorted((a, b) => a - b)
  return {
    accuracy: robustAccuracy(
      {
        right: Uint8Array.from(was, (given, row) => Number(given === label[row])),
        distance,
        groupings: request.groupings,
      },
      { epsilons, error },
    ),
    shifts: await stressByShifts(model, { ...request, error }),
    noise: await stressByNoise(model, { ...request, error }),
    salt: await stressBySaltAndPepper(model, { ...request, error }),
    medianEuclidean: lengths[Math.floor(lengths.length / 2)] ?? null,
    queries,
  }
}
