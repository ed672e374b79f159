// Rows to statistics by the plainest possible code: what tests hold the product's faster ways against.

import { momentsOf } from './moments.ts'
import { logLoss, squaredError } from './scoring-losses.ts'
import type { ScoreCounts } from './score-counts.ts'
import { type CellStatistics, type Statistics, statisticsOf } from './statistics.ts'

/** One row: its protected values, its label, and what the system decided. */
export interface Row {
  readonly cell: readonly string[]
  readonly label: 0 | 1
  readonly predicted: 0 | 1
  readonly score: number | null
}

/** Statistics of rows over the named protected columns. */
export function statisticsFromRows(columns: readonly string[], rows: readonly Row[]): Statistics {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(row.cell))
  return statisticsOf(columns, [...groups.values()].map(cellFromRows))
}

function cellFromRows(rows: readonly Row[]): CellStatistics {
  const count = (label: 0 | 1, predicted: 0 | 1) =>
    rows.filter((row) => row.label === label && row.predicted === predicted).length
  const scored = rows.flatMap(({ label, score }) => (score === null ? [] : [{ label, score }]))
  const withScores = scored.length === rows.length
  return {
    cell: rows[0]?.cell ?? [],
    outcomes: { tp: count(1, 1), fp: count(0, 1), tn: count(0, 0), fn: count(1, 0) },
    squaredError: withScores
      ? momentsOf(scored.map((r) => squaredError(r.score, r.label === 1)))
      : null,
    logLoss: withScores ? momentsOf(scored.map((r) => logLoss(r.score, r.label === 1))) : null,
    scores: withScores ? scoreCountsFrom(scored) : null,
  }
}

function scoreCountsFrom(
  scored: readonly { readonly label: 0 | 1; readonly score: number }[],
): ScoreCounts {
  const scores = Float64Array.from(new Set(scored.map((row) => row.score))).toSorted()
  const at = new Map([...scores].map((score, position) => [score, position]))
  const positives = new Float64Array(scores.length)
  const negatives = new Float64Array(scores.length)
  for (const { label, score } of scored) {
    const counts = label === 1 ? positives : negatives
    const position = at.get(score) ?? 0
    counts[position] = (counts[position] ?? 0) + 1
  }
  return { scores, positives, negatives }
}
