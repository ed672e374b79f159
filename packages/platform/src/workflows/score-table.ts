// Runs a system's model over one of its tables, in a process of its own.

import {
  type AggregateEngine,
  type CheckedData,
  type ModelSession,
  scoreModel,
} from '../assess/index.ts'
import type { SystemFile } from '../registry/index.ts'
import type { CheckedModel } from './assessment-inputs.ts'
import type { Services } from './services.ts'

/** Which model over which rows. */
interface ScoreRequest {
  readonly file: SystemFile
  readonly engine: AggregateEngine
  readonly model: CheckedModel
  /** What is known of the test data: the classes. */
  readonly data: CheckedData
  readonly signal: AbortSignal
  readonly progress: (step: string) => void
}

/**
 * Runs the model over a table and attaches what it predicts.
 * @returns how many columns the model read
 * @throws model-mismatch, model-failed, interrupted
 */
export function scoreTable(
  services: Pick<Services, 'models'>,
  { file, engine, model, data, signal, progress }: ScoreRequest,
): Promise<number> {
  return withModel(services, { file, model, signal, progress }, async (session) => {
    const total = engine.table.rows
    const { features } = await scoreModel({
      engine,
      session,
      model: model.path,
      roles: file.columns,
      data,
      declaredClasses: file.model?.classes ?? null,
      foundClasses: model.check.summary.classNames,
      threshold: file.assessment.threshold,
      missingValues: file.assessment.missingValues,
      signal,
      onProgress: (rows) => {
        progress(`running ${model.path}: ${rows} of ${total} rows`)
      },
    })
    return features.length
  })
}

/** Loads the model, gives it to `use`, and ends its process whatever happens. */
export async function withModel<Answer>(
  { models }: Pick<Services, 'models'>,
  { file, model, signal, progress }: Omit<ScoreRequest, 'engine' | 'data'>,
  use: (session: ModelSession) => Promise<Answer>,
): Promise<Answer> {
  progress(`loading ${model.path}`)
  const session = await models.load({
    name: model.path,
    bytes: model.bytes,
    sha256: model.sha256,
    runtime: file.model?.runtime ?? 'wasm',
    memoryBytes: (file.model?.memoryMb ?? 0) * 1_048_576,
    timeoutMs: (file.model?.timeoutSeconds ?? 0) * 1_000,
    signal,
  })
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}
