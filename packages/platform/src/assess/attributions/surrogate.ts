// A stand-in for a model that is not at hand: boosted trees taught to predict what it predicted. What decides in it is what decides in
// the model only as far as it agrees with the model on rows it was not taught.

import { type Boosted, boostBetweenSignals, boostedOdds, columnsRead } from '../checks/boosting.ts'
import type { CodedColumn } from '../checks/coding.ts'
import { rowsOfHalf, type Sample } from '../checks/sample.ts'
import { clopperPearson, type Limits } from '../intervals/proportion.ts'
import type { ModelColumns, Predictor } from '../predictor.ts'
import { pause } from '../scoring-interruption.ts'

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
  /** Those that its trees read. */
  readonly columns: ModelColumns
  /** Those that its trees do not read, however often they are asked. */
  readonly unread: readonly string[]
  readonly fidelity: Fidelity
}

/** Rows judged between two looks at the signal. */
const judgedAtOnce = 8_192

/**
 * Teaches a stand-in on one half of the sample and judges it on the other; null with too few rows of either prediction.
 * @throws `interrupted` once the signal has fired
 */
export async function fitSurrogate(
  sample: Sample,
  by: {
    readonly features: readonly string[]
    readonly tail: number
    readonly signal?: AbortSignal | undefined
  },
): Promise<Surrogate | null> {
  const features = new Set(by.features)
  const columns = sample.columns.filter(({ name }) => features.has(name))
  const [learn, judge] = [rowsOfHalf(sample, 0), rowsOfHalf(sample, 1)]
  const positives = (rows: Uint32Array) =>
    rows.reduce((sum, row) => sum + (sample.predicted[row] ?? 0), 0)
  for (const rows of [learn, judge])
    if (Math.min(positives(rows), rows.length - positives(rows)) < rowsMin) return null
  if (columns.length < 2) return null
  const step = Math.ceil(learn.length / learningRowsMax)
  const model = await boostBetweenSignals(
    {
      columns,
      target: sample.predicted,
      rows: learn.filter((_, n) => n % step === 0),
    },
    by.signal,
  )
  let successes = 0
  for (const [n, row] of judge.entries()) {
    if (n % judgedAtOnce === 0) await pause(by.signal)
    if (boostedOdds(model, columns, row) >= 0 === (sample.predicted[row] === 1)) successes += 1
  }
  const share = positives(judge) / judge.length
  const read = readOf(model, columns.length)
  return {
    predictor: predictorOf(model, columns, read),
    columns: read.map((n) => Float64Array.from(columns[n]?.codes ?? [])),
    unread: columns.flatMap(({ name }, n) => (read.includes(n) ? [] : [name])),
    fidelity: {
      value: successes / judge.length,
      limits: clopperPearson({ successes, trials: judge.length }, by.tail),
      naive: Math.max(share, 1 - share),
      n: judge.length,
    },
  }
}

/** The columns that trees read: all others move nothing, whatever they hold. Two at least, for one alone is no game. */
function readOf(model: Boosted, columns: number): number[] {
  const read = new Set(columnsRead(model))
  for (let n = 0; n < columns && read.size < 2; n++) read.add(n)
  return [...read].toSorted((a, b) => a - b)
}

/** The trees as a model of the columns that they read. */
function predictorOf(
  model: Boosted,
  columns: readonly CodedColumn[],
  read: readonly number[],
): Predictor {
  return {
    columns: read.map((n) => ({ name: columns[n]?.name ?? '', as: 'number' })),
    hasScores: true,
    predict(asked) {
      const coded = columns.slice()
      for (const [at, n] of read.entries()) {
        const [column, cells] = [columns[n], asked[at]]
        if (column !== undefined && cells instanceof Float64Array)
          coded[n] = { ...column, codes: new Uint8Array(cells) }
      }
      const score = new Float64Array(asked[0]?.length ?? 0)
      for (let row = 0; row < score.length; row++)
        score[row] = 1 / (1 + Math.exp(-boostedOdds(model, coded, row)))
      return Promise.resolve({
        score,
        positive: Uint8Array.from(score, (one) => Number(one >= 0.5)),
      })
    },
  }
}
