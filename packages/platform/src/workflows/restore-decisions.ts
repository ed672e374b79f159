// A decision log put back from an older copy, declared: `proofhouse decisions restore`. Erasures that the copy had forgotten are done again
// before anything else, as at every opening; the head it goes on from is stated, and so what was lost with the newer one.

import { type DecisionLogInUse, stateHead, withDecisionLog } from './decision-log-access.ts'
import { sharedSize } from './older-log.ts'
import type { Services } from './services.ts'
import { statedHeads } from './stated-decisions.ts'

/** What a restore came to. */
export interface RestoredDecisions {
  /** Entries that the log goes on from. */
  readonly size: number
  /** Entries of the longest head that was stated before. */
  readonly sizeBefore: number
  /** Entry of the evidence log that declares it; null where the log is the one that was stated last. */
  readonly index: number | null
}

/** Declares that the log goes on from what is there. @throws what the log throws, but not ledger-older */
export function restoreDecisions(
  { folder }: { readonly folder: string },
  services: Services,
): Promise<RestoredDecisions> {
  const declare = async (opened: DecisionLogInUse): Promise<RestoredDecisions> => {
    const { log, workspace } = opened
    const heads = await statedHeads(workspace, log.place.origin)
    const sizeBefore = Math.max(0, ...heads.map(({ size }) => size))
    if (!opened.isOlder) return { size: log.size, sizeBefore, index: null }
    await log.exclusively(() => log.erasures.forgetBeyond(log.size))
    // Of a log of another history only the beginning is what was stated; it goes on with what is there.
    const shared = await sharedSize(log, workspace)
    const index = await stateHead(opened, 'restored', services.now(), shared)
    if (shared < log.size) await stateHead(opened, 'head', services.now())
    return { size: log.size, sizeBefore, index }
  }
  return withDecisionLog(services, folder, declare, { ofOlder: 'restore' })
}
