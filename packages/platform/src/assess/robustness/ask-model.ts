// Questions to the model: points in, scores out, in batches of bounded size, with a look at the signal before each.

import { assert } from '@proofhouse/evidence'
import { throwIfAborted } from '../scoring-interruption.ts'
import { type Decide, type MixedRows, type Point, rowsOfPoints } from './mixed-rows.ts'

/** Rows of a batch at most. */
const batchRowsMax = 4096

/** A model with what its answers mean. */
export interface QuestionedModel {
  readonly decide: Decide
  /** The positive class is predicted from this score on; 0.5 for answers of 1 and 0. */
  readonly threshold: number
  /** Columns of the rows it takes. */
  readonly like: MixedRows
  readonly signal?: AbortSignal | undefined
}

/**
 * The model's answers, in the order of the points.
 * @throws `interrupted`
 */
export async function askModel(
  { decide, like, signal }: Omit<QuestionedModel, 'threshold'>,
  points: readonly Point[],
): Promise<Float64Array> {
  const answers = new Float64Array(points.length)
  for (let first = 0; first < points.length; first += batchRowsMax) {
    throwIfAborted(signal)
    const batch = points.slice(first, first + batchRowsMax)
    const found = await decide(rowsOfPoints(like, batch))
    assert(found.length === batch.length, 'a model answers every row')
    answers.set(found, first)
  }
  return answers
}
