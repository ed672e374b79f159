// Runs a model over a table: engine → inputs → model → outputs → engine, one batch computing while the next is read.
// INVARIANT: the table has predictions for every row or for none; memory is that of a few batches.

import type { CheckedData, ColumnRoles } from './dataset.ts'
import { planInputs } from './model-inputs.ts'
import type { MissingValues } from './model-inputs-tensors.ts'
import type { ModelSession, Tensor } from './model-ports.ts'
import type { AggregateEngine } from './ports.ts'
import { planOutputs } from './scoring-outputs.ts'

/** Rows that go through the model at once. */
const batchRowsDefault = 16_384

/** A model, and the rows it is run over. */
export interface RunRequest {
  readonly engine: AggregateEngine
  readonly session: ModelSession
  /** Name of the model, for messages. */
  readonly model: string
  readonly roles: ColumnRoles
  readonly missingValues: MissingValues
  readonly batchRows?: number
  readonly signal?: AbortSignal | undefined
  /** Called after each batch with the rows done so far. */
  readonly onProgress?: (rows: number) => void
}

/** Everything that decides a prediction. */
export interface ScoringRequest extends RunRequest {
  readonly data: CheckedData
  /** `model.classes` of the configuration. */
  readonly declaredClasses: readonly string[] | null
  /** Class names found in the model's file by its structural check. */
  readonly foundClasses: readonly string[] | null
  readonly threshold: number | null
}

/** What went through. */
export interface ScoringSummary {
  readonly rows: number
  /** Columns the model read, in the order it took them. */
  readonly features: readonly string[]
  /** Model outputs the predictions come from. */
  readonly outputs: readonly string[]
}

/**
 * Predicts every row and attaches the predictions to the table.
 * @throws `model-mismatch`, `data-unsuitable`, `model-failed`, `interrupted`
 */
export async function scoreModel(request: ScoringRequest): Promise<ScoringSummary> {
  const { session, model, data } = request
  const outputs = planOutputs({
    model,
    outputs: session.outputs,
    positiveClass: data.positiveClass,
    negativeClass: data.negativeClass,
    declaredClasses: request.declaredClasses,
    foundClasses: request.foundClasses,
    threshold: request.threshold,
  })
  return runModel(request, {
    names: outputs.names,
    predictions: (tensors, firstRow, rows) => outputs.predictions(tensors, firstRow, rows),
    finish: () => {
      outputs.finish()
    },
    attach: (batches) => request.engine.attach(batches),
  })
}

/** What is read from a model's outputs, and where it goes. */
export interface ReadOutputs<Batch> {
  /** The outputs to ask for. */
  readonly names: readonly string[]
  readonly predictions: (tensors: readonly Tensor[], firstRow: number, rows: number) => Batch
  /** Called once all are read. */
  readonly finish: () => void
  readonly attach: (batches: AsyncIterable<Batch>) => Promise<void>
}

/**
 * Runs a model over every row and attaches what a plan reads from its outputs.
 * @throws `model-mismatch`, `data-unsuitable`, `model-failed`, `interrupted`
 */
export async function runModel<Batch>(
  request: RunRequest,
  outputs: ReadOutputs<Batch>,
): Promise<ScoringSummary> {
  const { engine, session, model, roles } = request
  const inputs = planInputs({
    model,
    table: engine.table,
    inputs: session.inputs,
    roles,
    missingValues: request.missingValues,
  })
  async function* predictions(): AsyncGenerator<Batch> {
    let running: Running | null = null
    const finished = async ({ firstRow, rows, tensors }: Running) => {
      const batch = outputs.predictions(await tensors, firstRow, rows)
      request.onProgress?.(firstRow + rows)
      return batch
    }
    const batches = engine.read({
      columns: inputs.columns,
      batchRows: request.batchRows ?? batchRowsDefault,
      signal: request.signal,
    })
    for await (const batch of batches) {
      const next = start(session, inputs.feeds(batch), outputs.names, batch)
      if (running !== null) yield await finished(running)
      running = next
    }
    if (running !== null) yield await finished(running)
    outputs.finish()
  }
  await outputs.attach(predictions())
  const features = inputs.columns.map((column) => column.name)
  return { rows: engine.table.rows, features, outputs: outputs.names }
}

interface Running {
  readonly firstRow: number
  readonly rows: number
  readonly tensors: Promise<readonly Tensor[]>
}

function start(
  session: ModelSession,
  feeds: readonly Tensor[],
  names: readonly string[],
  { firstRow, rows }: { readonly firstRow: number; readonly rows: number },
): Running {
  const tensors = session.run(feeds, names)
  // The failure is met when the batch is awaited; until then it must not count as unhandled.
  tensors.catch(() => undefined)
  return { firstRow, rows, tensors }
}
