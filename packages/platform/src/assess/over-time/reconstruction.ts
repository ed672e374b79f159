// Whether columns still go together as they did: the main directions of the reference rows are kept, every row is rebuilt from them,
// and what is lost is compared. NannyML's data reconstruction drift: categories by their share in the reference, missing cells by the
// reference's mean or most frequent value, everything in standard deviations, directions for 65 % of the variance.

import type { Limits } from '../intervals/proportion.ts'
import { normalQuantile } from '../intervals/special-functions.ts'
import { symmetricEigen } from '../symmetric-eigen.ts'

const keptVariance = 0.65
/** More columns than this make the matrix of their products too large. */
const reconstructedColumnsMax = 200

/** A column in both periods: numbers with NaN, or texts with null, where missing. */
export type PeriodColumn =
  | { readonly kind: 'number'; readonly reference: Float64Array; readonly current: Float64Array }
  | {
      readonly kind: 'category'
      readonly reference: readonly (string | null)[]
      readonly current: readonly (string | null)[]
    }

/** Mean distance of a row from its reconstruction. */
interface ReconstructionError {
  readonly mean: number
  readonly standardError: number
}

/** What is lost in either period. */
export interface Reconstruction {
  readonly reference: ReconstructionError
  readonly current: ReconstructionError
  /** Directions kept. */
  readonly directions: number
  readonly columns: number
}

/** Fits on the reference and rebuilds both periods; null without two columns that vary. */
export function reconstruct(columns: readonly PeriodColumn[]): Reconstruction | null {
  const coded = columns.slice(0, reconstructedColumnsMax).map(standardised)
  const rows = coded[0]?.reference.length ?? 0
  if (coded.length < 2 || rows < 2) return null
  const covariance = coded.map((a) =>
    Float64Array.from(coded, (b) => dot(a.reference, b.reference) / (rows - 1)),
  )
  const { values, vectors } = symmetricEigen(covariance)
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0)
  if (!(total > 0)) return null
  let [kept, cumulated] = [0, 0]
  while (kept < values.length && cumulated / total <= keptVariance) cumulated += values[kept++] ?? 0
  const basis = vectors.slice(0, kept)
  const errors = (period: 'reference' | 'current') =>
    errorsOf(
      coded.map((one) => one[period]),
      basis,
    )
  return {
    reference: errors('reference'),
    current: errors('current'),
    directions: kept,
    columns: coded.length,
  }
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let n = 0; n < a.length; n++) sum += (a[n] ?? 0) * (b[n] ?? 0)
  return sum
}

/** Both periods in standard deviations of the reference. */
function standardised(column: PeriodColumn) {
  const { reference, current } = column.kind === 'number' ? filledNumbers(column) : sharesOf(column)
  const mean = reference.reduce((sum, value) => sum + value, 0) / reference.length
  const variance = reference.reduce((sum, value) => sum + (value - mean) ** 2, 0) / reference.length
  // A constant column stays 0, as scikit-learn's scaler leaves it.
  const scale = variance === 0 ? 1 : Math.sqrt(variance)
  const of = (values: Float64Array) => values.map((value) => (value - mean) / scale)
  return { reference: of(reference), current: of(current) }
}

function filledNumbers({ reference, current }: Extract<PeriodColumn, { kind: 'number' }>) {
  const known = reference.filter((value) => !Number.isNaN(value))
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length)
  const fill = (values: Float64Array) => values.map((value) => (Number.isNaN(value) ? mean : value))
  return { reference: fill(reference), current: fill(current) }
}

function sharesOf({ reference, current }: Extract<PeriodColumn, { kind: 'category' }>) {
  const counts = new Map<string, number>()
  for (const value of reference) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  const ordered = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  const usual = ordered[0]?.[0] ?? ''
  const missing = reference.filter((value) => value === null).length
  counts.set(usual, (counts.get(usual) ?? 0) + missing)
  const of = (values: readonly (string | null)[]) =>
    Float64Array.from(values, (value) => (counts.get(value ?? usual) ?? 0) / reference.length)
  return { reference: of(reference), current: of(current) }
}

function errorsOf(
  columns: readonly Float64Array[],
  basis: readonly Float64Array[],
): ReconstructionError {
  const rows = columns[0]?.length ?? 0
  let [sum, squares] = [0, 0]
  const cell = new Float64Array(columns.length)
  for (let row = 0; row < rows; row++) {
    for (const [k, column] of columns.entries()) cell[k] = column[row] ?? 0
    // Of a row of length l, what the kept directions explain is taken off: the basis is orthonormal.
    const rest = basis.reduce((left, vector) => left - dot(cell, vector) ** 2, dot(cell, cell))
    const error = Math.sqrt(Math.max(0, rest))
    sum += error
    squares += error * error
  }
  const mean = sum / rows
  const variance = Math.max(0, (squares - rows * mean * mean) / (rows - 1))
  return { mean, standardError: Math.sqrt(variance / rows) }
}

/** The error now for every unit before, with limits by the delta method; 1 where nothing changed. */
export function errorRatio(
  { reference, current }: Reconstruction,
  tail: number,
): { readonly value: number; readonly limits: Limits } | null {
  if (reference.mean <= 0) return null
  const value = current.mean / reference.mean
  const spread = Math.hypot(current.standardError, value * reference.standardError) / reference.mean
  const reach = -normalQuantile(tail) * spread
  return { value, limits: { low: Math.max(0, value - reach), high: value + reach } }
}
