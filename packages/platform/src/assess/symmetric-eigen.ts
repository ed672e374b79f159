// The eigenvectors of a symmetric matrix by Jacobi's rotations: slow for hundreds of columns, exact to the last digits, and short.

import { assert } from '@proofhouse/evidence'

/** Eigenvalues, largest first, with their vectors. */
export interface SymmetricEigen {
  readonly values: Float64Array
  /** Row by row: `vectors[k]` is the unit eigenvector of `values[k]`. */
  readonly vectors: readonly Float64Array[]
}

const sweepsMax = 100

/**
 * The eigenvalues and vectors of a symmetric matrix (Golub & Van Loan, section 8.5).
 * @param matrix rows of equal length, symmetric; not changed
 */
export function symmetricEigen(matrix: readonly Float64Array[]): SymmetricEigen {
  const a = matrix.map((row) => Float64Array.from(row))
  const size = a.length
  // vectors[k] is a column of the product of all rotations, kept as a row.
  const vectors = a.map((_, k) => {
    const row = new Float64Array(size)
    row[k] = 1
    return row
  })
  for (let sweep = 0; sweep < sweepsMax && offDiagonal(a) > 0; sweep++)
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate({ a, vectors }, p, q)
  const order = Array.from(a.keys()).toSorted((i, j) => (a[j]?.[j] ?? 0) - (a[i]?.[i] ?? 0))
  return {
    values: Float64Array.from(order, (k) => a[k]?.[k] ?? 0),
    vectors: order.map((k) => {
      const vector = vectors[k]
      assert(vector !== undefined, 'as many vectors as rows')
      return vector
    }),
  }
}

/** What is left beside the diagonal, once it is more than rounding leaves of the whole. */
function offDiagonal(a: readonly Float64Array[]): number {
  let [beside, whole] = [0, 0]
  for (const [p, row] of a.entries())
    for (let q = 0; q < row.length; q++) {
      const value = row[q] ?? 0
      whole += value * value
      if (p !== q) beside += value * value
    }
  return beside <= 1e-34 * whole ? 0 : beside
}

function rotate(
  { a, vectors }: { readonly a: readonly Float64Array[]; readonly vectors: Float64Array[] },
  p: number,
  q: number,
): void {
  const [rowP, rowQ] = [a[p], a[q]]
  assert(rowP !== undefined && rowQ !== undefined, 'p and q are rows')
  const apq = rowP[q] ?? 0
  if (apq === 0) return
  const theta = ((rowQ[q] ?? 0) - (rowP[p] ?? 0)) / (2 * apq)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const cosine = 1 / Math.sqrt(t * t + 1)
  const sine = t * cosine
  for (const row of a) {
    const x = row[p] ?? 0
    const y = row[q] ?? 0
    row[p] = cosine * x - sine * y
    row[q] = sine * x + cosine * y
  }
  turn(rowP, rowQ, cosine, sine)
  const [vectorP, vectorQ] = [vectors[p], vectors[q]]
  if (vectorP !== undefined && vectorQ !== undefined) turn(vectorP, vectorQ, cosine, sine)
}

function turn(one: Float64Array, other: Float64Array, cosine: number, sine: number): void {
  // Counted by hand: iterators and pairs make the whole nine times as slow.
  for (let k = 0; k < one.length; k++) {
    const x = one[k] ?? 0
    const y = other[k] ?? 0
    one[k] = cosine * x - sine * y
    other[k] = sine * x + cosine * y
  }
}
