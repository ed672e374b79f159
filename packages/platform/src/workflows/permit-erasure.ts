// Whether decisions may be erased: not while a law asks that they be kept (GDPR Art. 17(3)(b)), nor under a legal hold. An order of an
// authority goes before a law's period, and not before a hold.

import { OperatingError } from '@proofhouse/evidence'
import {
  type ErasureOrder,
  type IndexRow,
  rangesOf,
  rulesOf,
  type Standing,
  standingOf,
} from '../decisions/index.ts'
import type { DecisionLogInUse } from './decision-log-access.ts'
import type { Services } from './services.ts'
import { stateRetention, statedRetention, tellHeld } from './stated-retention.ts'

/** What had to be kept of what was to be erased. */
export interface Restriction {
  /** Entry of the evidence log that says so. */
  readonly statedIndex: number
  readonly entries: number
  readonly grounds: readonly string[]
  readonly until: string | null
}

/** Who asks for which erasure, and what is to be done where a part must be kept. */
interface PermitRequest {
  readonly order: ErasureOrder
  readonly by: string
  /** `refuse`: nothing is erased · `restrict`: the rest is, and the request is noted for what must be kept. */
  readonly policy: 'refuse' | 'restrict'
  readonly restricted: (restriction: Restriction) => void
}

/**
 * A check of an erasure, for the moment when it is carried out.
 * @returns what is asked which rows may go
 * @throws erasure-restricted from there, where none may, or one may not and the policy is to refuse
 */
export function permitErasure(
  opened: Pick<DecisionLogInUse, 'log' | 'workspace'>,
  { now, newId }: Pick<Services, 'now' | 'newId'>,
  { order, by, policy, restricted }: PermitRequest,
): NonNullable<ErasureOrder['permitted']> {
  const { log } = opened
  return async (rows) => {
    const { holds } = await statedRetention(opened)
    // Before anybody is remembered whose late decisions are emptied.
    tellHeld(opened, holds)
    const kept: { readonly row: IndexRow; readonly standing: Standing }[] = []
    const free: IndexRow[] = []
    for (const row of rows) {
      const of = log.deployments.get(row.deployment)?.deployment
      const rules = of === undefined || order.reason === 'order' ? [] : rulesOf(of)
      const standing = standingOf(row, rules, holds)
      const isKept = row.key !== 0 && groundsOf(standing, now().getTime()).length > 0
      if (isKept) kept.push({ row, standing })
      else free.push(row)
    }
    if (kept.length === 0) return rows
    const told = toldOf(kept, now().getTime())
    if (policy === 'refuse')
      throw refusal(
        told,
        'nothing was erased; --restrict erases what may be, and notes the request',
      )
    const indexes = kept.map(({ row }) => row.index).toSorted((a, b) => a - b)
    const statedIndex = await stateRetention(opened, {
      event: 'erasure-restricted',
      id: newId(),
      ranges: rangesOf(indexes),
      deployment: null,
      reason: order.reason,
      by,
      grounds: told.grounds,
      until: told.until,
      at: now().toISOString(),
    })
    restricted({ statedIndex, ...told })
    if (free.length === 0)
      throw refusal(told, `the request is noted in entry ${statedIndex} of the evidence log`)
    return free
  }
}

const groundsOf = ({ keepUntil, holds }: Standing, nowMs: number): readonly string[] => [
  ...(keepUntil !== null && keepUntil.atMs > nowMs ? [keepUntil.law] : []),
  ...holds.map((id) => `hold ${id}`),
]

function toldOf(
  kept: readonly { readonly standing: Standing }[],
  nowMs: number,
): Omit<Restriction, 'statedIndex'> {
  const grounds = new Set(kept.flatMap(({ standing }) => groundsOf(standing, nowMs)))
  const last = Math.max(...kept.map(({ standing }) => standing.keepUntil?.atMs ?? 0))
  const isHeld = kept.some(({ standing }) => standing.holds.length > 0)
  return {
    entries: kept.length,
    grounds: [...grounds].toSorted(),
    until: isHeld ? null : new Date(last).toISOString(),
  }
}

const refusal = ({ entries, grounds, until }: Omit<Restriction, 'statedIndex'>, what: string) =>
  new OperatingError(
    'erasure-restricted',
    `${entries} of these decisions must be kept${until === null ? '' : ` until ${until}`} (${grounds.join('; ')}): ${what}`,
  )
