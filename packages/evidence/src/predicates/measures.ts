// Predicate https://proofhouse.dev/measures/v1: what an assessment measured, each number with its
// interval and slice. Page: spec/predicates. Names and definitions of measures are the assessment's
// business; here they are opaque.

import {
  anyNumber,
  anyText,
  type Check,
  count,
  idText,
  listOf,
  mapOf,
  nullable,
  oneOf,
  record,
  refuseShape,
  type Shape,
  sha256Text,
  shapeOf,
  someText,
  textLike,
} from '../shape.ts'
import type { PredicateType } from '../statement.ts'
import { type ModelRun, modelRun } from './model-run.ts'

/** A named number with an interval, over a slice. */
export type MeasuredValue = {
  /** For example `fairness.demographic_parity_ratio`. */
  readonly measure: string
  /** The columns that partition the rows; empty for everyone. */
  readonly over: readonly string[]
  /** The part this number is about, column → value; null when it is about the whole partition. */
  readonly slice: Readonly<Record<string, string>> | null
  /** The rows it is taken among, control column → value; absent for all rows. */
  readonly within?: Readonly<Record<string, string>>
  /** The class it is of, for a measure of one of several classes; absent for all others. */
  readonly class?: string
  /** Null when it is not defined, for example a rate of a group without members. */
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  /** Rows it was computed from. */
  readonly n: number
  readonly note?: string
}

/** What the numbers are numbers of. Under another definition the same names answer another question. */
export type MeasuredAs = {
  /** Id of the system. */
  readonly system: string
  readonly label: string
  /** Null where what is predicted is not one of two classes. */
  readonly positiveClass: string | null
  /** Protected column → its values that are privileged; empty where nobody is said to be. */
  readonly privileged: Readonly<Record<string, readonly string[]>>
  /** Column that holds the predictions; null when a model or a score makes them. */
  readonly prediction: string | null
  /** Column that holds the scores; null when a model makes them, or there are none. */
  readonly score: string | null
  /** Columns that the model was given; null for those it names itself. */
  readonly features: readonly string[] | null
  /** The model's classes in the order of its outputs; null as the model names them. */
  readonly classes: readonly string[] | null
  /** Score from which a row counts as positive; null for the prediction's own. */
  readonly threshold: number | null
  readonly missingValues: 'refuse' | 'as_nan'
  /** SHA-256 of the test data. */
  readonly testData: string
  /** What measures of drift compare; absent where none were taken. */
  readonly periods?: {
    /** SHA-256 of the data of either period. */
    readonly reference: string
    readonly current: string
    /** SHA-256 of the settings of the comparison, in canonical JSON. */
    readonly settings: string
    /** SHA-256 of labels of the current period that came later; absent without any. */
    readonly labels?: string
  }
  /** What is predicted, with the settings that change its measures; absent for one of two classes. */
  readonly task?: MeasuredTask
}

/** A task that is not binary. */
type MeasuredTask = {
  readonly kind: 'multiclass' | 'regression' | 'ranking'
  /** Class → column of its score; null for classes without scores. */
  readonly classScores?: Readonly<Record<string, string>> | null
  /** How many classes, or places, count. */
  readonly topK?: number
  /** The class whose probability was explained; absent for the class of each prediction. */
  readonly explained?: string
  /** The quantile that is predicted; null for a mean or a median. */
  readonly quantile?: number | null
  /** The column that says which rows are ranked together. */
  readonly query?: string
}

/** Everything an assessment measured. */
export type Measures = {
  readonly runId: string
  /** `strict`: undefined stays undefined; `compatible`: as Fairlearn reports it. */
  readonly mode: 'strict' | 'compatible'
  /** Coverage the intervals aim for, above 0 and below 1. */
  readonly confidence: number
  readonly interval: 'exact' | 'score' | 'bootstrap'
  readonly measuredAs: MeasuredAs
  /** The protected columns. */
  readonly columns: readonly string[]
  readonly measures: readonly MeasuredValue[]
  /** Slices left out because they are smaller than the policy allows to show. */
  readonly suppressedCells: readonly Readonly<Record<string, string>>[]
  /** How the model ran that made the predictions; absent where none did. */
  readonly modelRun?: ModelRun
}

const measuredValue = record(
  {
    measure: textLike(/^[a-z0-9_]+(\.[a-z0-9_]+)+$/, 'a name like `performance.accuracy`'),
    over: listOf(someText),
    slice: nullable(mapOf(anyText)),
    value: nullable(anyNumber),
    low: nullable(anyNumber),
    high: nullable(anyNumber),
    n: count,
  },
  { note: someText, within: mapOf(anyText, { sizeMin: 1 }), class: someText },
)

const periods = record(
  { reference: sha256Text, current: sha256Text, settings: sha256Text },
  { labels: sha256Text },
)

const task = record(
  { kind: oneOf(['multiclass', 'regression', 'ranking']) },
  {
    classScores: nullable(mapOf(someText)),
    topK: count,
    explained: someText,
    quantile: nullable(anyNumber),
    query: someText,
  },
)

const measuredAs = record(
  {
    system: idText,
    label: someText,
    positiveClass: nullable(anyText),
    privileged: mapOf(listOf(anyText, 1)),
    prediction: nullable(someText),
    score: nullable(someText),
    features: nullable(listOf(someText)),
    classes: nullable(listOf(anyText)),
    threshold: nullable(anyNumber),
    missingValues: oneOf(['refuse', 'as_nan']),
    testData: sha256Text,
  },
  { periods, task },
)

const fields: Shape<Measures> = shapeOf(
  record(
    {
      runId: idText,
      mode: oneOf(['strict', 'compatible']),
      confidence: anyNumber,
      interval: oneOf(['exact', 'score', 'bootstrap']),
      measuredAs,
      columns: listOf(someText),
      measures: listOf(measuredValue),
      suppressedCells: listOf(mapOf(anyText, { sizeMin: 1 })),
    },
    { modelRun },
  ),
)

const check: Check = (value, at, direction) => {
  const { confidence } = fields(value, at, direction)
  if (confidence <= 0 || confidence >= 1) refuseShape(`${at}.confidence`, 'above 0 and below 1')
}

/** The predicate type of measures. */
export const measures: PredicateType<Measures> = {
  uri: 'https://proofhouse.dev/measures/v1',
  shape: shapeOf(check),
}
