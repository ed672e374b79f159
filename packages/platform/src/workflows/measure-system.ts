// Data and model → predictions → statistics → measures → verdict, for one system. Only counts leave the table.

import {
  applyPolicy,
  checkData,
  type Measure,
  measure,
  neverPredicted,
  type RuleOutcome,
  scoreModel,
  scoresOnGrid,
  type Statistics,
  type Verdict,
} from '../assess/index.ts'
import type { SystemFile } from '../registry/index.ts'
import type { AssessmentInputs, CheckedModel } from './assessment-inputs.ts'
import type { Services } from './services.ts'

/** With more protected columns than this, only pairs and the finest intersection are measured, besides what rules ask for. */
const allIntersectionsColumnsMax = 4
/** Draws of the bootstrap, as users of Fairlearn usually take. */
const bootstrapDraws = 1_000

/** What an assessment found. */
export interface Measured {
  readonly statistics: Statistics
  readonly overs: readonly (readonly string[])[]
  readonly measures: readonly Measure[]
  readonly rules: readonly RuleOutcome[]
  readonly verdict: Verdict
  readonly warnings: readonly string[]
  /** How many columns the model read; null without a model. */
  readonly features: number | null
}

interface MeasureRequest {
  readonly file: SystemFile
  readonly inputs: AssessmentInputs
  readonly signal: AbortSignal
  readonly progress: (step: string) => void
}

const key = (set: readonly string[]) => JSON.stringify(set.toSorted())

/** The column sets to measure over: everyone, each protected column, intersections, and whatever a rule names. */
export function columnSets({
  columns,
  assessment,
  rules,
}: Pick<SystemFile, 'columns' | 'assessment' | 'rules'>): string[][] {
  const all = columns.protected
  const sets: string[][] = [[], ...all.map((column) => [column])]
  if (assessment.intersections)
    for (let bits = 1; bits < 2 ** all.length; bits++) {
      const set = all.filter((_, n) => (bits & (1 << n)) !== 0)
      const wanted =
        all.length <= allIntersectionsColumnsMax || set.length === 2 || set.length === all.length
      if (set.length >= 2 && wanted) sets.push(set)
    }
  const known = new Set(sets.map(key))
  for (const { over } of rules)
    if (!known.has(key(over))) {
      known.add(key(over))
      sets.push([...over])
    }
  return sets.toSorted((a, b) => a.length - b.length)
}

/** The control columns together, as Fairlearn takes them, and whatever set a rule names. */
export function controlSets({ columns, rules }: Pick<SystemFile, 'columns' | 'rules'>): string[][] {
  const named = [columns.control, ...rules.map(({ within }) => within ?? [])]
  const sets = new Map(named.map((set) => [key(set), set.toSorted()]))
  return [...sets.values()].filter((set) => set.length > 0)
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
  const statistics = await engine.statistics({
    label: columns.label,
    positiveClass: checked.positiveClass,
    protectedColumns: [...columns.protected, ...columns.control],
    predictions: checked.predictions ?? { from: 'attached' },
    signal,
  })
  progress('measuring')
  const overs = columnSets(file)
  const measures = measure(statistics, {
    also: new Set([...assessment.measures, ...file.rules.map((rule) => rule.measure)]),
    privileged: columns.privileged,
    mode: assessment.mode,
    confidence: assessment.confidence,
    interval: assessment.interval,
    // From the data, so that the same data give the same draws everywhere.
    seed: Number.parseInt(engine.table.sha256.slice(0, 8), 16),
    draws: bootstrapDraws,
    overs,
    withins: controlSets(file),
  })
  const { rules, verdict } = applyPolicy(file.rules, measures)
  const warnings = [
    ...checked.warnings,
    ...neverPredicted(statistics, checked),
    ...scoresOnGrid(engine.table, statistics),
  ]
  return {
    statistics,
    overs,
    measures,
    rules,
    verdict,
    warnings: warnings.map(({ message }) => message),
    features,
  }
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
