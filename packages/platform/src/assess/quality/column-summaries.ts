// Every column of a table at a glance: how much is there, and what its values are like.

import { type AggregateEngine, type NumberSummaryProfile, summaryShares } from '../ports.ts'
import { roundedWithin, toldRowsMin } from '../told-values.ts'

/** Larger tables are not read once more for this. */
const rowsMax = 20_000_000
/** Most frequent values told. */
const valuesMax = 5

/** Numbers at a glance. */
interface NumberSummary extends Omit<NumberSummaryProfile, 'min' | 'max' | 'quantiles'> {
  /** At `summaryShares`, rounded to a hundredth of their spread or finer; null where fewer than ten rows lie below or above. */
  readonly quantiles: readonly (number | null)[]
}

/** One column at a glance. */
export type ColumnSummary =
  | NumberSummary
  | {
      readonly as: 'category'
      readonly column: string
      readonly rows: number
      readonly missing: number
      readonly distinct: number
      /** The most frequent, those of at least ten rows. */
      readonly values: readonly { readonly value: string; readonly rows: number }[]
    }

/**
 * Summaries of the columns; null for a table of more than twenty million rows.
 * @param columns with what they hold
 */
export async function summariseColumns(
  engine: AggregateEngine,
  columns: readonly { readonly name: string; readonly kind: 'number' | 'category' }[],
  signal?: AbortSignal,
): Promise<ColumnSummary[] | null> {
  const { rows } = engine.table
  if (rows > rowsMax) return null
  const profiles = await engine.profile(
    columns.map(({ name, kind }) => ({
      column: name,
      as: kind === 'number' ? ('number-summary' as const) : ('category' as const),
    })),
    signal,
  )
  return profiles.flatMap((profile): ColumnSummary[] => {
    if (profile.as === 'number-summary') return [numberSummary(profile)]
    if (profile.as !== 'category') return []
    const { as, column, missing, distinct, values } = profile
    const told = values.filter((one) => one.rows >= toldRowsMin).slice(0, valuesMax)
    return [{ as, column, rows: rows - missing, missing, distinct, values: told }]
  })
}

function numberSummary(profile: NumberSummaryProfile): NumberSummary {
  const { min: _, max: __, quantiles, ...rest } = profile
  const { rows } = rest
  if (rows < toldRowsMin) return { ...rest, mean: null, deviation: null, quantiles: [] }
  const isTold = (share: number) => Math.min(share, 1 - share) * rows >= toldRowsMin - 1e-6
  const told = summaryShares.map((share, n) => (isTold(share) ? (quantiles[n] ?? null) : null))
  const known = told.filter((value) => value !== null)
  const spread = Math.max(...known) - Math.min(...known)
  return {
    ...rest,
    quantiles: told.map((value) => (value === null ? null : roundedWithin(value, spread))),
  }
}
