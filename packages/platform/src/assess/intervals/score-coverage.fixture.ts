// Coverage of the intervals that need scores (ROC AUC, Brier, log loss, average precision, calibration error), simulated like the others: populations whose
// truth is a finite sum, the product's own interval code, fixed seeds.

import { binSums, expectedCalibrationError } from '../curves/calibration-curve.ts'
import { averagePrecision } from '../curves/rank-curves.ts'
import type { CellStatistics } from '../statistics.ts'
import { type ScoreMeasureName, scoreMeasures } from '../measures/score-measures.ts'
import { cellStatistics, logLoss, squaredError } from '../scoring-losses.ts'
import type { Coverage } from './coverage.fixture.ts'
import { drawBinomial } from './bootstrap.ts'
import { type Random, seededRandom } from './random.ts'

/** A population of scored rows: the distinct scores, how common each is, and the chance of a positive label there. */
export interface ScoredPopulation {
  readonly rows: number
  readonly levels: readonly {
    readonly score: number
    readonly weight: number
    readonly positive: number
  }[]
}

function drawScored(random: Random, { rows, levels }: ScoredPopulation): CellStatistics {
  let [rowsLeft, weightLeft] = [rows, levels.reduce((sum, { weight }) => sum + weight, 0)]
  const drawn = levels.map(({ score, weight, positive }) => {
    const count = drawBinomial(random, rowsLeft, Math.min(1, weight / weightLeft))
    rowsLeft -= count
    weightLeft -= weight
    const positives = drawBinomial(random, count, positive)
    return { score, positives, negatives: count - positives }
  })
  const seen = drawn.filter(({ positives, negatives }) => positives + negatives > 0)
  const tp = seen.reduce((sum, { positives }) => sum + positives, 0)
  return cellStatistics(
    [],
    { tp, fp: 0, tn: rows - tp, fn: 0 },
    {
      scores: Float64Array.from(seen, ({ score }) => score),
      positives: Float64Array.from(seen, ({ positives }) => positives),
      negatives: Float64Array.from(seen, ({ negatives }) => negatives),
    },
  )
}

/** What the measure is in the population itself. */
function truthOf(name: ScoreMeasureName, { levels }: ScoredPopulation): number {
  const total = levels.reduce((sum, { weight }) => sum + weight, 0)
  if (name === 'performance.roc_auc') {
    let [wins, pairs] = [0, 0]
    for (const a of levels)
      for (const b of levels) {
        const share = a.weight * a.positive * b.weight * (1 - b.positive)
        pairs += share
        wins += share * (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)
      }
    return wins / pairs
  }
  const counts = {
    scores: Float64Array.from(levels, ({ score }) => score),
    positives: Float64Array.from(levels, ({ weight, positive }) => weight * positive),
    negatives: Float64Array.from(levels, ({ weight, positive }) => weight * (1 - positive)),
  }
  if (name === 'performance.average_precision') return averagePrecision(counts) ?? 0
  if (name === 'calibration.expected_calibration_error')
    return expectedCalibrationError(binSums(counts))
  const of = name === 'performance.brier' ? squaredError : logLoss
  const sum = levels.reduce(
    (mean, { score, weight, positive }) =>
      mean + weight * (positive * of(score, true) + (1 - positive) * of(score, false)),
    0,
  )
  return sum / total
}

/** Coverage of the interval of a score measure; draws that leave it undefined (one class only) do not count. */
export function scoreCoverage(
  name: ScoreMeasureName,
  population: ScoredPopulation,
  { draws, seed }: { draws: number; seed: number },
): Coverage {
  const truth = truthOf(name, population)
  const random = seededRandom(seed)
  let [defined, covered, width] = [0, 0, 0]
  for (let draw = 0; draw < draws; draw++) {
    const cell = drawScored(random, population)
    const [found] = scoreMeasures(cell, 0.025, (known) => known === name)
    if (found?.limits === undefined || found.limits === null) continue
    const { low, high } = found.limits
    defined += 1
    covered += low <= truth + 1e-12 && truth - 1e-12 <= high ? 1 : 0
    width += high - low
  }
  return { covered: covered / defined, width: width / defined }
}

/** Scores spread evenly over (0, 1), and what a score says about the label. */
const spread = (
  rows: number,
  positive: (score: number) => number,
  count = 60,
): ScoredPopulation => ({
  rows,
  levels: Array.from({ length: count }, (_, k) => (k + 0.5) / count).map((score) => ({
    score,
    weight: 1,
    positive: positive(score),
  })),
})

const calibrated = (score: number): number => score

/** A model that says 0.001 or 0.999 and is wrong in a share of the rows. */
const overconfident = (rows: number, wrong: number): ScoredPopulation => ({
  rows,
  levels: [
    { score: 0.001, weight: 0.7, positive: wrong },
    { score: 0.999, weight: 0.3, positive: 1 - wrong },
  ],
})

const bell = (x: number, mean: number, deviation: number): number =>
  Math.exp(-(((x - mean) / deviation) ** 2) / 2) / deviation

/** Positives all score about the same, and the few negatives decide the AUC (0.95) by falling above or below. */
const alikePositives = (rows: number, negatives: number): ScoredPopulation => ({
  rows,
  levels: Array.from({ length: 99 }, (_, k) => (k + 1) / 100).map((score) => {
    const positive = (rows - negatives) * bell(score, 0.57, 0.03)
    const negative = negatives * bell(score, 0.4, 0.1)
    return { score, weight: positive + negative, positive: positive / (positive + negative) }
  }),
})

/** Models that are hard for these intervals, by name. */
export const scoredPopulations: Readonly<Record<string, ScoredPopulation>> = {
  'calibrated, 1,000 rows': spread(1_000, calibrated),
  'calibrated, 100 rows': spread(100, calibrated),
  'calibrated, 12 rows': spread(12, calibrated),
  'no skill, 200 rows': spread(200, () => 0.3),
  'no skill, rare positives, 500 rows': spread(500, () => 0.03),
  'skilled, rare positives, 2,000 rows': spread(2_000, (s) => 0.2 * s ** 6),
  'sharp, 300 rows': spread(300, (s) => 1 / (1 + Math.exp(-25 * (s - 0.5)))),
  'nearly perfect, 200 rows': spread(200, (s) => 1 / (1 + Math.exp(-200 * (s - 0.5)))),
  'nearly perfect, few positives, 200 rows': spread(200, (s) =>
    Math.max(0.001, 1 / (1 + Math.exp(-100 * (s - 0.9)))),
  ),
  'alike positives, few and unlike negatives, 195 rows': alikePositives(195, 45),
  'five scores only, 150 rows': spread(150, (s) => 0.1 + 0.6 * s, 5),
  'overconfident, 1 % wrong, 100 rows': overconfident(100, 0.01),
  'overconfident, 1 % wrong, 1,000 rows': overconfident(1_000, 0.01),
  'overconfident, 0.1 % wrong, 300 rows': overconfident(300, 0.001),
  'overconfident, 5 % wrong, 30 rows': overconfident(30, 0.05),
  'overconfident, 5 % wrong, 8 rows': overconfident(8, 0.05),
  'always wrong, 100 rows': overconfident(100, 0.995),
}
