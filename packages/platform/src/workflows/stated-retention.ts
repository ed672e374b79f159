// What the evidence log says about keeping decisions: holds that stand, and erasures that were asked for and had to wait.

import { decisionLog, makeStatement, type Retention, retention } from '@proofhouse/evidence'
import type { DecisionLog, Hold } from '../decisions/index.ts'
import { type Restore, withoutLost } from './lost-entries.ts'
import type { Workspace } from './services.ts'
import { logSubject, statementIn } from './stated-decisions.ts'

/** A decision log and the workspace that it belongs to. */
interface Opened {
  readonly log: DecisionLog
  readonly workspace: Workspace
}

/** An erasure that was asked for, of entries that had to be kept. */
export interface RestrictedErasure {
  readonly id: string
  readonly ranges: Retention['ranges']
  readonly grounds: readonly string[]
  readonly until: string | null
  readonly at: string
}

/** All of it. */
export interface StatedRetention {
  readonly holds: readonly Hold[]
  readonly restricted: readonly RestrictedErasure[]
}

/** What an entry of the evidence log states. */
interface Stated<What> {
  readonly index: number
  readonly what: What
}

/** Reads it from the evidence log: what is kept elsewhere could be changed. Entries that a restore has lost since are left out. */
export async function statedRetention({ workspace, log }: Opened): Promise<StatedRetention> {
  const holds = new Map<string, Stated<Hold>>()
  const restricted: Stated<RestrictedErasure>[] = []
  const restores: Restore[] = []
  for await (const { index, entry } of workspace.entries()) {
    const head = await statementIn(workspace, entry, decisionLog)
    if (head?.event === 'restored' && head.origin === log.place.origin)
      restores.push({ index, size: head.size })
    const found = await statementIn(workspace, entry, retention)
    if (found?.log !== log.place.origin) continue
    const { event, id, reason, by, ranges, deployment, grounds, until, at } = found
    if (event === 'hold-set')
      holds.set(id, { index, what: { id, reason, by, since: at, ranges, deployment } })
    else if (event === 'hold-lifted') holds.delete(id)
    else restricted.push({ index, what: { id, ranges, grounds, until, at } })
  }
  const left = <What extends { readonly ranges: Retention['ranges'] }>(of: Stated<What>): What => ({
    ...of.what,
    ranges: withoutLost(of.what.ranges, of.index, restores),
  })
  return { holds: holds.values().map(left).toArray(), restricted: restricted.map(left) }
}

/** Tells a log which deployments are held as a whole: what comes late of them must not be emptied. */
export function tellHeld({ log }: Pick<Opened, 'log'>, holds: readonly Hold[]): void {
  log.held = new Set(holds.flatMap(({ deployment }) => (deployment === null ? [] : [deployment])))
}

/** States something about keeping; tells where. */
export async function stateRetention(
  { workspace, log }: Opened,
  stated: Omit<Retention, 'log'>,
): Promise<number> {
  const { origin } = log.place
  const statement = makeStatement(retention, [logSubject(origin)], { ...stated, log: origin })
  return (await workspace.recorder.record(statement)).index
}
