// Every column of a table at a glance: how much is there, and what its values are like.

import type { AggregateEngine, NumberSummaryProfile } from '../ports.ts'

/** Larger tables are not read once more for this. */
const rowsMax = 20_000_000
/** Most frequent values told. */
const valuesMax = 5
/** Values with fewer rows are not told: they could point at someone. */
const valueRowsMin = 10

/** One column at a glance. */
export type ColumnSummary =
  | NumberSummaryProfile
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
    if (profile.as === 'number-summary') return [profile]
    if (profile.as !== 'category') return []
    const { as, column, missing, distinct, values } = profile
    const told = values.filter((one) => one.rows >= valueRowsMin).slice(0, valuesMax)
    return [{ as, column, rows: rows - missing, missing, distinct, values: told }]
  })
}
