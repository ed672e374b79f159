// Erasing people from a workspace's decision log, and the end of an epoch, which makes erasures final.

import {
  closeEpoch,
  eraseEntries,
  type ErasureOrder,
  type ErasureRecord,
  eraseSubject,
} from '../decisions/index.ts'
import { stateHead, withDecisionLog } from './decision-log-access.ts'
import type { Services } from './services.ts'

/** Whom or what to erase, and why. */
export interface EraseRequest {
  readonly folder: string
  readonly what: { readonly subject: string } | { readonly indexes: readonly number[] }
  readonly reason: ErasureOrder['reason']
}

/** Erases; pending on return. @throws limit-exceeded, usage-invalid, and what the log throws */
export function eraseDecisions(
  { folder, what, reason }: EraseRequest,
  services: Services,
): Promise<ErasureRecord> {
  const order = {
    erasureId: services.newId(),
    reason,
    requestedAt: services.now().toISOString(),
  }
  return withDecisionLog(services, folder, ({ log, host }) =>
    'subject' in what
      ? eraseSubject(log, what.subject, order, host)
      : eraseEntries(log, what.indexes, order, host),
  )
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
