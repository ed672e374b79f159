// Labels with probabilities, and points, on which our scores are held against cleanlab's: sure and unsure models, rare and absent
// classes, certain rows, rows alike. Made from a seed.

import type { Points } from '../checks/nearest-rows.ts'
import { type Random, seededRandom } from '../intervals/random.ts'
import type { ClassProbabilities } from './class-probabilities.ts'
import {
  confidentJoint,
  confidentThresholds,
  countedJoint,
  estimatedJoint,
  type Joint,
} from './confident-joint.ts'
import { findLabelIssues, labelIssueFilters, rankedIssues } from './label-issues.ts'
import { labelQuality, labelQualityMethods } from './label-quality.ts'
import { outlierScores } from './outliers.ts'

/** A case as both sides read it. */
export interface LabelErrorCase {
  readonly labels: readonly number[]
  /** Per row, one per class. */
  readonly probabilities: readonly (readonly number[])[]
  /** Per row, one per dimension. */
  readonly points: readonly (readonly number[])[]
}

/** What both sides say of a case: numbers to 1e-9, lists of rows exactly. */
export interface LabelErrorValues {
  readonly numbers: Readonly<Record<string, readonly number[]>>
  readonly rows: Readonly<Record<string, readonly number[]>>
}

interface Shape {
  readonly rows: number
  /** Chance of each true class. */
  readonly prior: readonly number[]
  /** Chance of a label other than the true class. */
  readonly noise: number
  /** How much the model knows; 0 is nothing. */
  readonly skill: number
  readonly dimensions: number
  /** Values a point's coordinate may have; 0 for any number. */
  readonly steps: number
  /** Whether many probabilities are equal. */
  readonly tied?: true
}

const shapes: readonly Shape[] = [
  { rows: 60, prior: [0.5, 0.5], noise: 0.1, skill: 3, dimensions: 2, steps: 0 },
  { rows: 60, prior: [0.9, 0.1], noise: 0.2, skill: 2, dimensions: 3, steps: 0 },
  { rows: 70, prior: [0.3, 0.3, 0.4], noise: 0.25, skill: 1, dimensions: 5, steps: 0 },
  { rows: 70, prior: [0.6, 0.35, 0.05], noise: 0.1, skill: 4, dimensions: 2, steps: 3 },
  { rows: 60, prior: [0.25, 0.25, 0.25, 0.25], noise: 0.5, skill: 0, dimensions: 1, steps: 0 },
  // A class without rows.
  { rows: 60, prior: [0.5, 0.3, 0.2, 0], noise: 0, skill: 1.5, dimensions: 8, steps: 2 },
  { rows: 60, prior: [0.4, 0.3, 0.3], noise: 0.3, skill: 1, dimensions: 2, steps: 0, tied: true },
  // Certain of everything.
  { rows: 50, prior: [0.5, 0.5], noise: 0.3, skill: 2000, dimensions: 2, steps: 0 },
  // Fewer points than neighbours.
  { rows: 8, prior: [0.5, 0.5], noise: 0.2, skill: 2, dimensions: 2, steps: 0 },
]

/** `rounds` cases of every kind. */
export function labelErrorCases(seed: number, rounds: number): LabelErrorCase[] {
  const random = seededRandom(seed)
  return Array.from({ length: rounds }).flatMap(() => [
    ...shapes.map((shape) => draw(random, shape)),
    contrary(random),
  ])
}

/** The only two rows of a class are each said to be of another: none is left that is right. */
function contrary(random: Random): LabelErrorCase {
  const labels = Array.from({ length: 32 }, (_, row) => (row < 2 ? 0 : 1 + (row % 2)))
  const probabilities = labels.map((label, row) => {
    const left = (row < 2 ? 0.01 : 0.1) * (1 + random())
    const share = left * random()
    const one = [0, 0, 0]
    const truth = row < 2 ? row + 1 : label
    one[truth] = 1 - left
    one[0] = share
    one[3 - truth] = left - share
    return one
  })
  return { labels, probabilities, points: labels.map(() => [random(), random()]) }
}

function draw(random: Random, shape: Shape): LabelErrorCase {
  const classes = shape.prior.length
  const present = shape.prior.flatMap((share, code) => (share > 0 ? [code] : []))
  const truths = Array.from({ length: shape.rows }, (_, row) =>
    // Each class that there is has two rows at least.
    row < 2 * present.length ? (present[row % present.length] ?? 0) : pick(random, shape.prior),
  )
  const labels = truths.map((truth, row) =>
    row >= 2 * present.length && random() < shape.noise
      ? (present[Math.floor(present.length * random())] ?? truth)
      : truth,
  )
  const probabilities = truths.map((truth) => {
    const odds = Array.from({ length: classes }, (_, code) =>
      Math.exp(Math.min(700, (code === truth ? shape.skill : 0) + 1.5 * (random() + random() - 1))),
    )
    const sum = odds.reduce((total, one) => total + one, 0)
    const shares = odds.map((one) => one / sum)
    if (shape.tied !== true) return shares
    // Eighths are exact, so that they are equal on both sides.
    const eighths = shares.slice(1).map((share) => Math.floor(8 * share) / 8)
    return [1 - eighths.reduce((total, one) => total + one, 0), ...eighths]
  })
  const points = truths.map((truth) =>
    Array.from({ length: shape.dimensions }, () => {
      const at = random() + truth / 3 + (random() < 0.05 ? 3 * random() : 0)
      return shape.steps === 0 ? at : Math.round(at * shape.steps) / shape.steps
    }),
  )
  return { labels, probabilities, points }
}

function pick(random: Random, prior: readonly number[]): number {
  let rest = random()
  for (const [code, share] of prior.entries()) {
    rest -= share
    if (rest < 0) return code
  }
  return 0
}

/** What ours says of a case. */
export function labelErrorValues(one: LabelErrorCase): LabelErrorValues {
  const labels = Uint8Array.from(one.labels)
  const classes = one.probabilities[0]?.length ?? 0
  const probabilities: ClassProbabilities = {
    classes,
    values: Float64Array.from(one.probabilities.flat()),
  }
  const points: Points = {
    dimensions: one.points[0]?.length ?? 1,
    values: Float64Array.from(one.points.flat()),
  }
  const flat = ({ values }: Joint) => [...values]
  const numbers: Record<string, readonly number[]> = {
    thresholds: [...confidentThresholds(labels, probabilities)],
    counted_joint: flat(countedJoint(labels, probabilities)),
    confident_joint: flat(confidentJoint(labels, probabilities)),
    estimated_joint: flat(estimatedJoint(labels, probabilities)),
    outliers: [...outlierScores(points)],
  }
  for (const method of labelQualityMethods)
    numbers[method] = [...labelQuality(labels, probabilities, method)]
  const rows: Record<string, readonly number[]> = {}
  for (const filter of labelIssueFilters) {
    const issues = findLabelIssues(labels, probabilities, filter)
    rows[filter] = [...issues.keys()].filter((row) => issues[row] === 1)
    for (const rankedBy of labelQualityMethods)
      rows[`${filter}, ${rankedBy}`] = rankedIssues(labels, probabilities, { filter, rankedBy })
  }
  return { numbers, rows }
}

/** The names of values that differ: a number by more than 1e-9, a list of rows at all. */
export function differences(mine: LabelErrorValues, theirs: LabelErrorValues): string[] {
  const far = (a: readonly number[], b: readonly number[] = [], room = 0) =>
    a.length !== b.length || a.some((value, n) => !(Math.abs(value - (b[n] ?? NaN)) <= room))
  return [
    ...Object.entries(theirs.numbers).filter(([name, of]) => far(of, mine.numbers[name], 1e-9)),
    ...Object.entries(theirs.rows).filter(([name, of]) => far(of, mine.rows[name])),
  ].map(([name]) => name)
}
