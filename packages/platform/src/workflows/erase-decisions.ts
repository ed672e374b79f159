// Erasing people from a workspace's decision log, and the end of an epoch, which makes erasures final.

import { Type } from 'typebox'
import {
  closeEpoch,
  eraseEntries,
  type ErasureOrder,
  type ErasureRecord,
  eraseSubject,
} from '../decisions/index.ts'
import { stateHead } from './decision-log-access.ts'
import { decisionOperation, operate } from './decision-operation.ts'
import type { Services } from './services.ts'

/** Whom or what to erase, and why. */
export interface EraseRequest {
  readonly folder: string
  readonly what: { readonly subject: string } | { readonly indexes: readonly number[] }
  readonly reason: ErasureOrder['reason']
}

const closed = { additionalProperties: false } as const

/** Erases; pending when it is done. */
export const erasing = decisionOperation({
  name: 'erase',
  changes: true,
  shape: Type.Object(
    {
      what: Type.Union([
        Type.Object({ subject: Type.String({ minLength: 1 }) }, closed),
        Type.Object({ indexes: Type.Array(Type.Integer({ minimum: 0 })) }, closed),
      ]),
      reason: Type.Union([
        Type.Literal('request'),
        Type.Literal('retention'),
        Type.Literal('order'),
      ]),
    },
    closed,
  ),
  run({ log, host }, { what, reason }, services): Promise<ErasureRecord> {
    const requestedAt = services.now().toISOString()
    const order = { erasureId: services.newId(), reason, requestedAt }
    return 'subject' in what
      ? eraseSubject(log, what.subject, order, host)
      : eraseEntries(log, what.indexes, order, host)
  },
})

/** Erases; pending on return. @throws limit-exceeded, usage-invalid, and what the log throws */
export function eraseDecisions(
  { folder, what, reason }: EraseRequest,
  services: Services,
): Promise<ErasureRecord> {
  const given = 'subject' in what ? what : { indexes: [...what.indexes] }
  return operate(erasing, { folder, request: { what: given, reason } }, services)
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
