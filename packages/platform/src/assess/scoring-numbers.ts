// Runs a model that predicts one number a row over a table: an amount, a risk in its own unit, a score to rank by.

import type { PredictionBatch } from './attached.ts'
import { listed } from './dataset-values.ts'
import { mismatch } from './model-outputs.ts'
import type { ModelValue, Tensor } from './model-ports.ts'
import { type ReadOutputs, type RunRequest, runModel, type ScoringSummary } from './scoring.ts'

/**
 * Predicts a number for every row and attaches it to the table as its score.
 * @throws `model-mismatch`, `data-unsuitable`, `model-failed`, `interrupted`
 */
export function scoreNumbers(request: RunRequest): Promise<ScoringSummary> {
  return runModel(request, {
    ...planNumberOutput(request.model, request.session.outputs),
    finish: () => undefined,
    attach: (batches) => request.engine.attach(batches),
  })
}

/**
 * Decides which output is the number.
 * @throws `model-mismatch`
 */
export function planNumberOutput(
  model: string,
  outputs: readonly ModelValue[],
): Pick<ReadOutputs<PredictionBatch>, 'names' | 'predictions'> {
  const output = numberOutput(model, outputs)
  return {
    names: [output.name],
    predictions: (tensors, firstRow, rows) =>
      numbersOf(
        model,
        tensors.find(({ name }) => name === output.name),
        { firstRow, rows },
      ),
  }
}

/** The one output that is a number a row. */
function numberOutput(model: string, outputs: readonly ModelValue[]): ModelValue {
  const numbers = outputs.filter(
    ({ type, shape }) =>
      /^(float|int)/.test(type) &&
      shape !== null &&
      (shape.length === 1 || (shape.length === 2 && (shape[1] === 1 || shape[1] === -1))),
  )
  const [only] = numbers
  if (only === undefined || numbers.length > 1)
    mismatch(
      model,
      `has ${numbers.length === 0 ? 'no output' : 'several outputs'} of one number a row; its outputs are ` +
        `${listed(outputs.map(({ name }) => name))}, so export it with one`,
    )
  return only
}

function numbersOf(
  model: string,
  tensor: Tensor | undefined,
  { firstRow, rows }: { readonly firstRow: number; readonly rows: number },
): PredictionBatch {
  const { length } = tensor?.values.data ?? []
  if (tensor === undefined || tensor.shape[0] !== rows || length !== rows)
    mismatch(
      model,
      `gives the shape [${tensor?.shape.join(', ') ?? ''}] for ${rows} rows; one number a row can be read`,
    )
  const score = Float64Array.from(tensor.values.data, Number)
  const strange = score.findIndex((value) => !Number.isFinite(value))
  if (strange >= 0)
    mismatch(
      model,
      `predicts \`${score[strange]}\` for row ${firstRow + strange + 1}, which is no finite number`,
    )
  return { firstRow, positive: new Uint8Array(rows), score }
}
