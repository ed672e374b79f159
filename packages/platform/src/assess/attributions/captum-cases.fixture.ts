// Models, images and rows that Captum and ours explain, in words that both read (scripts/conformance/captum_values.py).

import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Random, seededRandom } from '../intervals/random.ts'
import type { ImageModel } from '../robustness/ask-images.ts'
import { integratedGradients, occlusionMap } from '../robustness/image-maps.ts'
import { infidelityOf, relativeChange } from './faithfulness.ts'
import type { Game } from './game.ts'
import { kernelShap } from './local-models.ts'
import { exactAttribution, sampledAttributions } from './shapley.ts'

interface Network {
  /** `square` makes a polynomial of the second degree, whose slopes differences give exactly. */
  readonly kind: 'tanh' | 'square'
  readonly weights: readonly (readonly number[])[]
  readonly bias: readonly number[]
  readonly out: readonly (readonly number[])[]
}

/** An image to explain. */
interface ImageCase {
  readonly model: Network
  readonly image: readonly number[]
  readonly baseline: readonly number[]
  readonly shape: ImageModel['shape']
  readonly class: number
  readonly steps: number
  readonly patch: number
  readonly stride: number
  readonly cover: number
}

/** A row to explain, with what ours drew. */
interface RowCase {
  readonly model: Network
  readonly row: readonly number[]
  readonly background: readonly (readonly number[])[]
  readonly orders: readonly { readonly order: readonly number[]; readonly other: number }[]
  readonly takings: readonly { readonly own: readonly number[]; readonly other: number }[]
  readonly moved: readonly number[]
  readonly samples: number
  readonly seed: number
}

/** What is explained. */
export type CaptumCase = ImageCase | RowCase

const numbers = Type.Array(Type.Number())
const imageValues = Type.Object({
  integrated: numbers,
  gap: Type.Number(),
  occluded: numbers,
  ablated: numbers,
})
const rowValues = Type.Object({
  exact: numbers,
  sampled: numbers,
  infidelity: Type.Number(),
  sensitivity: Type.Number(),
  kernel: numbers,
})

/** Reads the peer's values of cases. */
export const captumValues = Compile(Type.Array(Type.Union([imageValues, rowValues])))

const some = (count: number, of: () => number) => Array.from({ length: count }, of)

function network(random: Random, inputs: number, outputs: number, kind: Network['kind']): Network {
  const between = (most: number) => () => most * (2 * random() - 1)
  const units = 6
  return {
    kind,
    weights: Array.from({ length: units }, () => some(inputs, between(2 / Math.sqrt(inputs)))),
    bias: some(units, between(0.5)),
    out: Array.from({ length: outputs }, () => some(units, between(1))),
  }
}

function answer({ kind, weights, bias, out }: Network, input: ArrayLike<number>): number[] {
  const hidden = weights.map((line, k) => {
    const sum = line.reduce((total, weight, n) => total + weight * (input[n] ?? 0), bias[k] ?? 0)
    return kind === 'tanh' ? Math.tanh(sum) : sum * sum
  })
  return out.map((line) => line.reduce((sum, weight, k) => sum + weight * (hidden[k] ?? 0), 0))
}

/** Cases of a seed. */
export async function captumCases(seed: number, rounds: number): Promise<readonly CaptumCase[]> {
  const random = seededRandom(seed)
  const cases: CaptumCase[] = []
  for (let round = 0; round < rounds; round++) {
    for (const kind of ['tanh', 'square'] as const)
      cases.push(imageCase(random, kind, 1 + (round % 2)), await rowCase(random, kind))
  }
  return cases
}

function imageCase(random: Random, kind: Network['kind'], channels: number): ImageCase {
  const shape = { channels, height: 5, width: 6 }
  const size = channels * shape.height * shape.width
  // Numbers that single precision holds.
  const pixel = () => Math.fround(random())
  return {
    model: network(random, size, 3, kind),
    image: some(size, pixel),
    baseline: some(size, pixel),
    shape,
    class: Math.floor(3 * random()),
    steps: 7,
    patch: 2,
    // Does not end at the edge of five pixels, and does at that of six.
    stride: 2,
    cover: 0.5,
  }
}

async function rowCase(random: Random, kind: Network['kind']): Promise<RowCase> {
  const width = 5
  const cell = () => 2 * random() - 1
  const model = network(random, width, 1, kind)
  const row = some(width, cell)
  const background = Array.from({ length: 3 }, () => some(width, cell))
  const seed = Math.floor(2 ** 31 * random())
  return {
    model,
    row,
    background,
    orders: await ordersOf({ model, row, background, seed }),
    takings: Array.from({ length: 12 }, () => ({
      own: some(width, () => Number(random() < 0.5)),
      other: Math.floor(3 * random()),
    })),
    moved: row.map((value) => value + 0.05 * cell()),
    samples: 60,
    seed,
  }
}

const pairs = 4

type Explained = Pick<RowCase, 'model' | 'row' | 'background' | 'seed'>

/** The game of a row; `see` is shown every question. */
function gameOf(
  { model, row, background }: Explained,
  see: (point: readonly number[]) => void = () => undefined,
): Game {
  return {
    rows: row.map((value) => Float64Array.of(value)),
    background: row.map((_, n) => Float64Array.from(background, (other) => other[n] ?? 0)),
    predictor: {
      predict: (columns) => {
        const score = Float64Array.from({ length: columns[0]?.length ?? 0 }, (_, n) => {
          const point = columns.map((column) => Number(column[n]))
          see(point)
          return answer(model, point)[0] ?? 0
        })
        return Promise.resolve({ score, positive: new Uint8Array(score.length) })
      },
    },
  }
}

const sampledOf = (one: Explained, see?: (point: readonly number[]) => void) =>
  sampledAttributions(gameOf(one, see), [0], { pairs, random: seededRandom(one.seed) })

/** The orders in which ours lets features join, and the row of the background beside each, seen from its questions. */
async function ordersOf(one: Explained): Promise<RowCase['orders']> {
  const asked: (readonly number[])[] = []
  await sampledOf(one, (point) => asked.push(point))
  const width = one.row.length
  return Array.from({ length: pairs }, (_, pair) => {
    const steps = asked.slice(2 * width * pair, 2 * width * (pair + 1))
    const joined = (point: readonly number[]) =>
      point.flatMap((value, n) => (value === one.row[n] ? [n] : []))
    const order = steps.slice(0, width).map((point, k) => {
      const before = k === 0 ? [] : joined(steps[k - 1] ?? [])
      return joined(point).find((feature) => !before.includes(feature)) ?? -1
    })
    const last = steps.at(-1) ?? []
    return { order, other: one.background.findIndex((other) => other[0] === last[0]) }
  })
}

/** How far ours is from the peer's, by what was computed. */
export async function captumDifferences(
  one: CaptumCase,
  theirs: Static<typeof imageValues> | Static<typeof rowValues>,
): Promise<{ readonly what: string; readonly apart: number }[]> {
  const ours = 'image' in one ? await imageOf(one) : await rowOf(one)
  return Object.entries(ours).map(([what, values]) => {
    const peer: unknown = Object.entries(theirs).find(([name]) => what.endsWith(name))?.[1]
    const list = (Array.isArray(peer) ? peer : [peer]).map(Number)
    const gaps = list.map((value, n) => Math.abs(value - (values[n] ?? Number.NaN)))
    return { what, apart: list.length === values.length ? Math.max(...gaps) : Number.NaN }
  })
}

async function imageOf(one: ImageCase): Promise<Record<string, ArrayLike<number>>> {
  const { model, shape } = one
  const size = shape.channels * shape.height * shape.width
  const image = Float32Array.from(one.image)
  const baseline = Float32Array.from(one.baseline)
  const images: ImageModel = {
    shape,
    predict: (pixels, count) =>
      Promise.resolve(
        Float64Array.from(
          Array.from({ length: count }, (_, n) =>
            answer(model, pixels.subarray(n * size, (n + 1) * size)),
          ).flat(),
        ),
      ),
  }
  const request = { image, class: one.class }
  const map = (patch: number, stride: number) =>
    occlusionMap(images, { ...request, patch, stride, cover: one.cover, edge: 'cut' })
  const found = await integratedGradients(images, { ...request, baseline, steps: one.steps })
  return {
    [`${model.kind} integrated`]: found.attributions,
    [`${model.kind} gap`]: [found.gap],
    occluded: await map(one.patch, one.stride),
    ablated: await map(1, 1),
  }
}

async function rowOf(one: RowCase): Promise<Record<string, ArrayLike<number>>> {
  const game = gameOf(one)
  const exact = await exactAttribution(game, 0)
  const moved = await exactAttribution(gameOf({ ...one, row: one.moved }), 0)
  const [sampled] = await sampledOf(one)
  const takings = one.takings.map(({ own, other }) => {
    const point = one.row.map((value, n) =>
      own[n] === 1 ? value : (one.background[other]?.[n] ?? 0),
    )
    const effect = exact.score - (answer(one.model, point)[0] ?? 0)
    return { values: exact.values, own: Uint8Array.from(own), effect }
  })
  return {
    exact: exact.values,
    sampled: sampled?.values ?? [],
    infidelity: [infidelityOf(takings).error],
    sensitivity: [relativeChange(exact, moved)],
  }
}

/**
 * Distances of Kernel SHAP's values from the exact ones beside the first row of the background: ours, and the
 * peer's.
 */
export async function kernelErrors(one: RowCase, theirs: readonly number[]) {
  const game = gameOf({ ...one, background: one.background.slice(0, 1) })
  const { values: exact } = await exactAttribution(game, 0)
  // Two questions are for the whole row and the whole background.
  const by = { samples: one.samples - 2, random: seededRandom(one.seed) }
  const ours = await kernelShap(game, 0, by)
  const error = (values: ArrayLike<number>) =>
    Math.sqrt(exact.reduce((sum, value, n) => sum + (value - (values[n] ?? Number.NaN)) ** 2, 0))
  return { ours: error(ours), theirs: error(theirs) }
}

/**
 * How far apart is alike. Slopes by differences miss by a sixth of the squared reach times the third derivative,
 * which a polynomial of the second degree does not have, and by the rounding of single precision over the reach.
 * Captum divides occlusions in single precision.
 */
export function captumTolerance(what: string): number {
  if (what.startsWith('tanh')) return 2e-5
  return what.startsWith('square') || what === 'occluded' ? 1e-6 : 1e-9
}
