// What comes late about somebody who was erased is written without its content. Asked when it is written and not when it is handed in: the
// erasure may have come in between.

import type { LateArrivals } from './late-arrivals.ts'
import { type Preparation, prepareEmptied } from './preparing.ts'
import { rulesOf } from './retention.ts'
import type { Waiting } from './waiting-decisions.ts'

/** Decisions to write: those about persons erased since they were made are emptied, unless a floor or a hold asks to keep them. */
export function withoutLate(
  batch: readonly Waiting[],
  {
    late,
    preparation,
    held,
  }: {
    readonly late: LateArrivals
    readonly preparation: Preparation
    /** Deployments under a hold. */
    readonly held: ReadonlySet<string>
  },
): readonly Waiting[] {
  if (late.size === 0) return batch
  return batch.map((one) => {
    const { decision } = one
    const of = preparation.deployments.get(decision.deployment)
    if (of === undefined || !late.covers(decision.tag, decision.timeMs)) return one
    if (held.has(decision.deployment)) return one
    if (rulesOf(of.deployment).some(({ keep }) => keep !== null)) return one
    return { ...one, isLate: true, decision: prepareEmptied(decision, preparation) }
  })
}
