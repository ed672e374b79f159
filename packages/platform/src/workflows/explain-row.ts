// The reasons of one decision, for the person concerned or whoever answers them: printed, and recorded nowhere, for a row is a person.

import { dirname, resolve } from 'node:path'
import { type Bytes, OperatingError, textOf, utf8 } from '@proofhouse/evidence'
import {
  attributeRow,
  type AttributedRow,
  checkData,
  type ModelColumns,
  type Predictor,
  tellReasons,
  type ToldReasons,
} from '../assess/index.ts'
import { readSystemFile, type SystemFile } from '../registry/index.ts'
import { renderDecision, type ReportModelRun } from '../reports/index.ts'
import { askModel } from './ask-model.ts'
import { type AssessmentInputs, openInputs } from './assessment-inputs.ts'
import { exactDeadline, recognise } from './recognise.ts'
import { reportModelRun } from './report-model.ts'
import type { Services } from './services.ts'
import { watchedModels } from './watched-models.ts'

/** Larger than any honest system file. */
const systemFileSizeMaxBytes = 1_048_576
/** Larger than any page of a decision, and what of it is looked at. */
const pageSizeMaxBytes = 16 * 1_048_576
const pageStartBytes = 1024
/** Rows that the row is compared with. */
const backgroundRows = 100
const batchRows = 1_024

/** Whose decision to explain. */
export interface ExplainRowRequest {
  /** Where to write a page about the decision; null for none. */
  readonly page: string | null
  readonly systemFile: string
  /** Row of the test data, from 1 after the header. */
  readonly row: number
  /** Reasons at most. */
  readonly most: number
  readonly signal: AbortSignal
  readonly progress: (step: string) => void
}

/** A decision with its reasons. */
export interface ExplainedRow extends AttributedRow, ToldReasons {
  readonly row: number
  /** The class that was predicted. */
  readonly decision: string
  /** The score from which on the positive class is predicted; null where the model names classes itself. */
  readonly threshold: number | null
  /** What held the model, and whose signature it had to bear. */
  readonly modelRun: ReportModelRun
}

/**
 * Explains one decision of the model.
 * @throws usage-invalid without a model or such a row; config-invalid, data-unsuitable, model-failed, interrupted
 */
export async function explainRow(
  services: Services,
  request: ExplainRowRequest,
): Promise<ExplainedRow> {
  const { signal, progress } = request
  const bytes = await services.files.read(request.systemFile, systemFileSizeMaxBytes)
  const file = await readSystemFile(textOf(bytes), request.systemFile)
  if (file.model === null)
    throw new OperatingError(
      'usage-invalid',
      'there is no `model` to ask, only its predictions; name the model to have a decision explained',
    )
  if (file.task.kind !== 'binary')
    throw new OperatingError(
      'usage-invalid',
      `decisions between two classes are explained, and this system’s task is \`${file.task.kind}\``,
    )
  if (request.page !== null) await refuseToReplace(services.files, resolve(request.page))
  const folder = dirname(resolve(request.systemFile))
  const needed = { ...file, data: { test: file.data.test } }
  const inputs = await openInputs(services, {
    file: needed,
    locate: (path) => resolve(folder, path),
    signal,
    progress,
  })
  try {
    const explained = await explainIn(services, request, { file, inputs })
    if (request.page !== null) await writePage(services, request.page, { file, explained })
    return explained
  } finally {
    await inputs.close()
  }
}

/** Only a page of before may be replaced: a slip of the hand must not cost somebody the system file. */
async function refuseToReplace(files: Services['files'], path: string): Promise<void> {
  if ((await files.kind(path)) === null) return
  const begin = textStart(await files.read(path, pageSizeMaxBytes))
  if (begin.startsWith('<!doctype html>') && begin.includes('content="proofhouse ')) return
  throw new OperatingError(
    'usage-invalid',
    `\`${path}\` is no page of a decision and is not replaced; name another file for \`--html\``,
  )
}

const textStart = (bytes: Bytes) => new TextDecoder().decode(bytes.subarray(0, pageStartBytes))

async function writePage(
  services: Services,
  path: string,
  { file, explained }: { readonly file: SystemFile; readonly explained: ExplainedRow },
): Promise<void> {
  const text = renderDecision({
    ...explained,
    system: file.system,
    generatedAt: services.now().toISOString(),
    toolVersion: services.toolVersion,
  })
  await services.files.write(resolve(path), utf8(text))
}

async function explainIn(
  services: Services,
  request: ExplainRowRequest,
  { file, inputs }: { readonly file: SystemFile; readonly inputs: AssessmentInputs },
): Promise<ExplainedRow> {
  const { signal, progress } = request
  const { model, test } = inputs
  if (model === null || request.row > test.table.rows)
    throw new OperatingError(
      'usage-invalid',
      `${test.table.path} has ${test.table.rows} rows; give one of them in \`--row\``,
    )
  const data = await checkData(test, file.columns, {
    hasModel: true,
    threshold: file.assessment.threshold,
    signal,
  })
  progress('asking the model what decided')
  const watched = watchedModels(services.models)
  return await askModel(
    watched,
    { file, table: test.table, model, data, signal },
    async (predictor) => {
      const own = await readRow(inputs, predictor, request)
      const background = await readBackground(inputs, predictor, signal)
      const seed = 1 + request.row
      const found = await attributeRow({
        predictor,
        row: own,
        background,
        seed,
        recognised: await recognise(model, {
          predictor,
          columns: joined(background, own),
          seed,
          signal,
        }),
        unknowns: file.assessment.unknownColumns,
        deadline: exactDeadline(),
        signal,
      })
      const row = found.players.map((columns) => nameOf(predictor, own, columns))
      return {
        ...found,
        row: request.row,
        decision: found.isPositive ? data.positiveClass : data.negativeClass,
        threshold: predictor.hasScores ? file.assessment.threshold : null,
        modelRun: reportModelRun(model, watched.weakest()),
        ...tellReasons(row, found, {
          templates: file.reasons,
          most: request.most,
          space: found.space,
        }),
      }
    },
  )
}

/** Rows of two tables, one after the other. */
const joined = (first: ModelColumns, second: ModelColumns): ModelColumns =>
  first.map((column, n) => {
    const more = second[n] ?? []
    if (column instanceof Float64Array && more instanceof Float64Array)
      return Float64Array.of(...column, ...more)
    return [...textsOf(column), ...textsOf(more)]
  })

const textsOf = (column: ModelColumns[number]): readonly (string | null)[] =>
  column instanceof Float64Array ? [] : column

/** A column with its value; many that were asked about together by their number. */
function nameOf({ columns: names }: Predictor, own: ModelColumns, columns: readonly number[]) {
  const [only = 0] = columns
  return columns.length === 1
    ? { column: names[only]?.name ?? '', value: shown(own[only]?.[0] ?? null) }
    : { column: `${columns.length} other columns`, value: 'together' }
}

const shown = (value: number | string | null): string =>
  value === null || Number.isNaN(value) ? '(missing)' : String(value)

/** The row asked for, in the model's columns. */
async function readRow(
  { test }: AssessmentInputs,
  { columns }: Predictor,
  { row, signal }: ExplainRowRequest,
): Promise<ModelColumns> {
  for await (const batch of test.read({ columns, batchRows, signal })) {
    const at = row - 1 - batch.firstRow
    if (at < batch.rows) return batch.columns.map((column) => column.slice(at, at + 1))
  }
  throw new OperatingError('usage-invalid', `there is no row ${row}`)
}

/** Every n-th row of the test data. */
async function readBackground(
  { test }: AssessmentInputs,
  { columns }: Predictor,
  signal: AbortSignal,
): Promise<ModelColumns> {
  const stride = Math.max(1, Math.floor(test.table.rows / backgroundRows))
  for await (const batch of test.read({ columns, stride, batchRows: 2 * backgroundRows, signal }))
    return batch.columns
  throw new OperatingError('data-unsuitable', `${test.table.path}: holds no rows to compare with`)
}
