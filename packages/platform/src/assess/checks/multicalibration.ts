// Multicalibration: whether a score means the same for every group. Of those in a group who get a score near 0.7, about seven in
// ten should turn out positive. One half of the sample says where score and outcome lie furthest apart; the other half
// says by how much, with intervals for all places named at once.
// Hébert-Johnson, Kim, Reingold & Rothblum, "Multicalibration" (ICML 2018).

import { clopperPearson, type Limits, sidak } from '../intervals/proportion.ts'
import { roundedScore } from '../told-values.ts'
import { rowsOfHalf, type Sample } from './sample.ts'

/** Bands of the score, each with about as many rows: as many as leave each enough, at most ten. */
const bandsMax = 10
const bandRowsMin = 60
/** Places named at most. */
const namedMax = 10
/** Rows of the looking half below which a group's band is not looked at. */
const rowsMin = 20

/** A group of rows in a band of scores. */
interface CalibrationFinding {
  /** Column and value that make the group; null for everyone. */
  readonly group: { readonly column: string; readonly value: string } | null
  /** Its ends, the lower inclusive; rounded, for a score is a person's. */
  readonly band: { readonly from: number; readonly to: number }
  /** Confirming rows. */
  readonly n: number
  /** Mean score and share of positives among them; null where there are none. */
  readonly score: number | null
  readonly positives: number | null
  /** Of positives − mean score, simultaneous over all places named; null where there are no rows. */
  readonly limits: Limits | null
}

/** What was found, the furthest apart first; and how many places were looked at. */
export interface CalibrationSearch {
  readonly findings: readonly CalibrationFinding[]
  readonly searched: number
}

interface Place {
  readonly group: { readonly column: number; readonly code: number } | null
  readonly band: number
}

interface Sums {
  n: number
  score: number
  positives: number
}

/**
 * Looks at every group of the given columns in every band of the score; null for a system without scores.
 * @param columns the columns whose groups are looked at, beside everyone
 */
export function findMiscalibration(
  sample: Sample,
  { columns, error }: { readonly columns: readonly string[]; readonly error: number },
): CalibrationSearch | null {
  const { score } = sample
  if (score === null) return null
  const looking = rowsOfHalf(sample, 0)
  const sorted = Float64Array.from(looking, (row) => score[row] ?? 0).toSorted()
  if (sorted.length === 0) return { findings: [], searched: 0 }
  const edges = bandEdges(sorted)
  const bandOf = (row: number) => edges.filter((edge) => (score[row] ?? 0) >= edge).length
  const groups = [
    null,
    ...sample.columns.flatMap(({ name, labels }, column) =>
      columns.includes(name) ? labels.map((_, code) => ({ column, code })) : [],
    ),
  ]
  const places: Place[] = groups.flatMap((group) =>
    Array.from({ length: edges.length + 1 }, (_, band) => ({ group, band })),
  )
  const seen = sumsOf(sample, { rows: looking, places, bandOf, score })
  const candidates = places
    .map((place, n) => ({ place, apart: apartness(seen[n]) }))
    .filter(({ apart }) => apart !== null)
  const worst = candidates.toSorted((a, b) => (b.apart ?? 0) - (a.apart ?? 0)).slice(0, namedMax)
  const named = worst.map(({ place }) => place)
  const confirmed = sumsOf(sample, { rows: rowsOfHalf(sample, 1), places: named, bandOf, score })
  const tail = sidak(error, named.length) / 2
  const findings = named.map((place, n): CalibrationFinding => {
    const sums = confirmed[n] ?? { n: 0, score: 0, positives: 0 }
    const column = sample.columns[place.group?.column ?? -1]
    const has = sums.n > 0
    return {
      group:
        column === undefined || place.group === null
          ? null
          : { column: column.name, value: column.labels[place.group.code] ?? '' },
      band: {
        from: edges[place.band - 1] ?? Math.min(0, Math.floor(sorted[0] ?? 0)),
        to: edges[place.band] ?? Math.max(1, Math.ceil(sorted.at(-1) ?? 1)),
      },
      n: sums.n,
      score: has ? sums.score / sums.n : null,
      positives: has ? sums.positives / sums.n : null,
      limits: has ? limitsOf(sums, tail) : null,
    }
  })
  return { findings, searched: candidates.length }
}

function bandEdges(sorted: Float64Array): number[] {
  const bands = Math.max(1, Math.min(bandsMax, Math.floor(sorted.length / bandRowsMin)))
  const cuts = Array.from({ length: bands - 1 }, (_, n) =>
    roundedScore(sorted[Math.floor(((n + 1) * sorted.length) / bands)] ?? 0),
  )
  return [...new Set(cuts)].filter((cut) => cut > (sorted[0] ?? 0))
}

function sumsOf(
  sample: Sample,
  by: {
    readonly rows: Uint32Array
    readonly places: readonly Place[]
    readonly bandOf: (row: number) => number
    readonly score: Float64Array
  },
): Sums[] {
  const keyOf = (group: Place['group'], band: number) =>
    `${group?.column ?? ''}:${group?.code ?? ''}:${band}`
  const sums = new Map(
    by.places.map(({ group, band }): [string, Sums] => [
      keyOf(group, band),
      { n: 0, score: 0, positives: 0 },
    ]),
  )
  const columns = [...new Set(by.places.map(({ group }) => group?.column ?? null))]
  for (const row of by.rows) {
    const band = by.bandOf(row)
    for (const column of columns) {
      const group =
        column === null ? null : { column, code: sample.columns[column]?.codes[row] ?? 0 }
      const found = sums.get(keyOf(group, band))
      if (found === undefined) continue
      found.n += 1
      found.score += by.score[row] ?? 0
      found.positives += sample.label[row] ?? 0
    }
  }
  return [...sums.values()]
}

/** How many standard errors score and outcome lie apart; null for too few rows. */
function apartness(sums: Sums | undefined): number | null {
  if (sums === undefined || sums.n < rowsMin) return null
  const mean = sums.score / sums.n
  const variance = Math.max(mean * (1 - mean), 0.25 / sums.n)
  return Math.abs(sums.positives - sums.score) / Math.sqrt(sums.n * variance)
}

/**
 * Exact limits of the chance of a positive, minus the mean score, which is known. The rows of a band differ in their
 * chance, so that their number of positives varies no more than a binomial one would (Hoeffding 1956).
 */
function limitsOf(sums: Sums, tail: number): Limits {
  const mean = sums.score / sums.n
  const limits = clopperPearson({ successes: sums.positives, trials: sums.n }, tail)
  return { low: limits.low - mean, high: limits.high - mean }
}
