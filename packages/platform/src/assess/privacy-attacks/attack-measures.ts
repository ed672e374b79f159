// What an attack reaches: how well it ranks members above the others, the largest advantage over guessing, and the share of members
// it finds while it wrongly accuses few. Thresholds are chosen on the first half and measured on the second, so that no figure
// flatters itself. An average hides what matters: an attack that finds one in a hundred for certain has an AUC near 0.5
// (Carlini et al., "Membership inference attacks from first principles", S&P 2022).

import { pairLimits, rateWithLimits } from '../intervals/disparity.ts'
import { clopperPearson, type Limits } from '../intervals/proportion.ts'
import { rocAuc, rocAucInterval } from '../intervals/roc-auc.ts'
import { scoreCountsOf } from '../score-counts.ts'

/** Rows to choose thresholds on, and rows to measure on. */
export interface TwoHalves {
  readonly choose: Uint32Array
  readonly measure: Uint32Array
}

/** What is attacked: the score of each row, 1 for the rows that are to be found, and a number from 0 to 1 that settles ties by lot. */
export interface Attacked {
  readonly score: Float64Array
  readonly target: Uint8Array
  readonly lot: Float64Array
}

/** Who is named: rows above the threshold and, of those on it, this share by lot. */
interface Threshold {
  readonly at: number
  readonly share: number
}

/** A value with its limits; both null where the rows do not tell. */
export interface Estimate {
  readonly value: number | null
  readonly limits: Limits | null
}

/** The share found at a false positive rate. */
export interface FoundAtRate extends Estimate {
  /** The false positive rate that the threshold was chosen for. */
  readonly asked: number
  /** What it turned out to be on the rows measured. */
  readonly fpr: Estimate
  /** Rows to be found, and others, on which it was measured. */
  readonly targets: number
  readonly others: number
}

const unknown: Estimate = { value: null, limits: null }

/** Whether a false positive rate can be told by so many rows that are not to be found: in either half, one such row is expected. */
export const tellsRate = (others: number, asked: number): boolean => others * asked >= 1 - 1e-9

/** The area under the ROC curve on the second half. */
export function attackAuc(
  { score, target }: Omit<Attacked, 'lot'>,
  rows: Uint32Array,
  tail: number,
): Estimate {
  const roc = rocAuc(scoreCountsOf(rows, target, (row) => score[row] ?? 0))
  return roc === null ? unknown : { value: roc.auc, limits: rocAucInterval(roc, tail) }
}

/** The rows of either kind, and how many of them are named. */
export function countsNamed(
  { score, target, lot }: Attacked,
  rows: Uint32Array,
  { at, share }: Threshold,
) {
  const counts = { found: 0, targets: 0, accused: 0, others: 0 }
  for (const row of rows) {
    const own = score[row] ?? 0
    const isNamed = Number(own > at || (own === at && (lot[row] ?? 1) < share))
    if (target[row] === 1) {
      counts.targets += 1
      counts.found += isNamed
    } else {
      counts.others += 1
      counts.accused += isNamed
    }
  }
  return counts
}

/** The lowest threshold by which at most the share `asked` of the others is named. */
export function thresholdFor(
  { score, target }: Omit<Attacked, 'lot'>,
  rows: Uint32Array,
  asked: number,
): Threshold {
  const others = Float64Array.from(
    rows.filter((row) => target[row] !== 1),
    (row) => score[row] ?? 0,
  ).toSorted()
  const allowed = Math.floor(asked * others.length + 1e-9)
  if (allowed >= others.length) return { at: -Infinity, share: 0 }
  const at = others[others.length - 1 - allowed] ?? Infinity
  const above = others.filter((value) => value > at).length
  const tied = others.filter((value) => value === at).length
  return { at, share: (allowed - above) / tied }
}

/**
 * The share found at a false positive rate. Null where either half has too few rows to tell that rate.
 * @param tail of each limit
 */
export function foundAtRate(
  attacked: Attacked,
  { choose, measure }: TwoHalves,
  { asked, tail }: { readonly asked: number; readonly tail: number },
): FoundAtRate {
  const { found, targets, accused, others } = countsNamed(
    attacked,
    measure,
    thresholdFor(attacked, choose, asked),
  )
  const chosenOn = choose.filter((row) => attacked.target[row] !== 1).length
  if (targets === 0 || !tellsRate(others, asked) || !tellsRate(chosenOn, asked))
    return { asked, ...unknown, fpr: unknown, targets, others }
  const share = (successes: number, trials: number): Estimate => ({
    value: successes / trials,
    limits: clopperPearson({ successes, trials }, tail),
  })
  return { asked, ...share(found, targets), fpr: share(accused, others), targets, others }
}

/** Whether more is found than by chance, beyond doubt: more than was asked for, and more than were wrongly accused. */
export const isMoreThanChance = ({ asked, limits, fpr }: FoundAtRate): boolean =>
  limits !== null && limits.low > Math.max(asked, fpr.limits?.high ?? 1)

/** The threshold with the largest difference of shares above it, among the rows it is chosen on; null where a kind of row is missing. */
export function bestThreshold(
  { score, target }: Omit<Attacked, 'lot'>,
  rows: Uint32Array,
): number | null {
  const counts = scoreCountsOf(rows, target, (row) => score[row] ?? 0)
  const [targets, others] = [sum(counts.positives), sum(counts.negatives)]
  if (targets === 0 || others === 0) return null
  let [above, aboveOthers] = [targets, others]
  let best = { threshold: -Infinity, advantage: 0 }
  for (const [n, threshold] of counts.scores.entries()) {
    above -= counts.positives[n] ?? 0
    aboveOthers -= counts.negatives[n] ?? 0
    const advantage = above / targets - aboveOthers / others
    if (advantage > best.advantage) best = { threshold, advantage }
  }
  return best.threshold
}

const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0)

/** True less false positive rate above a threshold (Yeom et al., CSF 2018); null where a kind of row is missing. */
export function advantageAbove(
  attacked: Attacked,
  rows: Uint32Array,
  { threshold, tail }: { readonly threshold: number | null; readonly tail: number },
): Estimate {
  const { found, targets, accused, others } = countsNamed(attacked, rows, {
    at: threshold ?? Infinity,
    share: 0,
  })
  if (threshold === null || targets === 0 || others === 0) return unknown
  const [tpr, fpr] = [
    rateWithLimits({ successes: found, trials: targets }, clopperPearson, tail),
    rateWithLimits({ successes: accused, trials: others }, clopperPearson, tail),
  ]
  return {
    value: tpr.value - fpr.value,
    limits: {
      low: pairLimits.differenceBelow(tpr, fpr),
      high: pairLimits.differenceAbove(tpr, fpr),
    },
  }
}
