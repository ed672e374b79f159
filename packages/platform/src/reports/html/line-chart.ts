// Lines over two axes, as inline SVG: curves and what a threshold does. Lines differ by dashes as well as by colour, and a
// legend beneath the drawing names each, so that paper without colour tells them apart.
// INVARIANT: each chart has a title, a description, a summary sentence and the table behind it.

import { shortened, visibleText } from '../plain-text.ts'
import { html, type Markup } from './markup.ts'
import { dataTable } from './table.ts'

/** A line and its name. */
export interface Line {
  readonly name: string
  /** Value on the x axis and on the y axis; a null y breaks the line. */
  readonly points: readonly (readonly [x: number, y: number | null])[]
  /** Drawn as steps: a value holds from the point before. */
  readonly steps?: boolean
  /** Each point as a dot, with its limits where given. */
  readonly dots?: 'plain' | readonly (readonly [low: number, high: number])[]
}

/** A chart to draw. */
export interface LineChart {
  /** Distinct within the page; letters, digits and hyphens. */
  readonly id: string
  readonly title: string
  /** One or two sentences: what the chart shows, and what it would show at best. */
  readonly summary: string
  readonly x: Axis
  readonly y: Axis
  /** At most {@link linesMax}. */
  readonly lines: readonly Line[]
  /** What lies between two heights, such as what chance alone would do. */
  readonly band?: {
    readonly name: string
    readonly points: readonly (readonly [x: number, low: number, high: number])[]
  }
  /** A line of comparison: the rising diagonal, or one height. */
  readonly compared?: 'diagonal' | number
  /** A value of the x axis to point out, with its words. */
  readonly marked?: { readonly x: number; readonly words: string } | null
  /** One point to point out, such as the threshold in use, with its words. */
  readonly point?: { readonly x: number; readonly y: number; readonly words: string } | null
  readonly table: Parameters<typeof dataTable>[0]
}

/** An axis from 0 to `high`; with `low`, which is above 0, a logarithmic one from there. */
interface Axis {
  readonly title: string
  readonly high: number
  readonly low?: number
}

/** Lines that one chart can tell apart. */
export const linesMax = 4

const width = 340
const plot = { left: 40, right: 330, top: 24, bottom: 224 }
const legendTop = plot.bottom + 62
const legendStep = 20
const nameLengthMax = 34

/** The smallest upper end of an axis, such that its quarters are round, that holds every value. */
export function axisEnd(values: readonly number[]): number {
  const most = Math.max(0, ...values)
  return [0.04, 0.1, 0.2, 0.4, 0.6, 0.8].find((end) => most <= end) ?? 1
}

/** The figure: drawing, summary and table. */
export function lineChart(chart: LineChart): Markup {
  const words = [chart.marked?.words, chart.point?.words].filter((text) => text !== undefined)
  const named = chart.lines.length + (chart.band === undefined ? 0 : 1)
  const height = legendTop + (named + words.length - 1) * legendStep
  return html`<figure><svg class="curve" role="img" aria-labelledby="${chart.id}-t ${chart.id}-d" viewBox="0 0 ${width} ${height}" direction="ltr">
<title id="${chart.id}-t">${chart.title}</title><desc id="${chart.id}-d">${chart.summary}</desc>
${axes(chart)}${band(chart)}
${comparison(chart)}${chart.lines.map((line, n) => drawn(chart, line, n))}${pointedOut(chart)}
${chart.lines.map((line, n) => legend(line, n))}${words.map((text, n) => keyed(chart, text, named + n))}</svg>
<figcaption>${chart.summary}</figcaption>
<details><summary>Table behind this chart</summary>${dataTable(chart.table)}</details></figure>`
}

/** How far along an axis a value lies, from 0 to 1; beyond its ends at them. */
function along({ low, high }: Axis, value: number): number {
  const inside = Math.min(value, high)
  if (low === undefined) return inside / high
  return Math.log(Math.max(inside, low) / low) / Math.log(high / low)
}

const onX = ({ x }: LineChart, value: number): number =>
  plot.left + along(x, value) * (plot.right - plot.left)
const onY = ({ y }: LineChart, value: number): number =>
  plot.bottom - along(y, value) * (plot.bottom - plot.top)
const px = (value: number): string => String(Number(value.toFixed(2)))

const quarters = [0, 0.25, 0.5, 0.75, 1]

/** Where the lines of the grid cross an axis: at its quarters, or at its powers of ten. */
const ticksOf = ({ low, high }: Axis): number[] =>
  low === undefined
    ? quarters.map((share) => share * high)
    : Array.from(
        { length: Math.floor(Math.log10(high / low) + 1e-9) + 1 },
        (_, power) => low * 10 ** power,
      )

function axes(chart: LineChart): Markup {
  const label = (value: number) => String(Number(value.toFixed(3)))
  return html`<text class="quiet" x="${plot.left}" y="12">${chart.y.title}</text>
<text class="quiet" x="${plot.right}" y="${plot.bottom + 36}" text-anchor="end">${chart.x.title}</text>
${ticksOf(chart.y).map((tick) => {
  const y = px(onY(chart, tick))
  return html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}"/>
<text class="quiet" x="${plot.left - 6}" y="${px(Number(y) + 4)}" text-anchor="end">${label(tick)}</text>`
})}
${ticksOf(chart.x).map((tick) => {
  const x = px(onX(chart, tick))
  return html`<line class="grid" x1="${x}" x2="${x}" y1="${plot.top}" y2="${plot.bottom}"/>
<text class="quiet" x="${x}" y="${plot.bottom + 17}" text-anchor="middle">${label(tick)}</text>`
})}`
}

/** The band and, after the lines, its entry in the legend. */
function band(chart: LineChart): Markup | null {
  if (chart.band === undefined) return null
  const { name, points } = chart.band
  const corner = (x: number, y: number) => `${px(onX(chart, x))} ${px(onY(chart, y))}`
  const edge = [
    ...points.map(([x, low]) => corner(x, low)),
    ...points.toReversed().map(([x, , high]) => corner(x, high)),
  ]
  const y = legendTop + chart.lines.length * legendStep - 8
  return html`<path class="band" d="M${edge.join('L')}Z"/>
<rect class="band" x="${plot.left}" y="${y - 10}" width="34" height="12"/><text x="${plot.left + 42}" y="${y}">${name}</text>`
}

function comparison(chart: LineChart): Markup | null {
  const { compared } = chart
  if (compared === undefined) return null
  const [start, end] = compared === 'diagonal' ? [0, 1] : [compared, compared]
  return html`<line class="even" x1="${plot.left}" x2="${plot.right}" y1="${px(onY(chart, start))}" y2="${px(onY(chart, end))}"/>`
}

function drawn(chart: LineChart, line: Line, n: number): Markup {
  let path = ''
  let before: number | null = null
  for (const [x, y] of line.points) {
    if (y !== null) {
      const at = `${px(onX(chart, x))} ${px(onY(chart, y))}`
      path +=
        before === null
          ? `M${at}`
          : line.steps === true
            ? `V${at.split(' ')[1] ?? ''}H${at.split(' ')[0] ?? ''}`
            : `L${at}`
    }
    before = y
  }
  const dots = line.points.map(([x, y], at) => {
    if (line.dots === undefined || y === null) return null
    const [cx, limits] = [px(onX(chart, x)), line.dots === 'plain' ? undefined : line.dots[at]]
    const bar =
      limits === undefined
        ? null
        : html`<line class="whisker" x1="${cx}" x2="${cx}" y1="${px(onY(chart, limits[0]))}" y2="${px(onY(chart, limits[1]))}"/>`
    return html`${bar}<circle class="spot s${n}" cx="${cx}" cy="${px(onY(chart, y))}" r="3.5"/>`
  })
  return html`<path class="line s${n}" d="${path}"/>${dots}`
}

function pointedOut(chart: LineChart): Markup {
  const { marked, point } = chart
  const x = px(onX(chart, marked?.x ?? 0))
  return html`${
    marked === null || marked === undefined
      ? null
      : html`<line class="chosen" x1="${x}" x2="${x}" y1="${plot.top}" y2="${plot.bottom}"/>`
  }${
    point === null || point === undefined
      ? null
      : html`<circle class="chosen" cx="${px(onX(chart, point.x))}" cy="${px(onY(chart, point.y))}" r="5"/>`
  }`
}

function legend(line: Line, n: number): Markup {
  const y = legendTop + n * legendStep - 8
  return html`<line class="line s${n}" x1="${plot.left}" x2="${plot.left + 34}" y1="${y - 4}" y2="${y - 4}"/>
<text x="${plot.left + 42}" y="${y}">${shortened(visibleText(line.name), nameLengthMax)}</text>`
}

/** The legend of what is pointed out: an upright line, or a ring. */
function keyed(chart: LineChart, words: string, n: number): Markup {
  const [x, y] = [plot.left + 17, legendTop + n * legendStep - 8]
  const isLine = words === chart.marked?.words
  return html`${
    isLine
      ? html`<line class="chosen" x1="${x}" x2="${x}" y1="${y - 11}" y2="${y + 3}"/>`
      : html`<circle class="chosen" cx="${x}" cy="${y - 4}" r="5"/>`
  }<text x="${plot.left + 42}" y="${y}">${words}</text>`
}
