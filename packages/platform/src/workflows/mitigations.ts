// What was tried against a harm, told by the ledger: the rules of today's policy over the measures of the run before and of the run
// after. The system file says what was tried, and what was accepted and why; it never says what came of it.

import { OperatingError } from '@proofhouse/evidence'
import { applyPolicy, type Measure, type RuleOutcome } from '../assess/index.ts'
import { otherwiseMeasured, type SystemFile } from '../registry/index.ts'
import type { ReportMitigation } from '../reports/index.ts'
import { type RecordedMeasures, recordedMeasures } from './recorded-measures.ts'
import type { Workspace } from './services.ts'

/** A mitigation with the runs it names; `after` is null for the run at hand. */
export interface KnownMitigation {
  readonly mitigation: SystemFile['mitigations'][number]
  readonly before: RecordedMeasures
  readonly after: RecordedMeasures | null
}

/**
 * Finds the runs that the system file's mitigations name.
 * @throws config-invalid for a run that the ledger does not know as a completed one of this system
 */
export async function findMitigations(
  workspace: Pick<Workspace, 'entries' | 'blobs' | 'verifiers'>,
  { system, mitigations }: SystemFile,
): Promise<readonly KnownMitigation[]> {
  if (mitigations.length === 0) return []
  const runs: RecordedMeasures[] = []
  for await (const recorded of recordedMeasures(workspace))
    if (recorded.predicate.measuredAs.system === system.id) runs.push(recorded)
  const find = (id: string): RecordedMeasures => {
    const found = runs.filter(({ predicate }) => predicate.runId.startsWith(id))
    const [only] = found
    if (only !== undefined && found.length === 1) return only
    throw new OperatingError(
      'config-invalid',
      found.length > 1
        ? `\`mitigations\`: more than one run begins with \`${id}\`; give more of its id`
        : `\`mitigations\`: the ledger knows no completed run \`${id}\` of \`${system.id}\`; ` +
            'its reports and `report.json` say the ids of runs',
    )
  }
  return mitigations.map((mitigation) => ({
    mitigation,
    before: find(mitigation.before),
    after: mitigation.after === null ? null : find(mitigation.after),
  }))
}

/** The record of each mitigation, with this run's measures where no other run is named as the one after. */
export function mitigationRecords(
  known: readonly KnownMitigation[],
  now: { readonly file: SystemFile; readonly runId: string; readonly measures: readonly Measure[] },
): ReportMitigation[] {
  return known.map(({ mitigation, before, after }) => {
    const { rules } = now.file
    const judgedBefore = applyPolicy(rules, measuresOf(before)).rules
    const judgedAfter = applyPolicy(rules, after === null ? now.measures : measuresOf(after)).rules
    return {
      what: mitigation.what,
      accepted: mitigation.accepted,
      why: mitigation.why,
      before_run: before.predicate.runId,
      after_run: after?.predicate.runId ?? now.runId,
      otherwise: [
        ...new Set(
          [before, ...(after === null ? [] : [after])].flatMap((run) => otherwise(run, now.file)),
        ),
      ],
      rules: judgedBefore.map((rule, n) => ({
        id: rule.id,
        before: stateOf(rule),
        after: stateOf(judgedAfter[n] ?? rule),
      })),
    }
  })
}

const measuresOf = ({ predicate }: RecordedMeasures): readonly Measure[] =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- unknown names of measures match no rule
  predicate.measures as readonly Measure[]

const stateOf = ({ verdict, worst }: RuleOutcome) => ({
  verdict,
  value: worst?.value ?? null,
  low: worst?.low ?? null,
  high: worst?.high ?? null,
})

/** The settings under which a run measured otherwise than this file says; other test data are no such setting. */
const otherwise = ({ predicate }: RecordedMeasures, file: SystemFile): readonly string[] =>
  otherwiseMeasured(predicate, file, {})
