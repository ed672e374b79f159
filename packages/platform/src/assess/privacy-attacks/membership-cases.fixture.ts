// Answers of a model about members and others, on which our attacks are held against those of a peer. Made from a seed.

import { seededRandom } from '../intervals/random.ts'
import { type Attacked, attackAuc, countsNamed, thresholdFor } from './attack-measures.ts'
import { type AttackedRows, rowsOf } from './attacked-rows.ts'
import { rightAnswers } from './label-only.ts'
import { compareAttacks } from './membership.ts'
import { membershipScores } from './membership-scores.ts'

/** A case as both sides read it: one entry per row. */
export interface MembershipCase {
  readonly label: readonly number[]
  /** Probability of class 1. */
  readonly score: readonly number[]
  readonly member: readonly number[]
}

/** What both sides say of a case. */
export interface MembershipValues {
  /** 1 for each row that the rule "decided rightly" names. */
  readonly named: readonly number[]
  /** By each score of an answer: its AUC, and the share of members found at each rate. */
  readonly auc: Readonly<Record<string, number>>
  readonly found: Readonly<Record<string, readonly number[]>>
}

/** False positive rates that both are asked for. */
export const casesRates: readonly number[] = [0.01, 0.05, 0.2]

/** Models that remember nobody, some, and everybody. */
export function membershipCases(seed: number, rows: number): readonly MembershipCase[] {
  const random = seededRandom(seed)
  return [0, 0.3, 1].map((remembered) => {
    const member = Array.from({ length: rows }, () => Number(random() < 0.5))
    const label = member.map(() => Number(random() < 0.4))
    const score = member.map((is, row) => {
      const chance = random()
      return is === 1 && random() < remembered ? (chance + 4 * (label[row] ?? 0)) / 5 : chance
    })
    return { label, score, member }
  })
}

/** The same names by which the peer calls them: with two classes, two of them rank rows as the others do. */
const rankedAs = {
  loss: 'loss',
  modified_entropy: 'loss',
  confidence: 'confidence',
  entropy: 'confidence',
} as const

const rowsOfCase = ({ label, score, member }: MembershipCase): AttackedRows => ({
  rows: label.length,
  member: Uint8Array.from(member),
  label: Uint8Array.from(label),
  predicted: Uint8Array.from(score, (p) => Number(p >= 0.5)),
  score: Float64Array.from(score),
  half: Uint8Array.from(label, (_, row) => row % 2),
  columns: [],
  inputs: null,
  lot: new Float64Array(label.length),
})

/** The AUC of the attack that is strongest on the even rows, measured on the odd ones. */
export function strongestAuc(one: MembershipCase): number {
  const rows = rowsOfCase(one)
  const found = compareAttacks(
    {
      scores: membershipScores(rows, Float64Array.from(one.score)),
      rows: { choose: rowsOf(rows, { half: 0 }), measure: rowsOf(rows, { half: 1 }) },
    },
    { member: rows.member, lot: rows.lot, groups: [], error: 0.05 },
  )
  return found?.strongest.auc.value ?? Number.NaN
}

/** What our attacks say. */
export function membershipValues(one: MembershipCase): MembershipValues {
  const { label, score } = one
  const rows = rowsOfCase(one)
  const scores = membershipScores(rows, Float64Array.from(score))
  const all = Uint32Array.from(label.keys())
  const names = Object.entries(rankedAs)
  const attackedBy = (as: keyof typeof scores): Attacked => ({
    score: scores[as],
    target: rows.member,
    lot: rows.lot,
  })
  return {
    named: [...rightAnswers(rows)],
    auc: Object.fromEntries(
      names.map(([name, as]) => [name, attackAuc(attackedBy(as), all, 0.025).value ?? Number.NaN]),
    ),
    found: Object.fromEntries(
      names.map(([name, as]) => [
        name,
        casesRates.map((asked) => {
          const { found, targets } = countsNamed(
            attackedBy(as),
            all,
            thresholdFor(attackedBy(as), all, asked),
          )
          return found / targets
        }),
      ]),
    ),
  }
}

/** Where two sets of values differ by more than 1e-9. */
export function membershipDifferences(ours: MembershipValues, theirs: MembershipValues): string[] {
  const far = (a: number | undefined, b: number | undefined) =>
    !(Math.abs((a ?? NaN) - (b ?? NaN)) <= 1e-9)
  return [
    ...(ours.named.some((named, row) => named !== theirs.named[row]) ? ['named'] : []),
    ...Object.keys(rankedAs).flatMap((name) => [
      ...(far(ours.auc[name], theirs.auc[name]) ? [`auc by ${name}`] : []),
      ...casesRates.flatMap((rate, n) =>
        far(ours.found[name]?.[n], theirs.found[name]?.[n]) ? [`found at ${rate} by ${name}`] : [],
      ),
    ]),
  ]
}
