// Where in an image a class comes from: what covering a patch takes from its score (Zeiler & Fergus, ECCV 2014), and
// integrated gradients (Sundararajan et al., ICML 2017) by differences, for models that tell scores and no gradients.

import { assert } from '@proofhouse/evidence'
import { askImages, type ImageModel } from './ask-images.ts'

/** Half of the distance over which a slope is taken; pixels are 0 to 1, and models compute in float32. */
const reach = 1 / 64
/** Differences asked about at a time, so that memory is bounded. */
const pixelsAtOnce = 1024

/** What to explain. */
interface MapRequest {
  readonly image: Float32Array
  /** The class whose score is explained. */
  readonly class: number
}

/**
 * Per pixel, `height` × `width`: the mean fall of the class's score over all patches that cover it. Positive where the
 * class comes from.
 * @throws `interrupted`
 */
export async function occlusionMap(
  model: ImageModel,
  request: MapRequest & {
    /** Pixels on a side of the patch. */
    readonly patch: number
    /** Pixels from patch to patch, at most `patch`. */
    readonly stride: number
    /** The value that covers. */
    readonly cover: number
    /**
     * What happens where strides do not end at the edge: `inside` moves the last patch back so that all are whole (the
     * default), `cut` lets it hang over the edge, as Captum does.
     */
    readonly edge?: 'inside' | 'cut'
  },
): Promise<Float64Array> {
  const { image, patch, stride, cover, edge = 'inside' } = request
  const { channels, height, width } = model.shape
  assert(stride >= 1 && stride <= patch && patch <= Math.min(height, width), 'patches cover all')
  const corners = placesOf(height, { patch, stride, edge }).flatMap((top) =>
    placesOf(width, { patch, stride, edge }).map((left) => ({ top, left })),
  )
  const pixelsOf = ({ top, left }: (typeof corners)[number]) =>
    Array.from({ length: patch * patch }, (_, n) => ({
      y: top + Math.floor(n / patch),
      x: left + (n % patch),
    }))
      .filter(({ y, x }) => y < height && x < width)
      .map(({ y, x }) => y * width + x)
  const covered = corners.map((corner) => {
    const changed = image.slice()
    for (const pixel of pixelsOf(corner))
      for (let channel = 0; channel < channels; channel++)
        changed[channel * height * width + pixel] = cover
    return changed
  })
  const [whole, ...rest] = await scoresOf(model, request.class, [image, ...covered])
  const falls = new Float64Array(height * width)
  const covers = new Float64Array(height * width)
  for (const [n, corner] of corners.entries())
    for (const pixel of pixelsOf(corner)) {
      falls[pixel] = (falls[pixel] ?? 0) + (whole ?? 0) - (rest[n] ?? 0)
      covers[pixel] = (covers[pixel] ?? 0) + 1
    }
  return falls.map((fall, pixel) => fall / (covers[pixel] ?? 1))
}

/** Where patches begin along a side, the last one at its end or over it. */
function placesOf(
  side: number,
  by: { readonly patch: number; readonly stride: number; readonly edge: 'inside' | 'cut' },
): number[] {
  const last = side - by.patch
  const count = Math.ceil(last / by.stride) + 1
  return Array.from({ length: count }, (_, n) =>
    by.edge === 'cut' ? n * by.stride : Math.min(last, n * by.stride),
  )
}

/** An image's score shared out among its numbers. */
export interface IntegratedGradients {
  /** One per number of the image. */
  readonly attributions: Float64Array
  /** The score's change from the baseline minus the sum of the attributions: the error of the steps. */
  readonly gap: number
  /** Questions asked. */
  readonly queries: number
}

/**
 * The change of a class's score from a baseline, shared out among the pixels: slopes by differences at the middles of
 * `steps` equal steps along the straight line, two questions per pixel that differs and step.
 * @throws `interrupted`
 */
export async function integratedGradients(
  model: ImageModel,
  request: MapRequest & { readonly baseline: Float32Array; readonly steps: number },
): Promise<IntegratedGradients> {
  const { image, baseline, steps } = request
  const differing = [...image.keys()].filter((n) => image[n] !== baseline[n])
  const attributions = new Float64Array(image.length)
  for (let step = 0; step < steps; step++) {
    const along = (step + 0.5) / steps
    const here = baseline.map((value, n) => value + along * ((image[n] ?? 0) - value))
    for (let first = 0; first < differing.length; first += pixelsAtOnce) {
      const part = differing.slice(first, first + pixelsAtOnce)
      // Slopes are taken beyond 0 and 1, too: the model is a function of numbers, whatever an image may hold.
      const asked = part.flatMap((n) =>
        [reach, -reach].map((move) => here.with(n, (here[n] ?? 0) + move)),
      )
      const scores = await scoresOf(model, request.class, asked)
      for (const [k, n] of part.entries()) {
        const slope = ((scores[2 * k] ?? 0) - (scores[2 * k + 1] ?? 0)) / (2 * reach)
        const share = (slope * ((image[n] ?? 0) - (baseline[n] ?? 0))) / steps
        attributions[n] = (attributions[n] ?? 0) + share
      }
    }
  }
  const [top, bottom] = await scoresOf(model, request.class, [image, baseline])
  const total = attributions.reduce((sum, value) => sum + value, 0)
  return {
    attributions,
    gap: (top ?? 0) - (bottom ?? 0) - total,
    queries: 2 * differing.length * steps + 2,
  }
}

async function scoresOf(
  model: ImageModel,
  own: number,
  images: readonly Float32Array[],
): Promise<readonly number[]> {
  return (await askImages(model, images)).map((scores) => scores[own] ?? 0)
}
