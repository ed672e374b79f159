// How long decisions are kept: until when they must be (floor), by when they must be gone (ceiling), and what is due now. Calendar
// arithmetic in UTC; the time of a decision is its source's word.

import { type EntryRange, isInRanges } from '@proofhouse/evidence'
import type { Deployment } from './deployment.ts'
import { retentionLaws } from './retention-laws.ts'

/** A rule that binds the decisions of a deployment. */
export interface RetentionRule {
  readonly law: string
  readonly keep: string | null
  readonly erase: string | null
}

/** A moment that a law sets. */
interface LawMoment {
  readonly atMs: number
  readonly law: string
}

/** A legal hold that stands. */
export interface Hold {
  readonly id: string
  readonly reason: string
  readonly by: string
  readonly since: string
  readonly ranges: readonly EntryRange[]
  /** Every decision of this deployment; null where it is on entries. */
  readonly deployment: string | null
}

/** What becomes of one decision. */
export interface Standing {
  /** The last of the floors; null where none binds. */
  readonly keepUntil: LawMoment | null
  /** The first of the ceilings; null where none binds. */
  readonly eraseBy: LawMoment | null
  /** Ids of the holds on it. */
  readonly holds: readonly string[]
}

/** The rules of a deployment: of the laws that it names, and its own. */
export function rulesOf({ retention }: Deployment): readonly RetentionRule[] {
  const named = (retention?.laws ?? []).map((id): RetentionRule => {
    const law = retentionLaws.find((one) => one.id === id)
    return { law: law?.citation ?? id, keep: law?.keep ?? null, erase: null }
  })
  const own = (retention?.rules ?? []).map(
    ({ law, keep = null, erase = null }): RetentionRule => ({ law, keep, erase }),
  )
  return [...named, ...own]
}

/** A moment and a period later, on the last day of a month that has no such day. */
export function addPeriod(timeMs: number, period: string): number {
  const count = Number(period.slice(1, -1))
  const date = new Date(timeMs)
  if (period.endsWith('D')) return date.setUTCDate(date.getUTCDate() + count)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  if (period.endsWith('M')) date.setUTCMonth(date.getUTCMonth() + count)
  else date.setUTCFullYear(date.getUTCFullYear() + count)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return date.setUTCDate(Math.min(day, lastDay))
}

/** What becomes of a decision of that time under these rules and holds. */
export function standingOf(
  decision: { readonly index: number; readonly timeMs: number; readonly deployment: string },
  rules: readonly RetentionRule[],
  holds: readonly Hold[],
): Standing {
  const { index, timeMs, deployment } = decision
  const moments = (which: 'keep' | 'erase') =>
    rules.flatMap((rule): readonly LawMoment[] => {
      const period = rule[which]
      return period === null ? [] : [{ atMs: addPeriod(timeMs, period), law: rule.law }]
    })
  const byTime = (a: LawMoment, b: LawMoment) => a.atMs - b.atMs
  return {
    keepUntil: moments('keep').toSorted(byTime).at(-1) ?? null,
    eraseBy: moments('erase').toSorted(byTime)[0] ?? null,
    holds: holds
      .filter((hold) => hold.deployment === deployment || isInRanges(hold.ranges, index))
      .map(({ id }) => id),
  }
}

/** Whether its time is over and nothing forbids that it goes. */
export const isDue = (standing: Standing, nowMs: number): boolean =>
  isOver(standing, nowMs) && isFree(standing, nowMs)

/** Whether its ceiling has passed. */
export const isOver = ({ eraseBy }: Standing, nowMs: number): boolean =>
  eraseBy !== null && eraseBy.atMs <= nowMs

/** Whether neither floor nor hold forbids that it goes. */
export const isFree = ({ keepUntil, holds }: Standing, nowMs: number): boolean =>
  holds.length === 0 && (keepUntil === null || keepUntil.atMs <= nowMs)
