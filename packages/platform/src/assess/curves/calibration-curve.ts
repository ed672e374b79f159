// Reliability: what share of the rows with about the same score is positive. Ten bins of equal width, as scikit-learn's
// `calibration_curve(n_bins=10, strategy='uniform')` cuts them: a score on an edge belongs to the bin below.

import { clopperPearson, type Limits, sidak } from '../intervals/proportion.ts'
import type { ScoreCounts } from '../score-counts.ts'

/** Bins of the score. */
const calibrationBins = 10

/** Sums over the rows of one bin. */
export interface BinSums {
  /** Position of the bin, from 0. */
  readonly bin: number
  readonly rows: number
  readonly positives: number
  /** Sum of the scores. */
  readonly scores: number
  /** Sum of (score − label)². */
  readonly errors: number
  /** Sum of score · (1 − score): what `errors` is expected to be when scores are right. */
  readonly chance: number
}

/** One bin of the curve. */
interface CalibrationBin {
  /** Scores above `from` and up to `to`; the first bin holds 0, too. */
  readonly from: number
  readonly to: number
  readonly n: number
  readonly mean_score: number
  readonly positive_share: number
  /** Exact, simultaneous over the bins of the curve. */
  readonly limits: Limits
}

/**
 * Murphy's decomposition (1973) over the bins: Brier score = reliability − resolution + uncertainty + within_bins, the
 * last being what scores differ within a bin (Stephenson et al. 2008, both of their terms).
 */
interface BrierDecomposition {
  readonly brier: number
  /** Mean squared distance of score and share of positives, bin by bin: 0 at perfection. */
  readonly reliability: number
  /** Mean squared distance of the bins' shares of positives from that of everyone: the larger the better. */
  readonly resolution: number
  /** Variance of the label: nothing that the system can change. */
  readonly uncertainty: number
  readonly within_bins: number
}

/** The calibration of scores. */
export interface CalibrationCurve {
  readonly bins: readonly CalibrationBin[]
  /** Mean distance of score and share of positives, bin by bin, weighted by rows: 0 at perfection. */
  readonly expected_calibration_error: number
  /** What that error would be on average, with these scores and so few rows, were every score right. */
  readonly error_if_calibrated: number
  readonly brier: BrierDecomposition
}

/** The sums of the bins that have rows. */
export function binSums({ scores, positives, negatives }: ScoreCounts): BinSums[] {
  const sums = Array.from({ length: calibrationBins }, (_, bin) => ({
    bin,
    rows: 0,
    positives: 0,
    scores: 0,
    errors: 0,
    chance: 0,
  }))
  let bin = 0
  for (const [k, score] of scores.entries()) {
    while (bin < calibrationBins - 1 && score > edge(bin + 1)) bin += 1
    const [hits, misses] = [positives[k] ?? 0, negatives[k] ?? 0]
    const sum = sums[bin]
    if (sum === undefined) continue
    sum.rows += hits + misses
    sum.positives += hits
    sum.scores += (hits + misses) * score
    sum.errors += hits * (1 - score) ** 2 + misses * score ** 2
    sum.chance += (hits + misses) * score * (1 - score)
  }
  return sums.filter(({ rows }) => rows > 0)
}

/** As NumPy's `linspace` rounds it. */
const edge = (bin: number): number => (bin === calibrationBins ? 1 : bin * (1 / calibrationBins))

/** Expected calibration error over bins, 0 to 1 (Naeini et al. 2015, of the positive class). */
export function expectedCalibrationError(bins: readonly BinSums[]): number {
  const rows = total(bins, 'rows')
  return bins.reduce((sum, bin) => sum + Math.abs(bin.scores - bin.positives), 0) / rows
}

/** The calibration curve with limits that miss with chance `error`; null without rows. */
export function calibrationCurve(counts: ScoreCounts, error: number): CalibrationCurve | null {
  const bins = binSums(counts)
  const rows = total(bins, 'rows')
  if (rows === 0) return null
  const tail = sidak(error, bins.length) / 2
  const noise = bins.reduce((sum, { chance }) => sum + Math.sqrt((2 / Math.PI) * chance), 0)
  return {
    bins: bins.map(({ bin, rows: n, positives, scores }) => ({
      from: edge(bin),
      to: edge(bin + 1),
      n,
      mean_score: scores / n,
      positive_share: positives / n,
      limits: clopperPearson({ successes: positives, trials: n }, tail),
    })),
    expected_calibration_error: expectedCalibrationError(bins),
    error_if_calibrated: noise / rows,
    brier: decomposed(bins, rows),
  }
}

function decomposed(bins: readonly BinSums[], rows: number): BrierDecomposition {
  const share = total(bins, 'positives') / rows
  const brier = total(bins, 'errors') / rows
  let [reliability, resolution] = [0, 0]
  for (const { rows: n, positives, scores } of bins) {
    reliability += (n * (scores / n - positives / n) ** 2) / rows
    resolution += (n * (positives / n - share) ** 2) / rows
  }
  const uncertainty = share * (1 - share)
  const within = brier - (reliability - resolution + uncertainty)
  return { brier, reliability, resolution, uncertainty, within_bins: within }
}

const total = (bins: readonly BinSums[], of: Exclude<keyof BinSums, 'bin'>): number =>
  bins.reduce((sum, bin) => sum + bin[of], 0)
