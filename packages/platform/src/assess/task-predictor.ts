// A model of several classes, or of a number, as a function of rows that nobody has: one score a row, of which explanations say what
// moves it. Of classes it is a probability: of one class, or of the class that the row is predicted to be, which then stays the question
// whatever else is exchanged. Of a number it is the prediction in standard deviations, so that what tells rounding apart from effects
// holds in any unit.

import { OperatingError } from '@proofhouse/evidence'
import { nearestName } from '../nearest-name.ts'
import type { ExplanationFindings } from './attributions/explain-model.ts'
import { listed } from './dataset-values.ts'
import type { Limits } from './intervals/proportion.ts'
import { planInputs } from './model-inputs.ts'
import type { Tensor } from './model-ports.ts'
import type { DataTable } from './ports.ts'
import type { ModelColumns, Predictor } from './predictor.ts'
import { type ClassScoringRequest, planClassOutputs } from './scoring-class-outputs.ts'
import { planNumberOutput } from './scoring-numbers.ts'
import type { RunRequest } from './scoring.ts'

/** A predictor with the rows it is to be asked about, in its columns. */
export interface AskedRows {
  readonly predictor: Predictor
  readonly columns: ModelColumns
}

type Request<Run extends RunRequest> = Omit<Run, 'engine' | 'batchRows' | 'onProgress'> & {
  readonly table: DataTable
}

/** Rows that go through the model at once. */
const batchRows = 16_384

/** The columns that a model reads, and its answers about rows of them, batch by batch. */
function askerOf<Batch>(
  { model, table, session, roles, missingValues, signal }: Request<RunRequest>,
  outputs: {
    readonly names: readonly string[]
    readonly predictions: (tensors: readonly Tensor[], firstRow: number, rows: number) => Batch
  },
) {
  const inputs = planInputs({ model, table, inputs: session.inputs, roles, missingValues })
  return {
    columns: inputs.columns,
    async ask(columns: ModelColumns, take: (batch: Batch, from: number) => void): Promise<void> {
      const all = columns[0]?.length ?? 0
      for (let from = 0; from < all; from += batchRows) {
        signal?.throwIfAborted()
        const part = columns.map((column) => column.slice(from, from + batchRows))
        const rows = Math.min(batchRows, all - from)
        const feeds = inputs.feeds({ firstRow: 0, rows, columns: part, outcomes: null })
        take(outputs.predictions(await session.run(feeds, outputs.names), 0, rows), from)
      }
    },
  }
}

/** Reads the columns that a model asks for. */
export type ReadRows = (columns: Predictor['columns']) => Promise<ModelColumns>

/**
 * Asks for the probability of a class, or of the class that each row is predicted to be where none is named; 1 or 0 of
 * a model that gives no probabilities.
 * @throws `config-invalid` for a class that the model does not know; `model-mismatch` as scoring does
 */
export async function askClasses(
  request: Request<ClassScoringRequest> & { readonly explained: string | null },
  read: ReadRows,
): Promise<AskedRows> {
  const { explained, model } = request
  const outputs = planClassOutputs({ ...request, outputs: request.session.outputs })
  const asker = askerOf(request, {
    names: outputs.names,
    predictions: (tensors, firstRow, rows) => outputs.predictions(tensors, firstRow, rows),
  })
  const one = explained === null ? -1 : outputs.classes.indexOf(explained)
  if (explained !== null && one < 0) refuseClass(explained, { model, classes: outputs.classes })
  const rows = await read(asker.columns)
  const width = asker.columns.length
  /** What is asked of each row: the last column where the class is the row's own. */
  const predict = async (columns: ModelColumns, classOf: (row: number) => number) => {
    const count = columns[0]?.length ?? 0
    const found = { score: new Float64Array(count), positive: new Uint8Array(count) }
    await asker.ask(columns.slice(0, width), ({ predicted, scores }, from) => {
      for (const [n, said] of predicted.entries()) {
        const asked = classOf(from + n)
        found.positive[from + n] = Number(said === asked)
        found.score[from + n] = scores === null ? Number(said === asked) : (scores[asked]?.[n] ?? 0)
      }
    })
    return found
  }
  const hasScores = outputs.givesScores
  if (one >= 0)
    return {
      predictor: {
        columns: asker.columns,
        hasScores,
        predict: (columns) => predict(columns, () => one),
      },
      columns: rows,
    }
  const own = new Float64Array(rows[0]?.length ?? 0)
  await asker.ask(rows, ({ predicted }, from) => {
    own.set(predicted, from)
  })
  return {
    predictor: {
      columns: [...asker.columns, { name: '', as: 'number' }],
      hasScores,
      staying: [width],
      predict: (columns) => predict(columns, (row) => Number(columns[width]?.[row] ?? 0)),
    },
    columns: [...rows, own],
  }
}

function refuseClass(
  explained: string,
  { model, classes }: { readonly model: string; readonly classes: readonly string[] },
): never {
  const near = nearestName(explained, classes)
  const hint =
    near === undefined ? `its classes are ${listed(classes)}` : `did you mean \`${near}\`?`
  throw new OperatingError(
    'config-invalid',
    `${model}: the model knows no class \`${explained}\`, named in \`assessment.explained_class\`; ${hint}`,
    { details: { key: 'assessment.explained_class' } },
  )
}

/** How the numbers of a model stand to the scores that are explained. */
interface Scale {
  readonly centre: number
  readonly spread: number
}

/**
 * Asks for the predicted number, in standard deviations of the given rows' predictions.
 * @throws `model-mismatch` as scoring does
 */
export async function askNumbers(
  request: Request<RunRequest>,
  read: ReadRows,
): Promise<AskedRows & { readonly scale: Scale }> {
  const asker = askerOf(request, planNumberOutput(request.model, request.session.outputs))
  const columns = await read(asker.columns)
  const numbers = async (of: ModelColumns) => {
    const found = new Float64Array(of[0]?.length ?? 0)
    await asker.ask(of, ({ score }, from) => {
      found.set(score ?? [], from)
    })
    return found
  }
  const said = await numbers(columns)
  const centre = said.reduce((sum, one) => sum + one, 0) / Math.max(1, said.length)
  const squares = said.reduce((sum, one) => sum + (one - centre) ** 2, 0)
  const spread = Math.sqrt(squares / Math.max(1, said.length)) || 1
  return {
    scale: { centre, spread },
    columns,
    predictor: {
      columns: asker.columns,
      hasScores: true,
      predict: async (of) => {
        const score = (await numbers(of)).map((one) => (one - centre) / spread)
        return { score, positive: new Uint8Array(score.length) }
      },
    },
  }
}

/** Explanations in the unit of the predictions. What the checks compare stays in standard deviations. */
export function inUnits(
  found: ExplanationFindings,
  { centre, spread }: Scale,
): ExplanationFindings {
  const times = ({ low, high }: Limits) => ({ low: spread * low, high: spread * high })
  return {
    ...found,
    base: centre + spread * found.base,
    error: spread * found.error,
    importance: found.importance.map(({ column, importance, limits }) => ({
      column,
      importance: spread * importance,
      limits: times(limits),
    })),
    groups: found.groups.map(({ pushes, ...group }) => ({
      ...group,
      pushes: pushes.map(({ column, mean, limits }) => ({
        column,
        mean: spread * mean,
        limits: times(limits),
      })),
    })),
  }
}
