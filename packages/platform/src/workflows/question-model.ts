// Questions to a system's model about rows that nobody has: what decides, and whether something always does.

import {
  type CheckedData,
  codeColumn,
  type ExplanationFindings,
  explainModel,
  fitSurrogate,
  type Measure,
  type OutcomeRequest,
  takeSample,
  findTriggers,
  type TriggerSearch,
} from '../assess/index.ts'
import type { SystemFile } from '../registry/index.ts'
import { askModel } from './ask-model.ts'
import type { AssessmentInputs } from './assessment-inputs.ts'
import type { Services } from './services.ts'

/** Rows from which the explained ones are drawn. */
const sampleRowsMax = 5_000
const batchRows = 4_096

interface QuestionRequest {
  readonly file: SystemFile
  readonly inputs: AssessmentInputs
  readonly data: CheckedData
  readonly outcomes: OutcomeRequest
  /** Columns that have no other role. */
  readonly columns: readonly string[]
  readonly seed: number
  readonly signal: AbortSignal
  readonly progress: (step: string) => void
}

/** What asking the model told; null for a check that is off, or could not be made. */
export interface QuestionedModel {
  readonly explanations: ExplanationFindings | null
  readonly triggers: TriggerSearch | null
  readonly measures: readonly Measure[]
}

/** Asks the model about rows that nobody has: what decides, and what always decides. */
export async function questionModel(
  services: Pick<Services, 'models'>,
  request: QuestionRequest,
): Promise<QuestionedModel> {
  const { file, inputs, seed, progress } = request
  const { model, test } = inputs
  const [explains, searches] = [
    file.checks.includes('explanations'),
    file.checks.includes('triggers'),
  ]
  if (!explains && !searches) return { explanations: null, triggers: null, measures: [] }
  progress('asking the model what decides')
  if (model === null) {
    const explanations = explains ? await explainStandIn(request) : null
    return { explanations, triggers: null, measures: measuresOf(explanations, null) }
  }
  const { confidence } = file.assessment
  return askModel(services, { ...request, table: test.table, model }, async (predictor) => {
    const { columns, groups, label } = await readSample(request, predictor.columns)
    const explanations = explains
      ? await explainModel({ predictor, columns, groups, seed, confidence })
      : null
    const triggers = searches
      ? await findTriggers(predictor, columns, label, { seed, error: 1 - confidence })
      : null
    return { explanations, triggers, measures: measuresOf(explanations, triggers) }
  })
}

/** Without a model: a stand-in is taught what was predicted, and explained in its place. */
async function explainStandIn(request: QuestionRequest): Promise<ExplanationFindings | null> {
  const { file, inputs, outcomes, columns, seed, signal } = request
  const sample = await takeSample(inputs.test, { columns, outcomes, seed, signal })
  const { confidence } = file.assessment
  const features = file.columns.features ?? columns
  const surrogate = fitSurrogate(sample, { features, tail: (1 - confidence) / 2 })
  if (surrogate === null) return null
  const groups = sample.columns.filter(({ name }) => file.columns.protected.includes(name))
  return explainModel({ ...surrogate, groups, seed, confidence })
}

async function readSample(
  { file, inputs, outcomes, signal }: QuestionRequest,
  asked: Parameters<AssessmentInputs['test']['read']>[0]['columns'],
) {
  const { test } = inputs
  const protectedColumns = file.columns.protected
  const cells = asked.map((): (number | string | null)[] => [])
  const groups = protectedColumns.map((): (string | null)[] => [])
  const label: number[] = []
  const batches = test.read({
    columns: [...asked, ...protectedColumns.map((name) => ({ name, as: 'text' as const }))],
    outcomes,
    stride: Math.max(1, Math.ceil(test.table.rows / sampleRowsMax)),
    batchRows,
    signal,
  })
  for await (const { columns, outcomes: known } of batches) {
    label.push(...(known?.label ?? []))
    for (const [n, column] of columns.entries())
      for (const cell of column)
        if (n < asked.length) cells[n]?.push(cell)
        else groups[n - asked.length]?.push(typeof cell === 'number' ? String(cell) : cell)
  }
  return {
    label: Uint8Array.from(label),
    columns: asked.map(({ as }, n) =>
      as === 'number'
        ? Float64Array.from(cells[n] ?? [], Number)
        : (cells[n] ?? []).map((cell) => (typeof cell === 'number' ? String(cell) : cell)),
    ),
    groups: protectedColumns
      .map((name, n) => codeColumn(name, groups[n] ?? []))
      .filter((column) => column !== null),
  }
}

function measuresOf(
  explanations: ExplanationFindings | null,
  triggers: TriggerSearch | null,
): Measure[] {
  return [
    ...(explanations === null ? [] : [protectedShare(explanations)]),
    ...(triggers === null ? [] : [strongestTrigger(triggers)]),
  ]
}

/** The strongest pattern that nothing bears out. */
function strongestTrigger({ findings }: TriggerSearch): Measure {
  const strongest = findings.find(({ borneOut }) => !borneOut)
  return {
    measure: 'poisoning.trigger_flip_rate',
    over: [],
    slice: null,
    value: strongest?.rate ?? 0,
    low: strongest?.limits.low ?? 0,
    high: strongest?.limits.high ?? 0,
    n: strongest?.n ?? findings[0]?.n ?? 0,
  }
}

function protectedShare({ protected_share, rows }: ExplanationFindings): Measure {
  return {
    measure: 'explanations.protected_share',
    over: [],
    slice: null,
    value: protected_share?.value ?? null,
    low: protected_share?.limits.low ?? null,
    high: protected_share?.limits.high ?? null,
    n: rows,
    ...(protected_share === null
      ? { note: 'undefined: the explanations did not pass their own checks' }
      : {}),
  }
}
