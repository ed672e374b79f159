// The measures of what attacks on privacy found, in the form of every other measure. Limits from below are those of the report;
// from above there is none, for what these attacks did not learn a stronger one may: no rule passes on what was not found.

import type { Measure } from '../measure.ts'
import type { Estimate } from './attack-measures.ts'
import type { PrivacyFindings } from './find-privacy-risks.ts'
import type { GroupRisk, MembershipFindings } from './membership.ts'
import { privacyCatalogue, type PrivacyName } from './privacy-catalogue.ts'

/** One entry for everyone, and one per group or column, of every measure that could be taken. */
export function privacyMeasures(found: PrivacyFindings): Measure[] {
  const { by_score, by_decision, rows, extraction } = found
  const last = extraction.at(-1)
  return [
    ...membershipMeasures(by_score ?? by_decision),
    ...advantages('privacy.label_only_advantage', by_decision),
    entry('privacy.accuracy_gap', found.accuracy_gap, { n: rows.train + rows.test }),
    ...found.attributes.flatMap(({ column, by_outcome, by_answer }) => [
      ...(by_outcome === null
        ? []
        : [
            entry('privacy.attribute_gain_by_outcome', by_outcome.members.gain, {
              n: by_outcome.members.n,
              over: [column],
            }),
          ]),
      entry('privacy.attribute_gain_by_answer', by_answer.members.gain, {
        n: by_answer.members.n,
        over: [column],
      }),
    ]),
    ...(last === undefined
      ? []
      : [
          entry('privacy.extraction_fidelity', last.accuracy, { n: last.n }),
          entry('privacy.extraction_gain', last.gain, { n: last.n }),
        ]),
  ]
}

const rateNames: readonly PrivacyName[] = [
  'privacy.membership_tpr_at_one_percent_fpr',
  'privacy.membership_tpr_at_one_permille_fpr',
]

function membershipMeasures(found: MembershipFindings | null): Measure[] {
  if (found === null) return []
  const of = (
    name: PrivacyName,
    take: (from: MembershipFindings['strongest'] | GroupRisk) => Estimate | undefined,
  ) => perGroup(name, found, take)
  return [
    ...of('privacy.membership_auc', ({ auc }) => auc),
    ...advantages('privacy.membership_advantage', found),
    ...rateNames.flatMap((name, at) => of(name, (from) => from.found[at])),
  ]
}

const advantages = (name: PrivacyName, found: MembershipFindings | null): Measure[] =>
  found === null ? [] : perGroup(name, found, ({ advantage }) => advantage)

function perGroup(
  name: PrivacyName,
  found: MembershipFindings,
  take: (from: MembershipFindings['strongest'] | GroupRisk) => Estimate | undefined,
): Measure[] {
  const { strongest, groups, members, others } = found
  const nothing = { value: null, limits: null }
  return [
    entry(name, take(strongest) ?? nothing, { n: members + others }),
    ...groups.map((group) =>
      entry(name, take(group) ?? nothing, {
        n: group.members + group.others,
        over: [group.column],
        slice: { [group.column]: group.group },
      }),
    ),
  ]
}

function entry(
  measure: PrivacyName,
  { value, limits }: Estimate,
  where: {
    readonly n: number
    readonly over?: readonly string[]
    readonly slice?: Readonly<Record<string, string>>
  },
): Measure {
  // The accuracy gap is what it is; everything else is what an attack reached.
  const isReached = measure !== 'privacy.accuracy_gap'
  return {
    measure,
    over: where.over ?? [],
    slice: where.slice ?? null,
    value,
    low: limits?.low ?? null,
    high: limits === null ? null : isReached ? privacyCatalogue[measure].high : limits.high,
    n: where.n,
    ...(value === null ? { note: 'undefined: too few rows to tell' } : {}),
  }
}
