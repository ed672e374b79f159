// What decides, in a system with a model: a sample of the test rows explained by asking the model itself.

import {
  type CheckedData,
  codeColumn,
  type ExplanationFindings,
  explainModel,
  fitSurrogate,
  type Measure,
  type OutcomeRequest,
  takeSample,
} from '../assess/index.ts'
import type { SystemFile } from '../registry/index.ts'
import { askModel } from './ask-model.ts'
import type { AssessmentInputs } from './assessment-inputs.ts'
import type { Services } from './services.ts'

/** Rows from which the explained ones are drawn. */
const sampleRowsMax = 5_000
const batchRows = 4_096

interface ExplainRequest {
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

/** Explains a sample of decisions; null without a model, or where it is not asked for. */
export async function explainDecisions(
  services: Pick<Services, 'models'>,
  request: ExplainRequest,
): Promise<{
  readonly findings: ExplanationFindings
  readonly measures: readonly Measure[]
} | null> {
  const { file, inputs, seed, progress } = request
  const { model, test } = inputs
  if (!file.checks.includes('explanations')) return null
  progress('asking the model what decides')
  if (model === null) {
    const standing = await explainStandIn(request)
    return standing === null ? null : { findings: standing, measures: measuresOf(standing) }
  }
  const findings = await askModel(
    services,
    { ...request, table: test.table, model },
    async (predictor) => {
      const { columns, groups } = await readSample(request, predictor.columns)
      return explainModel({
        predictor,
        columns,
        groups,
        seed,
        confidence: file.assessment.confidence,
      })
    },
  )
  return findings === null ? null : { findings, measures: measuresOf(findings) }
}

/** Without a model: a stand-in is taught what was predicted, and explained in its place. */
async function explainStandIn(request: ExplainRequest): Promise<ExplanationFindings | null> {
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
  { file, inputs, signal }: ExplainRequest,
  asked: Parameters<AssessmentInputs['test']['read']>[0]['columns'],
) {
  const { test } = inputs
  const protectedColumns = file.columns.protected
  const cells = asked.map((): (number | string | null)[] => [])
  const groups = protectedColumns.map((): (string | null)[] => [])
  const batches = test.read({
    columns: [...asked, ...protectedColumns.map((name) => ({ name, as: 'text' as const }))],
    stride: Math.max(1, Math.ceil(test.table.rows / sampleRowsMax)),
    batchRows,
    signal,
  })
  for await (const { columns } of batches)
    for (const [n, column] of columns.entries())
      for (const cell of column)
        if (n < asked.length) cells[n]?.push(cell)
        else groups[n - asked.length]?.push(typeof cell === 'number' ? String(cell) : cell)
  return {
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

function measuresOf({ protected_share, rows }: ExplanationFindings): Measure[] {
  return [
    {
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
    },
  ]
}
