// Reads `proofhouse.yaml`: text → validated, normalised `SystemFile`. Pure; every refusal names file, line, column,
// key and the nearest valid key, so that the configuration can be fixed from the error alone.

import { OperatingError } from '@proofhouse/evidence'
import {
  type CheckName,
  checkNames,
  type ColumnChange,
  isAttributeMeasure,
  isDataMeasure,
  isDriftMeasure,
  isOverTimeMeasure,
  isMeasureName,
  type MeasureName,
  measureNames,
  needsPrivileged,
  type ReasonTemplates,
  type Rule,
  type Task,
  type Unknowns,
} from '../assess/index.ts'
import { type ArtifactSettings, artifactsOf, checkArtifactSettings } from './artifact-settings.ts'
import { nearestName } from '../nearest-name.ts'
import {
  checkDriftRule,
  checkDriftTests,
  driftOf,
  type DriftSettings,
  type Refuse,
} from './drift-settings.ts'
import { checkUnknowns, modelOf, type ModelSettings } from './model-settings.ts'
import { ruleOf } from './rule-source.ts'
import { checkSignature } from './signature-settings.ts'
import type { SystemFileSource } from './system-file.ts'
import { isSystemFile, refusal } from './system-file-refusal.ts'
import { checkTask, taskOf } from './task-rules.ts'
import { parseYaml } from './yaml-document.ts'

/** Larger than any honest system file; a guard against feeding the wrong file. */
const sizeMaxBytes = 1_048_576

/** `proofhouse.yaml` with every default filled in and every value as text, as the rest of the product uses it. */
export interface SystemFile {
  readonly system: {
    readonly id: string
    readonly name: string
    readonly purpose: string
    readonly owner: string
    readonly risk_class: 'minimal' | 'limited' | 'high'
    readonly jurisdictions: readonly string[]
  }
  readonly model: ModelSettings | null
  readonly data: Readonly<Partial<Record<DataRole, string>>> & { readonly test: string }
  readonly columns: {
    readonly label: string
    /** Null where what is predicted is not one of two classes. */
    readonly positiveClass: string | null
    readonly protected: readonly string[]
    /** Protected column → its values that are privileged. */
    readonly privileged: Readonly<Record<string, readonly string[]>>
    /** Columns within whose values the protected groups are compared. */
    readonly control: readonly string[]
    readonly identifiers: readonly string[]
    readonly time: string | null
    /** The fold of cross-validation in which a row was tested. */
    readonly fold: string | null
    /** Columns that say where a row comes from. */
    readonly sources: readonly string[]
    /** Columns that nobody should learn from the model, beside the protected ones. */
    readonly sensitive: readonly string[]
    readonly prediction: string | null
    readonly score: string | null
    readonly features: readonly string[] | null
  }
  /** What is predicted. */
  readonly task: Task
  readonly assessment: {
    readonly mode: 'strict' | 'compatible'
    readonly confidence: number
    readonly interval: 'exact' | 'score' | 'bootstrap'
    readonly intersections: boolean
    readonly threshold: number | null
    readonly missingValues: 'refuse' | 'as_nan'
    /** What takes the place of an unknown column when trees are explained. */
    readonly unknownColumns: Unknowns
    /** Measures asked for beside the standard ones. */
    readonly measures: readonly MeasureName[]
  }
  /** What was tried against harms; `after` is null for the run at hand. */
  readonly mitigations: readonly {
    readonly what: string
    readonly before: string
    readonly after: string | null
    readonly accepted: boolean
    readonly why: string
  }[]
  /** The checks to run. */
  readonly checks: readonly CheckName[]
  /** How to compare two periods. */
  readonly drift: DriftSettings
  /** What lies beside the model and is looked at with it; null where nothing is named. */
  readonly artifacts: ArtifactSettings | null
  /** What a person could change of what the model reads: column → what is possible. */
  readonly changes: Readonly<Record<string, ColumnChange>>
  /** How to say a column when a decision is explained. */
  readonly reasons: ReasonTemplates
  /** Shares of groups among the people concerned: column → group → share. */
  readonly population: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly rules: readonly Rule[]
  /** The line on which each of the rules starts, from 1. */
  readonly ruleLines: readonly number[]
  /** The line on which a key of a section stands, such as `columns.label`, from 1. */
  readonly keyLines: Readonly<Record<string, number>>
}

/** What a data set is for. */
export type DataRole = 'train' | 'test' | 'reference' | 'current' | 'labels'

function normalise(source: SystemFileSource): Omit<SystemFile, 'ruleLines' | 'keyLines'> {
  const { columns, assessment = {}, model } = source
  return {
    system: source.system,
    model: modelOf(model),
    data: source.data,
    columns: {
      label: columns.label,
      positiveClass: columns.positive_class === undefined ? null : String(columns.positive_class),
      protected: columns.protected,
      privileged: Object.fromEntries(
        Object.entries(columns.privileged ?? {}).map(([name, values]) => [
          name,
          values.map(String),
        ]),
      ),
      control: columns.control ?? [],
      identifiers: columns.identifiers ?? [],
      time: columns.time ?? null,
      fold: columns.fold ?? null,
      sources: columns.sources ?? [],
      sensitive: columns.sensitive ?? [],
      prediction: columns.prediction ?? null,
      score: columns.score ?? null,
      features: columns.features ?? null,
    },
    task: taskOf(source),
    assessment: {
      mode: assessment.mode ?? 'strict',
      confidence: assessment.confidence ?? 0.95,
      interval: assessment.interval ?? 'exact',
      intersections: assessment.intersections ?? true,
      threshold: assessment.threshold ?? null,
      missingValues: assessment.missing_values ?? 'refuse',
      unknownColumns: assessment.unknown_columns ?? 'interventional',
      measures: (assessment.measures ?? []).filter(isMeasureName),
    },
    mitigations: (source.mitigations ?? []).map((mitigation) => ({
      ...mitigation,
      after: mitigation.after ?? null,
    })),
    checks: checkNames.filter(
      (name) => source.checks?.[name] ?? source.system.risk_class !== 'minimal',
    ),
    drift: driftOf(source.drift ?? {}),
    artifacts: artifactsOf(source.artifacts),
    changes: source.changes ?? {},
    reasons: source.reasons ?? {},
    population: source.population ?? {},
    rules: source.policy.rules.map(ruleOf),
  }
}

function checkMeasures(
  { assessment }: SystemFileSource,
  placeOf: (segments: readonly (string | number)[]) => string,
): void {
  const named = assessment?.measures ?? []
  const unknown = named.findIndex((name) => !isMeasureName(name))
  const name = named[unknown]
  if (name === undefined) return
  const near = nearestName(name, measureNames)
  throw new OperatingError(
    'config-invalid',
    `${placeOf(['assessment', 'measures', unknown])}: there is no measure \`${name}\`; ` +
      (near === undefined ? 'docs/measures.md lists them' : `did you mean \`${near}\`?`),
  )
}

function notProtected(name: string, known: readonly string[]): string {
  const near = nearestName(name, known)
  const hint =
    near === undefined
      ? `\`columns.protected\` names ${known.join(', ')}`
      : `did you mean \`${near}\`?`
  return `\`${name}\` is not a protected column; ${hint}`
}

/** Stated shares are of protected columns, and those of a column do not add up to more than everyone. */
function checkPopulation(
  { population, columns }: Pick<SystemFile, 'population' | 'columns'>,
  refuse: Refuse,
): void {
  for (const [name, shares] of Object.entries(population)) {
    if (!columns.protected.includes(name))
      refuse(['population', name], notProtected(name, columns.protected))
    const total = Object.values(shares).reduce((sum, share) => sum + share, 0)
    if (total > 1.005)
      refuse(['population', name], `the shares add up to ${total.toFixed(3)}, more than everyone`)
  }
}

/** What the schema cannot say: how the parts must fit together. */
function checkWhole(file: Omit<SystemFile, 'ruleLines' | 'keyLines'>, refuse: Refuse): void {
  const { columns } = file
  if (file.model === null && columns.prediction === null && columns.score === null)
    refuse(
      ['columns'],
      'there is neither a `model` nor a `columns.prediction` or `columns.score` to assess; add one of them',
    )
  if (file.model !== null && (columns.prediction !== null || columns.score !== null))
    refuse(
      ['columns'],
      '`columns.prediction` and `columns.score` are for assessing without a `model`; remove them or the model',
    )
  if (columns.prediction !== null && file.assessment.threshold !== null)
    refuse(
      ['assessment', 'threshold'],
      'the predictions of `columns.prediction` are taken as they are, so no threshold applies to them; remove it, or `columns.prediction` to cut the score there',
    )
  if (columns.fold !== null && file.model !== null)
    refuse(
      ['columns', 'fold'],
      'folds are for predictions that models of the other folds made; remove `columns.fold`, or the `model`',
    )
  if (columns.protected.includes(columns.label))
    refuse(['columns', 'protected'], `the label \`${columns.label}\` cannot be a protected column`)
  for (const name of columns.control)
    if (columns.protected.includes(name) || name === columns.label)
      refuse(
        ['columns', 'control'],
        `\`${name}\` is ${name === columns.label ? 'the label' : 'a protected column'}; what is compared cannot be held alike`,
      )
  for (const name of Object.keys(columns.privileged))
    if (!columns.protected.includes(name))
      refuse(['columns', 'privileged', name], notProtected(name, columns.protected))
  checkUnknowns(file, refuse)
  checkArtifactSettings(file.artifacts, refuse)
  checkDriftTests(file.drift, refuse)
  checkPopulation(file, refuse)
  if (file.data.labels !== undefined && columns.identifiers.length !== 1)
    refuse(
      ['data', 'labels'],
      'labels that came later are joined by an identifier; name exactly one in `columns.identifiers`',
    )
  const seen = new Set<string>()
  file.rules.forEach((rule, n) => {
    const at = ['policy', 'rules', n]
    if (seen.has(rule.id))
      refuse(at, `two rules are called \`${rule.id}\`; give each its own \`id\``)
    seen.add(rule.id)
    if (isDriftMeasure(rule.measure) || isOverTimeMeasure(rule.measure)) {
      checkDriftRule(file.data, rule, (message) => refuse(at, message))
      return
    }
    if (isDataMeasure(rule.measure)) return
    const guessed = isAttributeMeasure(rule.measure) ? columns.sensitive : []
    for (const name of [...rule.over, ...Object.keys(rule.slice ?? {})])
      if (![...columns.protected, ...guessed].includes(name))
        refuse([...at, 'over'], notProtected(name, columns.protected))
    for (const name of rule.within ?? [])
      if (!columns.control.includes(name))
        refuse(
          [...at, 'within'],
          `\`${name}\` is no control column; add it to \`columns.control\`, or name one of them`,
        )
    const unsaid = rule.over.find((name) => !Object.hasOwn(columns.privileged, name))
    if (needsPrivileged(rule.measure) && unsaid !== undefined)
      refuse(
        at,
        `\`${rule.measure}\` compares with the privileged; say who they are in \`columns.privileged.${unsaid}\``,
      )
  })
}

/**
 * The system file's text as a validated, normalised object.
 * @param fileName how messages name the file
 * @throws config-invalid naming file, line and the nearest valid key
 */
export function parseSystemFile(text: string, fileName: string): SystemFile {
  if (text.length > sizeMaxBytes)
    throw new OperatingError(
      'config-invalid',
      `${fileName}: larger than ${sizeMaxBytes} bytes; is this the right file?`,
    )
  const { value, placeOf, lineOf } = parseYaml(text, fileName)
  if (!isSystemFile(value)) throw new OperatingError('config-invalid', refusal(value, placeOf))
  const file = normalise(value)
  checkMeasures(value, placeOf)
  const refuse: Refuse = (segments, message) => {
    throw new OperatingError('config-invalid', `${placeOf(segments)}: ${message}`)
  }
  checkTask(value, refuse)
  checkSignature(value, refuse)
  checkWhole(file, refuse)
  return {
    ...file,
    ruleLines: file.rules.map((_, n) => lineOf(['policy', 'rules', n])),
    keyLines: Object.fromEntries(
      Object.entries(value).flatMap(([section, keys]) =>
        Object.keys(keys).map((key) => [`${section}.${key}`, lineOf([section, key])]),
      ),
    ),
  }
}
