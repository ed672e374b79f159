// Erasing people from a workspace's decision log, as far as laws and holds permit, and the end of an epoch, which makes erasures final.

import {
  closeEpoch,
  eraseEntries,
  type ErasureOrder,
  type ErasureRecord,
  eraseSubject,
} from '../decisions/index.ts'
import { type DecisionLogInUse, stateHead, withDecisionLog } from './decision-log-access.ts'
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

/** Erases; pending on return. @throws limit-exceeded, usage-invalid, erasure-restricted, and what the log throws */
export function eraseDecisions(
  { folder, ...request }: EraseRequest & { readonly folder: string },
  services: Services,
): Promise<Erased> {
  return withDecisionLog(services, folder, (opened) => eraseIn(opened, request, services))
}

/** The same in a log that is open. */
export async function eraseIn(
  opened: DecisionLogInUse,
  { what, reason, by, policy = 'refuse' }: EraseRequest,
  services: Pick<Services, 'now' | 'newId' | 'user'>,
): Promise<Erased> {
  const { log, host } = opened
  const order: ErasureOrder = {
    erasureId: services.newId(),
    reason,
    requestedAt: services.now().toISOString(),
  }
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

/** Ends the epoch of a log's keys. @throws what the log throws */
export function endEpoch(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<{ readonly epoch: number; readonly final: readonly ErasureRecord[] }> {
  return withDecisionLog(services, folder, async (opened) => {
    const closed = await closeEpoch(opened.log, opened.host)
    await stateHead(opened, 'head', services.now())
    return closed
  })
}
