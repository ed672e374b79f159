// Which changes of a row a person could make, and how large a change is. What nobody can change (age, sex, an
// identifier) stays as it is, so that a decision is only called fragile where somebody could really reach the other
// side.

import { assert } from '@proofhouse/evidence'
import type { MixedRows, NumberColumn, Point } from './mixed-rows.ts'

/** Ways in which a column may change; categories rise and fall in the order of their labels. */
type Direction = 'fixed' | 'increase' | 'decrease' | 'any'

/** What is allowed in one column; whatever is left out follows from the data. */
export interface ColumnChange {
  readonly direction?: Direction
  /** Of numbers; the smallest and largest of the sample when left out. */
  readonly min?: number
  readonly max?: number
  /** A number changes by multiples of it; 0 for any amount. 1 when left out and all numbers are whole, else 0. */
  readonly step?: number
  /** Categories that a row may change to; all when left out. */
  readonly allowed?: readonly string[]
}

/** A column of numbers with what may change. */
interface NumberSpace {
  readonly kind: 'number'
  readonly name: string
  readonly direction: Direction
  readonly low: number
  readonly high: number
  readonly step: number
  /** How much is a change of 1: the interquartile range; where that is 0 the standard deviation, else 1. */
  readonly scale: number
}

/** A column of categories with what may change. */
interface CategorySpace {
  readonly kind: 'category'
  readonly name: string
  readonly direction: Direction
  /** Codes that a row may change to, ascending. */
  readonly allowed: readonly number[]
}

/** A column with what may change. */
export type SpaceColumn = NumberSpace | CategorySpace

/** What may change, column by column. */
export type FeasibleSpace = readonly SpaceColumn[]

/** What may change in rows like these: what `changes` says, nothing in the columns `fixed`, anything seen elsewhere. */
export function feasibleSpace(
  sample: MixedRows,
  by: {
    readonly changes?: Readonly<Record<string, ColumnChange>>
    /** Protected columns, and identifiers. */
    readonly fixed: readonly string[]
  },
): FeasibleSpace {
  return sample.columns.map((column) => {
    const { name } = column
    const change = by.changes?.[name] ?? {}
    const direction = change.direction ?? (by.fixed.includes(name) ? 'fixed' : 'any')
    if (column.kind === 'number') return numberSpace(column, change, direction)
    const codes = change.allowed?.map((label) => {
      const code = column.labels.indexOf(label)
      assert(code >= 0, `${name} has an allowed category that no row has`)
      return code
    })
    const allowed = (codes ?? [...column.labels.keys()]).toSorted((a, b) => a - b)
    return { kind: 'category', name, direction, allowed }
  })
}

function numberSpace(
  { name, values }: NumberColumn,
  change: ColumnChange,
  direction: Direction,
): NumberSpace {
  const known = values.filter((value) => isFinite(value)).toSorted()
  // The data give the end that is not stated, as far as it lies on the right side of the one that is.
  const low = change.min ?? Math.min(known[0] ?? 0, change.max ?? Infinity)
  const high = change.max ?? Math.max(known.at(-1) ?? 0, low)
  assert(low <= high, `${name} has a smallest value above its largest`)
  const isWhole = known.length > 0 && known.every((value) => Number.isInteger(value))
  const step = change.step ?? (isWhole ? 1 : 0)
  assert(step >= 0, `${name} has a negative step`)
  return { kind: 'number', name, direction, low, high, step, scale: scaleOf(known) }
}

/** The interquartile range of ascending values; where that is 0 the standard deviation, else 1. */
function scaleOf(sorted: Float64Array): number {
  const quantile = (share: number) => {
    const at = share * (sorted.length - 1)
    const below = sorted[Math.floor(at)] ?? 0
    return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? 0) - below)
  }
  const range = quantile(0.75) - quantile(0.25)
  if (range > 0) return range
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length
  return variance > 0 ? Math.sqrt(variance) : 1
}

/** Between which numbers a value may move, itself included. */
export function reachOf(
  column: NumberSpace,
  from: number,
): { readonly low: number; readonly high: number } {
  const { direction } = column
  const isFixed = direction === 'fixed' || Number.isNaN(from)
  return {
    low: isFixed || direction === 'increase' ? from : Math.min(from, column.low),
    high: isFixed || direction === 'decrease' ? from : Math.max(from, column.high),
  }
}

/** Codes that a category may change to, without itself. */
export function choicesOf({ allowed, direction }: CategorySpace, from: number): readonly number[] {
  if (direction === 'fixed' || Number.isNaN(from)) return []
  return allowed.filter(
    (code) =>
      code !== from &&
      (direction === 'any' || (direction === 'increase' ? code > from : code < from)),
  )
}

/** Positions of the columns of numbers in which a row can move. */
export function movableNumbers(space: FeasibleSpace, from: Point): readonly number[] {
  return [...space.keys()].filter((n) => {
    const column = space[n]
    if (column?.kind !== 'number') return false
    const { low, high } = reachOf(column, from[n] ?? 0)
    return high - low > 0 && high - low >= column.step
  })
}

/** The positions of the columns of categories that a row can change, with the codes it can change to. */
export function movableCategories(
  space: FeasibleSpace,
  from: Point,
): readonly { readonly position: number; readonly choices: readonly number[] }[] {
  return [...space.entries()].flatMap(([position, column]) => {
    const choices = column.kind === 'category' ? choicesOf(column, from[position] ?? 0) : []
    return choices.length === 0 ? [] : [{ position, choices }]
  })
}

/** The feasible point nearest to `to`, column by column, for the row `from`. */
export function project(space: FeasibleSpace, from: Point, to: Point): Point {
  return Float64Array.from(space, (column, n) => {
    const [here, wanted] = [from[n] ?? Number.NaN, to[n] ?? Number.NaN]
    if (Number.isNaN(wanted) || Number.isNaN(here)) return here
    if (column.kind === 'category') return choicesOf(column, here).includes(wanted) ? wanted : here
    const { low, high } = reachOf(column, here)
    const clipped = Math.min(high, Math.max(low, wanted))
    if (column.step === 0) return clipped
    const steps = Math.round((clipped - here) / column.step)
    const snapped = here + steps * column.step
    if (snapped >= low && snapped <= high) return snapped
    return here + (steps - Math.sign(steps)) * column.step
  })
}

/** Shares of a step that rounding may leave. */
const stepTolerance = 1e-6

/** Whether a person could change the row `from` into `to`. */
export function isFeasible(space: FeasibleSpace, from: Point, to: Point): boolean {
  return space.every((column, n) => {
    const [here, there] = [from[n] ?? Number.NaN, to[n] ?? Number.NaN]
    if (Object.is(here, there) || here === there) return true
    if (Number.isNaN(here) || Number.isNaN(there)) return false
    if (column.kind === 'category') return choicesOf(column, here).includes(there)
    const { low, high } = reachOf(column, here)
    const steps = column.step === 0 ? 0 : (there - here) / column.step
    return there >= low && there <= high && Math.abs(steps - Math.round(steps)) <= stepTolerance
  })
}

/**
 * How far apart two points are: Euclidean, a number in units of its column's scale, a changed category 1. Infinite
 * where a value is missing in one of them only. No smaller than the largest change of any column, so that what is
 * certified in that norm holds in this one.
 */
export function distanceOf(space: FeasibleSpace, a: Point, b: Point): number {
  let squared = 0
  for (const [n, column] of space.entries()) {
    const [here, there] = [a[n] ?? Number.NaN, b[n] ?? Number.NaN]
    if (here === there || (Number.isNaN(here) && Number.isNaN(there))) continue
    if (Number.isNaN(here) || Number.isNaN(there)) return Infinity
    squared += column.kind === 'category' ? 1 : ((here - there) / column.scale) ** 2
  }
  return Math.sqrt(squared)
}
