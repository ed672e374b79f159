// Two periods of a system: every column that both have, and both as wholes.

import { OperatingError } from '@proofhouse/evidence'
import {
  type AggregateEngine,
  type CheckedData,
  checkPeriods,
  comparePeriods,
  type DriftFindings,
  isDriftMeasure,
  lookOverTime,
  type Measure,
  measureCatalogue,
  measureNames,
  type OutcomeRequest,
  type OverTimeFindings,
  overTimeMeasures,
} from '../assess/index.ts'
import { nearestName } from '../nearest-name.ts'
import type { SystemFile } from '../registry/index.ts'
import type { AssessmentInputs, CheckedModel } from './assessment-inputs.ts'
import { scoreTable } from './score-table.ts'
import type { Services } from './services.ts'

interface CompareRequest {
  readonly file: SystemFile
  readonly inputs: AssessmentInputs
  /** What is known of the test data. */
  readonly data: CheckedData
  readonly outcomes: OutcomeRequest
  readonly seed: number
  readonly signal: AbortSignal
  readonly progress: (step: string) => void
}

/** What two periods show. */
export interface ComparedPeriods {
  readonly drift: DriftFindings
  /** Null where a period lacks predictions. */
  readonly overTime: OverTimeFindings | null
  readonly measures: readonly Measure[]
}

/**
 * Compares the periods; null unless both are named.
 * @throws config-invalid, data-unsuitable, model-failed, interrupted
 */
export async function compareOverTime(
  services: Pick<Services, 'models'>,
  request: CompareRequest,
): Promise<ComparedPeriods | null> {
  const { file, inputs, signal } = request
  if (inputs.periods === null) return null
  const { reference, current } = inputs.periods
  await checkPeriods({
    ...inputs.periods,
    later: laterLabels(file, inputs),
    roles: file.columns,
    data: request.data,
    hasModel: inputs.model !== null,
    signal,
  })
  const { findings: drift, measures } = await compareColumns(request, inputs.periods)
  const overTime = await asWholes(services, request, { reference, current, drift })
  return {
    drift,
    overTime,
    measures: [...measures, ...(overTime === null ? [] : overTimeMeasures(overTime))],
  }
}

/** Compares the columns of the periods, which does not ask what is predicted. */
export function compareColumns(
  { file, progress, signal }: Pick<CompareRequest, 'file' | 'progress' | 'signal'>,
  { reference, current }: NonNullable<AssessmentInputs['periods']>,
) {
  progress('comparing the periods')
  return comparePeriods(reference, current, {
    ...file.drift,
    compared: comparedColumns(file, reference, current),
    asked: askedMeasures(file),
    confidence: file.assessment.confidence,
    signal,
  })
}

/** Columns that both have and that neither name a row nor tell the time. */
function comparedColumns(
  file: SystemFile,
  reference: AggregateEngine,
  current: AggregateEngine,
): string[] {
  const apart = new Set([...file.columns.identifiers, file.columns.time, ...file.drift.ignore])
  const known = new Set(current.table.columns.map(({ name }) => name))
  const compared = reference.table.columns
    .map(({ name }) => name)
    .filter((name) => known.has(name) && !apart.has(name))
  const rules = file.rules.filter(({ measure }) => isDriftMeasure(measure))
  for (const name of [...rules.flatMap(({ over }) => over), ...Object.keys(file.drift.columns)])
    if (!compared.includes(name)) throw notCompared(name, compared)
  return compared
}

function askedMeasures({ assessment, rules }: SystemFile) {
  const wanted = new Set([...assessment.measures, ...rules.map(({ measure }) => measure)])
  return measureNames
    .filter(isDriftMeasure)
    .filter((name) => measureCatalogue[name].standard || wanted.has(name))
}

function notCompared(name: string, compared: readonly string[]): OperatingError {
  const near = nearestName(name, compared)
  return new OperatingError(
    'config-invalid',
    `column \`${name}\` is not compared: both periods must have it, and it must be no identifier, no time and not ignored` +
      (near === undefined ? '' : `; did you mean \`${near}\`?`),
  )
}

async function asWholes(
  services: Pick<Services, 'models'>,
  request: CompareRequest,
  periods: {
    readonly reference: AggregateEngine
    readonly current: AggregateEngine
    readonly drift: DriftFindings
  },
): Promise<OverTimeFindings | null> {
  const { file, inputs, outcomes, seed, signal, progress } = request
  const { reference, current, drift } = periods
  const { label, prediction, score, time } = file.columns
  const { model } = inputs
  if (model === null) {
    const needed = [prediction, score].filter((name) => name !== null)
    const hasAll = ({ table }: AggregateEngine) =>
      needed.every((name) => table.columns.some((column) => column.name === name))
    if (!hasAll(reference) || !hasAll(current)) return null
  } else if (!(await scoreBoth(services, request, { reference, current, model }))) return null
  progress('looking at the periods as wholes')
  return lookOverTime(reference, current, {
    ...lookedAt(drift, new Set([label, prediction, score])),
    outcomes,
    time,
    later: laterLabels(file, inputs),
    seed,
    confidence: file.assessment.confidence,
    signal,
  })
}

/** Every column without a role, but those of more values than are compared: names, and texts. */
function lookedAt({ columns, rows }: DriftFindings, roles: ReadonlySet<string | null>) {
  const inputs = columns
    .filter(({ column }) => !roles.has(column))
    .map(({ missing, test, note, ...one }) => {
      const [before, now] = [missing.reference < rows.reference, missing.current < rows.current]
      const isEmpty = before !== now
      const why = test === null && !isEmpty ? (note ?? 'it could not be compared') : null
      return { name: one.column, kind: one.kind, isEmpty, why }
    })
  return {
    columns: inputs.filter(({ why }) => why === null),
    leftOut: inputs.flatMap(({ name, why }) => (why === null ? [] : [{ name, why }])),
  }
}

/** Runs the model over both; false where the columns of a period do not fit it. */
async function scoreBoth(
  services: Pick<Services, 'models'>,
  request: CompareRequest,
  by: {
    readonly reference: AggregateEngine
    readonly current: AggregateEngine
    readonly model: CheckedModel
  },
): Promise<boolean> {
  try {
    for (const engine of [by.reference, by.current])
      await scoreTable(services, { ...request, engine, model: by.model })
    return true
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'model-mismatch') return false
    throw error
  }
}

function laterLabels({ columns }: SystemFile, { labels }: AssessmentInputs) {
  const [identifier] = columns.identifiers
  return labels === null || identifier === undefined ? null : { engine: labels, identifier }
}
