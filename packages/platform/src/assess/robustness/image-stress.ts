// What happens to images by accident: a shift by a few pixels, noise of the sensor, pixels that fail.

import { seededRandom } from '../intervals/random.ts'
import { askImages, classOf, type ImageModel, type ImageShape } from './ask-images.ts'
import { divideShare, type DividedShare, type Grouping } from './group-shares.ts'
import { normal } from '../intervals/normal-number.ts'

/** Pixels that an image is shifted at most, in any direction. */
const shiftLevels: readonly number[] = [1, 2]
/** Standard deviations of the noise; pixels are 0 to 1. */
const imageNoiseLevels: readonly number[] = [0.05, 0.1, 0.2, 0.4]

/** Shares of the pixels that are turned black or white. */
const saltLevels: readonly number[] = [0.01, 0.05, 0.1, 0.2]

/** Shares of images that get another class at one level. */
export interface ImageStressLevel extends DividedShare {
  readonly level: number
}

/** What to disturb. */
interface ImageStressRequest {
  readonly images: readonly Float32Array[]
  readonly groupings: readonly Grouping[]
  /** Chance that a limit of a curve misses. */
  readonly error: number
}

/**
 * Share of images for which some shift of at most `level` pixels gives another class; all shifts are tried.
 * @throws `interrupted`
 */
export async function stressByShifts(
  model: ImageModel,
  { images, groupings, error }: ImageStressRequest,
): Promise<readonly ImageStressLevel[]> {
  const was = (await askImages(model, images)).map(classOf)
  const flips = new Uint8Array(images.length)
  const levels: ImageStressLevel[] = []
  for (const level of shiftLevels) {
    for (const shift of shiftsOf(level)) {
      const moved = images.map((image) => shifted(image, model.shape, shift))
      for (const [n, scores] of (await askImages(model, moved)).entries())
        if (classOf(scores) !== was[n]) flips[n] = 1
    }
    const claims = { error, points: shiftLevels.length }
    levels.push({ level, ...divideShare(flips, groupings, claims) })
  }
  return levels
}

/** The shifts whose larger part is so many pixels. */
function shiftsOf(pixels: number): { readonly down: number; readonly right: number }[] {
  const range = Array.from({ length: 2 * pixels + 1 }, (_, n) => n - pixels)
  return range
    .flatMap((down) => range.map((right) => ({ down, right })))
    .filter(({ down, right }) => Math.max(Math.abs(down), Math.abs(right)) === pixels)
}

/** The image moved by whole pixels; what comes in is as the nearest pixel of the edge. */
export function shifted(
  image: Float32Array,
  { channels, height, width }: ImageShape,
  { down, right }: { readonly down: number; readonly right: number },
): Float32Array {
  const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value))
  const moved = new Float32Array(image.length)
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = clamp(y - down, height) * width + clamp(x - right, width)
        moved[(channel * height + y) * width + x] = image[channel * height * width + from] ?? 0
      }
  return moved
}

/**
 * Share of images that get another class under normal noise, cut to 0 to 1; each image is disturbed once per level.
 * @throws `interrupted`
 */
export async function stressByNoise(
  model: ImageModel,
  { images, groupings, error, seed }: ImageStressRequest & { readonly seed: number },
): Promise<readonly ImageStressLevel[]> {
  const random = seededRandom(seed)
  return await stressImages(model, { images, groupings, error }, imageNoiseLevels, (image, level) =>
    image.map((value) => Math.min(1, Math.max(0, value + level * normal(random)))),
  )
}

/**
 * Share of images that get another class when single pixels turn black or white, in all channels at once; each image
 * is disturbed once per level, the share of its pixels.
 * @throws `interrupted`
 */
export async function stressBySaltAndPepper(
  model: ImageModel,
  { images, groupings, error, seed }: ImageStressRequest & { readonly seed: number },
): Promise<readonly ImageStressLevel[]> {
  const random = seededRandom(seed)
  const { height, width } = model.shape
  return await stressImages(model, { images, groupings, error }, saltLevels, (image, level) =>
    salted(
      image,
      Float64Array.from({ length: height * width }, () => random()),
      level,
    ),
  )
}

/**
 * The image with salt (1) where a pixel's draw is at least 1 − share / 2 and pepper (0) where it is below share /
 * 2.
 */
export function salted(image: Float32Array, draws: Float64Array, share: number): Float32Array {
  return image.map((value, n) => {
    const draw = draws[n % draws.length] ?? 0.5
    return draw >= 1 - share / 2 ? 1 : draw < share / 2 ? 0 : value
  })
}

/** Share of images that get another class, level by level. */
async function stressImages(
  model: ImageModel,
  { images, groupings, error }: ImageStressRequest,
  stressLevels: readonly number[],
  disturb: (image: Float32Array, level: number) => Float32Array,
): Promise<readonly ImageStressLevel[]> {
  const was = (await askImages(model, images)).map(classOf)
  const levels: ImageStressLevel[] = []
  for (const level of stressLevels) {
    const after = await askImages(
      model,
      images.map((image) => disturb(image, level)),
    )
    const flips = Uint8Array.from(after, (scores, n) => Number(classOf(scores) !== was[n]))
    const claims = { error, points: stressLevels.length }
    levels.push({ level, ...divideShare(flips, groupings, claims) })
  }
  return levels
}
