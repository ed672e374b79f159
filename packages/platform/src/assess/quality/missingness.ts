// Whose values are missing: a column that one group lacks more often makes the model know that group less, and makes "missing" a
// word for the group.

import type { CodedColumn } from '../checks/coding.ts'
import { comparisonsOf, groupShares, type GroupShare } from './group-shares.ts'
import type { CellColumn } from './row-keys.ts'

/** How often a group lacks the value of a column, beside everyone else. */
export interface MissingByGroup extends GroupShare {
  /** The column whose values are missing; `column` is the one that makes the groups. */
  readonly missing: string
}

/**
 * Every column that lacks a value somewhere, by every group of the protected columns, with limits that hold for all of
 * them at once. Which columns lack values does not depend on who lacks them, so only those are counted.
 */
export function missingByGroup(
  columns: readonly CellColumn[],
  protectedColumns: readonly CodedColumn[],
  error: number,
): MissingByGroup[] {
  const pairs = columns
    .filter(({ cells }) => cells.some((cell) => cell === null))
    .flatMap((column) =>
      // A protected column lacks its own values in its own missing group.
      protectedColumns
        .filter(({ name }) => name !== column.name)
        .map((groups) => ({ column, groups })),
    )
  const comparisons = pairs.reduce((sum, { groups }) => sum + comparisonsOf(groups), 0)
  const tail = error / (2 * Math.max(1, comparisons))
  return pairs.flatMap(({ column, groups }) => {
    const isMissing = Uint8Array.from(column.cells, (cell) => Number(cell === null))
    return groupShares(groups, (row) => isMissing[row] === 1, tail).map((share) => ({
      missing: column.name,
      ...share,
    }))
  })
}
