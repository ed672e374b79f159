// How often a decision flips when nobody attacks it: numbers measured inexactly, categories entered wrongly, cells
// left empty, at growing levels. Every row is disturbed once per level, so that its flip is one trial and the limits
// are exact.

import { seededRandom, type Random } from '../intervals/random.ts'
import { askModel, type QuestionedModel } from './ask-model.ts'
import type { FeasibleSpace, SpaceColumn } from './feasible-changes.ts'
import { divideShare, type DividedShare, type Grouping } from './group-shares.ts'
import { type MixedRows, type Point, pointAt } from './mixed-rows.ts'
import { normal } from '../intervals/normal-number.ts'

/** Ways to disturb a row. */
const stressKinds = ['noise', 'swaps', 'missing'] as const

/** A way to disturb a row. */
export type StressKind = (typeof stressKinds)[number]

/** Noise: standard deviation in units of a column's scale. Swaps, missing: chance of each cell. */
export const stressLevels: Readonly<Record<StressKind, readonly number[]>> = {
  noise: [0.05, 0.1, 0.25, 0.5, 1],
  swaps: [0.05, 0.1, 0.25, 0.5],
  missing: [0.05, 0.1, 0.25, 0.5],
}

/** Flips at one level. */
interface StressLevel extends DividedShare {
  readonly level: number
}

/** Flips at every level of every kind; empty for a kind that no column allows. */
export type StressFindings = Readonly<Record<StressKind, readonly StressLevel[]>>

/** What to disturb. */
export interface StressRequest {
  readonly rows: MixedRows
  /** Ranges, steps and scales; directions are of no account, as nobody chooses an error. */
  readonly space: FeasibleSpace
  /** Columns that stay as they are: identifiers. */
  readonly spared: readonly string[]
  /** Columns whose value may be missing without the model refusing the row. */
  readonly missable: readonly string[]
  readonly groupings: readonly Grouping[]
  /** Chance that a limit of one kind's curve misses, overall or over the groups of a column. */
  readonly error: number
  readonly seed: number
}

/** Shares of decisions that flip. An answer that is no number counts as a flip. */
export async function stressDecisions(
  model: QuestionedModel,
  request: StressRequest,
): Promise<StressFindings> {
  const points = Array.from({ length: request.rows.rows }, (_, row) => pointAt(request.rows, row))
  const before = await askModel(model, points)
  const random = seededRandom(request.seed)
  const found: Record<StressKind, readonly StressLevel[]> = { noise: [], swaps: [], missing: [] }
  for (const kind of stressKinds) {
    const columns = disturbed(request, kind)
    if (columns.length === 0) continue
    const levels: StressLevel[] = []
    for (const level of stressLevels[kind]) {
      const noisy = points.map((point) => disturb(point, { kind, level, columns, random }))
      const after = await askModel(model, noisy)
      const flips = Uint8Array.from(after, (score, row) =>
        Number(
          Number.isNaN(score) || score >= model.threshold !== (before[row] ?? 0) >= model.threshold,
        ),
      )
      const claims = { error: request.error, points: stressLevels[kind].length }
      levels.push({ level, ...divideShare(flips, request.groupings, claims) })
    }
    found[kind] = levels
  }
  return found
}

/** A column to disturb, with its position and the codes its categories have. */
interface DisturbedColumn {
  readonly position: number
  readonly column: SpaceColumn
  readonly categories: number
}

/** The columns that a kind of stress disturbs. */
function disturbed(request: StressRequest, kind: StressKind): readonly DisturbedColumn[] {
  const { rows, space, spared, missable } = request
  return [...space.entries()].flatMap(([position, column]) => {
    const known = rows.columns[position]
    const categories = known?.kind === 'category' ? known.labels.length : 0
    const isMeant =
      kind === 'missing'
        ? missable.includes(column.name)
        : kind === 'noise'
          ? column.kind === 'number' && column.high > column.low
          : categories > 1
    return isMeant && !spared.includes(column.name) ? [{ position, column, categories }] : []
  })
}

/** A row with errors in it; what is missing stays missing. */
function disturb(
  point: Point,
  by: {
    readonly kind: StressKind
    readonly level: number
    readonly columns: readonly DisturbedColumn[]
    readonly random: Random
  },
): Point {
  const noisy = point.slice()
  for (const { position, column, categories } of by.columns) {
    const here = point[position] ?? Number.NaN
    if (by.kind === 'noise') {
      if (column.kind === 'number')
        noisy[position] = remeasured(here, column, by.level * normal(by.random))
      continue
    }
    if (by.random() >= by.level || Number.isNaN(here)) continue
    if (by.kind === 'missing') noisy[position] = Number.NaN
    else {
      const other = Math.floor(by.random() * (categories - 1))
      noisy[position] = other >= here ? other + 1 : other
    }
  }
  return noisy
}

/** A number with an error, on the column's steps and within its range or at the number itself. */
function remeasured(
  here: number,
  { low, high, step, scale }: Extract<SpaceColumn, { kind: 'number' }>,
  error: number,
): number {
  const moved = error * scale
  const there = here + (step === 0 ? moved : Math.round(moved / step) * step)
  return Math.min(Math.max(high, here), Math.max(Math.min(low, here), there))
}
