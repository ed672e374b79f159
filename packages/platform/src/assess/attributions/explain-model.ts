// What decides: which columns move the score, for everyone and for each protected group, by Shapley values of a sample of decisions.
// The set is validated first, and compared with Kernel SHAP and LIME.

import { assert } from '@proofhouse/evidence'
import { seededRandom } from '../intervals/random.ts'
import type { Limits } from '../intervals/proportion.ts'
import type { CodedColumn } from '../checks/coding.ts'
import { type ModelColumns, pickRows, type Predictor } from '../predictor.ts'
import { type Game, varyingFeatures } from './game.ts'
import { kernelShap, lime } from './local-models.ts'
import {
  type Attribution,
  exactAttribution,
  exactFeaturesMax,
  sampledAttributions,
} from './shapley.ts'
import {
  type ColumnImportance,
  type GroupPush,
  importanceOf,
  pushesOf,
  shareOf,
} from './summaries.ts'
import type { Fidelity } from './surrogate.ts'
import { validate, type ValidationCheck } from './validation.ts'

/** Decisions explained, and rows they are compared with. */
const explainedMax = 100
const backgroundMax = 100
const pairs = 20
/** Questions that all coalitions of every row may cost; beyond, permutations are drawn. */
const exactQuestionsMax = 2_000_000
/** Rows on which the other methods are asked. */
const comparedRows = 5
const localSamples = 1_000

/** What to explain. */
export interface ExplainRequest {
  readonly predictor: Predictor
  /** Rows of the data in the model's columns. */
  readonly columns: ModelColumns
  /** Protected columns over the same rows. */
  readonly groups: readonly CodedColumn[]
  readonly seed: number
  readonly confidence: number
  /** How well it stands in for the model; absent where the model itself is asked. */
  readonly fidelity?: Fidelity
}

/** What explains the decisions of a model. */
export interface ExplanationFindings {
  /** How well the stand-in that was explained does; null where the model itself was asked. */
  readonly fidelity: Fidelity | null
  readonly rows: number
  readonly background: number
  readonly method: 'exact' | 'permutations'
  /** Mean score of the background. */
  readonly base: number
  /** Largest standard error of a single value; 0 where exact. */
  readonly error: number
  readonly checks: readonly ValidationCheck[]
  /** Whether every check passed; if not, what follows is empty. */
  readonly valid: boolean
  readonly importance: readonly ColumnImportance[]
  readonly groups: readonly GroupPush[]
  /** Share of all absolute values that protected columns have; null where the set is not valid. */
  readonly protected_share: { readonly value: number; readonly limits: Limits } | null
  /** Rank correlation of the importances with those of the other methods, over the same rows. */
  readonly agreement: { readonly kernel_shap: number; readonly lime: number } | null
}

/** Explains a sample of decisions; null with fewer than twenty rows or a single column. */
export async function explainModel(request: ExplainRequest): Promise<ExplanationFindings | null> {
  const { predictor, columns, groups, seed } = request
  const rows = columns[0]?.length ?? 0
  if (rows < 20 || columns.length < 2) return null
  const random = seededRandom(seed)
  const order = Array.from({ length: rows }, (_, row) => ({ row, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ row }) => row)
  const backgroundRows = Math.min(backgroundMax, Math.floor(rows / 2))
  const picked = order.slice(backgroundRows, backgroundRows + explainedMax)
  const game: Game = {
    predictor,
    rows: pickRows(columns, Uint32Array.from(picked)),
    background: pickRows(columns, Uint32Array.from(order.slice(0, backgroundRows))),
  }
  const numbers = [...picked.keys()]
  const { method, attributions } = await attribute(game, numbers, random)
  const checks = [
    ...fidelityCheck(request),
    ...(await validate({ game, rows: numbers, attributions, pairs, random })),
  ]
  const valid = checks.every(({ passed }) => passed)
  const names = predictor.columns.map(({ name }) => name)
  const told = { names, attributions, error: 1 - request.confidence }
  return {
    fidelity: request.fidelity ?? null,
    rows: picked.length,
    background: backgroundRows,
    method,
    base: mean(attributions.map(({ base }) => base)),
    error: Math.max(0, ...attributions.flatMap(({ errors }) => [...errors])),
    checks,
    valid,
    importance: valid ? importanceOf(told) : [],
    groups: valid ? pushesOf(told, { groups, picked }) : [],
    protected_share: valid
      ? shareOf(
          told,
          groups.map(({ name }) => name),
        )
      : null,
    agreement: valid ? await agreementOf(game, attributions, random) : null,
  }
}

/** A stand-in must be wrong about at most half as many rows as the naive guess is, and about one in ten at most. */
function fidelityCheck({ fidelity }: ExplainRequest): ValidationCheck[] {
  if (fidelity === undefined) return []
  const [value, max] = [1 - fidelity.limits.low, Math.min(0.1, (1 - fidelity.naive) / 2)]
  return [{ name: 'fidelity', value, max, passed: value <= max }]
}

async function attribute(game: Game, rows: readonly number[], random: () => number) {
  const others = game.background[0]?.length ?? 0
  const varying = rows.map((row) => varyingFeatures(game, row).length)
  const questions = varying.reduce((sum, features) => sum + 2 ** features * others, 0)
  if (Math.max(...varying) <= exactFeaturesMax && questions <= exactQuestionsMax) {
    const attributions: Attribution[] = []
    for (const row of rows) attributions.push(await exactAttribution(game, row))
    return { method: 'exact', attributions } as const
  }
  const attributions = await sampledAttributions(game, rows, { pairs, random })
  return { method: 'permutations', attributions } as const
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

async function agreementOf(game: Game, attributions: readonly Attribution[], random: () => number) {
  const width = game.rows.length
  const rows = Array.from({ length: Math.min(comparedRows, attributions.length) }, (_, row) => row)
  const sizes = {
    own: new Float64Array(width),
    kernel: new Float64Array(width),
    lime: new Float64Array(width),
  }
  const add = (to: Float64Array, values: Float64Array) => {
    for (const [feature, value] of values.entries())
      to[feature] = (to[feature] ?? 0) + Math.abs(value)
  }
  for (const row of rows) {
    add(sizes.own, attributions[row]?.values ?? new Float64Array())
    add(sizes.kernel, await kernelShap(game, row, { samples: localSamples, random }))
    add(sizes.lime, await lime(game, row, { samples: localSamples, random }))
  }
  return {
    kernel_shap: rankCorrelation(sizes.own, sizes.kernel),
    lime: rankCorrelation(sizes.own, sizes.lime),
  }
}

/** Spearman's: the correlation of ranks, ties by their order. */
function rankCorrelation(a: Float64Array, b: Float64Array): number {
  const ranks = (values: Float64Array) => {
    const order = [...values.keys()].toSorted((x, y) => (values[x] ?? 0) - (values[y] ?? 0))
    const found = new Float64Array(values.length)
    for (const [rank, at] of order.entries()) found[at] = rank
    return found
  }
  const [x, y] = [ranks(a), ranks(b)]
  const size = a.length
  const squares = x.reduce((sum, rank, n) => sum + (rank - (y[n] ?? 0)) ** 2, 0)
  return 1 - (6 * squares) / (size * (size * size - 1))
}

/** Permutation pairs for a single row: cheap, and the more the surer. */
const rowPairs = 200

/** One decision with what its columns did. */
export interface AttributedRow extends Pick<Attribution, 'values' | 'errors' | 'base' | 'score'> {
  readonly isPositive: boolean
  /** Whether the values add up to the score minus the base. */
  readonly adds_up: boolean
  /** Whether the model gives the same score when asked again. */
  readonly repeats: boolean
}

/** Largest difference that rounding may leave. */
const roundingMax = 1e-4

/** The Shapley values of one row beside others. @param row a single row in the model's columns */
export async function attributeRow(
  predictor: Predictor,
  row: ModelColumns,
  background: ModelColumns,
  seed: number,
): Promise<AttributedRow> {
  const game: Game = { predictor, rows: row, background }
  const few = varyingFeatures(game, 0).length <= exactFeaturesMax
  const [found] = few
    ? [await exactAttribution(game, 0)]
    : await sampledAttributions(game, [0], { pairs: rowPairs, random: seededRandom(seed) })
  assert(found !== undefined, 'one row in, one attribution out')
  const again = await predictor.predict(row)
  const sum = found.values.reduce((total, value) => total + value, 0)
  return {
    ...found,
    isPositive: again.positive[0] === 1,
    adds_up: Math.abs(sum - (found.score - found.base)) <= roundingMax,
    repeats: Math.abs((again.score[0] ?? Number.NaN) - found.score) <= roundingMax,
  }
}
