// Attacks many rows. What an attack returns is believed only after the model was asked once more: that the decision
// flips, that the change is feasible, and how far it is.

import { assert } from '@proofhouse/evidence'
import { seededRandom } from '../intervals/random.ts'
import { askModel, type QuestionedModel } from './ask-model.ts'
import type { AttackMethod } from './attack.ts'
import { driveAttacks } from './drive-attacks.ts'
import {
  distanceOf,
  type FeasibleSpace,
  isFeasible,
  movableCategories,
  movableNumbers,
  project,
} from './feasible-changes.ts'
import type { Point } from './mixed-rows.ts'

/** Rows of the other decision that an attack may begin from. */
const startsMax = 16
/** Questions that are not the attack's: the decision of the row before it, and of what it found. */
export const queriesAround = 2

/** What an attack did to one row. */
export interface AttackResult {
  /** Whether the positive class is predicted for the row as it is. */
  readonly isPositive: boolean
  /** The changed row; null when nothing was found, which proves nothing. */
  readonly found: Point | null
  /** How far it is from the row; infinite when nothing was found. */
  readonly distance: number
  /** Rows of questions asked about it, the two around the attack included. */
  readonly queries: number
}

/** What to attack. */
export interface AttackRequest {
  readonly points: readonly Point[]
  readonly space: FeasibleSpace
  readonly method: AttackMethod
  /** Questions about one row at most, {@link queriesAround} included. */
  readonly queriesMax: number
  readonly seed: number
}

/**
 * Attacks every point, with the others as places to begin from; a row in which nothing can change is not attacked. The
 * same seed gives the same results.
 * @throws `interrupted`
 */
export async function runAttacks(
  model: QuestionedModel,
  request: AttackRequest,
): Promise<readonly AttackResult[]> {
  const { points, space, method, queriesMax, seed } = request
  assert(queriesMax > queriesAround, 'an attack needs questions of its own')
  const isPositive = await decisionsOf(model, points)
  const begin = (row: number) => {
    const from = points[row] ?? new Float64Array()
    if (movableNumbers(space, from).length + movableCategories(space, from).length === 0)
      return null
    return method({
      space,
      from,
      isPositive: isPositive[row] ?? false,
      threshold: model.threshold,
      starts: startsFor(row, { points, isPositive, space }),
      random: seededRandom(seed + row),
      queriesMax: queriesMax - queriesAround,
    })
  }
  const ask = async (questions: readonly Point[]) => await askModel(model, questions)
  const { found, queries } = await driveAttacks({ rows: points.length, begin, ask })
  return await verify(model, request, { isPositive, found, queries })
}

async function decisionsOf(model: QuestionedModel, points: readonly Point[]): Promise<boolean[]> {
  return Array.from(await askModel(model, points), (score) => score >= model.threshold)
}

/** The nearest rows with the other decision, as what the row could become of them. */
function startsFor(
  row: number,
  by: {
    readonly points: readonly Point[]
    readonly isPositive: readonly boolean[]
    readonly space: FeasibleSpace
  },
): Point[] {
  const { points, isPositive, space } = by
  const from = points[row] ?? new Float64Array()
  return points
    .filter((_, other) => isPositive[other] !== isPositive[row])
    .map((point) => project(space, from, point))
    .map((point) => ({ point, distance: distanceOf(space, from, point) }))
    .filter(({ distance }) => distance > 0)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, startsMax)
    .map(({ point }) => point)
}

/** Keeps what the model confirms in a batch of its own. */
async function verify(
  model: QuestionedModel,
  { points, space }: AttackRequest,
  by: {
    readonly isPositive: readonly boolean[]
    readonly found: readonly (Point | null)[]
    readonly queries: Float64Array
  },
): Promise<AttackResult[]> {
  const rows = [...by.found.entries()].flatMap(([row, point]) =>
    point === null ? [] : [{ row, point }],
  )
  const scores = await askModel(
    model,
    rows.map(({ point }) => point),
  )
  const confirmed = new Map(
    rows.flatMap(({ row, point }, n) => {
      const from = points[row] ?? new Float64Array()
      const score = scores[n] ?? Number.NaN
      const isOther =
        by.isPositive[row] === true ? score < model.threshold : score >= model.threshold
      return isOther && isFeasible(space, from, point) ? [[row, point] as const] : []
    }),
  )
  return points.map((from, row) => {
    const found = confirmed.get(row) ?? null
    return {
      isPositive: by.isPositive[row] ?? false,
      found,
      distance: found === null ? Infinity : distanceOf(space, from, found),
      queries: 1 + (by.queries[row] ?? 0) + Number(by.found[row] !== null),
    }
  })
}
