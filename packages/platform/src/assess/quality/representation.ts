// Whether the data hold the groups of a population in the shares the population has: a group with few rows is learnt badly, and
// measured badly.

import { assert } from '@proofhouse/evidence'
import { canonicalText } from '../dataset-values.ts'
import { clopperPearson, type Limits } from '../intervals/proportion.ts'
import type { CellColumn } from './row-keys.ts'

/** The shares of a population, stated by whoever knows it: column → group → share. */
export type Population = Readonly<Record<string, Readonly<Record<string, number>>>>

/** Shares written with three digits need not add up to one exactly. */
const roundingRoom = 0.005

/** The share of a group in the data, beside the one in the population. */
export interface Representation {
  readonly column: string
  readonly group: string
  /** Rows with a value in the column. */
  readonly n: number
  readonly share: number
  readonly stated: number
  /** Of the share; simultaneous over all groups that are stated. */
  readonly limits: Limits
  /** The share over the stated one; null when that is zero. */
  readonly ratio: number | null
  /** Whether the stated share lies outside the limits. */
  readonly differs: boolean
}

/** Every group that is stated, whether the data have it or not. Rows without a value in the column are left out. */
export function findRepresentation(
  columns: readonly CellColumn[],
  population: Population,
  error: number,
): Representation[] {
  const asked = columns.flatMap((column) => {
    const shares = population[column.name]
    return shares === undefined ? [] : [{ column, shares: Object.entries(shares) }]
  })
  const groups = asked.reduce((sum, { shares }) => sum + shares.length, 0)
  const tail = error / (2 * Math.max(1, groups))
  return asked.flatMap(({ column, shares }) => {
    const sum = shares.reduce((total, [, share]) => total + share, 0)
    assert(
      shares.every(([, share]) => share >= 0 && share <= 1) && sum <= 1 + roundingRoom,
      'the shares of a population lie between 0 and 1 and add up to at most 1',
    )
    const counts = new Map<string, number>()
    let trials = 0
    for (const cell of column.cells) {
      if (cell === null) continue
      trials += 1
      counts.set(cell, (counts.get(cell) ?? 0) + 1)
    }
    if (trials === 0) return []
    return shares.map(([group, stated]) => {
      const successes = counts.get(canonicalText(group) ?? '') ?? 0
      const limits = clopperPearson({ successes, trials }, tail)
      const share = successes / trials
      return {
        column: column.name,
        group,
        n: trials,
        share,
        stated,
        limits,
        ratio: stated === 0 ? null : share / stated,
        differs: stated < limits.low || stated > limits.high,
      }
    })
  })
}
