// What a system's model gives away of the people it learnt from: its training and its test rows as the attacks take them, and the model as
// what they ask. Without a model, the columns of predictions stand in for its answers.

import { OperatingError } from '@proofhouse/evidence'
import {
  type AggregateEngine,
  type AnsweredTable,
  canonicalText,
  findPrivacyRisks,
  type ModelColumns,
  type OutcomeRequest,
  type Predictor,
  type PrivacyFindings,
  type ReadRequest,
} from '../assess/index.ts'
import type { SystemFile } from '../registry/index.ts'
import type { AssessmentInputs } from './assessment-inputs.ts'

/** Rows of either table that are attacked, at most. */
const sampleRowsMax = 20_000
const batchRows = 4_096
/** Questions about rows that nobody has: what an assessment spends on them. */
const queriesMax = { noise: 8_000, values: 6_000 }

interface AttackRequest {
  readonly file: SystemFile
  readonly inputs: AssessmentInputs
  /** The model; null where predictions are columns. */
  readonly predictor: Predictor | null
  /** Where label and predictions are in the test data. */
  readonly outcomes: OutcomeRequest
  /** Columns that have no other role. */
  readonly columns: readonly string[]
  readonly seed: number
  readonly signal: AbortSignal
}

/** Attacks the privacy of the training rows; null where none are named, or they lack what the attacks need. */
export async function attackPrivacy(request: AttackRequest): Promise<PrivacyFindings | null> {
  const { file, inputs, predictor, outcomes } = request
  const { train, test } = inputs
  if (train === null) return null
  const has = (name: string) => train.table.columns.some((column) => column.name === name)
  const { predictions } = outcomes
  const answers =
    predictor !== null || predictions.from === 'attached'
      ? []
      : predictions.from === 'score'
        ? [predictions.score]
        : [predictions.prediction, ...(predictions.score === null ? [] : [predictions.score])]
  const read = predictor?.columns.map(({ name }) => name) ?? []
  if (![outcomes.label, ...answers, ...read].every(has)) return null
  const features =
    predictor === null ? (file.columns.features ?? request.columns).filter(has) : read
  const { protected: protectedColumns, sensitive } = file.columns
  const names = [...new Set([...features, ...protectedColumns, ...sensitive])].filter(has)
  try {
    return await findPrivacyRisks({
      train: await answeredTable(train, names, request),
      test: await answeredTable(test, names, request),
      model: predictor,
      features,
      protectedColumns,
      sensitive,
      queriesMax,
      confidence: file.assessment.confidence,
      seed: request.seed,
      signal: request.signal,
    })
  } catch (error) {
    // Training rows that the model would refuse: the test rows were read before.
    if (error instanceof OperatingError && error.code === 'data-unsuitable') return null
    throw error
  }
}

/** A sample of a table with the model's answers, or those it holds. */
async function answeredTable(
  engine: AggregateEngine,
  names: readonly string[],
  request: AttackRequest,
): Promise<AnsweredTable> {
  const { predictor, outcomes } = request
  const typed = predictor?.columns ?? []
  const others = names.filter((name) => typed.every((column) => column.name !== name))
  const columns: ReadRequest['columns'] = [
    ...typed,
    ...[...others, ...(predictor === null ? [] : [outcomes.label])].map((name) => ({
      name,
      as: 'text' as const,
    })),
  ]
  const cells = columns.map((): (number | string | null)[] => [])
  const [label, predicted, score]: [number[], number[], number[]] = [[], [], []]
  const batches = engine.read({
    columns,
    ...(predictor === null ? { outcomes } : {}),
    stride: Math.max(1, Math.ceil(engine.table.rows / sampleRowsMax)),
    batchRows,
    signal: request.signal,
  })
  for await (const batch of batches) {
    for (const [n, column] of batch.columns.entries()) cells[n]?.push(...column)
    label.push(...(batch.outcomes?.label ?? []))
    predicted.push(...(batch.outcomes?.predicted ?? []))
    score.push(...(batch.outcomes?.score ?? []))
  }
  const texts = columns.map(({ name }, n) => ({
    name,
    cells: (cells[n] ?? []).map((cell) =>
      Number.isNaN(cell) ? null : typeof cell === 'number' ? canonicalText(cell) : cell,
    ),
  }))
  if (predictor === null)
    return {
      cells: texts,
      label: Uint8Array.from(label),
      predicted: Uint8Array.from(predicted),
      score: score.some(Number.isNaN) ? null : Float64Array.from(score),
      inputs: null,
    }
  const inputs: ModelColumns = typed.map(({ as }, n) =>
    as === 'number'
      ? Float64Array.from(cells[n] ?? [], Number)
      : (cells[n] ?? []).map((cell) => (typeof cell === 'number' ? String(cell) : cell)),
  )
  const answer = await predictor.predict(inputs)
  return {
    cells: texts.slice(0, -1),
    label: Uint8Array.from(texts.at(-1)?.cells ?? [], (cell) => classOf(cell, outcomes)),
    predicted: answer.positive,
    score: predictor.hasScores ? answer.score : null,
    inputs,
  }
}

/** 1 for the positive class, 0 for another, 2 for none. */
function classOf(cell: string | null, { positiveClass }: OutcomeRequest): number {
  const text = cell === null ? null : canonicalText(cell)
  return text === null ? 2 : Number(text === positiveClass)
}
