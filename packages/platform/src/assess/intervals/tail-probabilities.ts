// Upper tails of the distributions that tests refer to: χ², normal, Student. Reference values from SciPy: drift.reference.json.

import { betaCdf, logGamma } from './special-functions.ts'

const iterationsMax = 10_000
const smallest = 1e-300

/** Q(a, x), the regularised upper incomplete gamma function, a > 0, x ≥ 0 (DLMF 8.7.1 and 8.9.2). */
function gammaUpper(a: number, x: number): number {
  if (x <= 0) return 1
  const kernel = Math.exp(a * Math.log(x) - x - logGamma(a))
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a]
    for (let n = 1; n < iterationsMax; n++) {
      term *= x / (a + n)
      if (sum + term === sum) break
      sum += term
    }
    return 1 - kernel * sum
  }
  let b = x + 1 - a
  let c = 1 / smallest
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < iterationsMax; n++) {
    const factor = -n * (n - a)
    b += 2
    d = factor * d + b
    d = 1 / (Math.abs(d) < smallest ? smallest : d)
    c = b + factor / c
    if (Math.abs(c) < smallest) c = smallest
    const change = d * c
    fraction *= change
    if (Math.abs(change - 1) < 1e-16) break
  }
  return kernel * fraction
}

/** P(χ² > x) with the given degrees of freedom. */
export function chiSquareUpper(x: number, degrees: number): number {
  if (Number.isNaN(x)) return x
  return x === Infinity ? 0 : gammaUpper(degrees / 2, x / 2)
}

/** P(Z > z) of the standard normal distribution. */
export function normalUpper(z: number): number {
  if (Number.isNaN(z)) return z
  const half = gammaUpper(0.5, (z * z) / 2) / 2
  return z >= 0 ? half : 1 - half
}

/** P(T > t) of Student's distribution, t ≥ 0. */
export function studentUpper(t: number, degrees: number): number {
  if (Number.isNaN(t)) return t
  return t === Infinity ? 0 : betaCdf(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
}
