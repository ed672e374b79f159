// Puts together what a report says from what the run knows. Facts only; words and layout are the renderers'.

import type { Checkpoint } from '@proofhouse/evidence'
import {
  type CheckFindings,
  type Confinement,
  type DataFindings,
  defaultThreshold,
  type DriftFindings,
  type ExplanationFindings,
  type FoldResult,
  findCurves,
  type Measure,
  type MeasuredTask,
  type OverTimeFindings,
  type PrivacyFindings,
  type RobustnessFindings,
  type RuleOutcome,
  type Statistics,
  type TriggerSearch,
  type Verdict,
} from '../assess/index.ts'
import {
  type KnownRun,
  type RecordedStatement,
  runsOverSameData,
  type SystemFile,
} from '../registry/index.ts'
import {
  type AssessmentReport,
  reportFormat,
  reportGroups,
  type ReportImported,
  type ReportMitigation,
} from '../reports/index.ts'
import type { AssessmentInputs } from './assessment-inputs.ts'
import type { CheckedArtifacts } from './check-artifacts.ts'
import { notChecked } from './not-checked.ts'
import { reportModel } from './report-model.ts'
import type { OpenRun } from './run-record.ts'
import { signatureName } from './sign-checked-model.ts'

/** What a finished run knows. */
export interface FinishedRun {
  readonly file: SystemFile
  readonly inputs: AssessmentInputs
  readonly policyDigest: string
  readonly run: OpenRun
  readonly closedIndex: number
  readonly history: readonly KnownRun[]
  readonly statistics: Statistics | null
  readonly task: MeasuredTask | null
  readonly overs: readonly (readonly string[])[]
  readonly explored: readonly (readonly string[])[]
  readonly leftOut: readonly string[]
  readonly measures: readonly Measure[]
  readonly rules: readonly RuleOutcome[]
  readonly verdict: Verdict
  readonly checks: CheckFindings | null
  readonly folds: readonly FoldResult[] | null
  readonly explanations: ExplanationFindings | null
  readonly triggers: TriggerSearch | null
  readonly robustness: RobustnessFindings | null
  readonly privacy: PrivacyFindings | null
  readonly data: DataFindings | null
  readonly drift: DriftFindings | null
  readonly overTime: OverTimeFindings | null
  readonly mitigations: readonly ReportMitigation[]
  readonly imported: ReportImported | null
  /** What held the model; null where none was run. */
  readonly confinement: Confinement | null
  readonly beside: Pick<CheckedArtifacts, 'secrets' | 'packages'>
  readonly warnings: readonly string[]
  readonly features: number | null
  readonly signature: { readonly keyHint: string } | null
  readonly statements: readonly RecordedStatement[]
  readonly checkpoint: Checkpoint
  readonly verifierKey: string
  readonly toolVersion: string
  readonly now: Date
  /** The workspace, the system file and the model, as commands in the report name them. */
  readonly names: {
    readonly workspace: string
    readonly systemFile: string
    readonly model: string | null
  }
}

/** The report of a finished run. */
export function buildReport(finished: FinishedRun): AssessmentReport {
  const { file, run } = finished
  return {
    format: reportFormat,
    generated_at: finished.now.toISOString(),
    tool: { name: 'proofhouse', version: finished.toolVersion },
    verdict: finished.verdict,
    system: file.system,
    run: {
      id: run.announcement.runId,
      announced_at: run.announcement.startedAt,
      announced_index: run.recorded.index,
      closed_index: finished.closedIndex,
      // A run that asked for witnesses and was not witnessed computed nothing.
      preregistration:
        run.announcement.preregistration === 'witnessed' ? 'witnessed' : 'unwitnessed',
      earlier_runs: earlierRuns(finished),
    },
    artifacts: reportArtifacts(finished),
    columns: {
      label: file.columns.label,
      positive_class: file.columns.positiveClass,
      protected: file.columns.protected,
      identifiers: file.columns.identifiers,
      features: finished.features,
    },
    assessment: {
      mode: file.assessment.mode,
      confidence: file.assessment.confidence,
      interval: file.assessment.interval,
      threshold: effectiveThreshold(file),
      explored: finished.explored,
    },
    groups:
      finished.statistics === null
        ? (finished.task?.groups ?? [])
        : reportGroups(finished.statistics, finished.overs),
    measures: finished.measures,
    rules: finished.rules,
    task: finished.task?.findings ?? null,
    curves:
      finished.statistics === null
        ? null
        : findCurves(finished.statistics, {
            protectedColumns: file.columns.protected,
            threshold: effectiveThreshold(file),
            confidence: file.assessment.confidence,
          }),
    checks: finished.checks,
    folds: finished.folds,
    explanations: finished.explanations,
    triggers: finished.triggers,
    robustness: finished.robustness,
    privacy: finished.privacy,
    data: finished.data,
    drift: finished.drift,
    over_time: finished.overTime,
    mitigations: finished.mitigations,
    imported: finished.imported,
    warnings: [...finished.warnings, ...besideWarnings(finished), ...historyWarnings(finished)],
    not_checked: notChecked(finished),
    ledger: reportLedger(finished),
    verify: verifyCommands(finished),
  }
}

/** The bytes it is about. */
function reportArtifacts(finished: FinishedRun): AssessmentReport['artifacts'] {
  const { file, inputs } = finished
  return {
    system_file: finished.names.systemFile,
    model: reportModel(inputs.model, {
      confinement: finished.confinement,
      signature:
        finished.signature === null
          ? null
          : {
              path: `${finished.names.workspace}/${signatureName}`,
              key_hint: finished.signature.keyHint,
            },
    }),
    data: inputs.tables.map(({ role, path, table }) => ({
      role,
      path,
      sha256: table.sha256,
      size_bytes: table.sizeBytes,
      rows: table.rows,
      columns: table.columns.length,
    })),
    secrets: finished.beside.secrets,
    packages: finished.beside.packages,
    policy_digest: finished.policyDigest,
    rule_lines: file.ruleLines,
  }
}

/** Where scores are cut: by the system file, or by default where there is a score and nothing else decides. */
const effectiveThreshold = ({ model, columns, assessment, task }: SystemFile): number | null =>
  assessment.threshold ??
  (task.kind === 'binary' && model === null && columns.prediction === null
    ? defaultThreshold
    : null)

function reportLedger(finished: FinishedRun): AssessmentReport['ledger'] {
  const { checkpoint, statements, verifierKey } = finished
  return {
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: checkpoint.root.toBase64(),
    vkey: verifierKey,
    trust: 'intact; origin not established; unwitnessed',
    statements: statements.map(({ index, predicateType, digest }) => ({
      index,
      type: predicateType,
      digest,
    })),
  }
}

const testDigest = ({ inputs }: FinishedRun) => inputs.test.table.sha256

function earlierRuns(finished: FinishedRun): AssessmentReport['run']['earlier_runs'] {
  return runsOverSameData(finished.history, testDigest(finished)).map((known) => ({
    id: known.announcement.runId,
    announced_at: known.announcement.startedAt,
    outcome: known.closure?.outcome ?? 'open',
    error_code: known.closure?.errorCode ?? null,
    verdict: known.closure?.verdict ?? null,
    policy_digest: known.announcement.policyDigest,
    model_root_digest: known.announcement.modelRootDigest,
    policy_changed: known.announcement.policyDigest !== finished.policyDigest,
    vouched: known.vouched,
  }))
}

/** What was found beside the model and no rule asks for: it would otherwise stand far below. */
function besideWarnings({ beside: { secrets, packages }, file }: FinishedRun): string[] {
  const asked = (measure: string) => file.rules.some((rule) => rule.measure === measure)
  const open = (packages?.findings ?? []).filter(({ counts }) => counts).length
  return [
    ...(secrets === null || secrets.findings.length === 0 || asked('artifacts.secrets')
      ? []
      : [
          `Secrets found in the sources: ${secrets.findings.length}. No rule asks for there to be none.`,
        ]),
    ...(open === 0 || asked('artifacts.vulnerabilities')
      ? []
      : [`Known vulnerabilities of the packages: ${open}. No rule asks for there to be none.`]),
  ]
}

/** Such as `2 of 3 earlier runs over the same test data`. */
function ofEarlier(count: number, { length }: readonly unknown[]): string {
  const which = length === 1 ? 'The earlier run' : `${count} of ${length} earlier runs`
  return `${which} over the same test data`
}

function historyWarnings(finished: FinishedRun): string[] {
  const earlier = earlierRuns(finished)
  const changed = earlier.filter((known) => known.policy_changed).length
  const foreign = earlier.filter((known) => !known.vouched).length
  return [
    ...(changed === 0
      ? []
      : [
          `${ofEarlier(changed, earlier)} had another policy; ` +
            'bounds that were chosen after seeing the results prove little.',
        ]),
    ...(foreign === 0
      ? []
      : [
          `${ofEarlier(foreign, earlier)} ${earlier.length === 1 ? 'was' : 'were'} signed with another key ` +
            'than the one of this workspace; what came of it is what its signer says.',
        ]),
  ]
}

function verifyCommands({ names, signature }: FinishedRun): AssessmentReport['verify'] {
  const at = (name: string) => shellWord(`${names.workspace}/${name}`)
  return [
    {
      shows: 'The pack is whole: every statement is signed and proven to be in the ledger.',
      command: `npx proofhouse pack verify ${at('pack.zip')}`,
    },
    {
      shows: 'No byte of the ledger was changed.',
      command: `npx proofhouse ledger fsck ${at('ledger')}`,
    },
    ...(signature === null || names.model === null
      ? []
      : [
          {
            shows: 'The model is the one that was signed.',
            command: `npx proofhouse verify ${shellWord(names.model)} --signature ${at(signatureName)} --key ${at('keys/signing.pub')}`,
          },
        ]),
  ]
}

/** A word of a command that a shell takes as it stands, whatever a file is called. */
const shellWord = (text: string): string =>
  /^[\w./-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`
