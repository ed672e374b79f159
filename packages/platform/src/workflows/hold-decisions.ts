// Legal holds: decisions that must not be erased while they stand. Set and lifted by statements in the evidence log, by whom and why.

import { type JsonValue, OperatingError } from '@proofhouse/evidence'
import { Type } from 'typebox'
import { rangesOf, readDecision } from '../decisions/index.ts'
import type { DecisionLogInUse } from './decision-log-access.ts'
import { decisionOperation, operate } from './decision-operation.ts'
import type { Services } from './services.ts'
import { refuseNames } from './state-access.ts'
import { stateRetention, statedRetention, tellHeld } from './stated-retention.ts'

/** Entries of one hold at most. */
const entriesMax = 1_000_000

/** What to hold: decisions about a person as there are now, single ones, or all of a deployment, those to come too. */
export type HoldScope =
  | { readonly subject: string }
  | { readonly indexes: readonly number[] }
  | { readonly deployment: string }

/** What, why, and who says so. */
export interface HoldRequest {
  readonly scope: HoldScope
  readonly reason: string
  readonly by: string
}

/** A hold that was set or lifted. */
export interface StatedHold {
  readonly id: string
  /** Entry of the evidence log. */
  readonly statedIndex: number
}

/** Sets a hold. @throws usage-invalid for what is not there, and what the log throws */
export function holdDecisions(
  { folder, ...request }: HoldRequest & { readonly folder: string },
  services: Services,
): Promise<StatedHold> {
  const { scope, ...rest } = request
  const given = 'indexes' in scope ? { indexes: [...scope.indexes] } : scope
  return operate(holding, { folder, request: { ...rest, scope: given } }, services)
}

const closed = { additionalProperties: false } as const
const some = Type.String({ minLength: 1, maxLength: 500 })

/** Sets a hold. */
export const holding = decisionOperation({
  name: 'hold',
  changes: true,
  shape: Type.Object(
    {
      scope: Type.Union([
        Type.Object({ subject: Type.String({ minLength: 1 }) }, closed),
        Type.Object({ indexes: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 }) }, closed),
        Type.Object({ deployment: some }, closed),
      ]),
      reason: some,
      by: some,
    },
    closed,
  ),
  run: hold,
})

async function hold(
  opened: DecisionLogInUse,
  { scope, reason, by }: HoldRequest,
  { now, newId }: Pick<Services, 'now' | 'newId'>,
): Promise<StatedHold> {
  const { log } = opened
  refuseNames({ as: by, reason }, await subjectsOf(opened, scope))
  if ('deployment' in scope && !log.deployments.has(scope.deployment))
    throw new OperatingError('usage-invalid', `no deployment \`${scope.deployment}\` is declared`)
  // While no decision is on its way: whatever is durable before the hold is held.
  return log.exclusively(async () => {
    const indexes = 'deployment' in scope ? [] : await indexesIn(opened, scope)
    const id = newId()
    const statedIndex = await stateRetention(opened, {
      event: 'hold-set',
      id,
      ranges: rangesOf(indexes),
      deployment: 'deployment' in scope ? scope.deployment : null,
      reason,
      by,
      grounds: [],
      until: null,
      at: now().toISOString(),
    })
    tellHeld(opened, (await statedRetention(opened)).holds)
    return { id, statedIndex }
  })
}

/** Whom a hold must not name. */
async function subjectsOf(
  { log }: DecisionLogInUse,
  scope: HoldScope,
): Promise<ReadonlySet<JsonValue | undefined>> {
  if ('subject' in scope) return new Set([scope.subject])
  const subjects = new Set<JsonValue | undefined>()
  if ('indexes' in scope)
    for (const index of new Set(scope.indexes))
      subjects.add((await readDecision(log, index)).content?.groups['subject'])
  return subjects
}

async function indexesIn(
  { log }: DecisionLogInUse,
  scope: Exclude<HoldScope, { readonly deployment: string }>,
): Promise<readonly number[]> {
  if ('indexes' in scope) {
    for (const index of scope.indexes)
      if ((await log.index.row(index)) === null)
        throw new OperatingError('usage-invalid', `there is no decision ${index} in this log`)
    return [...new Set(scope.indexes)].toSorted((a, b) => a - b)
  }
  const tag = log.tagger.tagOf('subject', scope.subject)
  const rows = await log.index.find({ tag, limit: entriesMax })
  if (rows.length === 0)
    throw new OperatingError('usage-invalid', 'the log holds no decision about this person')
  return rows.map(({ index }) => index)
}

/** Which hold to lift, why, and who says so. */
export interface ReleaseRequest {
  readonly id: string
  readonly reason: string
  readonly by: string
}

/** Lifts a hold. @throws usage-invalid for one that does not stand, and what the log throws */
export function releaseDecisions(
  { folder, ...request }: ReleaseRequest & { readonly folder: string },
  services: Services,
): Promise<StatedHold> {
  return operate(releasing, { folder, request }, services)
}

/** Lifts a hold. */
export const releasing = decisionOperation({
  name: 'release',
  changes: true,
  shape: Type.Object({ id: some, reason: some, by: some }, closed),
  run: release,
})

async function release(
  opened: DecisionLogInUse,
  { id, reason, by }: ReleaseRequest,
  { now }: Pick<Services, 'now'>,
): Promise<StatedHold> {
  refuseNames({ as: by, reason }, new Set())
  const { holds } = await statedRetention(opened)
  if (!holds.some((one) => one.id === id))
    throw new OperatingError(
      'usage-invalid',
      `no hold \`${id}\` stands; ${holds.length === 0 ? 'none does' : `those that do: ${holds.map((one) => one.id).join(', ')}`}`,
    )
  const statedIndex = await stateRetention(opened, {
    event: 'hold-lifted',
    id,
    ranges: [],
    deployment: null,
    reason,
    by,
    grounds: [],
    until: null,
    at: now().toISOString(),
  })
  tellHeld(opened, (await statedRetention(opened)).holds)
  return { id, statedIndex }
}
