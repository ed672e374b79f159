// A system's model loaded to be asked about rows that nobody has, and closed again.

import { type CheckedData, type DataTable, type Predictor, predictorOf } from '../assess/index.ts'
import type { SystemFile } from '../registry/index.ts'
import type { CheckedModel } from './assessment-inputs.ts'
import type { Services } from './services.ts'

/** Which model, over the columns of which table. */
export interface AskRequest {
  readonly file: SystemFile
  readonly table: DataTable
  readonly model: CheckedModel
  /** What is known of the test data: the classes. */
  readonly data: CheckedData
  readonly signal: AbortSignal
}

/** Loads the model, gives it to `use` as a predictor, and ends its process whatever happens. */
export async function askModel<Answer>(
  { models }: Pick<Services, 'models'>,
  { file, table, model, data, signal }: AskRequest,
  use: (predictor: Predictor) => Promise<Answer>,
): Promise<Answer> {
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
    return await use(
      predictorOf({
        session,
        table,
        model: model.path,
        roles: file.columns,
        data,
        declaredClasses: file.model?.classes ?? null,
        foundClasses: model.check.summary.classNames,
        threshold: file.assessment.threshold,
        missingValues: file.assessment.missingValues,
        signal,
      }),
    )
  } finally {
    await session.close()
  }
}
