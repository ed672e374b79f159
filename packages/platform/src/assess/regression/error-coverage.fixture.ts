// Populations of errors whose true figures are known, and how often our limits hold them: in all groups at once, and between groups.

import { type Random, seededRandom } from '../intervals/random.ts'
import { compareGroups, type GroupForm, remembered } from '../tasks/estimate.ts'
import { marginalCells } from '../tasks/cells.ts'
import { formsOf } from '../tasks/group-catalogue.ts'
import { type Limits, sidak } from '../intervals/proportion.ts'
import { normal } from '../intervals/normal-number.ts'
import { regressionTable } from './regression-cases.fixture.ts'
import { addRegressionCells } from './regression-cells.ts'
import { regressionFigure } from './regression-figures.ts'
import { type RegressionFigure, regressionFigures } from './regression-catalogue.ts'

type Draw = (random: Random) => number

/** Errors by kind; the label is drawn apart, so that both make up R². */
export const errorKinds = {
  normal,
  uniform: (random: Random) => 2 * random() - 1,
  'long-tailed': (random: Random) => (random() < 0.5 ? -1 : 1) * -Math.log(1 - random()),
  skewed: (random: Random) => Math.exp(0.5 * normal(random)) - 1,
  'mostly right': (random: Random) => (random() < 0.9 ? 0 : normal(random)),
  'a few far off': (random: Random) => normal(random) * (random() < 0.05 ? 5 : 1),
} as const satisfies Record<string, Draw>

/** Rows of each group; errors of group n are scaled by 1 + n/2. */
const groupRows = [6, 15, 40, 240] as const

/** One sample of a population. */
function sampleOf(draw: Draw, random: Random) {
  const groups = groupRows.flatMap((rows, group) => Array.from({ length: rows }, () => group))
  const labels = groups.map(() => 3 * normal(random) + 20)
  const predictions = groups.map((group, n) => (labels[n] ?? 0) + (1 + group / 2) * draw(random))
  return regressionTable({ groups: groups.map(String), labels, predictions })
}

/** Figures whose truth is known of every population. */
const coveredFigures = [
  'mean_absolute_error',
  'mean_squared_error',
  'root_mean_squared_error',
  'median_absolute_error',
  'mean_error',
  'r2_score',
  'mean_pinball_loss',
] as const satisfies readonly RegressionFigure[]

type Covered = (typeof coveredFigures)[number]

const truthRows = 40_000

/** The true figures of the groups, from a large sample of errors. */
function truthsOf(draw: Draw): Readonly<Record<Covered, readonly number[]>> {
  const random = seededRandom(1)
  const errors = Float64Array.from({ length: truthRows }, () => draw(random))
  const sizes = errors.map(Math.abs).toSorted()
  let [sum, size, squares, pinball] = [0, 0, 0, 0]
  for (const e of errors) {
    sum += e / truthRows
    size += Math.abs(e) / truthRows
    squares += (e * e) / truthRows
    pinball += (e < 0 ? -0.8 * e : 0.2 * e) / truthRows
  }
  const scaled = (of: (scale: number) => number) => groupRows.map((_, group) => of(1 + group / 2))
  return {
    mean_absolute_error: scaled((scale) => scale * size),
    mean_squared_error: scaled((scale) => scale ** 2 * squares),
    root_mean_squared_error: scaled((scale) => scale * Math.sqrt(squares)),
    median_absolute_error: scaled((scale) => scale * (sizes[truthRows / 2] ?? 0)),
    mean_error: scaled((scale) => scale * sum),
    // The errors are drawn apart from the labels, whose variance is 9.
    r2_score: scaled((scale) => 1 - (scale ** 2 * squares) / 9),
    mean_pinball_loss: scaled((scale) => scale * pinball),
  }
}

const truthOf: Readonly<Record<GroupForm, (truths: readonly number[]) => number>> = {
  difference: (truths) => Math.max(...truths) - Math.min(...truths),
  ratio: (truths) => Math.min(...truths) / Math.max(...truths),
  group_max: (truths) => Math.max(...truths),
  group_min: (truths) => Math.min(...truths),
}

/** Shares of the samples whose limits hold the truth, by figure: in every group at once, and of each comparison. */
export function errorCoverage(
  draw: Draw,
  { draws, seed }: { draws: number; seed: number },
): ReadonlyMap<string, number> {
  const random = seededRandom(seed)
  const truths = truthsOf(draw)
  const held = new Map<string, number>()
  const count = (name: string, limits: Limits | null, truth: readonly number[]) => {
    const isHeld =
      limits !== null && truth.every((one) => limits.low <= one + 1e-9 && one - 1e-9 <= limits.high)
    held.set(name, (held.get(name) ?? 0) + Number(isHeld) / draws)
  }
  for (let n = 0; n < draws; n++) {
    const table = sampleOf(draw, random)
    const [everyone] = marginalCells(table, [], addRegressionCells).cells
    if (everyone === undefined) continue
    for (const name of coveredFigures) {
      const figure = regressionFigure(name, { everyone, quantile: 0.8, mode: 'strict' })
      const known = table.cells.flatMap((cell) => figure?.(cell) ?? []).map(remembered)
      const tail = sidak(0.05, known.length) / 2
      const apart = known.map((one, group) => ({
        ...one.limits(tail),
        truth: truths[name][group] ?? 0,
      }))
      const missed = apart.find(({ low, high, truth }) => truth < low || truth > high)
      count(`${name} of every group`, missed ?? { low: -Infinity, high: Infinity }, [
        missed?.truth ?? 0,
      ])
      for (const form of formsOf(regressionFigures[name])) {
        const truth = truthOf[form](truths[name])
        // Where every figure is 0 there is no ratio.
        if (Number.isNaN(truth)) continue
        const found = compareGroups(known, {
          form,
          error: 0.05,
          range: regressionFigures[name],
          mode: 'strict',
        })
        count(`${name} ${form}`, found.limits, [truth])
      }
    }
  }
  return held
}
