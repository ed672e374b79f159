// The smallest changes that flipped a decision, told as columns: of numbers by how much, of categories from what to
// what. Only what changed is told, never the rest of the row nor a number that it held, so that an example names nobody.

import type { MixedRows, Point } from './mixed-rows.ts'

/** Examples told at most. */
const examplesMax = 10

/** One column of an example. */
interface ChangedColumn {
  readonly column: string
  /** Of a number the difference, such as `+3`; of a category `rent → own`. */
  readonly change: string
}

/** A change that flipped a decision. */
export interface ChangeExample {
  /** Whether the positive class was predicted before. */
  readonly wasPositive: boolean
  readonly distance: number
  readonly changes: readonly ChangedColumn[]
}

/** A row with the change that was found for it. */
export interface FoundChange {
  readonly from: Point
  readonly to: Point
  readonly isPositive: boolean
  readonly distance: number
}

/** The nearest changes, the nearest first. Identifiers never change, so that none is told. */
export function changeExamples(
  { columns }: MixedRows,
  found: readonly FoundChange[],
): readonly ChangeExample[] {
  return found
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, examplesMax)
    .map(({ from, to, isPositive, distance }) => ({
      wasPositive: isPositive,
      distance,
      changes: columns.flatMap((column, n): ChangedColumn[] => {
        const [here, there] = [from[n] ?? Number.NaN, to[n] ?? Number.NaN]
        if (Object.is(here, there)) return []
        const { name } = column
        if (column.kind === 'number') return [{ column: name, change: difference(there - here) }]
        const { labels } = column
        return [{ column: name, change: `${labels[here] ?? ''} → ${labels[there] ?? ''}` }]
      }),
    }))
}

/** A difference with its sign, to three significant digits. */
const difference = (by: number): string =>
  `${by > 0 ? '+' : '−'}${Number(Math.abs(by).toPrecision(3))}`
