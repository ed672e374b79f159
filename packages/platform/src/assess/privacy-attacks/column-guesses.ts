// Guesses at the value of a column from other columns: boosted trees, each value against the others.

import { boost, boostedOdds } from '../checks/boosting.ts'
import type { CodedColumn } from '../checks/coding.ts'
import { everyNth } from '../checks/nearest-rows.ts'
import { missingGroup } from '../dataset-values.ts'

/** Rows to learn from at most. */
const learningRowsMax = 2_000
const clip = 1e-9

/** How likely each value of a column is for each row that was asked about. */
export interface Guesses {
  /** Codes of the values; a guess is a position among them. */
  readonly values: readonly number[]
  /** The likeliest value's position. */
  likeliest(row: number): number
  /** Log odds of one value, row by row of the whole sample. */
  odds(at: number): Float64Array
  /** The same guesses with more evidence: natural logarithms of likelihoods. */
  weighed(log: (row: number, at: number) => number): Guesses
}

/** Learns from some rows, and guesses about others. */
export function teachGuesses(
  columns: readonly CodedColumn[],
  { codes, labels }: CodedColumn,
  { learn, asked }: { readonly learn: Uint32Array; readonly asked: Uint32Array },
): Guesses {
  const values = [...labels.keys()].filter((code) => labels[code] !== missingGroup)
  const rows = everyNth(learn, learningRowsMax)
  // Of two values, the second says all of the first.
  const taught = (values.length === 2 ? values.slice(1) : values).map((value) =>
    boost(
      columns,
      codes.map((code) => Number(code === value)),
      rows,
    ),
  )
  const logs = new Map<number, Float64Array>()
  for (const row of asked) {
    const shares = taught.map((model) => 1 / (1 + Math.exp(-boostedOdds(model, columns, row))))
    const all = values.length === 2 ? [1 - (shares[0] ?? 0), shares[0] ?? 0] : shares
    logs.set(
      row,
      Float64Array.from(all, (share) => Math.log(Math.max(clip, share))),
    )
  }
  return guessesOf(values, logs, codes.length)
}

function guessesOf(
  values: readonly number[],
  logs: ReadonlyMap<number, Float64Array>,
  rows: number,
): Guesses {
  return {
    values,
    likeliest: (row) => {
      const own = logs.get(row) ?? new Float64Array()
      return own.reduce((best, log, at) => (log > (own[best] ?? -Infinity) ? at : best), 0)
    },
    odds: (at) => {
      const odds = new Float64Array(rows)
      for (const [row, own] of logs) {
        const here = own[at] ?? 0
        const most = own.reduce((a, b, other) => (other === at ? a : Math.max(a, b)), -Infinity)
        const others = own.reduce(
          (sum, b, other) => sum + (other === at ? 0 : Math.exp(b - most)),
          0,
        )
        odds[row] = here - most - Math.log(others)
      }
      return odds
    },
    weighed: (log) =>
      guessesOf(
        values,
        new Map([...logs].map(([row, own]) => [row, own.map((prior, at) => prior + log(row, at))])),
        rows,
      ),
  }
}
