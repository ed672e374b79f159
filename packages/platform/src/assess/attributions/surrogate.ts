// A stand-in for a model that is not at hand: boosted trees taught to predict what it predicted. What decides in it is what decides in
// the model only as far as it agrees with the model on rows it was not taught.

import { boost, boostedOdds } from '../checks/boosting.ts'
import type { CodedColumn } from '../checks/coding.ts'
import { rowsOfHalf, type Sample } from '../checks/sample.ts'
import { clopperPearson, type Limits } from '../intervals/proportion.ts'
import type { ModelColumns, Predictor } from '../predictor.ts'

/** Rows to learn from at most. */
const learningRowsMax = 20_000
/** Rows of either prediction that each half must have. */
const rowsMin = 30

/** How well the stand-in does. */
export interface Fidelity {
  /** Share of held-out rows for which it predicts what was predicted. */
  readonly value: number
  readonly limits: Limits
  /** The share that the more frequent prediction alone would reach. */
  readonly naive: number
  readonly n: number
}

/** A stand-in, over columns of codes. */
export interface Surrogate {
  readonly predictor: Predictor
  readonly columns: ModelColumns
  readonly fidelity: Fidelity
}

/** Teaches a stand-in on one half of the sample and judges it on the other; null with too few rows of either prediction. */
export function fitSurrogate(
  sample: Sample,
  by: { readonly features: readonly string[]; readonly tail: number },
): Surrogate | null {
  const columns = sample.columns.filter(({ name }) => by.features.includes(name))
  const [learn, judge] = [rowsOfHalf(sample, 0), rowsOfHalf(sample, 1)]
  const positives = (rows: Uint32Array) =>
    rows.reduce((sum, row) => sum + (sample.predicted[row] ?? 0), 0)
  for (const rows of [learn, judge])
    if (Math.min(positives(rows), rows.length - positives(rows)) < rowsMin) return null
  if (columns.length < 2) return null
  const step = Math.ceil(learn.length / learningRowsMax)
  const model = boost(
    columns,
    sample.predicted,
    learn.filter((_, n) => n % step === 0),
  )
  const successes = judge.reduce(
    (sum, row) =>
      sum + Number(boostedOdds(model, columns, row) >= 0 === (sample.predicted[row] === 1)),
    0,
  )
  const share = positives(judge) / judge.length
  return {
    predictor: {
      columns: columns.map(({ name }) => ({ name, as: 'number' })),
      hasScores: true,
      predict(asked) {
        const coded = columns.map(
          (column, n): CodedColumn => ({
            ...column,
            codes: Uint8Array.from(asked[n] ?? [], Number),
          }),
        )
        const score = Float64Array.from(
          { length: asked[0]?.length ?? 0 },
          (_, row) => 1 / (1 + Math.exp(-boostedOdds(model, coded, row))),
        )
        return Promise.resolve({
          score,
          positive: Uint8Array.from(score, (one) => Number(one >= 0.5)),
        })
      },
    },
    columns: columns.map(({ codes }) => Float64Array.from(codes)),
    fidelity: {
      value: successes / judge.length,
      limits: clopperPearson({ successes, trials: judge.length }, by.tail),
      naive: Math.max(share, 1 - share),
      n: judge.length,
    },
  }
}
