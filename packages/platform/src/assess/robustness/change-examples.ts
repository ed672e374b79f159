// The smallest changes that flipped a decision, told as columns: from what, to what. Only what changed is told, never
// the rest of the row, so that an example names nobody.

import type { MixedRows, Point } from './mixed-rows.ts'

/** Examples told at most. */
const examplesMax = 10

/** One column of an example. */
interface ChangedColumn {
  readonly column: string
  readonly from: number | string
  readonly to: number | string
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
        if (column.kind === 'number') return [{ column: name, from: here, to: there }]
        const { labels } = column
        return [{ column: name, from: labels[here] ?? '', to: labels[there] ?? '' }]
      }),
    }))
}
