// The measures of what the search for fragile decisions found: one for everyone and one per group, each at one
// distance or level of its curve. Limits are those of the curve, except where only one side is known: an attack that fails leaves
// open how much lower robust accuracy is, and a proof how much higher, so that no rule passes on what was not shown.

import type { DividedShare, Share } from './group-shares.ts'
import type { RobustnessFindings } from './find-robustness.ts'
import type { RobustnessName } from './robustness-catalogue.ts'

/**
 * The distance that the measures of accuracy are about, and the level of those of stress; both are points of their
 * curves.
 */
const measuredAt = { epsilon: 0.1, level: 0.1 } as const

/** A measured value, in the form of every other measure. */
export interface RobustnessMeasure {
  readonly measure: RobustnessName
  readonly over: readonly string[]
  readonly slice: Readonly<Record<string, string>> | null
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly n: number
  readonly note?: string
}

/** One entry for everyone, and one per group, of every measure that could be taken. */
export function robustnessMeasures(
  { accuracy, certified, stress }: RobustnessFindings,
  at: { readonly epsilon: number; readonly level: number } = measuredAt,
): RobustnessMeasure[] {
  const atEpsilon = (curve: RobustnessFindings['accuracy']) =>
    curve.find(({ epsilon }) => epsilon === at.epsilon)
  const atLevel = (curve: RobustnessFindings['stress']['noise']) =>
    curve.find(({ level }) => level === at.level)
  return [
    ...entries('robustness.accuracy_at_epsilon', atEpsilon(accuracy)).map((one) =>
      one.low === null ? one : { ...one, low: 0 },
    ),
    ...entries('robustness.certified_accuracy', atEpsilon(certified ?? [])).map((one) =>
      one.high === null ? one : { ...one, high: 1 },
    ),
    ...entries('robustness.noise_flip_rate', atLevel(stress.noise)),
    ...entries('robustness.swap_flip_rate', atLevel(stress.swaps)),
    ...entries('robustness.missing_flip_rate', atLevel(stress.missing)),
  ]
}

function entries(measure: RobustnessName, found: DividedShare | undefined): RobustnessMeasure[] {
  if (found === undefined) return []
  return [
    entry(measure, found.overall, { over: [], slice: null }),
    ...found.groups.map(({ column, group, ...share }) =>
      entry(measure, share, { over: [column], slice: { [column]: group } }),
    ),
  ]
}

function entry(
  measure: RobustnessName,
  { value, limits, n }: Share,
  where: Pick<RobustnessMeasure, 'over' | 'slice'>,
): RobustnessMeasure {
  return {
    measure,
    ...where,
    value,
    low: limits?.low ?? null,
    high: limits?.high ?? null,
    n,
    ...(value === null ? { note: 'undefined: no rows' } : {}),
  }
}
