// Images as a model takes them, and its answers: scores of all classes, in batches of bounded size.

import { assert } from '@proofhouse/evidence'
import { throwIfAborted } from '../scoring-interruption.ts'
import type { Point } from './mixed-rows.ts'

/** Pixels of a batch at most, so that memory is bounded whatever the size of an image. */
const batchPixelsMax = 4_000_000

/** Size of every image; pixels lie channel by channel, row by row. */
export interface ImageShape {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** The model: images one after the other in, the scores of all classes per image out, one after the other. */
type PredictImages = (pixels: Float32Array, images: number) => Promise<Float64Array>

/** A model of images. */
export interface ImageModel {
  readonly predict: PredictImages
  readonly shape: ImageShape
  readonly signal?: AbortSignal | undefined
}

/** Numbers in an image. */
export function sizeOf({ channels, height, width }: ImageShape): number {
  return channels * height * width
}

/**
 * The scores of all classes, per image.
 * @throws `interrupted`
 */
export async function askImages(
  { predict, shape, signal }: ImageModel,
  images: readonly (Point | Float32Array)[],
): Promise<readonly Float64Array[]> {
  const size = sizeOf(shape)
  const batch = Math.max(1, Math.floor(batchPixelsMax / size))
  const answers: Float64Array[] = []
  for (let first = 0; first < images.length; first += batch) {
    throwIfAborted(signal)
    const part = images.slice(first, first + batch)
    const pixels = new Float32Array(part.length * size)
    for (const [n, image] of part.entries()) {
      assert(image.length === size, 'every image has the size of the model')
      pixels.set(image, n * size)
    }
    const scores = await predict(pixels, part.length)
    const classes = scores.length / part.length
    for (let n = 0; n < part.length; n++) answers.push(scores.slice(n * classes, (n + 1) * classes))
  }
  return answers
}

/** The class with the largest score, the first among equals. */
export function classOf(scores: Float64Array): number {
  return scores.reduce((best, score, n) => (score > (scores[best] ?? 0) ? n : best), 0)
}

/** By how much a class's score exceeds the best of the others: negative where another class is given. */
export function marginOf(scores: Float64Array, own: number): number {
  return scores.reduce(
    (least, score, n) => (n === own ? least : Math.min(least, (scores[own] ?? 0) - score)),
    Infinity,
  )
}
