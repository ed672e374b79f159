// Eigenvectors: their definition, on matrices made at random.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { symmetricEigen } from './symmetric-eigen.ts'

const size = 5
const squares = fc
  .array(fc.double({ min: -10, max: 10, noNaN: true }), {
    minLength: size * size,
    maxLength: size * size,
  })
  .map((cells) =>
    Array.from({ length: size }, (_, i) =>
      Float64Array.from(
        { length: size },
        (__, j) => (cells[i * size + j] ?? 0) + (cells[j * size + i] ?? 0),
      ),
    ),
  )

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, k) => sum + x * (b[k] ?? 0), 0)

test('property: A·v = λ·v, the vectors are orthonormal, and the largest value comes first', () => {
  fc.assert(
    fc.property(squares, (matrix) => {
      const { values, vectors } = symmetricEigen(matrix)
      for (const [k, vector] of vectors.entries()) {
        for (const [row, cells] of matrix.entries())
          expect(dot(cells, vector)).toBeCloseTo((values[k] ?? 0) * (vector[row] ?? 0), 10)
        for (const [other, against] of vectors.entries())
          expect(dot(vector, against)).toBeCloseTo(k === other ? 1 : 0, 12)
        if (k > 0) expect(values[k - 1] ?? 0).toBeGreaterThanOrEqual(values[k] ?? 0)
      }
    }),
  )
})

test('a diagonal matrix is left as it is', () => {
  const { values } = symmetricEigen([Float64Array.of(1, 0), Float64Array.of(0, 3)])
  expect([...values]).toEqual([3, 1])
})
