// Accuracy when somebody looks for a way around the decision: the share of rows that are decided rightly, and whose
// decision nobody was found to flip within a distance. An attack that fails proves nothing, so this bounds robustness
// from above.

import { divideShare, type DividedShare, type Grouping } from './group-shares.ts'

/** Robust accuracy within one distance. */
export interface RobustAccuracy extends DividedShare {
  /** Changes up to this distance, itself included, were looked for. */
  readonly epsilon: number
}

/** Rows with what is known of them. */
export interface AttackedRows {
  /** 1 where the decision is right. */
  readonly right: Uint8Array
  /** Distance of the nearest change that flips the decision; infinite where none was found. */
  readonly distance: Float64Array
  readonly groupings: readonly Grouping[]
}

/** The curve of robust accuracy over distances; its limits hold at all of them at once. */
export function robustAccuracy(
  { right, distance, groupings }: AttackedRows,
  { epsilons, error }: { readonly epsilons: readonly number[]; readonly error: number },
): readonly RobustAccuracy[] {
  return epsilons.map((epsilon) => {
    const holds = right.map((one, row) => Number(one === 1 && (distance[row] ?? 0) > epsilon))
    return { epsilon, ...divideShare(holds, groupings, { error, points: epsilons.length }) }
  })
}
