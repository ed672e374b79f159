// Whether an attacker can tell who was in the training data: several attacks, the strongest of which is chosen on the first half of
// the rows and measured on the second, for everyone and for each group.

import type { CodedColumn } from '../checks/coding.ts'
import { sidak } from '../intervals/proportion.ts'
import {
  advantageAbove,
  type Attacked,
  attackAuc,
  bestThreshold,
  countsNamed,
  type Estimate,
  type FoundAtRate,
  foundAtRate,
  isMoreThanChance,
  tellsRate,
  thresholdFor,
  type TwoHalves,
} from './attack-measures.ts'
import { chanceBand } from './chance-band.ts'

/** False positive rates at which the share found is told. */
export const ratesAsked: readonly number[] = [0.01, 0.001]
/** Rows of either kind, in either half, below which nothing is said. */
export const rowsMin = 20
/** False positive rates of the curve, as far as the rows tell them. */
const curveRates: readonly number[] = [
  0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1,
]

/** Attacks to compare: the score of every row by each, and the rows they were made for. */
export interface AttackFamily<Name extends string> {
  readonly scores: Readonly<Partial<Record<Name, Float64Array>>>
  readonly rows: TwoHalves
}

/** What one attack reaches. */
interface Reached {
  readonly auc: Estimate
  readonly advantage: Estimate
  readonly found: readonly FoundAtRate[]
}

/** What one attack reaches on the second half; its limits hold for all attacks of the family at once. */
interface AttackResult extends Reached {
  readonly attack: string
}

/** What the strongest attack reaches against one group. */
export interface GroupRisk extends Reached {
  readonly column: string
  readonly group: string
  readonly members: number
  readonly others: number
}

/** A point of the ROC curve, with the limits between which chance alone would leave the share found. */
interface RocPoint {
  readonly fpr: number
  readonly tpr: number
  readonly chance: { readonly low: number; readonly high: number }
}

/** What a family of attacks found. */
export interface MembershipFindings {
  readonly members: number
  readonly others: number
  readonly attacks: readonly AttackResult[]
  /** For each figure, the attack that was strongest in it on the first half. The limits of all these figures hold at once. */
  readonly strongest: Reached & {
    readonly by: {
      readonly auc: string
      readonly advantage: string
      /** In the order of `found`. */
      readonly found: readonly string[]
    }
  }
  /** By the same attacks; the limits hold for all groups of a column at once. */
  readonly groups: readonly GroupRisk[]
  /** Whether any figure of the strongest attack is beyond what chance would leave it. */
  readonly shown: boolean
  /** Of the strongest attack by AUC, on the second half. */
  readonly roc: readonly RocPoint[]
}

/** Whose rows, in which groups, and how sure to be. */
export interface MembershipRequest {
  readonly member: Uint8Array
  /** A random number from 0 to 1 per row, by which ties are settled. */
  readonly lot: Float64Array
  readonly groups: readonly CodedColumn[]
  /** Chance that any limit of the strongest attack's figures misses; also of one column's groups. */
  readonly error: number
}

/** Compares attacks; null with too few rows of either kind. */
export function compareAttacks(
  { scores, rows }: AttackFamily<string>,
  { member, lot, groups, error }: MembershipRequest,
): MembershipFindings | null {
  const { measure } = rows
  for (const half of [rows.choose, measure])
    for (const kind of [0, 1])
      if (half.filter((row) => member[row] === kind).length < rowsMin) return null
  const attacks = Object.entries(scores).flatMap(([name, score]) =>
    score === undefined ? [] : [{ name, attacked: { score, target: member, lot } }],
  )
  const chosen = choose(attacks, rows.choose)
  // AUC, advantage, and each rate that the rows tell: which are told depends on their number alone.
  const others = measure.filter((row) => member[row] === 0).length
  const quantities = 2 + ratesAsked.filter((asked) => tellsRate(others, asked)).length
  const tail = error / quantities / 2
  const strongest = {
    ...reach(chosen, rows, tail),
    by: {
      auc: chosen.auc.name,
      advantage: chosen.advantage.name,
      found: chosen.found.map(({ name }) => name),
    },
  }
  return {
    members: measure.length - others,
    others,
    attacks: attacks.map((one) => ({
      attack: one.name,
      ...reach(
        { auc: one, advantage: one, found: ratesAsked.map(() => one) },
        rows,
        tail / attacks.length,
      ),
    })),
    strongest,
    groups: groups.flatMap((column) =>
      groupRisks(column, chosen, { rows, member, error: error / quantities }),
    ),
    shown:
      (strongest.auc.limits?.low ?? 0) > 0.5 ||
      (strongest.advantage.limits?.low ?? 0) > 0 ||
      strongest.found.some(isMoreThanChance),
    roc: rocCurve(chosen.auc.attacked, measure),
  }
}

interface NamedAttack {
  readonly name: string
  readonly attacked: Attacked
}

/** One attack for each figure. */
interface Chosen {
  readonly auc: NamedAttack
  readonly advantage: NamedAttack
  /** In the order of {@link ratesAsked}. */
  readonly found: readonly NamedAttack[]
}

/** The attack that is strongest in each figure on the first half, where it was also fitted. */
function choose(attacks: readonly NamedAttack[], rows: Uint32Array): Chosen {
  const most = (of: (attacked: Attacked) => number | null): NamedAttack => {
    const values = attacks.map((one) => ({ one, value: of(one.attacked) ?? -Infinity }))
    const best = values.reduce((a, b) => (b.value > a.value ? b : a))
    return best.one
  }
  return {
    auc: most((attacked) => attackAuc(attacked, rows, 0.5).value),
    advantage: most(
      (attacked) =>
        advantageAbove(attacked, rows, { threshold: bestThreshold(attacked, rows), tail: 0.5 })
          .value,
    ),
    found: ratesAsked.map((asked) =>
      most(
        (attacked) =>
          foundAtRate(attacked, { choose: rows, measure: rows }, { asked, tail: 0.5 }).value,
      ),
    ),
  }
}

function reach(
  chosen: Chosen,
  rows: TwoHalves,
  tail: number,
  advantageAt?: number | null,
): Reached {
  const { attacked } = chosen.advantage
  const threshold = advantageAt === undefined ? bestThreshold(attacked, rows.choose) : advantageAt
  return {
    auc: attackAuc(chosen.auc.attacked, rows.measure, tail),
    advantage: advantageAbove(attacked, rows.measure, { threshold, tail }),
    found: ratesAsked.map((asked, n) =>
      foundAtRate((chosen.found[n] ?? chosen.auc).attacked, rows, { asked, tail }),
    ),
  }
}

/**
 * Every group of a column. False positive rates are those within the group, each with a threshold of its own: one for
 * everyone may accuse one group far more often. The advantage keeps the threshold for everyone, so that small groups
 * have one.
 */
function groupRisks(
  { name, codes, labels }: CodedColumn,
  chosen: Chosen,
  by: { readonly rows: TwoHalves; readonly member: Uint8Array; readonly error: number },
): GroupRisk[] {
  const { rows, member } = by
  const present = labels.flatMap((group, code) => {
    const within = (half: Uint32Array) => half.filter((row) => codes[row] === code)
    const measure = within(rows.measure)
    return measure.length === 0 ? [] : [{ group, rows: { choose: within(rows.choose), measure } }]
  })
  const tail = sidak(by.error, present.length) / 2
  const threshold = bestThreshold(chosen.advantage.attacked, rows.choose)
  return present.map(({ group, rows: own }) => {
    const members = own.measure.reduce((sum, row) => sum + (member[row] ?? 0), 0)
    return {
      column: name,
      group,
      members,
      others: own.measure.length - members,
      ...reach(chosen, own, tail, threshold),
    }
  })
}

/** The curve itself: thresholds from the rows it is drawn of. */
function rocCurve(attacked: Attacked, rows: Uint32Array): RocPoint[] {
  const targets = rows.filter((row) => attacked.target[row] === 1)
  const others = rows.length - targets.length
  return curveRates
    .filter((fpr) => tellsRate(others, fpr))
    .map((fpr) => {
      const { found } = countsNamed(attacked, targets, thresholdFor(attacked, rows, fpr))
      return {
        fpr,
        tpr: found / targets.length,
        chance: chanceBand({ targets: targets.length, others, fpr }),
      }
    })
}
