// How often do the intervals hold the truth? Simulated populations of known rates, the product's own interval code,
// fixed seeds. The tests run a small grid; bench/coverage.ts prints a large one beside other methods.

import { measureCatalogue, type MeasureName } from '../measure.ts'
import { type BenefitName, benefitIndex, benefitInterval } from '../measures/benefits.ts'
import { betweenGroupsIndex, betweenGroupsInterval } from '../measures/between-groups.ts'
import { type DisparityName, disparityNames } from '../measures/comparisons.ts'
import {
  differentialFairness,
  differentialFairnessInterval,
  differentialFairnessOf,
} from '../measures/differential-fairness.ts'
import { disparity, disparityInterval } from '../measures/disparities.ts'
import { privilegedComparison, privilegedInterval } from '../measures/privileged.ts'
import {
  outcomeRate,
  outcomeRateInterval,
  type OutcomeRateName,
} from '../measures/outcome-rates.ts'
import { addOutcomes, type OutcomeCounts } from '../statistics.ts'
import { drawBinomial, percentileLimits, resample } from './bootstrap.ts'
import { clopperPearson, type Limits, type ProportionLimits, sidak, wilson } from './proportion.ts'
import { type Random, seededRandom } from './random.ts'

/** A group of a population: how many rows are drawn, and what the system does to them. */
export interface Group {
  readonly rows: number
  /** Chance that a row's label is positive. */
  readonly positive: number
  /** Chance that a positive row, or a negative row, is predicted positive. */
  readonly tpr: number
  readonly fpr: number
}

/** What a way of making intervals did over many draws. */
export interface Coverage {
  readonly covered: number
  readonly width: number
}

/** A way to make intervals of a fairness measure. */
export type Method = (
  name: DisparityName,
  groups: readonly OutcomeCounts[],
  random: Random,
) => Limits | null

/** Limits remembered by their arguments: simulations ask for the same few over and over. */
function remembered(limits: ProportionLimits): ProportionLimits {
  const known = new Map<string, Limits>()
  return (proportion, tail) => {
    const key = `${proportion.successes}/${proportion.trials}/${tail}`
    const found = known.get(key) ?? limits(proportion, tail)
    known.set(key, found)
    return found
  }
}

const error = 0.05
const exact = remembered(clopperPearson)
const score = remembered(wilson)

/** The methods compared; `exact` is the product's default. */
export const methods = {
  exact: (name, groups) => disparityInterval(name, groups, { limits: exact, error }),
  score: (name, groups) => disparityInterval(name, groups, { limits: score, error }),
  bootstrap: (name, groups, random) =>
    percentileLimits(
      Float64Array.from(
        { length: 200 },
        () => disparity(name, resample(random, groups), 'strict').value ?? Number.NaN,
      ),
      error,
    ),
} as const satisfies Record<string, Method>

/** Outcomes of a group's rows, drawn. */
function drawGroup(random: Random, { rows, positive, tpr, fpr }: Group): OutcomeCounts {
  const positives = drawBinomial(random, rows, positive)
  const tp = drawBinomial(random, positives, tpr)
  const fp = drawBinomial(random, rows - positives, fpr)
  return { tp, fp, tn: rows - positives - fp, fn: positives - tp }
}

/** The outcomes a group has on average; a measure's true value is its value there. */
function truthOf({ rows, positive, tpr, fpr }: Group): OutcomeCounts {
  const [positives, negatives] = [rows * positive, rows * (1 - positive)]
  return {
    tp: positives * tpr,
    fn: positives * (1 - tpr),
    fp: negatives * fpr,
    tn: negatives * (1 - fpr),
  }
}

/** Covered share and mean width over the draws that define the measure. */
function tally(draws: number, drawn: () => { limits: Limits | null; hits: boolean }): Coverage {
  let [defined, hits, width] = [0, 0, 0]
  for (let draw = 0; draw < draws; draw++) {
    const { limits, hits: hit } = drawn()
    if (limits === null) continue
    defined += 1
    hits += hit ? 1 : 0
    width += limits.high - limits.low
  }
  return { covered: hits / defined, width: width / defined }
}

const rounding = 1e-12
const holds = (limits: Limits, truth: number): boolean =>
  limits.low <= truth + rounding && truth - rounding <= limits.high

/** Coverage of a fairness measure's interval. */
export function disparityCoverage(
  name: DisparityName,
  groups: readonly Group[],
  { method, draws, seed }: { method: Method; draws: number; seed: number },
): Coverage {
  const truth = disparity(name, groups.map(truthOf), 'strict').value
  if (truth === null) throw new Error('a simulated population defines its measure')
  const random = seededRandom(seed)
  return tally(draws, () => {
    const sample = groups.map((group) => drawGroup(random, group))
    const limits =
      disparity(name, sample, 'strict').value === null ? null : method(name, sample, random)
    return { limits, hits: limits !== null && holds(limits, truth) }
  })
}

/** A measure over groups whose coverage is simulated: its value, and the interval of a value that is defined. */
export interface SimulatedMeasure {
  readonly value: (groups: readonly OutcomeCounts[]) => number | null
  readonly interval: (groups: readonly OutcomeCounts[], value: number) => Limits
}

const split = (counts: readonly OutcomeCounts[]) => ({
  privileged: counts[0] ?? everyone([]),
  unprivileged: everyone(counts.slice(1)),
})

/** AIF360's measures; the first group is privileged. */
export const aif360Measures: Readonly<Record<string, SimulatedMeasure>> = Object.fromEntries([
  ...(
    [
      'fairness.statistical_parity_difference',
      'fairness.disparate_impact',
      'fairness.average_odds_difference',
      'fairness.average_abs_odds_difference',
    ] as const
  ).map((name): [string, SimulatedMeasure] => [
    name,
    {
      value: (groups) => privilegedComparison(name, split(groups), 'strict').value,
      interval: (groups) => privilegedInterval(name, split(groups), { limits: exact, error }),
    },
  ]),
  ...(
    [
      'fairness.between_group_generalized_entropy_index',
      'fairness.between_group_theil_index',
    ] as const
  ).map((name): [string, SimulatedMeasure] => [
    name,
    {
      value: (groups) => betweenGroupsIndex(name, split(groups)).value,
      interval: (groups) => betweenGroupsInterval(name, split(groups), error),
    },
  ]),
  [
    differentialFairness,
    {
      value: (groups) => differentialFairnessOf(groups).value,
      interval: (groups, value) =>
        differentialFairnessInterval(groups, value, { limits: exact, error }),
    },
  ],
])

/**
 * Coverage of such a measure; null where the population does not define it. A draw that leaves it undefined says
 * nothing false; without it only those draws would count in which a small group had a success by luck.
 */
export function measureCoverage(
  { value, interval }: SimulatedMeasure,
  groups: readonly Group[],
  { draws, seed }: { draws: number; seed: number },
): Coverage | null {
  // Many rows of each group, so that what is smoothed in a sample is not smoothed away from the truth.
  const truth = value(groups.map((group) => truthOf({ ...group, rows: group.rows * 1e9 })))
  if (truth === null || !Number.isFinite(truth)) return null
  const random = seededRandom(seed)
  return tally(draws, () => {
    const sample = groups.map((group) => drawGroup(random, group))
    const found = value(sample)
    const limits = found === null ? null : interval(sample, found)
    return { limits: limits ?? nothing, hits: limits === null || holds(limits, truth) }
  })
}

/** Coverage of an index of inequality over everyone. */
export function benefitCoverage(
  name: BenefitName,
  groups: readonly Group[],
  { draws, seed }: { draws: number; seed: number },
): Coverage {
  const truth = benefitIndex(name, everyone(groups.map(truthOf))).value
  if (truth === null) throw new Error('a simulated population defines its measure')
  const random = seededRandom(seed)
  return tally(draws, () => {
    const sample = everyone(groups.map((group) => drawGroup(random, group)))
    const defined = benefitIndex(name, sample).value !== null
    const limits = defined ? benefitInterval(name, sample, error / 2) : null
    return { limits, hits: limits !== null && holds(limits, truth) }
  })
}

const nothing: Limits = { low: 0, high: 0 }

const everyone = (counts: readonly OutcomeCounts[]): OutcomeCounts =>
  counts.reduce(addOutcomes, { tp: 0, fp: 0, tn: 0, fn: 0 })

/** How often the intervals of a rate hold in all the groups at once. */
export function rateCoverage(
  name: OutcomeRateName,
  groups: readonly Group[],
  { limits: how, draws, seed }: { limits: 'exact' | 'score'; draws: number; seed: number },
): Coverage {
  const random = seededRandom(seed)
  const by = { limits: how === 'exact' ? exact : score, tail: sidak(error, groups.length) / 2 }
  return tally(draws, () => {
    const intervals = groups.map((group) => {
      const sample = drawGroup(random, group)
      const truth = outcomeRate(name, truthOf(group), 'strict').value
      if (outcomeRate(name, sample, 'strict').value === null || truth === null) return null
      return { truth, limits: outcomeRateInterval(name, sample, by) }
    })
    const defined = intervals.filter((interval) => interval !== null)
    const width = defined.reduce((sum, { limits }) => sum + limits.high - limits.low, 0)
    return {
      limits: defined.length === 0 ? null : { low: 0, high: width / defined.length },
      hits: defined.every(({ limits, truth }) => holds(limits, truth)),
    }
  })
}

const even = (count: number, group: Group): Group[] => Array.from({ length: count }, () => group)

/** A group in which every label is as likely and predictions do not depend on it: its selection rate is `rate`. */
const plain = (rows: number, rate: number, positive = 0.5): Group => ({
  rows,
  positive,
  tpr: rate,
  fpr: rate,
})

/** Populations that are hard for intervals, by name: parity, disparity, tiny groups, empty cells, unequal sizes. */
export const populations: Readonly<Record<string, readonly Group[]>> = {
  'parity, 2 × 250 at .3': even(2, plain(250, 0.3)),
  'parity, 2 × 10 at .3': even(2, plain(10, 0.3)),
  'parity, 2 × 100 at .01': even(2, plain(100, 0.01)),
  'parity, 10 beside 1,000,000 at .001': [plain(10, 0.001), plain(1_000_000, 0.001)],
  'parity, 10 beside 1,000,000 at .3': [plain(10, 0.3), plain(1_000_000, 0.3)],
  'disparity, 2 × 250 at .3 and .5': [plain(250, 0.3), plain(250, 0.5)],
  'disparity, 2 × 20 at .05 and .3': [plain(20, 0.05), plain(20, 0.3)],
  'slight, 2 × 100 at .30 and .35': [plain(100, 0.3), plain(100, 0.35)],
  'disparity, 10 at .1 beside 1,000,000 at .001': [plain(10, 0.1), plain(1_000_000, 0.001)],
  'empty cell, 40 at 0 beside 400 at .1': [plain(40, 0), plain(400, 0.1)],
  'parity, 6 × 100 at .3': even(6, plain(100, 0.3)),
  'one of 6 × 100 apart': [...even(5, plain(100, 0.3)), plain(100, 0.5)],
  'spread, 6 × 50': [0.1, 0.15, 0.2, 0.3, 0.4, 0.5].map((rate) => plain(50, rate)),
  'parity, 3 tiny beside 3 large at .02': [
    ...even(3, plain(10, 0.02)),
    ...even(3, plain(10_000, 0.02)),
  ],
  'parity, 45 × 20 at .01': even(45, plain(20, 0.01)),
  'parity, 45 groups of 10 to 100,000 at .1': Array.from({ length: 45 }, (_, k) =>
    plain(Math.round(10 * 10 ** (k / 11)), 0.1),
  ),
  'spread, 45 × 500': Array.from({ length: 45 }, (_, k) => plain(500, 0.2 + 0.006 * k)),
  'few positives, 2 × 100': even(2, plain(100, 0.4, 0.04)),
  'uneven errors, 3 groups': [
    { rows: 200, positive: 0.3, tpr: 0.9, fpr: 0.1 },
    { rows: 60, positive: 0.5, tpr: 0.6, fpr: 0.15 },
    { rows: 2_000, positive: 0.1, tpr: 0.8, fpr: 0.02 },
  ],
}

/** The fairness measures whose coverage is simulated: every form, and every way to combine. */
export const simulatedDisparities: readonly DisparityName[] = [
  ...disparityNames.filter((name) => measureCatalogue[name].standard),
  'fairness.equalized_odds_difference_mean',
  'fairness.equalized_odds_difference_to_overall',
  'fairness.selection_rate_difference_to_overall',
  'fairness.selection_rate_ratio_to_overall',
  'fairness.selection_rate_group_min',
  'fairness.true_positive_rate_group_max',
]

/** The measures whose coverage is simulated from outcomes. */
export const simulatedRates: readonly OutcomeRateName[] = [
  'performance.selection_rate',
  'performance.true_positive_rate',
  'performance.precision',
  'performance.balanced_accuracy',
  'performance.f1',
] satisfies readonly MeasureName[]
