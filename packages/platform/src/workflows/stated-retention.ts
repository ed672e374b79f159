// What the evidence log says about keeping decisions: holds that stand, and erasures that were asked for and had to wait.

import { makeStatement, type Retention, retention } from '@proofhouse/evidence'
import type { DecisionLog, Hold } from '../decisions/index.ts'
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

/** Reads it from the evidence log: what is kept elsewhere could be changed. */
export async function statedRetention({ workspace, log }: Opened): Promise<StatedRetention> {
  const holds = new Map<string, Hold>()
  const restricted: RestrictedErasure[] = []
  for await (const { entry } of workspace.entries()) {
    const found = await statementIn(workspace, entry, retention)
    if (found?.log !== log.place.origin) continue
    const { event, id, reason, by, ranges, deployment, grounds, until, at } = found
    if (event === 'hold-set') holds.set(id, { id, reason, by, since: at, ranges, deployment })
    else if (event === 'hold-lifted') holds.delete(id)
    else restricted.push({ id, ranges, grounds, until, at })
  }
  return { holds: [...holds.values()], restricted }
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
