// Data and model → predictions → statistics → measures → verdict, for one system. Only counts leave the table.

import {
  applyPolicy,
  type CheckFindings,
  checkData,
  comparePeriods,
  type DataTable,
  type DriftFindings,
  isDriftMeasure,
  type Measure,
  measure,
  measureCatalogue,
  measureNames,
  nearestName,
  neverPredicted,
  type OutcomeRequest,
  type RuleOutcome,
  runChecks,
  scoreModel,
  scoresOnGrid,
  type Statistics,
  type Verdict,
} from '../assess/index.ts'
import { OperatingError } from '@proofhouse/evidence'
import type { SystemFile } from '../registry/index.ts'
import type { AssessmentInputs, CheckedModel } from './assessment-inputs.ts'
import { columnSets, controlSets, leftOutText } from './column-sets.ts'
import type { Services } from './services.ts'

/** Draws of the bootstrap, as users of Fairlearn usually take. */
const bootstrapDraws = 1_000

/** What an assessment found. */
export interface Measured {
  readonly statistics: Statistics
  readonly overs: readonly (readonly string[])[]
  /** Those of them that nobody asked for by name. */
  readonly explored: readonly (readonly string[])[]
  /** Sentences about intersections that were not measured. */
  readonly leftOut: readonly string[]
  readonly measures: readonly Measure[]
  readonly rules: readonly RuleOutcome[]
  readonly verdict: Verdict
  readonly warnings: readonly string[]
  /** How many columns the model read; null without a model. */
  readonly features: number | null
  /** What the checks found; null when none is asked for. */
  readonly checks: CheckFindings | null
  /** What changed between two periods; null unless both are named. */
  readonly drift: DriftFindings | null
}

interface MeasureRequest {
  readonly file: SystemFile
  readonly inputs: AssessmentInputs
  readonly signal: AbortSignal
  readonly progress: (step: string) => void
}

/**
 * Measures a system and applies its policy.
 * @throws data-unsuitable, model-mismatch, model-failed, limit-exceeded, interrupted
 */
export async function measureSystem(
  services: Pick<Services, 'models'>,
  request: MeasureRequest,
): Promise<Measured> {
  const { file, inputs, signal, progress } = request
  const { columns, assessment } = file
  const engine = inputs.test
  progress('checking the data')
  const checked = await checkData(engine, columns, {
    hasModel: inputs.model !== null,
    threshold: assessment.threshold,
    signal,
  })
  const features =
    inputs.model === null ? null : await score(services, request, inputs.model, checked)
  progress('counting outcomes per group')
  const outcomes: OutcomeRequest = {
    label: columns.label,
    positiveClass: checked.positiveClass,
    predictions: checked.predictions ?? { from: 'attached' },
  }
  // From the data, so that the same data give the same draws everywhere.
  const seed = Number.parseInt(engine.table.sha256.slice(0, 8), 16)
  const statistics = await engine.statistics({
    ...outcomes,
    protectedColumns: [...columns.protected, ...columns.control],
    signal,
  })
  progress('measuring')
  const sets = columnSets(file, statistics)
  const overGroups = measure(statistics, {
    also: new Set([...assessment.measures, ...file.rules.map((rule) => rule.measure)]),
    privileged: columns.privileged,
    mode: assessment.mode,
    confidence: assessment.confidence,
    interval: assessment.interval,
    seed,
    draws: bootstrapDraws,
    overs: sets.declared,
    explored: sets.explored,
    withins: controlSets(file),
  })
  if (file.checks.length > 0) progress('looking beneath the averages')
  const beneath = await runChecks(engine, {
    checks: new Set(file.checks),
    columns: sampledColumns(engine.table, file),
    protectedColumns: columns.protected,
    features: columns.features ?? sampledColumns(engine.table, file),
    outcomes,
    confidence: assessment.confidence,
    seed,
    signal,
  })
  const drift = await compareOverTime(request)
  const measures = [...overGroups, ...(beneath?.measures ?? []), ...(drift?.measures ?? [])]
  const { rules, verdict } = applyPolicy(file.rules, measures)
  const warnings = [
    ...checked.warnings,
    ...neverPredicted(statistics, checked),
    ...scoresOnGrid(engine.table, statistics),
  ]
  return {
    statistics,
    overs: [...sets.declared, ...sets.explored].toSorted((a, b) => a.length - b.length),
    explored: sets.explored,
    leftOut: sets.leftOut.map(leftOutText),
    measures,
    rules,
    verdict,
    warnings: warnings.map(({ message }) => message),
    features,
    checks: beneath?.findings ?? null,
    drift: drift?.findings ?? null,
  }
}

/** The two periods, in every column that both have and that neither names a row nor tells the time. */
async function compareOverTime({ file, inputs, signal, progress }: MeasureRequest) {
  if (inputs.periods === null) return null
  progress('comparing the periods')
  const { reference, current } = inputs.periods
  const apart = new Set([...file.columns.identifiers, file.columns.time, ...file.drift.ignore])
  const known = new Set(current.table.columns.map(({ name }) => name))
  const compared = reference.table.columns
    .map(({ name }) => name)
    .filter((name) => known.has(name) && !apart.has(name))
  const rules = file.rules.filter(({ measure: name }) => isDriftMeasure(name))
  for (const name of [...rules.flatMap(({ over }) => over), ...Object.keys(file.drift.columns)])
    if (!compared.includes(name)) throw notCompared(name, compared)
  const wanted = new Set([...file.assessment.measures, ...rules.map((rule) => rule.measure)])
  const asked = measureNames
    .filter(isDriftMeasure)
    .filter((name) => measureCatalogue[name].standard || wanted.has(name))
  return comparePeriods(reference, current, {
    ...file.drift,
    compared,
    asked,
    confidence: file.assessment.confidence,
    signal,
  })
}

function notCompared(name: string, compared: readonly string[]): OperatingError {
  const near = nearestName(name, compared)
  return new OperatingError(
    'config-invalid',
    `column \`${name}\` is not compared: both periods must have it, and it must be no identifier, no time and not ignored` +
      (near === undefined ? '' : `; did you mean \`${near}\`?`),
  )
}

/** What may tell of a group, or make a slice: every column without another role. */
function sampledColumns(table: DataTable, { columns }: SystemFile): string[] {
  const { label, prediction, score: scoreColumn, identifiers, time } = columns
  const roles = new Set([label, prediction, scoreColumn, time, ...identifiers])
  return table.columns.map(({ name }) => name).filter((name) => !roles.has(name))
}

async function score(
  { models }: Pick<Services, 'models'>,
  { file, inputs, signal, progress }: MeasureRequest,
  model: CheckedModel,
  data: Awaited<ReturnType<typeof checkData>>,
): Promise<number> {
  progress(`loading ${model.path}`)
  const session = await models.load({
    name: model.path,
    bytes: model.bytes,
    sha256: model.sha256,
    memoryBytes: (file.model?.memoryMb ?? 0) * 1_048_576,
    timeoutMs: (file.model?.timeoutSeconds ?? 0) * 1_000,
    signal,
  })
  try {
    const total = inputs.test.table.rows
    const { features } = await scoreModel({
      engine: inputs.test,
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
  } finally {
    await session.close()
  }
}
