// How long decisions are kept: what laws, holds and the declarations of deployments come to, what contradicts, and the job that destroys
// what is due. What it destroys it states as an erasure.

import type { Erasure } from '@proofhouse/evidence'
import { Type } from 'typebox'
import {
  type DecisionLog,
  eraseEntries,
  type ErasureRecord,
  type Hold,
  type IndexRow,
  indexesOf,
  isDue,
  isFree,
  isOver,
  type RetentionRule,
  rulesOf,
  type Standing,
  standingOf,
} from '../decisions/index.ts'
import type { DecisionLogInUse } from './decision-log-access.ts'
import { decisionOperation, type OperationServices, operate } from './decision-operation.ts'
import { permitErasure } from './permit-erasure.ts'
import type { Services } from './services.ts'
import { type RestrictedErasure, statedRetention } from './stated-retention.ts'

/** Rows that are looked at in one go. */
const pageRows = 65_536
/** Entries of one erasure at most: what one statement can list. */
const erasedAtOnceMax = 1_000_000
const dayMs = 24 * 3_600_000

/** Something that cannot be right at once. */
export interface RetentionConflict {
  /**
   * `floor-beyond-ceiling`: a law asks to keep what another asks to erase · `hold-beyond-ceiling`: a hold keeps what should be gone ·
   * `erasure-inside-floor`: somebody asked for erasure of what must be kept · `undeclared`: decisions of a deployment that says nothing.
   */
  readonly kind:
    | 'floor-beyond-ceiling'
    | 'hold-beyond-ceiling'
    | 'erasure-inside-floor'
    | 'undeclared'
  readonly problem: string
}

/** How the decisions of a deployment stand. */
export interface RetainedDeployment {
  readonly deployment: string
  /** Null where the declaration names none. */
  readonly class: string | null
  readonly rules: readonly RetentionRule[]
  /** Decisions whose content is held. */
  readonly held: number
  /** Of these: a law asks to keep them; a hold does; their time is over; that, and nothing forbids that they go. */
  readonly inFloor: number
  readonly onHold: number
  readonly over: number
  readonly due: number
  /** When the next one's time is over; null where none ends, or it is over already. */
  readonly nextEndsAt: string | null
}

/** What the retention of a log comes to. */
export interface RetentionReport {
  readonly at: string
  readonly deployments: readonly RetainedDeployment[]
  readonly holds: readonly (Hold & { readonly decisions: number })[]
  /** Erasures that were asked for and wait: of how many decisions, and how many could go now. */
  readonly restricted: readonly (Omit<RestrictedErasure, 'ranges'> & {
    readonly held: number
    readonly due: number
  })[]
  readonly conflicts: readonly RetentionConflict[]
}

type Count = { -readonly [Name in keyof RetainedDeployment]: RetainedDeployment[Name] } & {
  nextMs: number
}

/** Reports; destroys nothing. @throws what the log throws */
export function reportRetention(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<RetentionReport> {
  return operate(reportingRetention, { folder, request: {} }, services)
}

const closed = { additionalProperties: false } as const

/** Reports. */
export const reportingRetention = decisionOperation({
  name: 'retention',
  changes: false,
  shape: Type.Object({}, closed),
  run: (opened, _, services) => retentionOf(opened, services),
})

async function retentionOf(
  opened: DecisionLogInUse,
  { now }: Pick<Services, 'now'>,
): Promise<RetentionReport> {
  const nowMs = now().getTime()
  const { holds, restricted } = await statedRetention(opened)
  const counts = new Map<string, Count>()
  const onHold = new Map(holds.map(({ id }) => [id, { decisions: 0, over: 0 }]))
  for await (const { row, rules, standing } of standings(opened.log, holds)) {
    const count = counts.get(row.deployment) ?? countOf(opened.log, row.deployment, rules)
    counts.set(row.deployment, count)
    addTo(count, standing, nowMs)
    for (const id of standing.holds) {
      const held = onHold.get(id)
      if (held === undefined) continue
      held.decisions += 1
      if (isOver(standing, nowMs)) held.over += 1
    }
  }
  const waiting = await Promise.all(
    restricted.map(async ({ ranges, ...one }) => {
      const rows = await heldRows(opened.log, indexesOf(ranges))
      const due = rows.filter((row) => isFree(standingIn(opened.log, row, holds), nowMs))
      return { ...one, held: rows.length, due: due.length }
    }),
  )
  const deployments = [...counts.values()].map(
    ({ nextMs, ...count }): RetainedDeployment => ({
      ...count,
      nextEndsAt: Number.isFinite(nextMs) ? new Date(nextMs).toISOString() : null,
    }),
  )
  return {
    at: now().toISOString(),
    deployments,
    holds: holds.map((hold) => ({ ...hold, decisions: onHold.get(hold.id)?.decisions ?? 0 })),
    restricted: waiting.filter(({ held }) => held > 0),
    conflicts: [
      ...deployments.flatMap((one) => deploymentConflicts(one, nowMs)),
      ...holds.flatMap(({ id, reason }) => {
        const over = onHold.get(id)?.over ?? 0
        const problem = `hold ${id} (${reason}) keeps ${over} decisions whose time is over`
        return over === 0 ? [] : [{ kind: 'hold-beyond-ceiling' as const, problem }]
      }),
      ...waiting.flatMap(({ id, held, due, grounds, until }) => {
        const kept = held - due
        const problem = `erasure ${id} was asked for; ${kept} decisions must be kept${until === null ? '' : ` until ${until}`} (${grounds.join('; ')})`
        return kept === 0 ? [] : [{ kind: 'erasure-inside-floor' as const, problem }]
      }),
    ],
  }
}

function countOf(log: DecisionLog, deployment: string, rules: readonly RetentionRule[]): Count {
  const declared = log.deployments.get(deployment)?.deployment
  const counts = { held: 0, inFloor: 0, onHold: 0, over: 0, due: 0 }
  const name = declared?.retention?.class ?? null
  return { deployment, class: name, rules, ...counts, nextEndsAt: null, nextMs: Infinity }
}

function addTo(count: Count, standing: Standing, nowMs: number): void {
  const { keepUntil, eraseBy, holds } = standing
  count.held += 1
  if (keepUntil !== null && keepUntil.atMs > nowMs) count.inFloor += 1
  if (holds.length > 0) count.onHold += 1
  if (isOver(standing, nowMs)) count.over += 1
  else if (eraseBy !== null) count.nextMs = Math.min(count.nextMs, eraseBy.atMs)
  if (isDue(standing, nowMs)) count.due += 1
}

function deploymentConflicts(
  { deployment, rules, held }: RetainedDeployment,
  nowMs: number,
): readonly RetentionConflict[] {
  if (rules.length === 0)
    return [
      {
        kind: 'undeclared',
        problem: `${deployment}: ${held} decisions are held, and its declaration does not say for how long`,
      },
    ]
  const { keepUntil, eraseBy } = standingOf({ index: 0, timeMs: nowMs, deployment }, rules, [])
  if (keepUntil === null || eraseBy === null || keepUntil.atMs <= eraseBy.atMs) return []
  const days = Math.ceil((keepUntil.atMs - eraseBy.atMs) / dayMs)
  return [
    {
      kind: 'floor-beyond-ceiling',
      problem: `${deployment}: ${keepUntil.law} asks to keep what ${eraseBy.law} asks to erase, for ${days} days`,
    },
  ]
}

/** Every decision whose content is held, and how it stands. */
async function* standings(
  log: DecisionLog,
  holds: readonly Hold[],
): AsyncIterable<{
  readonly row: IndexRow
  readonly rules: readonly RetentionRule[]
  readonly standing: Standing
}> {
  const rulesById = new Map<string, readonly RetentionRule[]>()
  for (let after = -1; ; ) {
    const rows = await log.index.find({ after, limit: pageRows })
    for (const row of rows) {
      if (row.key === 0) continue
      const rules = rulesById.get(row.deployment) ?? rulesIn(log, row.deployment)
      rulesById.set(row.deployment, rules)
      yield { row, rules, standing: standingOf(row, rules, holds) }
    }
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.index
  }
}

function rulesIn(log: DecisionLog, deployment: string): readonly RetentionRule[] {
  const declared = log.deployments.get(deployment)?.deployment
  return declared === undefined ? [] : rulesOf(declared)
}

const standingIn = (log: DecisionLog, row: IndexRow, holds: readonly Hold[]): Standing =>
  standingOf(row, rulesIn(log, row.deployment), holds)

/** Rows of these entries whose content is held. */
async function heldRows(log: DecisionLog, indexes: Iterable<number>): Promise<IndexRow[]> {
  const rows: IndexRow[] = []
  for (const index of indexes) {
    const row = await log.index.row(index)
    if (row !== null && row.key !== 0) rows.push(row)
  }
  return rows
}

/** What the job destroyed, or would. */
export interface Expired {
  /** Decisions whose time is over, and those whose erasure was asked for and need not wait any more. */
  readonly retention: number
  readonly request: number
  /** Their statements; none where nothing was done. */
  readonly erasures: readonly ErasureRecord[]
}

/** Destroys what is due. @param request `dryRun`: only counts @throws what the log throws */
export function expireDecisions(
  { folder, dryRun }: { readonly folder: string; readonly dryRun: boolean },
  services: Services,
): Promise<Expired> {
  return operate(expiring, { folder, request: { dryRun } }, services)
}

/** Destroys what is due; the job may be interrupted and run again. */
export const expiring = decisionOperation({
  name: 'expire',
  changes: true,
  shape: Type.Object({ dryRun: Type.Boolean() }, closed),
  run: expire,
})

async function expire(
  opened: DecisionLogInUse,
  { dryRun }: { readonly dryRun: boolean },
  services: OperationServices,
): Promise<Expired> {
  const { log } = opened
  const nowMs = services.now().getTime()
  const { holds, restricted } = await statedRetention(opened)
  const over: number[] = []
  for await (const { row, standing } of standings(log, holds))
    if (isDue(standing, nowMs)) over.push(row.index)
  const isGone = new Set(over)
  const asked = new Set(restricted.flatMap(({ ranges }) => [...indexesOf(ranges)]))
  const waiting = await heldRows(
    log,
    [...asked.difference(isGone)].toSorted((a, b) => a - b),
  )
  const free = waiting.filter((row) => isFree(standingIn(log, row, holds), nowMs))
  const erasures: ErasureRecord[] = []
  if (!dryRun) {
    const erase = eraser(opened, services)
    erasures.push(...(await erase(over, 'retention')))
    erasures.push(
      ...(await erase(
        free.map(({ index }) => index),
        'request',
      )),
    )
  }
  return { retention: over.length, request: free.length, erasures }
}

function eraser(opened: DecisionLogInUse, services: OperationServices) {
  return async (indexes: readonly number[], reason: Erasure['reason']) => {
    const erasures: ErasureRecord[] = []
    for (let from = 0; from < indexes.length; from += erasedAtOnceMax) {
      const order = {
        erasureId: services.newId(),
        reason,
        requestedAt: services.now().toISOString(),
      }
      // A hold may have been set since: then nothing goes, and the job is run again.
      const permitted = permitErasure(opened, services, {
        order,
        by: services.user(),
        policy: 'refuse',
        restricted: () => undefined,
      })
      const some = indexes.slice(from, from + erasedAtOnceMax)
      erasures.push(await eraseEntries(opened.log, some, { ...order, permitted }, opened.host))
    }
    return erasures
  }
}
