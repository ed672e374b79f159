// What another threshold would do, as charts: rates of everyone, selection rates of groups, and how far groups lie apart.

import type { ColumnCurves, CurveFindings, ScoreCurves } from '../../assess/index.ts'
import { formatValue } from '../numbers.ts'
import { axisEnd, type Line, type LineChart } from './line-chart.ts'

/** Sets of rows to draw together, with names for the page. */
export type Named = readonly { readonly name: string; readonly curves: ScoreCurves }[]

/** The rates of the sweep that a chart shows, with their titles. */
const sweepTitles = {
  selection_rate: 'Selection rate',
  true_positive_rate: 'True positive rate',
  false_positive_rate: 'False positive rate',
  precision: 'Precision',
} as const

/** What the page calls a set of rows. */
export const nameOf = ({ group }: ScoreCurves): string =>
  group === '' ? '(empty)' : (group ?? 'Everyone')

/** What the legend says of the threshold. */
export const thresholdWords = (threshold: number): string =>
  `The threshold in use, ${formatBoundless(threshold)}`
const formatBoundless = (value: number): string => String(Number(value.toPrecision(6)))

/** Everyone's rates. */
export function everyoneSweep(findings: CurveFindings): LineChart {
  const { sweep } = findings.everyone
  const names = Object.keys(sweepTitles).filter((name) => isSwept(name))
  return thresholdChart(findings, {
    id: 'thresholds-all',
    title: 'Rates by threshold',
    summary: 'What everyone’s rates would be, were rows selected from another score on.',
    y: 'Rate',
    lines: names.map((name) => ({
      name: sweepTitles[name],
      points: sweep.map((point) => [point.threshold, point[name]] as const),
    })),
  })
}

const isSwept = (name: string): name is keyof typeof sweepTitles => Object.hasOwn(sweepTitles, name)

/** The selection rates of groups. */
export function groupSweep(id: string, named: Named, findings: CurveFindings): LineChart {
  return thresholdChart(findings, {
    id: `thresholds-${id}`,
    title: 'Selection rate by threshold',
    summary: 'The share of each group that would be selected from a score on.',
    y: 'Selection rate',
    lines: named.map(({ curves }) => ({
      name: nameOf(curves),
      points: curves.sweep.map((point) => [point.threshold, point.selection_rate] as const),
    })),
  })
}

/** How far the groups of a column lie apart. */
export function disparitySweep(
  id: string,
  { disparities }: ColumnCurves,
  findings: CurveFindings,
): LineChart {
  const line = (
    name: string,
    of: 'demographic_parity_difference' | 'equalized_odds_difference',
  ) => ({
    name,
    points: disparities.map((point) => [point.threshold, point[of]] as const),
  })
  return thresholdChart(findings, {
    id: `disparities-${id}`,
    title: 'Disparity by threshold',
    summary:
      'How far the groups would lie apart: 0 is parity. Without intervals, so a dip may be chance: choose by it, then test.',
    y: 'Largest difference',
    lines: [
      line('Demographic parity difference', 'demographic_parity_difference'),
      line('Equalized odds difference', 'equalized_odds_difference'),
    ],
  })
}

/** Lines of the table behind a chart over thresholds at most. */
const thresholdLines = 12

function thresholdChart(
  { threshold }: CurveFindings,
  chart: {
    readonly id: string
    readonly title: string
    readonly summary: string
    readonly y: string
    readonly lines: readonly Line[]
  },
): LineChart {
  const [first] = chart.lines
  const thresholds = first?.points.map(([x]) => x) ?? []
  const step = Math.max(1, Math.ceil(thresholds.length / thresholdLines))
  const heights = chart.lines.flatMap(({ points }) => points.map(([, y]) => y ?? 0))
  return {
    ...chart,
    x: { title: 'Threshold', high: axisEnd(thresholds) },
    y: { title: chart.y, high: axisEnd(heights) },
    marked: threshold === null ? null : { x: threshold, words: thresholdWords(threshold) },
    table: {
      caption: `${chart.title}; every threshold is in report.json`,
      columns: [{ number: 'Threshold' }, ...chart.lines.map(({ name }) => ({ number: name }))],
      rows: thresholds.flatMap((at, n) =>
        n % step === 0 || at === threshold || n === thresholds.length - 1
          ? [
              [
                formatBoundless(at),
                ...chart.lines.map(({ points }) => formatValue(points[n]?.[1] ?? null)),
              ],
            ]
          : [],
      ),
    },
  }
}
