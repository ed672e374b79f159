// What an assessment found, as data: the one input of every renderer in this folder, and the content of `report.json`.
// Field names are those of the wire (snake case): the JSON form is the type, without translation.
// INVARIANT: nothing here is about one person; the smallest thing counted is a slice.

import type { ScannedFile } from '../artifacts/scan/index.ts'
import {
  type CheckFindings,
  type CurveFindings,
  type DataFindings,
  type DriftFindings,
  type ExplanationFindings,
  type FoldResult,
  marginal,
  type Measure,
  type OverTimeFindings,
  type OutcomeCounts,
  type PrivacyFindings,
  type RobustnessFindings,
  type RuleOutcome,
  rowsOf,
  type Statistics,
  type TaskFindings,
  type TriggerSearch,
  type Verdict,
} from '../assess/index.ts'
import type { ReportModelRun, ReportPackages, ReportSecrets } from './report-artifacts.ts'
import type { ReportImported } from './report-import.ts'

/** The value of `format`; a change that old readers would misread gets a new one. */
export const reportFormat = 'proofhouse.dev/report/v1'

/** Everything a report says. Renderers add words and layout, never facts. */
export interface AssessmentReport {
  readonly format: typeof reportFormat
  /** ISO 8601, UTC. */
  readonly generated_at: string
  readonly tool: { readonly name: string; readonly version: string }
  readonly verdict: Verdict
  readonly system: ReportSystem
  readonly run: ReportRun
  readonly artifacts: ReportArtifacts
  readonly columns: ReportColumns
  readonly assessment: ReportAssessment
  /** Everyone, then every slice that was measured; see `reportGroups`. */
  readonly groups: readonly (ReportSlice | ReportGroup)[]
  readonly measures: readonly Measure[]
  readonly rules: readonly RuleOutcome[]
  /** What a task that is not binary shows beside its measures; null for a binary one. */
  readonly task: TaskFindings | null
  /** What other thresholds would do, and how scores rank and mean; null for a system without scores. */
  readonly curves: CurveFindings | null
  /** What the checks beneath the averages found; null when none ran. */
  readonly checks: CheckFindings | null
  /** Performance over the folds of cross-validation; null without a fold column. */
  readonly folds: readonly FoldResult[] | null
  /** What decides; null without a model, or where it was not asked for. */
  readonly explanations: ExplanationFindings | null
  /** Rare values that always decide; null without a model, or where it was not asked for. */
  readonly triggers: TriggerSearch | null
  /** How little flips a decision; null without a model, or where it was not asked for. */
  readonly robustness: RobustnessFindings | null
  /** What the model gives away of the people it learnt from; null without training data, or where it was not asked for. */
  readonly privacy: PrivacyFindings | null
  /** What the checks of the data found; null when none ran. */
  readonly data: DataFindings | null
  /** What changed between two periods; null unless both are named. */
  readonly drift: DriftFindings | null
  /** What the periods show as wholes; null where that could not be looked at. */
  readonly over_time: OverTimeFindings | null
  /** What was tried against harms, in the order of the system file. */
  readonly mitigations: readonly ReportMitigation[]
  /** Results of other tools, beside ours; null where the ledger holds none of this system. */
  readonly imported: ReportImported | null
  /** Sentences about what a reader must know before trusting a figure. */
  readonly warnings: readonly string[]
  /** Sentences about what was not looked at, or could not be. */
  readonly not_checked: readonly string[]
  readonly ledger: ReportLedger
  /** Commands that check this report, in the order to run them. */
  readonly verify: readonly ReportCommand[]
}

/** The system as its file describes it. */
interface ReportSystem {
  readonly id: string
  readonly name: string
  readonly purpose: string
  readonly owner: string
  readonly risk_class: 'minimal' | 'limited' | 'high'
  readonly jurisdictions: readonly string[]
}

/** This run and the ones before it over the same data. */
interface ReportRun {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly announced_at: string
  /** Ledger index of the announcement. */
  readonly announced_index: number
  /** Ledger index of the closure; null while the report is written before it. */
  readonly closed_index: number | null
  /** Whether an independent witness saw the announcement before the run computed. */
  readonly preregistration: 'unwitnessed' | 'witnessed'
  readonly earlier_runs: readonly EarlierRun[]
}

/** An earlier run over the same data; several of them are a reason to ask why. */
export interface EarlierRun {
  readonly id: string
  readonly announced_at: string
  /** `open`: announced and never closed. */
  readonly outcome: 'completed' | 'failed' | 'abandoned' | 'open'
  /** Why it failed; null unless it did. */
  readonly error_code: string | null
  /** Null unless it completed. */
  readonly verdict: Verdict | null
  readonly policy_digest: string
  /** Null when the run assessed a column of predictions. */
  readonly model_root_digest: string | null
  /** Whether its policy differs from this run's. */
  readonly policy_changed: boolean
  /** Whether the key of this workspace signed it; another key may have stood there before. */
  readonly vouched: boolean
}

/** The bytes the assessment is about, named by digest (SHA-256, lower-case hex). */
interface ReportArtifacts {
  /** The system file, as findings in a repository name it: relative, with forward slashes. */
  readonly system_file: string
  /** The line of the system file on which each rule starts, from 1, in the order of the rules. */
  readonly rule_lines: readonly number[]
  readonly model: ReportModel | null
  readonly data: readonly ReportData[]
  /** Secrets in the sources; null where none are named. */
  readonly secrets: ReportSecrets | null
  /** Known vulnerabilities of the packages; null where none are named. */
  readonly packages: ReportPackages | null
  readonly policy_digest: string
}

/** The model and what its structural check and its signature say. */
interface ReportModel {
  readonly path: string
  readonly root_digest: string
  readonly size_bytes: number
  readonly check: { readonly verdict: Verdict; readonly findings: readonly string[] }
  /** What loading its files would do; a model that is not clean is never run. */
  readonly scan: {
    readonly verdict: ScannedFile['verdict']
    /** SHA-256 of the scanner's catalogue of rules. */
    readonly rules_digest: string
    readonly files: readonly Pick<ScannedFile, 'path' | 'format' | 'verdict'>[]
  }
  /** The signature that this run made. */
  readonly signature: { readonly path: string; readonly key_hint: string } | null
  /** What held it while it ran, and whose signature it had to bear. */
  readonly run: ReportModelRun
  /** The file of the library that trained it; null where none is named. */
  readonly native: {
    readonly path: string
    readonly sha256: string
    readonly size_bytes: number
  } | null
}

/** One data file. */
interface ReportData {
  readonly role: 'train' | 'test' | 'reference' | 'current' | 'labels'
  readonly path: string
  readonly sha256: string
  readonly size_bytes: number
  readonly rows: number
  readonly columns: number
}

/** What the columns mean. */
interface ReportColumns {
  readonly label: string
  /** Null where what is predicted is not one of two classes. */
  readonly positive_class: string | null
  readonly protected: readonly string[]
  readonly identifiers: readonly string[]
  /** How many columns the model reads; null without a model. */
  readonly features: number | null
}

/** How it was measured. */
interface ReportAssessment {
  readonly mode: 'strict' | 'compatible'
  /** Coverage of every interval, e.g. 0.95. */
  readonly confidence: number
  readonly interval: string
  /** Score at or above which a row counts as selected; null when the model decides, or the predictions were given. */
  readonly threshold: number | null
  /** Column sets that nobody asked for by name; their intervals hold for all of them at once. */
  readonly explored: readonly (readonly string[])[]
}

/** The rows of one slice. */
interface ReportSlice {
  /** `[]` for everyone. */
  readonly over: readonly string[]
  readonly slice: Readonly<Record<string, string>> | null
  readonly n: number
}

/** The rows of one slice by outcome, for a system that predicts one of two classes. */
export interface ReportGroup extends ReportSlice, OutcomeCounts {}

/** The slices with their outcomes; none for a task that is not binary. */
export function outcomeGroups({ groups }: Pick<AssessmentReport, 'groups'>): ReportGroup[] {
  return groups.filter((group) => 'tp' in group)
}

/** A rule as the measures of one run have it. */
export interface MitigationState {
  readonly verdict: Verdict
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

/** Something tried against a harm, and the rules of today over the runs before and after. */
export interface ReportMitigation {
  readonly what: string
  readonly accepted: boolean
  readonly why: string
  readonly before_run: string
  readonly after_run: string
  /** Settings under which one of the runs measured otherwise than this one. */
  readonly otherwise: readonly string[]
  readonly rules: readonly {
    readonly id: string
    readonly before: MitigationState
    readonly after: MitigationState
  }[]
}

/** Where the evidence lies. */
interface ReportLedger {
  readonly origin: string
  readonly size: number
  /** Root hash, base64. */
  readonly root: string
  /** The log's verifier key, as found beside it. */
  readonly vkey: string
  /** What is established about the log, e.g. `intact; origin not established; unwitnessed`. */
  readonly trust: string
  readonly statements: readonly {
    readonly index: number
    readonly type: string
    readonly digest: string
  }[]
}

/** A command and what it shows when it succeeds. */
interface ReportCommand {
  readonly shows: string
  readonly command: string
}

/**
 * The groups of a report: everyone first, then the slices of each column set in the order given.
 * @param overs as measured, e.g. `[[], ['sex'], ['sex', 'age_group']]`
 */
export function reportGroups(
  statistics: Statistics,
  overs: readonly (readonly string[])[],
): ReportGroup[] {
  return overs.flatMap((over) =>
    marginal(statistics, over).cells.map(({ cell, outcomes }) => ({
      over,
      slice:
        over.length === 0
          ? null
          : Object.fromEntries(over.map((column, position) => [column, cell[position] ?? ''])),
      n: rowsOf(outcomes),
      ...outcomes,
    })),
  )
}
