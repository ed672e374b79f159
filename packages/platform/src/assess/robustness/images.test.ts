// Images: attacks and maps on a linear model with known answers, then all of them on a real network in ONNX Runtime.

import { readFileSync } from 'node:fs'
import { sha256Hex } from '@proofhouse/evidence'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { onnxRunner } from '../../adapters/onnx-runner.ts'
import { seededRandom } from '../intervals/random.ts'
import { askImages, classOf, type ImageModel, marginOf } from './ask-images.ts'
import { boundaryAttack } from './boundary-attack.ts'
import { findImageRobustness } from './find-image-robustness.ts'
import { hopSkipJump } from './hop-skip-jump.ts'
import { attackImages, imageSquareAttack } from './image-attacks.ts'
import { integratedGradients, occlusionMap } from './image-maps.ts'
import { shifted, stressByShifts } from './image-stress.ts'
import { normal } from '../intervals/normal-number.ts'

const shape = { channels: 2, height: 4, width: 4 }
const size = 32

/** Two classes by the sign of a weighted sum; the weights, and a model that scores with them. */
function linear(seed: number): { readonly weights: Float64Array; readonly model: ImageModel } {
  const random = seededRandom(seed)
  const weights = Float64Array.from({ length: size }, () => normal(random))
  const middle = 0.5 * weights.reduce((sum, weight) => sum + weight, 0)
  const predict = (pixels: Float32Array, images: number) =>
    Promise.resolve(
      Float64Array.from({ length: 2 * images }, (_, n) => {
        if (n % 2 === 1) return 0
        const first = Math.floor(n / 2) * size
        return weights.reduce((sum, weight, k) => sum + weight * (pixels[first + k] ?? 0), -middle)
      }),
    )
  return { weights, model: { predict, shape } }
}

const random = seededRandom(4)
/** Pixels near the middle, so that the nearest flip lies within 0 to 1. */
const images = Array.from({ length: 16 }, () =>
  Float32Array.from({ length: size }, () => 0.5 + 0.1 * (random() - 0.5)),
)

describe('attacks on a linear model', () => {
  const { weights, model } = linear(1)
  const norm = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0))
  const sum = weights.reduce((total, weight) => total + Math.abs(weight), 0)

  test.each([
    ['hop-skip-jump', hopSkipJump, 1.05],
    ['boundary', boundaryAttack, 1.15],
  ] as const)('%s comes near the exact distance, and never below it', async (_, method, slack) => {
    const request = { images, method, queriesMax: 1200, seed: 2 }
    const scores = await askImages(model, images)
    const ratios = (await attackImages(model, request)).map(({ euclidean, queries }, n) => {
      expect(queries).toBeLessThanOrEqual(1200)
      return euclidean / (Math.abs(scores[n]?.[0] ?? 0) / norm)
    })
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(1 - 1e-5)
    expect(ratios.toSorted((a, b) => a - b)[8]).toBeLessThan(slack)
  })

  test('the square attack finds nothing below the exact largest change, and most above it', async () => {
    const scores = await askImages(model, images)
    const exact = scores.map((one) => Math.abs(one[0] ?? 0) / sum)
    for (const epsilon of [0.005, 0.02, 0.05]) {
      const method = imageSquareAttack(shape, epsilon)
      const found = await attackImages(model, { images, method, queriesMax: 400, seed: 3 })
      for (const [n, { largest, was, found: change }] of found.entries()) {
        if (change === null) continue
        expect(largest).toBeLessThanOrEqual(epsilon + 1e-6)
        expect(exact[n]).toBeLessThanOrEqual(epsilon + 1e-6)
        expect(change.class).not.toBe(was)
      }
      const within = exact.filter((distance) => distance < 0.8 * epsilon).length
      const flipped = found.filter((result) => result.found !== null).length
      expect(flipped).toBeGreaterThanOrEqual(within)
    }
  })

  test('maps: integrated gradients and occlusion are the weights times the change', async () => {
    const image = images[0] ?? new Float32Array()
    const baseline = new Float32Array(size)
    const found = await integratedGradients(model, { image, class: 0, baseline, steps: 2 })
    for (const [n, weight] of weights.entries())
      expect(found.attributions[n]).toBeCloseTo(weight * (image[n] ?? 0), 4)
    expect(Math.abs(found.gap)).toBeLessThan(1e-4)
    expect(found.queries).toBe(2 * size * 2 + 2)
    const map = await occlusionMap(model, { image, class: 0, patch: 1, stride: 1, cover: 0 })
    for (const [n, fall] of map.entries()) {
      const channels = [n, n + 16].map((k) => (weights[k] ?? 0) * (image[k] ?? 0))
      expect(fall).toBeCloseTo((channels[0] ?? 0) + (channels[1] ?? 0), 5)
    }
    const wide = await occlusionMap(model, { image, class: 0, patch: 3, stride: 2, cover: 0 })
    expect(wide.every((fall) => Number.isFinite(fall))).toBe(true)
  })

  test('integrated gradients of squares are exact at the middles of steps', async () => {
    const predict = (pixels: Float32Array, count: number) =>
      Promise.resolve(
        Float64Array.from({ length: count }, (_, n) =>
          pixels.slice(n * size, (n + 1) * size).reduce((all, x, k) => all + (k - 9) * x * x, 0),
        ),
      )
    const image = images[0] ?? new Float32Array()
    const request = { image, class: 0, baseline: new Float32Array(size), steps: 3 }
    const found = await integratedGradients({ predict, shape }, request)
    for (const [n, value] of image.entries())
      expect(found.attributions[n]).toBeCloseTo((n - 9) * value * value, 4)
  })

  test('what the model does not confirm is not reported', async () => {
    let asked = 0
    const predict = (_: Float32Array, count: number) => {
      asked += count
      const other = asked > images.length && asked <= 2 * images.length
      return Promise.resolve(
        Float64Array.from({ length: 2 * count }, (__, n) => Number(other === (n % 2 === 1))),
      )
    }
    const method = imageSquareAttack(shape, 0.1)
    const found = await attackImages(
      { predict, shape },
      { images, method, queriesMax: 10, seed: 1 },
    )
    expect(found.every((result) => result.found === null && result.queries === 3)).toBe(true)
  })

  test('shifts move whole pixels and repeat the edge; a model that averages does not mind them', async () => {
    const row = Float32Array.of(1, 2, 3, 4)
    const flat = { channels: 1, height: 2, width: 2 }
    expect(shifted(row, flat, { down: 0, right: 1 })).toEqual(Float32Array.of(1, 1, 3, 3))
    expect(shifted(row, flat, { down: -1, right: 0 })).toEqual(Float32Array.of(3, 4, 3, 4))
    const predict = (pixels: Float32Array, count: number) =>
      Promise.resolve(Float64Array.from({ length: 2 * count }, (_, n) => (n % 2) + pixels.length))
    const levels = await stressByShifts({ predict, shape }, { images, groupings: [], error: 0.05 })
    expect(levels.map(({ overall }) => overall.value)).toEqual([0, 0])
  })

  test('a signal ends it', async () => {
    const stopped = { ...model, signal: AbortSignal.abort() }
    const request = { images, method: boundaryAttack, queriesMax: 10, seed: 1 }
    await expect(attackImages(stopped, request)).rejects.toMatchObject({ code: 'interrupted' })
  })
})

const digitSample = Compile(
  Type.Object({
    side: Type.Integer(),
    pixelMax: Type.Integer(),
    labels: Type.Array(Type.Integer()),
    images: Type.Array(Type.Array(Type.Integer())),
  }),
)
const digitsFolder = new URL('../../../../../examples/digits-cnn/', import.meta.url)

test('on the network that reads digits, in ONNX Runtime', async () => {
  const bytes = Uint8Array.from(readFileSync(new URL('model.onnx', digitsFolder)))
  const sample = digitSample.Parse(
    JSON.parse(readFileSync(new URL('test-sample.json', digitsFolder), 'utf8')),
  )
  const session = await onnxRunner({ threads: 1 }).load({
    name: 'model.onnx',
    bytes,
    sha256: sha256Hex(bytes),
    runtime: 'native',
    memoryBytes: 512 * 2 ** 20,
    timeoutMs: 60_000,
  })
  const digits = { channels: 1, height: sample.side, width: sample.side }
  const model: ImageModel = {
    shape: digits,
    predict: async (data, count) => {
      const feed = {
        name: 'image',
        shape: [count, 1, digits.height, digits.width],
        values: { type: 'float32' as const, data },
      }
      const [output] = await session.run([feed], ['probabilities'])
      if (output?.values.type !== 'float32') throw new Error('probabilities are float32')
      return Float64Array.from(output.values.data)
    },
  }
  const all = sample.images.map((pixels) =>
    Float32Array.from(pixels, (pixel) => pixel / sample.pixelMax),
  )
  const given = (await askImages(model, all)).map(classOf)
  const right = given.filter((one, n) => one === sample.labels[n]).length
  expect(right / all.length).toBeGreaterThan(0.95)
  const part = { images: all.slice(0, 40), label: sample.labels.slice(0, 40), groupings: [] }
  const request = { ...part, queriesMax: 150, confidence: 0.95, seed: 1 }
  const found = await findImageRobustness(model, request)
  const curve = found.accuracy.map(({ overall }) => overall.value ?? 0)
  expect(curve).toEqual(curve.toSorted((a, b) => b - a))
  expect(curve[0]).toBeGreaterThan(0.9)
  expect(curve[1]).toBeGreaterThan(0.7)
  expect(curve.at(-1)).toBeLessThan(0.3)
  expect(found.medianEuclidean).toBeGreaterThan(0.1)
  expect(found.shifts[1]?.overall.value).toBeGreaterThanOrEqual(found.shifts[0]?.overall.value ?? 1)
  expect(found.noise[0]?.overall.value).toBeLessThan(0.1)
  const image = all[0] ?? new Float32Array()
  const own = given[0] ?? 0
  const gradients = await integratedGradients(model, {
    image,
    class: own,
    baseline: new Float32Array(image.length),
    steps: 16,
  })
  const [score] = await askImages(model, [image])
  expect(Math.abs(gradients.gap)).toBeLessThan(0.05)
  expect(marginOf(score ?? new Float64Array(), own)).toBeGreaterThan(0)
  const map = await occlusionMap(model, { image, class: own, patch: 3, stride: 1, cover: 0 })
  expect(Math.max(...map)).toBeGreaterThan(0.01)
  await session.close()
})
