// Erasing people from a workspace's decision log, as far as laws and holds permit, and the end of an epoch, which makes erasures final.

import { type Static, Type } from 'typebox'
import {
  closeEpoch,
  eraseEntries,
  type ErasureOrder,
  type ErasureRecord,
  eraseSubject,
} from '../decisions/index.ts'
import { type DecisionLogInUse, stateHead } from './decision-log-access.ts'
import { decisionOperation, type OperationServices, operate } from './decision-operation.ts'
import { permitErasure, type Restriction } from './permit-erasure.ts'
import type { Services } from './services.ts'

/** Whom or what to erase, and why. */
export interface EraseRequest {
  readonly what: { readonly subject: string } | { readonly indexes: readonly number[] }
  readonly reason: ErasureOrder['reason']
  /** Who asks; the system's account where it is not given. */
  readonly by?: string
  /** What becomes of it where a part must be kept: refused unless told otherwise. */
  readonly policy?: 'refuse' | 'restrict'
}

/** An erasure, and what of it had to wait. */
export interface Erased extends ErasureRecord {
  readonly restricted: Restriction | null
}

const closed = { additionalProperties: false } as const

const eraseShape = Type.Object(
  {
    what: Type.Union([
      Type.Object({ subject: Type.String({ minLength: 1 }) }, closed),
      Type.Object({ indexes: Type.Array(Type.Integer({ minimum: 0 })) }, closed),
    ]),
    reason: Type.Union([Type.Literal('request'), Type.Literal('retention'), Type.Literal('order')]),
    by: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
    policy: Type.Optional(Type.Union([Type.Literal('refuse'), Type.Literal('restrict')])),
  },
  closed,
)

/** Erases; pending when it is done. */
export const erasing = decisionOperation({
  name: 'erase',
  changes: true,
  shape: eraseShape,
  run: erase,
})

async function erase(
  opened: DecisionLogInUse,
  { what, reason, by, policy = 'refuse' }: Static<typeof eraseShape>,
  services: OperationServices,
): Promise<Erased> {
  const { log, host } = opened
  const requestedAt = services.now().toISOString()
  const order: ErasureOrder = { erasureId: services.newId(), reason, requestedAt }
  let restriction: Restriction | null = null
  const permitted = permitErasure(opened, services, {
    order,
    by: by ?? services.user(),
    policy,
    restricted: (told) => {
      restriction = told
    },
  })
  const checked = { ...order, permitted }
  const record =
    'subject' in what
      ? await eraseSubject(log, what.subject, checked, host)
      : await eraseEntries(log, what.indexes, checked, host)
  return { ...record, restricted: restriction }
}

/** Erases; pending on return. @throws limit-exceeded, usage-invalid, erasure-restricted, and what the log throws */
export function eraseDecisions(
  { folder, what, ...rest }: EraseRequest & { readonly folder: string },
  services: Services,
): Promise<Erased> {
  const given = 'subject' in what ? what : { indexes: [...what.indexes] }
  return operate(erasing, { folder, request: { what: given, ...rest } }, services)
}

/** The number of an epoch that has begun, and the erasures that became final. */
type EndedEpoch = Awaited<ReturnType<typeof closeEpoch>>

/** Ends the epoch of a log's keys. */
export const endingEpoch = decisionOperation({
  name: 'end-epoch',
  changes: true,
  shape: Type.Object({}, closed),
  async run(opened, _, services): Promise<EndedEpoch> {
    const ended = await closeEpoch(opened.log, opened.host)
    await stateHead(opened, 'head', services.now())
    return ended
  },
})

/** Ends the epoch of a log's keys. @throws what the log throws */
export function endEpoch(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<EndedEpoch> {
  return operate(endingEpoch, { folder, request: {} }, services)
}
